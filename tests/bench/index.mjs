// tests/bench/index: measures the code index and, in the same run, its parser alone, ctags and rg.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { root } from '../lib/world.mjs';
import { branch, memory, queries, saves, scaling, speed, tools } from './index_measures.mjs';
import { make_tree, real_files } from './index_tree.mjs';
import { index_worker } from './index_worker.mjs';
import { table } from './table.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string', default: '7000' }, // of mixed languages: about 100,000 pieces of code
    only: { type: 'string', default: 'speed,memory,queries,tools,saves,branch,scale' },
    scale: { type: 'string', default: '1000,10000,100000' },
  },
});
const numbers = (text) => text.split(',').filter(Boolean).map(Number);
const only = new Set(options.only.split(','));
const files = real_files(positionals.length ? positionals : [root]);
if (files.length === 0) {
  console.error('index: there are no source files in these trees');
  process.exit(2);
}

const columns = { parse: 'parse-only', ctags: 'ctags -R', rg: 'rg scan', acpd: 'acpd' };
const t = new table(columns, 'parse');
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'acpd-bench-index-'));
const worker = new index_worker();
try {
  const tree = make_tree(path.join(dir, 'tree'), files, numbers(options.files)[0]);
  console.log(`${tree.paths.length} files, ${tree.mb.toFixed(1)} MB, of ${files.length} real ones`);
  const place = { dir, tree, files, worker, scale: numbers(options.scale) };
  if (only.has('speed')) speed(place, t);
  fs.mkdirSync(path.dirname(index_worker.db(dir)));
  const asked = Object.entries({ memory, queries, tools, saves, branch });
  if (asked.some(([name]) => only.has(name))) {
    await worker.ask('add', { root: tree.root, db: index_worker.db(dir) });
    await worker.complete();
  }
  for (const [name, measure] of asked) if (only.has(name)) await measure(place, t);
  if (only.has('scale')) scaling(place, t);
} finally {
  console.log(t.toString());
  await worker.end();
  fs.rmSync(dir, { recursive: true, force: true });
}
if (process.env.ACPD_BENCH_JSON)
  fs.writeFileSync(process.env.ACPD_BENCH_JSON, JSON.stringify(t.rows, null, 1));
const missed = t.missed();
console.log(missed.length ? `${missed.length} of ${t.rows.length} rows missed their target`
  : 'all targets met');
process.exit(missed.length ? 1 : 0);
