// A full disk and a state folder that cannot be used: said in one sentence with what to do, and
// nothing that was shown is lost. The disk is a small tmpfs, which only root may mount.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';

import { on_small_disk, root_only } from '../lib/small_disk.mjs';
import { bin, world } from '../lib/world.mjs';

/** What `acpd serve` says when it ends at once. */
const serve_in_vain = (place) =>
  spawnSync(bin('acpd'), ['serve'], { env: place.env, encoding: 'utf8', timeout: 20_000 });

/** A daemon's world whose state lies on a disk of `size`, which `run` may grow or change. */
async function with_small_disk(t, size, run) {
  const place = new world();
  fs.mkdirSync(place.state, { mode: 0o700 });
  try {
    const no_right = await on_small_disk(place.state, size, async (disk) => {
      await run(place, disk);
      for (const { pid } of place.processes()) process.kill(pid, 'SIGKILL');
    });
    if (no_right) t.skip(no_right.message);
  } finally {
    await place.end();
  }
}

test('a disk that fills up in a turn stops it, and it goes on when there is room', root_only, async (t) => {
  await with_small_disk(t, '3m', async (place, disk) => {
    await place.serve();
    const editor = place.connect();
    const id = await editor.open(place.cwd);
    const answer = editor.prompt(id, 'flood 10000 200');
    const trouble = async () => JSON.parse((await place.ctl('status', '--json')).stdout).trouble;
    for (let i = 0; i < 300 && !(await trouble()); i++) await new Promise((r) => setTimeout(r, 50));
    assert.match(await trouble(), /no space left.*free some/);
    const other = place.connect();
    await other.start();
    const refused = other.request('session/new', { cwd: place.cwd, mcpServers: [] });
    await assert.rejects(refused, /no space left/);
    assert.ok(editor.updates.length < 10_000, 'the turn waits');
    disk.grow('64m');
    assert.equal((await answer).result.stopReason, 'end_turn');
    const numbers = editor.texts().map((text) => Number(/^#(\d+)/.exec(text)?.[1])).filter(Boolean);
    assert.deepEqual(numbers, Array.from({ length: 10_000 }, (_, i) => i + 1));
    assert.equal(await trouble(), undefined);
  });
});

test('a state folder on a read-only disk: one sentence that says what to do', root_only, async (t) => {
  await with_small_disk(t, '1m', async (place, disk) => {
    disk.remount('ro');
    const ran = serve_in_vain(place);
    assert.equal(ran.status, 1);
    assert.match(ran.stderr, /^acpd: [^\n]*(read-only|Read-only)[^\n]*\n$/i);
    assert.match(ran.stderr, /writable|another/);
  });
});

test('a second daemon on the same state folder is told who holds it', async () => {
  const place = new world();
  await place.serve();
  const second = serve_in_vain(place);
  assert.equal(second.status, 1);
  assert.match(second.stderr, new RegExp(`another acpd has the state folder .*pid ${place.daemon_pid()}`));
  await place.end();
});
