// The official schema of a version as a judge of frames: what a frame is, and whether it is valid.
import {
  definitions, methods_of, problem_of, schemas, unstable, variants_of,
} from '../protocol/judge.mjs';

export const schema = schemas[1];

/** method → {side: who handles it, request?, response?, notification?: names of definitions} */
const methods_in = (version, from) =>
  Object.fromEntries(methods_of(version, from).map((method) => {
    const names = definitions(version, method, from);
    return [method, { side: from[version].$defs[Object.values(names)[0]]['x-side'], ...names }];
  }));

/** What each version has in its stable set: methods, and variants of session/update. */
export const stable = Object.fromEntries([1, 2].map((v) => [
  v,
  { methods: methods_in(v, schemas), variants: variants_of(v, schemas) },
]));
export const { methods, variants } = stable[1];
/** What acpd has of the unstable sets. */
const unstable_methods = ['session/status', 'session/set_title', 'session/archive',
  'session/unarchive', 'session/fork'];
const known_in = Object.fromEntries([1, 2].map((v) => {
  const all = methods_in(v, unstable);
  const own = unstable_methods.map((name) => [name, all[name]]);
  return [v, { ...stable[v].methods, ...Object.fromEntries(own) }];
}));

function envelope_problem(version, m) {
  if (typeof m !== 'object' || m === null || Array.isArray(m)) return 'not one JSON-RPC object';
  if (m.jsonrpc !== '2.0') return 'no "jsonrpc":"2.0"';
  if ('id' in m && problem_of(version, 'RequestId', m.id)) return `id ${JSON.stringify(m.id)}`;
  if (m.method === undefined && !('id' in m)) return 'neither a method nor an id';
  if (m.method === undefined && 'result' in m === 'error' in m)
    return 'needs either result or error';
  if (m.method === undefined && 'error' in m) return problem_of(version, 'Error', m.error);
  return undefined;
}

/** Follows one hop's two directions. `judge` says who the frame goes to: what it is and what
 * is wrong with it. */
export class conversation {
  constructor(version = 1) {
    this.version = version;
    this.known = known_in[version];
  }
  #asked = { agent: new Map(), client: new Map() };  // by who must answer: id → method

  /** `to`: "agent" or "client": who reads the frame. Returns {kind, method, variant?, problem?}. */
  frame(to, message) {
    const problem = envelope_problem(this.version, message);
    if (problem) return { kind: 'broken', problem };
    const key = JSON.stringify(message.id);
    const from = to === 'agent' ? 'client' : 'agent';
    if (message.method === undefined) {
      const method = this.#asked[from].get(key);
      this.#asked[from].delete(key);
      return this.#response(method, message);
    }
    const kind = 'id' in message ? 'request' : 'notification';
    if (kind === 'request') this.#asked[to].set(key, message.method);
    return this.#call(to, kind, message);
  }

  #response(method, message) {
    const kind = 'error' in message ? 'error' : 'response';
    if (method === undefined)
      return {
        kind,
        method: '?',
        problem: message.id === null ? undefined : `answers nothing: id ${message.id}`,
      };
    const name = this.known[method]?.response;
    return { kind, method, code: message.error?.code,
      problem: kind === 'response' && name ? problem_of(this.version, name, message.result) : undefined };
  }

  #call(to, kind, { method, params }) {
    if (method.startsWith('_')) return { kind, method: '_…' };
    const known = this.known[method];
    if (!known) return { kind, method, problem: `not a method of v${this.version}` };
    if (known.side !== to && known.side !== 'protocol')
      return { kind, method, problem: `goes to the ${known.side}` };
    if (!known[kind]) return { kind, method, problem: `is no ${kind}` };
    return {
      kind,
      method,
      variant: params?.update?.sessionUpdate,
      problem: problem_of(this.version, known[kind], params),
    };
  }
}
