// What tests/bench/index measures: one function a group, each adds rows to the table.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { bin } from '../lib/world.mjs';
import { make_tree } from './index_tree.mjs';
import { index_worker } from './index_worker.mjs';

const percentile = (list, p) =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * p))];

/** CPU seconds of a program and its children, as the shell counts them. */
function cpu_of(command, args) {
  const { stdout } = spawnSync('sh', ['-c', '"$0" "$@" > /dev/null 2>&1; times', command, ...args],
    { encoding: 'utf8' });
  const seconds = stdout.split('\n')[1].match(/[\d.]+m[\d.]+/g).map((text) => {
    const [minutes, rest] = text.split('m').map(Number);
    return minutes * 60 + rest;
  });
  return seconds.reduce((a, b) => a + b, 0);
}

/** The line of figures of `acpd index --once`. */
export function index_once(root, db, threads) {
  const { stderr, status } = spawnSync(bin('acpd'),
    ['index', '--root', root, '--once', '--db', db, '--threads', String(threads)],
    { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`acpd index: ${stderr}`);
  return JSON.parse(stderr.trim().split('\n').at(-1));
}
const fresh = (dir, name) => {
  fs.rmSync(path.join(dir, name), { recursive: true, force: true });
  fs.mkdirSync(path.join(dir, name));
  return path.join(dir, name, 'index.db');
};

/** MB that the parser alone read of the files, and its CPU seconds. */
function parse_only(root) {
  const out = execFileSync(bin('bench_index_parse'), [root, '1'], { encoding: 'utf8' });
  const [, , mb, rate] = out.trim().split('\n').at(-1).split(/\s+/).map(Number);
  return { mb, seconds: mb / rate };
}

export function speed({ dir, tree }, t) {
  const { seconds: parse } = parse_only(tree.root);
  const [one, two] = [1, 2].map((n) => index_once(tree.root, fresh(dir, `threads${n}`), n));
  const ctags = cpu_of('ctags', ['-R', '-f', '/dev/null', tree.root]);
  const rg = cpu_of('rg', ['-c', 'no_such_text_anywhere', tree.root]);
  const cpu = { parse, ctags, rg, acpd: one.cpu_seconds };
  t.add('full index, one thread, CPU s (target: to parse-only)', cpu,
    { at_most: 1.3, of: one.cpu_seconds / parse, ratio: true });
  t.add('the same, s', { acpd: one.seconds });
  t.add('two threads, s (target: times as fast as one)', { acpd: two.seconds },
    { at_least: 1.7, of: one.seconds / two.seconds });
  t.add('database, MB (target: to the source)', { acpd: one.database_bytes / 1e6 },
    { at_most: 1.2, of: one.database_bytes / one.bytes });
  t.add('most memory while indexing, MB', { acpd: two.peak_memory_bytes / 1e6 }, { at_most: 150 });
  t.add('pieces of code', { acpd: one.chunks });
}

/** What is asked: words of code, and the names of the tree's own files. */
function questions_for(tree) {
  const words = 'read parse open write error path option config value index list token'.split(' ');
  return Array.from({ length: 300 }, (_, i) =>
    [words[i % 12], words[(i * 5 + 3) % 12], words[(i * 7 + 1) % 12], path.parse(
      tree.paths[(i * 97) % tree.paths.length]).name].slice(0, 2 + (i % 3)).join(' '));
}

/** Three rounds of the same questions, the middle one of their percentiles. */
export async function queries({ worker, tree }, t) {
  const rounds = [];
  for (let round = 0; round < 3; round++) {
    const took = { asked: [], exact: [], used: [] };
    for (const query of questions_for(tree)) {
      const { ok, ms } = await worker.timed('search', { query, limit: 10 });
      took.asked.push(ms);
      const name = ok.hits.find((hit) => hit.name)?.name;
      if (!name) continue;
      took.exact.push((await worker.timed('symbol', { name, limit: 20, uses: false })).ms);
      took.used.push((await worker.timed('symbol', { name, limit: 20 })).ms);
    }
    rounds.push(took);
  }
  const middle = (what, p) => percentile(rounds.map((took) => percentile(took[what], p)), 0.5);
  t.add('query, p50, ms', { acpd: middle('asked', 0.5) }, { at_most: 8 });
  t.add('query, p99, ms', { acpd: middle('asked', 0.99) }, { at_most: 40 });
  t.add('exact symbol: where a name is defined, p99, ms', { acpd: middle('exact', 0.99) },
    { at_most: 1 });
  t.add('the same with its uses and callers, p99, ms', { acpd: middle('used', 0.99) });
}

/** What agents ask beside search, as `acpd mcp` asks it: with source text. */
export async function tools({ worker, tree }, t) {
  const files = tree.paths.filter((_, i) => i % 211 === 0).slice(0, 30);
  const times = { outline: [], related: [], repo_map: [], search: [] };
  const first = await worker.timed('repo_map', { max_tokens: 2000 });
  for (const file of files) {
    times.outline.push((await worker.timed('outline', { path: file })).ms);
    times.related.push((await worker.timed('related', { path: file })).ms);
    times.repo_map.push((await worker.timed('repo_map', { focus: [file] })).ms);
    times.search.push((await worker.timed('search',
      { query: path.parse(file).name, limit: 10, text: true, max_tokens: 6000 })).ms);
  }
  t.add('the first map of the repository, which computes its graph, ms', { acpd: first.ms });
  for (const [tool, took] of Object.entries(times))
    t.add(`${tool === 'search' ? 'search with texts' : tool}, p50, ms`,
      { acpd: percentile(took, 0.5) });
}

/** From the write to the answer that has it: the question follows at once. */
export async function saves({ worker, tree }, t) {
  const took = [];
  const sources = [];
  for (const file of tree.paths.filter((name) => /\.(py|js)$/.test(name)))
    if ((await worker.ask('outline', { path: file })).symbols.length) sources.push(file);
  for (let i = 0; i < 200; i++) {
    const file = sources[(i * 131) % sources.length], name = `saved_just_now_${i}`;
    const added = file.endsWith('.py') ? `def ${name}():\n    pass\n` : `function ${name}() {}\n`;
    const start = process.hrtime.bigint();
    fs.appendFileSync(path.join(tree.root, file), `\n${added}`);
    for (;;) {
      const { definitions } = await worker.ask('symbol', { name });
      if (definitions.length) break;
    }
    took.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  t.add('save to searchable, p50, ms', { acpd: percentile(took, 0.5) }, { at_most: 15 });
  t.add('save to searchable, p99, ms', { acpd: percentile(took, 0.99) }, { at_most: 100 });
}

export async function branch({ worker, tree }, t) {
  const git = (...args) => execFileSync('git', ['-C', tree.root, '-c', 'user.name=b', '-c',
    'user.email=b@example.org', ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'all');
  git('checkout', '-qb', 'other');
  for (const file of tree.paths.slice(0, 1000))
    fs.appendFileSync(path.join(tree.root, file), '\n\n\n');
  git('commit', '-qam', 'a thousand');
  await worker.complete();
  const start = process.hrtime.bigint();
  git('checkout', '-q', '-'); // what a person waits for is counted, too
  const during = [];
  for (let settled = false; !settled;) {
    const { ok, ms } = await worker.timed('search', { query: 'open path', limit: 10 });
    during.push(ms);
    settled = ok.coverage.complete && ok.coverage.pending === 0;
  }
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  t.add('1,000 files changed by a branch switch, s', { acpd: seconds }, { at_most: 5 });
  t.add('slowest query meanwhile, ms', { acpd: Math.max(...during) });
}

export async function memory({ worker }, t) {
  await new Promise((resolve) => setTimeout(resolve, 3000)); // idle is what is measured
  const { now, most } = worker.memory();
  t.add('worker, most memory, MB', { acpd: most }, { at_most: 150 });
  t.add('worker, idle, MB', { acpd: now }, { at_most: 50 });
}

/** CPU milliseconds a MB of the index and of the parser alone, in turns: what else the machine
 * does from minute to minute slows both. */
function index_and_parser(root, dir, rounds) {
  const index = { mb: 0, seconds: 0 }, parse = { mb: 0, seconds: 0 };
  for (let round = 0; round < rounds; round++) {
    const parsed = parse_only(root);
    parse.mb += parsed.mb;
    parse.seconds += parsed.seconds;
    const { cpu_seconds, bytes } = index_once(root, fresh(dir, 'scaled'), 1);
    index.mb += bytes / 1e6;
    index.seconds += cpu_seconds;
  }
  return { index: (1e3 * index.seconds) / index.mb, parse: (1e3 * parse.seconds) / parse.mb };
}

/** CPU a MB, each number of files against the one before; a restart with the most of them. */
export function scaling({ dir, files, scale }, t) {
  let before;
  const most = Math.max(...scale);
  for (const count of scale) {
    const tree = make_tree(path.join(dir, `scale${count}`), files, count);
    const rounds = Math.min(5, Math.ceil(most / count / 2));
    const { index, parse } = index_and_parser(tree.root, dir, rounds);
    if (count === most) restart(tree, dir, t);
    fs.rmSync(tree.root, { recursive: true });
    const target = before === undefined ? {} : { at_most: 1.2, of: index / parse / before };
    t.add(`CPU a MB at ${count} files, ms (target: what it is to the parser's, to the row above)`,
      { acpd: index, parse }, { ...target, ratio: true });
    before = index / parse;
  }
}

/** The middle one of three. */
function restart(tree, dir, t) {
  const db = path.join(dir, 'scaled', 'index.db'), count = tree.paths.length;
  index_once(tree.root, db, 1); // reads what the measurement before has pushed out of memory
  const seconds = percentile([1, 2, 3].map(() => index_once(tree.root, db, 1).seconds), 0.5);
  t.add(`a restart when nothing has changed, ${count} files, s (target: for each 100,000)`,
    { acpd: seconds }, { at_most: 0.5, of: (seconds * 1e5) / count });
}
