// A disk that is full while the runner records a job: it stops with one sentence that says what to
// do, and what was recorded as finished never runs again.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { on_small_disk, root_only } from '../../lib/small_disk.mjs';
import { bin, world } from '../../lib/world.mjs';
import { client } from '../../lib/client.mjs';

const sentence = /^[^\n]*runner\.db: [^\n]*full\. Make room on that disk[^\n]*\/continue[^\n]*$/;

/** A runner whose database lies on a disk of `size`, in a world of its own. */
async function with_small_disk(t, size, run) {
  const place = new world();
  const state = path.join(place.dir, 'runner');
  fs.mkdirSync(state);
  const start = () => new client(bin('acpd'), ['runner'], { cwd: place.cwd,
    env: { ...place.env, ACPD_RUNNER_STATE: path.join(state, 'runner.db') } });
  try {
    const no_right = await on_small_disk(state, size, async (disk) => {
      await run({ place, state, disk, start, ballast: path.join(state, 'ballast') });
      for (const { pid } of place.processes()) process.kill(pid, 'SIGKILL');
    });
    if (no_right) t.skip(no_right.message);
  } finally {
    await place.end();
  }
}

function make_files(folder, count) {
  for (let i = 1; i <= count; i++)
    fs.writeFileSync(path.join(folder, `f${String(i).padStart(5, '0')}.c`), '');
}

/** How often each item ran, from what the items themselves wrote on another disk. */
function times_run(place) {
  const times = new Map();
  for (const name of fs
    .readFileSync(path.join(place.cwd, 'log'), 'utf8')
    .split('\n')
    .filter(Boolean))
    times.set(name, (times.get(name) ?? 0) + 1);
  return times;
}

/** Fills the disk until not a byte fits. */
function fill(file) {
  const fd = fs.openSync(file, 'a');
  try {
    for (let size = 1 << 16; size >= 1;) {
      try { fs.writeSync(fd, Buffer.alloc(size)); } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
        size >>= 1;
      }
    }
  } finally {
    fs.closeSync(fd);
  }
}

test(
  'a disk that is full in the middle of a job stops it; with room it goes on where it was',
  root_only,
  async (t) => {
    await with_small_disk(t, '16m', async ({ place, start, ballast }) => {
      make_files(place.cwd, 400);
      const runner = start();
      const session = await runner.open(place.cwd);
      // One of the items fills the disk, once; the items' own log lies on another one.
      const job =
        '/each *.c --jobs 2 -- echo {} >> log; ' +
        `case {} in f00050.c) test -e filled || ` +
        `{ : > filled; cat /dev/zero > '${ballast}' 2>&-; }; : ;; esac`;
      const stopped = await runner.prompt(session, job);
      assert.equal(stopped.error?.code, -32603, JSON.stringify(stopped));
      assert.match(stopped.error.message, sentence);
      const before = times_run(place).size;
      assert.ok(before >= 50 && before < 400, `${before} had run`);
      const again = await runner.prompt(session, '/continue');
      assert.match(again.error?.message ?? '', sentence, 'still full, still said');

      fs.rmSync(ballast);
      const rest = await runner.prompt(session, '/continue');
      assert.equal(rest.result?.stopReason, 'end_turn', JSON.stringify(rest));
      const said = runner.texts().join('');
      assert.match(said, /400\/400 files, none failed/);
      const finished = Number(/ (\d+) had finished/.exec(said)[1]);
      const repeated = /run again: (.*)/.exec(said)?.[1].split(', ') ?? [];
      assert.ok(
        finished + repeated.length >= before,
        `${finished} recorded, ${repeated} again, ${before} had run`,
      );
      const times = times_run(place);
      assert.equal(times.size, 400);
      for (const [name, count] of times)
        assert.ok(count <= (repeated.includes(name) ? 2 : 1), `${name} ran ${count} times`);
    });
  },
);

test(
  'a disk that is full while the files are listed: nothing has run, and /continue lists again',
  root_only,
  async (t) => {
    await with_small_disk(t, '128k', async ({ place, start, disk }) => {
      make_files(place.cwd, 2_000);
      const runner = start();
      const session = await runner.open(place.cwd);
      const stopped = await runner.prompt(
        session,
        '/each *.c --jobs 2 -- echo {} >> log; sleep 0.1',
      );
      assert.match(stopped.error?.message ?? '', sentence);
      assert.ok(!fs.existsSync(path.join(place.cwd, 'log')), 'nothing ran');
      disk.grow('64m');
      const answer = runner.prompt(session, '/continue');
      await runner.until(
        () => runner.updates.some((u) => u.update.title === 'each: 0/2000 files'),
        'the job to run',
      );
      runner.notify('session/cancel', { sessionId: session });
      assert.equal((await answer).result?.stopReason, 'cancelled');
    });
  },
);

test(
  'a disk without room for the database: said to who opens a session, and it can be tried again',
  root_only,
  async (t) => {
    await with_small_disk(t, '1m', async ({ place, start, ballast }) => {
      fill(ballast);
      const runner = start();
      await runner.start();
      const refused = await runner.call('session/new', { cwd: place.cwd, mcpServers: [] });
      assert.match(refused.error?.message ?? '', sentence);
      fs.rmSync(ballast);
      const made = await runner.call('session/new', { cwd: place.cwd, mcpServers: [] });
      assert.ok(made.result?.sessionId, JSON.stringify(made));
    });
  },
);
