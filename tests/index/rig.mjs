// A daemon with something to find, and what tests of the index ask for again and again.
import fs from 'node:fs';
import path from 'node:path';

import { open_server } from '../agents/mcp_client.mjs';
import { capabilities } from '../lib/client.mjs';
import { ext, start_with } from '../lib/extensions.mjs';
import { poll } from '../lib/until.mjs';
import { world } from '../lib/world.mjs';

export const store_py = `def open_store(path):
    """Opens the store that lies at a path."""
    return path


class Writer:
    def flush(self):
        return open_store("x")
`;

/** A daemon of the test `t`'s own, whose folder has store.py. */
export async function begin(t, options) {
  const place = new index_world(options);
  t.after(() => place.end());
  place.write('store.py', store_py);
  await place.serve();
  return place;
}

export class index_world extends world {
  write(name, text) {
    const file = path.join(this.cwd, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    return file;
  }

  /** An editor with a session in the world's folder. */
  async editor(wants = {}, more = {}, own = capabilities) {
    const c = this.connect();
    await start_with(c, wants, 'acpd-tests', own);
    const { sessionId } = await c.request('session/new', { cwd: this.cwd, mcpServers: [], ...more });
    return { c, sessionId, ask: (name, params) => ext(c, `index/${name}`, params) };
  }

  /** acpd's own MCP server as the session's agent was given it. */
  async given({ c, sessionId }) {
    const before = c.texts().length;
    await c.prompt(sessionId, 'mcp');
    const said = c.texts().slice(before).find((text) => text.includes('mcp ['));
    return JSON.parse(said.slice(said.indexOf('['))).find((s) => s.args?.[0] === 'mcp');
  }
  /** That server, started from here: a process that runs apart from its shim. */
  async server(editor) {
    const asked = await this.given(editor);
    const env = Object.entries(this.env).map(([name, value]) => ({ name, value }));
    return open_server({ ...asked, env: [...env, ...asked.env] });
  }

  complete({ ask }, cwd = this.cwd) {
    return poll(async () => {
      const { coverage } = await ask('status', { cwd });
      return coverage?.complete && coverage.pending === 0 && coverage;
    }, 'the index to be complete');
  }
  worker() { return this.processes().find((p) => p.args[0].endsWith('acpd-index'))?.pid; }
}
