// How fast a conversation is there in VS Code, and what VS Code does at rest with the extension
// and without it: the packaged extension in a real window (tests/vscode/window.mjs), alone on a
// machine.
//   tests/bench/vscode [open] [rest]   ACPD_BENCH_ROUNDS=N
import fs from 'node:fs';

import { code_server } from '../editors/code_server.mjs';
import { scripted, world } from '../lib/world.mjs';
import { vscode_window } from '../vscode/window.mjs';
import { cpu_seconds, median } from './proc.mjs';

const rounds = Number(process.env.ACPD_BENCH_ROUNDS ?? 3);
const conversations = { '10,000 updates, one long message': 'flood 10000 200',
  '50,000 updates, the same': 'flood 50000 200',
  '10,000 updates, three tool calls to each text': 'calls 10000\nsay over' };

const say = (what, values, unit = 'ms') => console.log(`${what}: median `
  + `${Math.round(median(values))} ${unit} (${values.map(Math.round).join(', ')})`);
const ms_of = async (act) => {
  const begun = performance.now();
  await act();
  return performance.now() - begun;
};

/** From the click on its row to its last text on the page. */
async function open(w) {
  const other = await w.begin('scripted', 'say something else');
  await other.run;
  for (const [what, text] of Object.entries(conversations)) {
    const fresh = [], again = [];
    for (let i = 0; i < rounds; i++) {
      const name = `say round ${i}, ${what}`, s = await w.begin('scripted', `${name}\n${text}`);
      await s.run;
      const last = /^calls/.test(text) ? ' over' : `#${Number(/\d+/.exec(text)[0]) + 1} `;
      const shown = async () => {
        await w.row(s.name).click();
        await w.conversation(s, last);
      };
      await w.row(s.name).waitFor();
      await w.open_session(other);
      fresh.push(await ms_of(shown));
      await w.open_session(other);
      again.push(await ms_of(shown));
      await w.open_session(other);
    }
    say(`${what}, replayed`, fresh);
    say(`${what}, known to this window`, again);
  }
}

const rest_ms = 10_000;
/** How often the threads of a process have been woken, and what CPU they took. */
function spent(pid) {
  let wakes = 0;
  for (const task of fs.readdirSync(`/proc/${pid}/task`))
    wakes += Number(/^voluntary_ctxt_switches:\s+(\d+)/m
      .exec(fs.readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8'))[1]);
  return { wakes, cpu: cpu_seconds(pid) };
}
const process_of = (place, what) => place.processes()
  .find((p) => p.args.some((word) => word.includes(what)));
async function at_rest(place, ...names) {
  await new Promise((resolve) => setTimeout(resolve, 3 * rest_ms));  // until VS Code is done, too
  const pids = names.map((name) => process_of(place, name).pid), was = pids.map(spent);
  await new Promise((resolve) => setTimeout(resolve, rest_ms));
  names.forEach((name, i) => {
    const now = spent(pids[i]);
    console.log(`  ${name}: woken ${now.wakes - was[i].wakes} times, `
      + `${((now.cpu - was[i].cpu) * 1000).toFixed(1)} ms of CPU in ${rest_ms / 1000} s`);
  });
}
/** With a conversation open in the side bar and nothing moving; then without the extension. */
async function rest(w) {
  const s = await w.begin('scripted', 'say at rest');
  await s.run;
  await w.open_session(s);
  console.log('at rest, a conversation open');
  await at_rest(w.place, 'extensionHost', 'connect', 'serve');
  await w.row(s.name).waitFor();
  const place = new world(), server = new code_server(place);
  try {
    await server.start();
    await server.open();
    console.log('at rest, VS Code without the extension');
    await at_rest(place, 'extensionHost');
  } finally {
    await server.end();
    await place.end();
  }
}

const groups = { open, rest };
const agents = { scripted: { command: [process.execPath, scripted] } };
const w = await vscode_window.open({ agents });
try {
  await w.status('0 sessions').waitFor();
  for (const [name, measure] of Object.entries(groups))
    if (process.argv.length < 3 || process.argv.includes(name)) await measure(w);
} finally {
  await w.end();
}
