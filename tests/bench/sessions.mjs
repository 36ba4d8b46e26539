// tests/bench/sessions: measures acpd and, in the same run, a bare pipe, three cats and acpx.
import fs from 'node:fs';

import { bench_world } from './arms.mjs';
import { crowd } from './crowd.mjs';
import { acpx_memory, cancel, floods, latency, memory, replay, start } from './measures.mjs';
import { table } from './table.mjs';
import { remote, versions } from './ways.mjs';

const groups = { memory, acpx_memory, start, latency, floods, replay, cancel, crowd, remote,
  versions };
const wanted = process.argv.slice(2).filter((a) => !a.startsWith('-'));
const wrong = wanted.filter((name) => !groups[name]);
if (wrong.length) {
  console.error(
    `sessions: no group ${wrong.join(', ')}; there are ${Object.keys(groups).join(', ')}`,
  );
  process.exit(2);
}

const t = new table();
const place = new bench_world();
try {
  await place.serve();
  for (const [name, run] of Object.entries(groups))
    if (wanted.length === 0 || wanted.includes(name)) await run(place, t);
} finally {
  console.log(t.toString());
  await place.end();
}
if (process.env.ACPD_BENCH_JSON)
  fs.writeFileSync(process.env.ACPD_BENCH_JSON, JSON.stringify(t.rows, null, 1));
const missed = t.missed();
console.log(
  missed.length
    ? `${missed.length} of ${t.rows.length} rows missed their target`
    : 'all targets met',
);
process.exit(missed.length ? 1 : 0);
