// The other ways to a session, beside the plain one (v1 editor, stdio, v1 agent): a WebSocket, the
// bridge over one, and editors of the other version than their agent's.
import { listening, token, token_file } from '../remote/servers.mjs';
import { bench_world } from './arms.mjs';
import { alternate, medians } from './measures.mjs';

const most = 1.5; // times the plain way's figure

/** A row for each way but the first, which is the plain one. more_is_better: a rate. */
function rows(t, what, values, names, more_is_better) {
  const [plain, ...others] = Object.keys(names);
  t.add(`${what}, ${names[plain]}`, { acpd: values[plain] });
  for (const way of others)
    t.add(`the same, ${names[way]} (target: times that)`, { acpd: values[way] }, {
      at_most: most,
      of: more_is_better ? values[plain] / values[way] : values[way] / values[plain],
    });
}

async function latency_and_flood(t, title, rounds, names, runs) {
  const run_all = (prompt) =>
    alternate(rounds, Object.fromEntries(Object.keys(names).map((way) =>
      [way, { run: () => runs[way](prompt) }])));
  const slow = await run_all('rate 200 600 200');
  rows(t, `latency at 200/s, p50, ms, ${title}`, medians(slow, 'p50_ms'), names, false);
  const fast = await run_all(title.startsWith('C++') ? 'flood 100000 200' : 'flood 10000 200');
  rows(t, `flood, lines/s, ${title}`, medians(fast, 'per_second'), names, true);
  return Object.values(fast).flat().reduce((sum, r) => sum + r.gaps, 0);
}

/** A world of its own: a daemon that listens has more in memory. */
export async function remote(_, t, { rounds = 5 } = {}) {
  process.stderr.write('over WebSocket\n');
  const w = new bench_world({ agent: 'cpp', toml: '[listen]\naddress = "127.0.0.1:0"\n' });
  try {
    await w.serve();
    await listening(w);
    const text = await token(w, 'controller');
    w.env.ACPD_TOKEN = text;
    const way = ['--remote', `ws://127.0.0.1:${w.port}`, '--token-file', token_file(w, text)];
    const names = { plain: 'stdio', socket: 'a WebSocket', bridge: 'the bridge over a WebSocket' };
    const gaps = await latency_and_flood(t, 'C++ agent', rounds, names, {
      plain: (prompt) => w.acpd('C++', prompt),
      socket: (prompt) => w.web_socket(prompt),
      bridge: (prompt) => w.acpd('C++', prompt, { remote: way }),
    });
    t.add('gaps in what came over these ways', { acpd: gaps }, { at_most: 0 });
    await replays(w, t, rounds, names);
  } finally {
    await w.end();
  }
}

async function replays(w, t, rounds, names) {
  const made = await w.acpd('C++', 'flood 100000 200', { keep: true });
  const from = ['--load', made.session, '--from', made.epoch];
  const results = await alternate(rounds, {
    plain: { run: () => w.read(['--socket', w.env.ACPD_SOCKET, ...from]) },
    socket: { run: () => w.read(['--ws', String(w.port), ...from]) },
  });
  const { plain, socket } = names;
  rows(t, 'replay of 100,000 updates, updates/s', medians(results, 'per_second'),
    { plain, socket }, true);
  await w.ctl('rm', made.session);
}

/** Editors and agents of different versions, against an editor of the agent's own. */
export async function versions(w, t, { rounds = 5 } = {}) {
  process.stderr.write('v1 and v2\n');
  const run = (kind, v2) => (prompt) => w.acpd(kind, prompt, { v2 });
  for (const [kind, own] of [['node', 1], ['node_v2', 2]]) {
    const other = 3 - own;
    const names = { plain: `a v${own} editor`, rendered: `a v${other} editor` };
    const gaps = await latency_and_flood(t, `v${own} agent`, rounds, names,
      { plain: run(kind, own === 2), rendered: run(kind, other === 2) });
    t.add(`gaps in what came of a v${own} agent`, { acpd: gaps }, { at_most: 0 });
  }
}
