// acpx, an ACP client that nobody wrote for acpd, unchanged, with `acpctl connect` as its agent.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { conversation } from '../lib/schema.mjs';
import { poll } from '../lib/until.mjs';
import { bin, root, scripted, world } from '../lib/world.mjs';

const cli = path.join(root, 'node_modules/acpx/dist/cli.js');
const tap = path.join(root, 'tests/lib/tap.mjs');
const place = new world();
const record = path.join(place.dir, 'acpx.tap');
const agent = process.env.ACPD_CONFORMANCE_DIRECT
  ? `${process.execPath} ${scripted}`
  : `${process.execPath} ${tap} ${record} ${bin('acpctl')} connect`;
const base = ['--agent', agent, '--format', 'json', '--cwd', place.cwd, '--ttl', '60'];

/** Runs acpx to its end: {code, frames}. */
function acpx(...args) {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [cli, ...base, ...args],
      { env: place.env, cwd: place.cwd, timeout: 60_000, maxBuffer: 1 << 26 },
      (error, stdout, stderr) =>
        resolve({
          code: error ? (error.code ?? error.signal) : 0,
          stderr,
          frames: stdout
            .split('\n')
            .filter((l) => l.startsWith('{'))
            .map((l) => JSON.parse(l)),
        }),
    );
  });
}
const texts = (frames) =>
  frames
    .map((f) => f.params?.update?.content?.text)
    .filter((t) => t !== undefined)
    .join('\n');
const stops = (frames) => frames.map((f) => f.result?.stopReason).filter(Boolean);
const bounded = (name, flow) => test(name, { timeout: 120_000 }, flow);

before(async () => { if (!process.env.ACPD_CONFORMANCE_DIRECT) await place.serve(); });
after(() => place.end());

bounded('exec: initialize, new, prompt', async () => {
  const { frames, stderr } = await acpx('exec', 'say hello acpx');
  assert.match(texts(frames), /hello acpx/, stderr);
  assert.deepEqual(stops(frames), ['end_turn']);
});

bounded('permission: approved with --approve-all, refused with --deny-all', async () => {
  assert.match(
    texts((await acpx('--approve-all', 'exec', 'permission')).frames),
    /permission: selected (yes|always)/,
  );
  assert.match(
    texts((await acpx('--deny-all', 'exec', 'permission')).frames),
    /permission: (selected no|cancelled)/,
  );
});

bounded('files of the working directory go through acpx', async () => {
  const file = path.join(place.cwd, 'acpx.txt');
  fs.writeFileSync(file, 'text on disk');
  const { frames } = await acpx(
    '--approve-all',
    'exec',
    `fs read ${file}; fs write ${file} changed`,
  );
  assert.match(texts(frames), /read: text on disk/);
  assert.equal(fs.readFileSync(file, 'utf8').trim(), 'changed');
});

bounded('a saved session goes on in a new process: load or resume', async () => {
  assert.equal((await acpx('sessions', 'new')).code, 0);
  const first = await acpx('prompt', 'say first');
  assert.match(texts(first.frames), /first/, first.stderr);
  const second = await acpx('prompt', 'say second');
  assert.match(texts(second.frames), /second/, second.stderr);
  assert.equal((await acpx('sessions', 'close')).code, 0);
});

bounded('cancel: a running prompt ends with "cancelled"', async () => {
  assert.equal((await acpx('sessions', 'new', '--name', 'long')).code, 0);
  let seen = '';
  const running = spawn(
    process.execPath,
    [cli, ...base, 'prompt', '-s', 'long', 'say running; wait'],
    { env: place.env, cwd: place.cwd },
  );
  running.stdout.on('data', (d) => { seen += d; });
  const ended = new Promise((resolve) => running.on('exit', resolve));
  await poll(() => seen.includes('running"'), 'the turn to run');
  assert.equal((await acpx('cancel', '-s', 'long')).code, 0);
  await ended;
  assert.match(seen, /"stopReason":"cancelled"/);
});

bounded('sessions made by acpx are in acpd\'s list', async () => {
  const { stdout, code, stderr } = await place.ctl('ls', '--json');
  assert.equal(code, 0, stderr);
  assert.ok(stdout.split('\n').filter(Boolean).length >= 1);
});

bounded('an agent\'s error reaches acpx', async () => {
  const { code, frames } = await acpx('exec', 'error -32603 out of luck');
  assert.notEqual(code, 0);
  assert.match(JSON.stringify(frames), /out of luck/);
});

bounded('every frame that acpd wrote to acpx is valid', () => {
  const talk = new conversation();
  const wrong = [];
  // one file for several connections: their ids begin again, which the judge does not mind
  for (const line of fs.readFileSync(record, 'utf8').split('\n').filter(Boolean)) {
    const { to, line: text } = JSON.parse(line);
    const found = talk.frame(to, JSON.parse(text));
    if (to === 'client' && found.problem) wrong.push(`${found.problem}: ${text.slice(0, 200)}`);
  }
  assert.deepEqual(wrong, []);
});
