// Each function measures one group and adds its rows. Rounds alternate the arms, so that a drift of
// the machine meets all of them alike; figures are medians of the rounds.
import fs from 'node:fs';
import path from 'node:path';

import { pss_mb } from '../lib/memory.mjs';
import { poll } from '../lib/until.mjs';
import { bin } from '../lib/world.mjs';
import { median } from './proc.mjs';

const say = (text) => process.stderr.write(`${text}\n`);

/** rounds × arms; gives {arm: [result…]}. Arms with fewer rounds are measured in the first ones. */
export async function alternate(rounds, arms) {
  const results = Object.fromEntries(Object.keys(arms).map((name) => [name, []]));
  for (let i = 0; i < rounds; i++)
    for (const [name, { run, rounds: only = rounds }] of Object.entries(arms))
      if (i < only) results[name].push(await run());
  return results;
}
export const medians = (results, key) =>
  Object.fromEntries(
    Object.entries(results).map(([arm, list]) => [
      arm,
      list.length ? median(list.map((r) => r[key])) : undefined,
    ]),
  );

/** A v2 editor is shown the same by rendering: at most half as slow again. */
const v2_row = (t, what, values, { more_is_better }) =>
  t.add(`${what}, to a v2 editor (target: times v1's)`, { acpd: values.acpd_v2 }, {
    at_most: 1.5,
    of: more_is_better ? values.acpd / values.acpd_v2 : values.acpd_v2 / values.acpd,
  });

const arms_of = (w, kind, prompt, acpx_rounds) => ({
  pipe: { run: () => w.bare(kind, prompt) },
  cats: { run: () => w.cats(kind, prompt) },
  acpd: { run: () => w.acpd(kind, prompt) },
  acpd_v2: { run: () => w.acpd(kind, prompt, { v2: true }) },
  acpx: { run: () => w.acpx(kind, prompt), rounds: acpx_rounds },
});

export async function latency(w, t, { rounds = 5, seconds = 3 } = {}) {
  for (const [rate, p50_limit, p99_limit] of [[200, 0.4, 2], [1000, undefined, 3]]) {
    say(`latency at ${rate}/s`);
    const results = await alternate(
      rounds,
      arms_of(w, 'C++', `rate ${rate} ${rate * seconds} 200`, 2),
    );
    for (const [key, limit] of [['p50_ms', p50_limit], ['p99_ms', p99_limit]]) {
      const values = medians(results, key);
      t.add(`latency at ${rate}/s, ${key.slice(0, 3)}, ms (target: added to the pipe)`, values,
        { at_most: limit, of: values.acpd - values.pipe });
      if (key === 'p50_ms')
        v2_row(t, `latency at ${rate}/s, p50, ms`, values, { more_is_better: false });
    }
  }
}

export async function floods(w, t, { rounds = 9 } = {}) {
  say('floods');
  const node = await alternate(rounds, arms_of(w, 'node', 'flood 10000 200', 3));
  const rates = medians(node, 'per_second');
  t.add('flood of 10,000 × 200 bytes, Node agent, lines/s', rates, {
    at_least: 0.7,
    of: rates.acpd / rates.pipe,
    ratio: true,
  });
  v2_row(t, 'the same flood, lines/s', rates, { more_is_better: true });
  cpu_rows(t, node.acpd, 'Node');
  const cpp = await alternate(5, arms_of(w, 'C++', 'flood 100000 200', 0));
  const fast = medians(cpp, 'per_second');
  t.add('flood of 100,000 × 200 bytes, C++ agent, lines/s', fast, {
    at_least: 80_000,
    ratio: true,
  });
  v2_row(t, 'the same flood, lines/s', fast, { more_is_better: true });
  cpu_rows(t, cpp.acpd, 'C++');
  const runs = [node, cpp].flatMap((of) => [...of.acpd, ...of.acpd_v2]);
  const gaps = runs.reduce((sum, r) => sum + r.gaps, 0);
  t.add('gaps in what acpd delivered in these floods', { acpd: gaps }, { at_most: 0 });
}

/** The runner's cancel: from session/cancel to the answered prompt, with four commands running. */
export async function cancel(w, t, { rounds = 5 } = {}) {
  say('cancel');
  for (let i = 0; i < 40; i++) fs.writeFileSync(path.join(w.cwd, `${i}.job`), '');
  const took = [];
  for (let i = 0; i < rounds; i++) {
    const editor = w.connect(['--agent', 'runner']);
    const id = await editor.open(w.cwd);
    const answer = editor.prompt(id, `/each *.job --fresh --jobs 4 -- sleep 1000 # ${i}`);
    await editor.until(
      () => editor.updates.some((u) => u.update.sessionUpdate === 'tool_call'),
      'the job to run',
    );
    const asked = performance.now();
    await editor.notify('session/cancel', { sessionId: id });
    await answer;
    took.push(performance.now() - asked);
    await editor.leave();
  }
  t.add(
    'cancel of a job of the runner, to its answer, ms',
    { acpd: median(took) },
    { at_most: 1000 },
  );
}

function cpu_rows(t, results, kind) {
  for (const [part, limit] of [['daemon', 12], ['shim', 3], ['bridge', undefined]])
    t.add(
      `CPU a line in the ${kind} flood, ${part}, µs`,
      { acpd: median(results.map((r) => r.cpu[part])) },
      { at_most: limit },
    );
}

/** Replay rate, attach time and memory, all on one session of 100,000 updates. */
export async function replay(w, t, { rounds = 5 } = {}) {
  say('replay and attach');
  const made = await w.acpd('C++', 'flood 100000 200', { keep: true });
  const from_start = ['--socket', w.env.ACPD_SOCKET, '--load', made.session, '--from', made.epoch];
  const { verbatim, v2 } = await alternate(rounds, {
    verbatim: { run: () => w.read(from_start) },
    v2: { run: () => w.read(['--v2', ...from_start]) },
  });
  t.add(
    'replay of 100,000 updates, verbatim, updates/s',
    { acpd: median(verbatim.map((r) => r.per_second)) },
    { at_least: 400_000 },
  );
  t.add('the same to a v2 editor, rendered, updates/s', {
    acpd: median(v2.map((r) => r.per_second)),
  });
  t.add(
    'updates missing in it',
    { acpd: Math.max(0, 100_000 - Math.min(...[...verbatim, ...v2].map((r) => r.updates))) },
    { at_most: 0 },
  );
  t.add('daemon after a replay, PSS, MB', { acpd: pss_mb(w.daemon.pid) }, { at_most: 20 });
  const small = await w.acpd('C++', 'flood 1000 200', { keep: true });
  await attach_to(w, t, small.session, '1,000 updates');
  await attach_to(w, t, made.session, '100,000 updates');
  await w.ctl('rm', small.session);
  await w.ctl('rm', made.session);
}

async function attach_to(w, t, session, size) {
  const direct = [], bridged = [];
  for (let i = 0; i < 9; i++) {
    direct.push(await w.read(['--socket', w.env.ACPD_SOCKET, '--load', session]));
    bridged.push(await w.read(['--load', session], [bin('acpctl'), 'connect', '--agent', 'cpp']));
  }
  t.add(`attach to a session of ${size}: socket open to first replayed update, ms`,
    { acpd: median(direct.map((r) => r.open_to_first_ms)) }, { at_most: 5 });
  t.add('the same through acpctl connect, its start included, ms', {
    acpd: median(bridged.map((r) => r.open_to_first_ms)),
  });
}

export async function start(w, t, { rounds = 9 } = {}) {
  say('start');
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const socket = path.join(w.dir, `start-${i}`);
    const state = path.join(w.dir, `state-${i}`);
    times.push(
      await w.read(
        ['--listens', socket],
        [bin('acpd'), 'serve', '--state-dir', state, '--socket', socket],
      ),
    );
  }
  t.add(
    'start to listening, ms',
    { acpd: median(times.map((r) => r.listening_ms)) },
    { at_most: 20 },
  );
}

/** A fresh daemon: idle, with one session of 12,000 updates, and the acpx processes of one
 * session. */
export async function memory(w, t) {
  say('memory');
  await poll(() => pss_mb(w.daemon.pid) > 0, 'the daemon');
  t.add('daemon idle, PSS, MB', { acpd: pss_mb(w.daemon.pid) }, { at_most: 8 });
  const idle = await w.acpd('node', 'say hello');
  t.add('shim idle, PSS, MB', { acpd: idle.pss.shim }, { at_most: 2.5 });
  const busy = await w.acpd('node', 'flood 12000 200');
  t.add('daemon after 12,000 updates, PSS, MB', { acpd: busy.pss.daemon }, { at_most: 16 });
  t.add('shim after 12,000 updates, PSS, MB', { acpd: busy.pss.shim }, { at_most: 2.5 });
  t.add('bridge, PSS, MB', { acpd: busy.pss.bridge }, { at_most: 3 });
}

export async function acpx_memory(w, t) {
  const cli = path.join(
    path.dirname(path.dirname(new URL(import.meta.url).pathname)),
    '../node_modules/acpx/dist/cli.js',
  );
  const { agents } = await import('./arms.mjs');
  const base = [
    process.execPath,
    cli,
    '--agent',
    agents.node.join(' '),
    '--ttl',
    '30',
    '--format',
    'json',
  ];
  await w.read(['--listen-only'], [...base, 'sessions', 'new']);
  const attach = await w.read(['--listen-only'], [...base, 'say hello']);
  const own = w.processes().filter((p) => p.args.some((a) => a.includes('acpx/dist')));
  const total = own.reduce((sum, p) => sum + pss_mb(p.pid), 0);
  t.add("a session's own processes (acpd: shim and bridge), PSS, MB", {
    acpx: total,
    acpd:
      t.rows.find((r) => r.what.startsWith('shim idle')).of +
      t.rows.find((r) => r.what.startsWith('bridge')).of,
  });
  t.add('command to first update of a turn, ms', { acpx: attach.open_to_first_ms });
  await w.read(['--listen-only'], [...base, 'sessions', 'close']);
  fs.rmSync(path.join(w.dir, '.acpx'), { recursive: true, force: true });
}
