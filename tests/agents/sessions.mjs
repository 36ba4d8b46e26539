// The sessions of a scripted agent: made only after a login, found by their id, or -32002.
import { rpc_error } from './wire.mjs';

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
