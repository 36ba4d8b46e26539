// A full disk and a state folder that cannot be used: said in one sentence with what to do, and
// nothing that was shown is lost. The disk is a small tmpfs, which only root may mount.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';

import { bin, world } from '../lib/world.mjs';

const root_only = { skip: process.getuid() !== 0 && 'only root can mount a small disk', timeout: 90_000 };
const mount = (...args) => execFileSync('mount', args);

async function on_small_disk(size, run) {
  const place = new world();
  fs.mkdirSync(place.state, { mode: 0o700 });
  try {
    mount('-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', place.state);
  } catch (error) {
    await place.end();
    return error;  // a container without that right
  }
  try {
    await run(place);
  } finally {
    for (const { pid } of place.processes()) process.kill(pid, 'SIGKILL');
    execFileSync('umount', ['-l', place.state]);
    await place.end();
  }
  return undefined;
}

test('a disk that fills up in a turn stops it, and it goes on when there is room', root_only, async (t) => {
  const no_right = await on_small_disk('3m', async (place) => {
    await place.serve();
    const editor = place.connect();
    const id = await editor.open(place.cwd);
    const answer = editor.prompt(id, 'flood 10000 200');
    const trouble = async () => JSON.parse((await place.ctl('status', '--json')).stdout).trouble;
    for (let i = 0; i < 300 && !(await trouble()); i++) await new Promise((r) => setTimeout(r, 50));
    assert.match(await trouble(), /no space left.*free some/);
    const other = place.connect();
    await other.start();
    await assert.rejects(other.request('session/new', { cwd: place.cwd, mcpServers: [] }), /no space left/);
    assert.ok(editor.updates.length < 10_000, 'the turn waits');
    mount('-o', 'remount,size=64m', place.state);
    assert.equal((await answer).result.stopReason, 'end_turn');
    const numbers = editor.texts().map((text) => Number(/^#(\d+)/.exec(text)?.[1])).filter(Boolean);
    assert.deepEqual(numbers, Array.from({ length: 10_000 }, (_, i) => i + 1));
    assert.equal(await trouble(), undefined);
  });
  if (no_right) t.skip(no_right.message);
});

test('a state folder on a read-only disk: one sentence that says what to do', root_only, async (t) => {
  const no_right = await on_small_disk('1m', async (place) => {
    mount('-o', 'remount,ro', place.state);
    const ran = spawnSync(bin('acpd'), ['serve'], { env: place.env, encoding: 'utf8', timeout: 20_000 });
    assert.equal(ran.status, 1);
    assert.match(ran.stderr, /^acpd: [^\n]*(read-only|Read-only)[^\n]*\n$/i);
    assert.match(ran.stderr, /writable|another/);
  });
  if (no_right) t.skip(no_right.message);
});

test('a second daemon on the same state folder is told who holds it', async () => {
  const place = new world();
  await place.serve();
  const second = spawnSync(bin('acpd'), ['serve'], { env: place.env, encoding: 'utf8', timeout: 20_000 });
  assert.equal(second.status, 1);
  assert.match(second.stderr, new RegExp(`another acpd has the state folder .*pid ${place.daemon_pid()}`));
  await place.end();
});
