// The sessions of a scripted agent: made only after a login, found by their id, or -32002.
import { rpc_error, wire } from './wire.mjs';

/** What every scripted agent does with a request (`on_request`: by method) and a cancel. */
export function serve(on_request, sessions, more = () => {}) {
  return new wire({
    request(method, params, id) {
      if (on_request[method]) return on_request[method](params, id);
      // an extension of this agent's own: an echo
      if (method.startsWith('_x/')) return { method, params };
      throw new rpc_error(-32601, `Method not found: ${method}`);
    },
    notification(method, params) {
      if (method === 'session/cancel') sessions.get(params.sessionId)?.cancel();
      if (method === '$/cancel_request')
        for (const s of sessions.values()) if (s.prompt_id === params.requestId) s.cancel();
      more(method, params);
    },
  });
}

/** A question about the client's request `requestId`: its answer, or the request fails. */
export async function ask_for_token(link, requestId) {
  const asked = await link.request('elicitation/create', {
    requestId,
    mode: 'form',
    message: 'Your token?',
    requestedSchema: {
      type: 'object',
      required: ['token'],
      properties: { token: { type: 'string' } },
    },
  });
  if (asked.result?.action !== 'accept')
    throw new rpc_error(-32000, `no token: ${asked.result?.action}`);
}

export class session_map extends Map {
  /** `make(id, params)`: a session. */
  constructor(make, logged_in) {
    super();
    this.make = make;
    this.logged_in = logged_in;
  }

  open(id, params) {
    if (!this.logged_in) throw new rpc_error(-32000, 'Authentication required');
    if (!params.cwd?.startsWith('/')) throw new rpc_error(-32602, 'cwd must be an absolute path');
    const made = this.make(id, params);
    this.set(id, made);
    return made;
  }

  find(params) {
    const found = this.get(params?.sessionId);
    if (!found) throw new rpc_error(-32002, 'Session not found', { sessionId: params?.sessionId });
    return found;
  }
}
