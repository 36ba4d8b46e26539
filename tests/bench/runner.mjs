// tests/bench/runner: `/each` of the built-in agent against xargs over the same files. Every item
// is on disk before it starts; what that costs is the ratio.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { client } from '../lib/client.mjs';
import { bin } from '../lib/world.mjs';
import { cpu_seconds, median } from './proc.mjs';

const rounds = 5, per_round = 5_000, at_once = 2;
const items = Number(process.env.ACPD_BENCH_ITEMS ?? 100_000);
const command = `/each **/*.c --fresh --jobs ${at_once} -- true {}`;
const shown = (v, digits = 2) => v.toLocaleString('en-US', { maximumFractionDigits: digits });

const groups = { ratio, many };
const wanted = process.argv.slice(2);
const wrong = wanted.filter((name) => !groups[name]);
if (wrong.length) {
  console.error(
    `runner: no group ${wrong.join(', ')}; there are ${Object.keys(groups).join(', ')}`,
  );
  process.exit(2);
}
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'acpd-bench-runner-'));
try {
  for (const [name, run] of Object.entries(groups))
    if (wanted.length === 0 || wanted.includes(name)) await run();
} finally {
  fs.rmSync(dir, { recursive: true, force: true });
}

/** `count` small files in folders of a thousand; their names, separated by NULs. */
function make_files(name, count) {
  const root = path.join(dir, name);
  const names = [];
  for (let i = 0; i < count; i++) {
    const folder = `d${String(Math.floor(i / 1000)).padStart(3, '0')}`;
    if (i % 1000 === 0) fs.mkdirSync(path.join(root, folder), { recursive: true });
    names.push(`${folder}/f${String(i).padStart(6, '0')}.c`);
    fs.writeFileSync(path.join(root, names.at(-1)), 'x\n');
  }
  return { root, count, names: names.join('\0') + '\0' };
}

/** Seconds that xargs takes to run `argv` once for each file. */
async function with_xargs(files, argv) {
  const started = performance.now();
  const xargs = spawn('xargs', ['-0', `-P${at_once}`, '-n1', ...argv],
    { cwd: files.root, stdio: ['pipe', 'inherit', 'inherit'] });
  xargs.stdin.end(files.names);
  const code = await new Promise((resolve) => xargs.on('exit', resolve));
  if (code !== 0) throw new Error(`xargs ended with ${code}`);
  return (performance.now() - started) / 1000;
}

/** A turn of a runner that starts for it: seconds, its own CPU seconds, its peak memory in MB. */
async function with_runner(files) {
  const database = path.join(fs.mkdtempSync(path.join(dir, 'state-')), 'runner.db');
  const env = { ...process.env, ACPD_RUNNER_STATE: database };
  const runner = new client(bin('acpd'), ['runner'], { env, cwd: files.root });
  const session = await runner.open(files.root);
  const started = performance.now();
  const answer = await runner.prompt(session, command);
  const seconds = (performance.now() - started) / 1000;
  const done = `${files.count}/${files.count} files, none failed`;
  if (answer.result?.stopReason !== 'end_turn' || !runner.said(done))
    throw new Error(`the runner said: ${runner.texts().at(-1)} ${JSON.stringify(answer)}`);
  const status = fs.readFileSync(`/proc/${runner.child.pid}/status`, 'utf8');
  const figures = { seconds, cpu: cpu_seconds(runner.child.pid),
    peak: Number(/^VmHWM:\s+(\d+)/m.exec(status)[1]) / 1024, database: fs.statSync(database).size };
  await runner.leave();
  return figures;
}

async function ratio() {
  const files = make_files('ratio', per_round);
  const arms = {
    'xargs true': async () => ({ seconds: await with_xargs(files, ['true']) }),
    'xargs sh -c': async () => ({
      seconds: await with_xargs(files, ['sh', '-c', 'true "$1"', 'sh']),
    }),
    'acpd runner': () => with_runner(files),
  };
  const seen = Object.fromEntries(Object.keys(arms).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of Object.entries(arms)) seen[name].push(await run());
  const floor = seen['xargs true'].map((s) => s.seconds);
  console.log(
    `${shown(per_round)} files, ${at_once} at once, medians of ${rounds} alternated rounds\n`,
  );
  console.log(
    '| arm | µs an item | ratio to xargs true | own CPU, µs an item |\n|---|---|---|---|',
  );
  for (const [name, runs] of Object.entries(seen)) {
    const us = median(runs.map((r) => r.seconds)) / per_round * 1e6;
    const against = median(runs.map((r, i) => r.seconds / floor[i]));
    const cpu =
      runs[0].cpu === undefined ? '' : shown((median(runs.map((r) => r.cpu)) / per_round) * 1e6, 0);
    console.log(`| ${name} | ${shown(us, 0)} | ${shown(against)} | ${cpu} |`);
  }
}

async function many() {
  const files = make_files('many', items);
  const small = await with_runner(make_files('few', 1_000));
  const large = await with_runner(files);
  console.log('\n| items | seconds | peak memory, MB | database, MB |\n|---|---|---|---|');
  for (const [count, run] of [[1_000, small], [items, large]])
    console.log(
      `| ${shown(count)} | ${shown(run.seconds, 1)} | ${shown(run.peak, 1)} | ${shown(run.database / 1e6, 1)} |`,
    );
}
