// A daemon that an editor started ends when it is told to be idle no longer than a while, and never
// while something is at work.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, test } from 'node:test';

import { poll } from '../../lib/until.mjs';
import { world } from '../../lib/world.mjs';

const place = new world({ toml: '[daemon]\nidle_exit_seconds = 1\n' });
after(() => place.end());

test('a daemon with idle_exit_seconds stays while a turn runs, then ends with its agent', {
  timeout: 90_000,
}, async () => {
  const editor = place.connect();
  const id = await editor.open(place.cwd);
  const open_turn = editor.prompt(id, `say one; say two; gate ${place.gate}; say three`);
  await editor.until(() => editor.said('#2'), 'the turn to be at the gate');
  await editor.leave();
  await open_turn;
  const log = () => fs.readFileSync(`${place.state}/acpd.log`, 'utf8');
  // Longer than the daemon looks: three seconds of its own clock, seen in the file of its state.
  const began = Date.now();
  await poll(() => Date.now() - began > 3_000, 'three seconds');
  assert.ok(place.daemon_pid(), `the daemon must stay while a turn runs:\n${log()}`);
  fs.writeFileSync(place.gate, '');
  await poll(() => place.processes().length === 0, 'daemon, shim and agent to end', 30_000);
  assert.match(log(), /nobody was here and nothing was at work for 1 s/);
});

test('the session is there again when an editor comes back', { timeout: 90_000 }, async () => {
  const editor = place.connect();
  await editor.start();
  const { sessions } = await editor.request('session/list', {});
  assert.equal(sessions.length, 1);
  await editor.request('session/load', {
    sessionId: sessions[0].sessionId, cwd: place.cwd, mcpServers: [] });
  assert.ok(editor.said('#3'));
  await editor.leave();
});
