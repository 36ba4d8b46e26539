// How fast a conversation is there in VS Code, and what VS Code does at rest with the extension and
// without it: the packaged extension in a real window (tests/vscode/window.mjs), alone on a machine.
//   tests/bench/vscode [open] [typing] [rest]
import fs from 'node:fs';
import path from 'node:path';

import { poll } from '../lib/until.mjs';
import { scripted } from '../lib/world.mjs';
import { vscode_window } from '../vscode/window.mjs';
import { median } from './proc.mjs';

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
      const name = `${i}: ${what}`, s = await w.begin('scripted', text, name);
      await s.run;
      await w.place.ctl('rename', s.id, name);
      const last = text.startsWith('calls') ? ' over' : `#${/\d+/.exec(text)[0]} `;
      await w.row(name).waitFor();
      const shown = async () => {
        await w.row(name).click();
        await w.conversation(s, last);
      };
      fresh.push(await ms_of(shown));
      await w.open_session(other);
      again.push(await ms_of(shown));
      await w.open_session(other);
    }
    say(`${what}, replayed`, fresh);
    say(`${what}, known to this window`, again);
  }
}
const groups = { open };
const w = await vscode_window.open({ agents: { scripted: { command: [process.execPath, scripted] } } });
try {
  await w.status('0 sessions').waitFor();
  for (const [name, measure] of Object.entries(groups))
    if (process.argv.length < 3 || process.argv.includes(name)) await measure(w);
} finally {
  await w.end();
}
