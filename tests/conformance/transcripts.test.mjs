// Conversations of real agents, played again through acpd: what the editor receives is what the
// agent sent, byte for byte but for ids and `_meta`.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { poll } from '../lib/until.mjs';
import { bin, root, world } from '../lib/world.mjs';
import { client } from '../lib/client.mjs';

const folder = path.join(root, 'tests/data/transcripts');
const tap = path.join(root, 'tests/lib/tap.mjs');
const player = path.join(root, 'tests/agents/transcript.mjs');

/** Up to the end of the recording's first process. */
function read(file) {
  const all = fs.readFileSync(path.join(folder, file), 'utf8').split('\n').filter(Boolean)
    .map((line) => JSON.parse(line));
  const again = all.findIndex((s, i) => i > 0 && s.msg.method === 'initialize');
  return again < 0 ? all : all.slice(0, again);
}
const names = fs.readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
  .filter((name) => read(name).some((s) => s.dir === 'c2a' && s.msg.method === 'session/new'));
const from_agent = (script, method) =>
  script.filter((s) => s.dir === 'a2c' && s.msg.method === method).map((s) => s.msg);

/** What a person did in the recording: prompts, answers and cancels, each when all that was shown
 * and asked before it has come. */
async function act_again(editor, sessionId, script) {
  let shown = 0, asked = 0;
  const at_home = new Set();  // requests that acpd answers itself
  const has_come = () => editor.updates.length >= shown &&
    editor.frames.filter((m) => m.method && 'id' in m).length >= asked;
  for (const { dir, msg: { method, params, id, result } } of script) {
    if (dir === 'a2c') {
      if (method === 'session/update') shown++;
      if (method?.startsWith('terminal/')) at_home.add(id);
      else if (method && id !== undefined) asked++;
      continue;
    }
    await editor.until(has_come, `${shown} updates and ${asked} questions`);
    if (method === 'session/prompt') editor.call(method, { ...params, sessionId });
    else if (method === 'session/cancel') editor.notify(method, { sessionId });
    else if (method === undefined && !at_home.has(id)) editor.answer(editor.asked[0].id, result);
  }
}

describe('recorded conversations', { timeout: 240_000 }, () => {
  for (const name of names)
    it(name, { timeout: 60_000 }, async (t) => {
      const script = read(name);
      const w = new world({ agents: {
        recorded: { command: [process.execPath, player, path.join(folder, name)] } } });
      t.after(() => w.end());
      await w.serve();
      const seen = path.join(w.dir, 'editor.tap');
      const editor = new client(process.execPath, [tap, seen, bin('acpctl'), 'connect'],
        { env: w.env, cwd: w.cwd });
      await editor.start();
      const login = script.find((s) => s.msg.method === 'authenticate');
      if (login) await editor.request('authenticate', login.msg.params);
      const { sessionId } = await editor.request('session/new', { cwd: w.cwd, mcpServers: [] });
      await act_again(editor, sessionId, script);

      // An update of a recording that ends in mid-turn has come, too: the last one is waited for.
      const sent = from_agent(script, 'session/update').map((m) => JSON.stringify(m.params.update));
      const lines = () => fs.readFileSync(seen, 'utf8').split('\n').filter(Boolean)
        .map((record) => JSON.parse(record)).filter((r) => r.to === 'client').map((r) => r.line)
        .filter((line) => line.includes('"session/update"'));
      await poll(() => lines().length >= sent.length, `${sent.length} updates`);
      const received = lines();
      assert.equal(received.length, sent.length);
      for (const [i, update] of sent.entries())
        assert.ok(received[i].includes(`"update":${update}`), `update ${i}: ${received[i]}`);

      const asked = editor.frames.filter((m) => m.method === 'session/request_permission');
      const bare = ({ sessionId: _, _meta, ...rest }) => rest;
      assert.deepEqual(asked.map((m) => bare(m.params)),
        from_agent(script, 'session/request_permission').map((m) => bare(m.params)));
      assert.ok(sent.length > 0);
      editor.kill();
    });
});
