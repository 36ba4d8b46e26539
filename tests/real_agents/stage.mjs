// A world with one real agent in it, a project to work on, and the scripted model that it asks.
// Owned by a test, which ends it.
import { world } from '../lib/world.mjs';
import { agents, make_project, start_model } from './setup.mjs';

export class stage {
  static async open(name) {
    const s = new stage();
    const { command, program, prepare, login } = agents[name];
    Object.assign(s, { name, login });
    s.place = new world({ agents: { [name]: { command: command(program) } } });
    make_project(s.place.cwd);
    s.model = await start_model(s.place.cwd);
    Object.assign(s.place.env, prepare(s.place.dir, s.model.port));
    await s.place.serve();
    return s;
  }
  /** An editor that allows everything it is asked. */
  async editor() {
    const made = this.place.connect();
    await made.start({ fs: { readTextFile: false, writeTextFile: false }, terminal: false });
    made.on('moved', () => {
      for (const q of [...made.asked]) {
        const yes = q.params.options?.find((o) => o.kind === 'allow_once');
        if (q.method === 'session/request_permission')
          made.answer(q.id, { outcome: { outcome: 'selected', optionId: yes.optionId } });
      }
    });
    if (this.login) await made.request('authenticate', { methodId: this.login });
    return made;
  }
  async session(editor) {
    return (await editor.request('session/new', { cwd: this.place.cwd, mcpServers: [] })).sessionId;
  }
  /** Of the agent alone, not of what it started: qwen runs as two processes. */
  agent_pids() {
    const is_agent = (p) => !p.args[0].endsWith('acpd-shim') &&
      p.args.slice(0, 2).includes(agents[this.name].program);
    return this.place.processes().filter(is_agent).map((p) => p.pid);
  }
  load(editor, id, meta = {}) {
    return editor.request('session/load', {
      sessionId: id,
      cwd: this.place.cwd,
      mcpServers: [],
      ...meta,
    });
  }
  async end() {
    await this.place.end();
    this.model.end();
  }
}
