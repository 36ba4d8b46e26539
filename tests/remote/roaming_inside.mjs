// Runs in a network namespace of its own (roaming.test.mjs): the daemon here, the editor's bridge
// in a second one, at the other end of a veth pair. Its argument is the way: wss or ssh. Prints one
// line of JSON.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

import { client } from '../lib/client.mjs';
import { poll } from '../lib/until.mjs';
import { bin } from '../lib/world.mjs';
import { tls_world, token_file } from './servers.mjs';
import { serve_ssh } from './sshd.mjs';

const run = (...words) =>
  execFileSync(words[0], words.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
const total = 1500;

run('ip', 'link', 'set', 'lo', 'up');
const there = spawn('unshare', ['-n', 'sleep', '1000'], { stdio: 'ignore' });
const namespace = (pid) => {
  try {
    return fs.readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return '';
  }
};
await poll(
  () => namespace(there.pid) && namespace(there.pid) !== namespace('self'),
  'the second namespace',
);
const far = (...words) => run('nsenter', '-t', String(there.pid), '-n', ...words);
run('ip', 'link', 'add', 'va', 'type', 'veth', 'peer', 'name', 'vb');
run('ip', 'link', 'set', 'vb', 'netns', String(there.pid));
run('ip', 'addr', 'add', '10.77.0.1/24', 'dev', 'va');
run('ip', 'link', 'set', 'va', 'up');
far('ip', 'addr', 'add', '10.77.0.2/24', 'dev', 'vb');
far('ip', 'link', 'set', 'vb', 'up');

const made = await tls_world({ address: '10.77.0.1' });
const over_ssh = process.argv[2] === 'ssh';
const ssh = over_ssh ? await serve_ssh(made, '10.77.0.1') : undefined;
const target = over_ssh ? ssh.port : made.port;

// Between them: delays what it carries, and can cut all of it off.
const pairs = new Set();
let delay_ms = 0;
const relay = net.createServer((near) => {
  const to = net.connect(target, '10.77.0.1');
  pairs.add([near, to]);
  for (const [a, b] of [[near, to], [to, near]]) {
    a.on('data', (part) => setTimeout(() => b.writable && b.write(part), delay_ms));
    a.on('error', () => {});
    a.on('close', () => b.destroy());
  }
});
await new Promise((resolve) => relay.listen(0, '10.77.0.1', resolve));
const cut = () => { for (const [a] of pairs) a.resetAndDestroy(); pairs.clear(); };

const log = fs.openSync(path.join(made.dir, 'bridge.err'), 'a');
const way = over_ssh
  ? ['--remote', `ssh://root@10.77.0.1:${relay.address().port}`]
  : ['--remote', `wss://10.77.0.1:${relay.address().port}`,
    '--token-file', token_file(made, made.controller), '--ca', made.cert];
const editor = new client('nsenter',
  ['-t', String(there.pid), '-n', bin('acpctl'), 'connect', ...way],
  { env: { ...made.env, ...(over_ssh ? { PATH: ssh.path } : {}) }, stderr: log, cwd: made.cwd });
let ended = false;
editor.exited.then(() => { ended = true; });
const sessionId = await editor.open(made.cwd);
const turn = editor.prompt(sessionId, `rate 50 ${total}`);
const count = () => editor.updates.length;
const after = (n) =>
  editor.until(() => count() >= n, `update ${n}; ${count()} came; ${made.traces()}`, 60_000);

await after(100);
delay_ms = 120;                                           // delayed
await after(250);
cut();                                                    // cut
await after(400);
delay_ms = 0;
far('ip', 'link', 'set', 'vb', 'down');                   // gone for a while: the daemon goes on
await poll(
  async () => (await made.ctl('log', '--json', '--from', '500')).stdout.length > 0,
  'the turn to go on',
);
far('ip', 'link', 'set', 'vb', 'up');
await after(600);
run(
  'tc',
  'qdisc',
  'add',
  'dev',
  'va',
  'root',
  'tbf',
  'rate',
  '2mbit',
  'burst',
  '16k',
  'latency',
  '200ms',
);
await after(750);
run('tc', 'qdisc', 'change', 'dev', 'va', 'root', 'tbf', 'rate', '1mbit', 'burst', '16k',
  'latency', '200ms'); // halved
await after(900);
far('ip', 'addr', 'del', '10.77.0.2/24', 'dev', 'vb');    // another address
far('ip', 'addr', 'add', '10.77.0.3/24', 'dev', 'vb');
await after(1100);
const { result } = await turn;

const numbers = editor.texts().map((t) => Number(/^#(\d+)/.exec(t)?.[1])).filter(Boolean);
const seen = new Set(numbers);
const daemon_log = fs.readFileSync(path.join(made.state, 'acpd.log'), 'utf8');
console.log(
  JSON.stringify({
    expected: total,
    numbers: numbers.length,
    missing: total - seen.size,
    repeated: numbers.length - seen.size,
    in_order: numbers.every((n, i) => i === 0 || n > numbers[i - 1]),
    stopReason: result?.stopReason,
    bridge_ended: ended,
    reconnects: daemon_log.split(' is back').length - 1,
  }),
);
relay.close();
cut();
ssh?.end();
await made.end();
there.kill('SIGKILL');
process.exit(0);
