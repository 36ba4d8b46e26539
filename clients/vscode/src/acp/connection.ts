// One `acpctl connect` and the ACP v2 client on it, for all sessions of the window. Owned by
// supervisor.ts, which makes a new one when this has ended. What it tells, it tells in the order
// of the wire.
import { client, type ClientConnection, type Stream }
  from '@agentclientprotocol/sdk/experimental/v2';
import { start, type command } from './child';
import type { raw, tap } from './tap';
import { misfit, too_old } from './version';

export interface listener {
  update(session: string, params: raw): void;
  /** session/resume or session/new was answered: everything before belongs to the replay. */
  attached(session: string, cursor: raw | undefined): void;
  /** `_acpd/state`, `_acpd/watch/changed`, `_acpd/link`, … */
  told(method: string, params: raw): void;
  /** A question that belongs to no session (a login): only its own answer settles it. */
  asked(id: string, params: raw, answer: (result: raw) => void, gone: AbortSignal): void;
  log(line: string): void;
}
/** The daemon's or the agent's answer, as an exception at the edge. */
export interface rpc_error extends Error { code: number; data?: unknown }
export const is_rpc_error = (error: unknown): error is rpc_error =>
  error instanceof Error && typeof (error as Partial<rpc_error>).code === 'number';

const asked_for = { state: true, watch: true, link: true, index: true };

const session_in = (params: raw): string =>
  typeof params['sessionId'] === 'string' ? params['sessionId'] : '';

function tap_for(to: listener, on_initialized: (result: unknown) => void): tap {
  const attaching = new Map<unknown, { method: string; session: string }>();
  return {
    notification(method: string, params: raw) {
      if (method === 'session/update') to.update(session_in(params), params);
      else if (method.startsWith('_')) to.told(method, params);
      else return false;
      return true;
    },
    sent(id: unknown, method: string, params: raw) {
      if (['session/resume', 'session/new', 'initialize', '_acpd/import'].includes(method))
        attaching.set(id, { method, session: session_in(params) });
    },
    answered(id: unknown, message: raw) {
      const was = attaching.get(id);
      const result = message['result'] as raw | undefined;
      attaching.delete(id);
      if (!was || !result) return;
      if (was.method === 'initialize') return on_initialized(result);
      const meta = result['_meta'] as raw | undefined;
      to.attached(was.session || session_in(result), meta?.['acpd/cursor'] as raw | undefined);
    },
    fault(line: string) { to.log(`acpctl connect has said no message: ${line.slice(0, 200)}`); },
  };
}

/** Answered when somebody has: through the inbox (then this copy is withdrawn), or here. */
function until_withdrawn<T>(gone: AbortSignal, withdrawn: T): Promise<T> {
  return new Promise((resolve) => {
    if (gone.aborted) resolve(withdrawn);
    gone.addEventListener('abort', () => resolve(withdrawn));
  });
}

function connect(stream: Stream, to: listener): ClientConnection {
  return client({ name: 'acpd-vscode' })
    .onRequest('session/request_permission', ({ signal }) =>
      until_withdrawn(signal, { outcome: { outcome: 'cancelled' as const } }))
    .onRequest('elicitation/create', ({ params, requestId, signal }) => {
      const withdrawn = until_withdrawn(signal, { action: 'cancel' as const });
      if ('sessionId' in params) return withdrawn;
      const answered = new Promise<raw>((resolve) =>
        to.asked(String(requestId), params, resolve, signal));
      return Promise.race([withdrawn, answered as Promise<{ action: 'cancel' }>]);
    })
    .connect(stream);
}

export class connection {
  readonly ended: Promise<string>;
  /** The result of initialize. */
  hello: raw = {};
  #agent: ClientConnection;
  #close: () => void;

  private constructor(agent: ClientConnection, ended: Promise<string>, close: () => void) {
    this.#agent = agent;
    this.ended = ended;
    this.#close = close;
  }

  /** Throws an error whose message is one sentence for a person. */
  static async open(command: command, version: string, to: listener): Promise<connection> {
    let unfit: string | undefined;
    let hello: raw = {};
    const made = start(command, tap_for(to, (result) => {
      unfit = misfit(result);
      hello = result as raw;
    }), (line) => to.log(line));
    const agent = connect(made.stream, to);
    const ended = made.ended.finally(() => agent.close());
    const open = new connection(agent, ended, () => made.end());
    const greeting = open.request('initialize', {
      protocolVersion: 2, info: { name: 'acpd-vscode', title: 'acpd for VS Code', version },
      capabilities: { elicitation: { form: {}, url: {} }, _meta: { acpd: asked_for } },
    }).catch((error: unknown) => (unfit ? undefined : Promise.reject(error as Error)));
    const gone = ended.then((why) => Promise.reject(new Error(why)));
    try {
      await Promise.race([greeting, gone]);
      unfit ??= too_old(await Promise.race([open.request('_acpd/status', {}), gone]));
      if (unfit !== undefined) throw new Error(unfit);
    } catch (error) {
      open.close();
      throw error;
    }
    open.hello = hello;
    return open;
  }

  request<T = raw>(method: string, params: object): Promise<T> {
    return this.#agent.agent.request<T>(method as `_${string}`, params);
  }
  notify(method: string, params: object): Promise<void> {
    return this.#agent.agent.notify(method as `_${string}`, params);
  }
  /** A detach: the daemon goes on. */
  close(): void { this.#close(); }
}
