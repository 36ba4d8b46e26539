// Measures what the SDK and acpx send when they end: node tests/crash/measure_clients.mjs
// Each row: a client with a turn running, an end, and what the agent saw after that.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { poll } from '../lib/until.mjs';
import { root } from '../lib/world.mjs';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'acpd-ends-'));
const probe = path.join(root, 'tests/agents/end_probe.mjs');
const acpx = path.join(root, 'node_modules/acpx/dist/cli.js');
const sdk = path.join(root, 'tests/crash/sdk_client.mjs');
let count = 0;

function start(args) {
  const file = path.join(dir, `ends-${count++}`);
  fs.writeFileSync(file, '');
  const child = spawn(process.execPath, args, {
    env: { ...process.env, HOME: dir, ACPD_TEST_ENDS: file },
    stdio: ['pipe', 'pipe', 'ignore'],
    cwd: dir,
    detached: true,
  });
  return { child, seen: () => fs.readFileSync(file, 'utf8').split('\n').filter(Boolean) };
}

/** The end is quiet when nothing new was noted for two seconds. */
async function after(client, end) {
  await poll(() => client.seen().includes('session/prompt'), 'the prompt');
  await new Promise((resolve) => setTimeout(resolve, 300));
  const before = client.seen().length;
  await end(client.child);
  let last = 0, quiet = Date.now();
  while (Date.now() - quiet < 2000) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (client.seen().length !== last) { last = client.seen().length; quiet = Date.now(); }
  }
  return client.seen().slice(before);
}

/** Every probe that is left, found by the variable it was started with. */
function sweep() {
  for (const pid of fs
    .readdirSync('/proc')
    .filter((n) => /^\d+$/.test(n) && Number(n) !== process.pid)) {
    try {
      if (fs.readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`ACPD_TEST_ENDS=${dir}`))
        process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      if (!['ENOENT', 'ESRCH', 'EACCES'].includes(error.code)) throw error;
    }
  }
}

const direct = (signal) => (child) => child.kill(signal);
const group = (signal) => (child) => process.kill(-child.pid, signal);
const exec = [acpx, '--agent', `${process.execPath} ${probe}`, '--format', 'json', 'exec', 'work'];
const rows = [
  ['SDK, connection.close()', [sdk, probe], (child) => child.stdin.write('close\n')],
  ['SDK, process.exit()', [sdk, probe], (child) => child.stdin.write('exit\n')],
  ['SDK, SIGTERM of the client', [sdk, probe], direct('SIGTERM')],
  ['SDK, SIGKILL of the client', [sdk, probe], direct('SIGKILL')],
  ['SDK, SIGHUP of the group', [sdk, probe], group('SIGHUP')],
  ['acpx exec, Ctrl-C (SIGINT of the group)', exec, group('SIGINT')],
  ['acpx exec, SIGTERM of the client', exec, direct('SIGTERM')],
  ['acpx exec, SIGHUP of the client', exec, direct('SIGHUP')],
  ['acpx exec, SIGKILL of the client', exec, direct('SIGKILL')],
];
for (const [what, args, end] of rows) {
  const seen = await after(start(args), end);
  console.log(`| ${what} | ${seen.join(', ') || 'nothing (SIGKILL, or left running)'} |`);
  sweep();
}
fs.rmSync(dir, { recursive: true });
