// The official v1 schema as a judge of frames: what a frame is, and whether it is valid.
import fs from 'node:fs';
import { createRequire } from 'node:module';

import Ajv2020 from 'ajv/dist/2020.js';

const resolve = createRequire(import.meta.url).resolve;
const sdk = resolve('@agentclientprotocol/sdk').replace(/dist\/.*/, '');
export const schema = JSON.parse(fs.readFileSync(`${sdk}schema/v1/schema.json`, 'utf8'));

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
ajv.addSchema(schema, 'acp');
const check_of = new Map();
function validator(name) {
  if (!check_of.has(name)) check_of.set(name, ajv.compile({ $ref: `acp#/$defs/${name}` }));
  return check_of.get(name);
}

/** method → {side: who handles it, request?, response?, notification?: names of definitions} */
export const methods = {};
for (const [name, def] of Object.entries(schema.$defs)) {
  if (!def['x-method']) continue;
  const entry = (methods[def['x-method']] ??= { side: def['x-side'] });
  entry[name.match(/(Request|Response|Notification)$/)[1].toLowerCase()] = name;
}

/** Every variant of session/update that v1 stable has. */
export const variants = schema.$defs.SessionUpdate.oneOf.map(
  (v) => v.properties.sessionUpdate.const,
);

const problem_of = (name, value) => {
  const check = validator(name);
  if (check(value)) return undefined;
  const e = check.errors.at(-1);
  return `${name}: ${e.instancePath || '/'} ${e.message} ${JSON.stringify(e.params)}`;
};

function envelope_problem(m) {
  if (typeof m !== 'object' || m === null || Array.isArray(m)) return 'not one JSON-RPC object';
  if (m.jsonrpc !== '2.0') return 'no "jsonrpc":"2.0"';
  if ('id' in m && problem_of('RequestId', m.id)) return `id ${JSON.stringify(m.id)}`;
  if (m.method === undefined && !('id' in m)) return 'neither a method nor an id';
  if (m.method === undefined && 'result' in m === 'error' in m)
    return 'needs either result or error';
  if (m.method === undefined && 'error' in m) return problem_of('Error', m.error);
  return undefined;
}

/** Follows one hop's two directions. `judge` says who the frame goes to: what it is and what
 * is wrong with it. */
export class conversation {
  #asked = { agent: new Map(), client: new Map() };  // by who must answer: id → method

  /** `to`: "agent" or "client": who reads the frame. Returns {kind, method, variant?, problem?}. */
  frame(to, message) {
    const problem = envelope_problem(message);
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
    const name = methods[method]?.response;
    return { kind, method, code: message.error?.code,
      problem: kind === 'response' && name ? problem_of(name, message.result) : undefined };
  }

  #call(to, kind, { method, params }) {
    if (method.startsWith('_')) return { kind, method: '_…' };
    const known = methods[method];
    if (!known) return { kind, method, problem: 'not a v1 stable method' };
    if (known.side !== to && known.side !== 'protocol')
      return { kind, method, problem: `goes to the ${known.side}` };
    if (!known[kind]) return { kind, method, problem: `is no ${kind}` };
    return {
      kind,
      method,
      variant: params?.update?.sessionUpdate,
      problem: problem_of(known[kind], params),
    };
  }
}
