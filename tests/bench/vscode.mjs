// How fast a conversation is there in VS Code, how it scrolls, what typing waits for, and what runs
// at rest: the packaged extension in a real window (tests/vscode/window.mjs), alone on a machine.
//   tests/bench/vscode [open] [scroll] [type] [rest]   ACPD_BENCH_ROUNDS=N
import fs from 'node:fs';
import path from 'node:path';

import { scripted } from '../lib/world.mjs';
import { vscode_window } from '../vscode/window.mjs';
import { cpu_seconds, median } from './proc.mjs';
import { debugger_of, what_ran } from './profile.mjs';

const rounds = Number(process.env.ACPD_BENCH_ROUNDS ?? 3);
const one_message = 'flood 10000 200', with_calls = 'calls 10000\nsay over';
const conversations = { '10,000 updates, one long message': one_message,
  '50,000 updates, the same': 'flood 50000 200',
  '10,000 updates, three tool calls to each text': with_calls };
const last_text = (text) => (text === with_calls ? ' over'
  : `#${Number(/\d+/.exec(text)[0]) + 1} `);

function say(what, values, unit = 'ms', digits = 0) {
  const shown = (n) => n.toFixed(digits);
  console.log(`${what}: median ${shown(median(values))} ${unit} (${values.map(shown).join(', ')})`);
}
const ms_of = async (act) => {
  const begun = performance.now();
  await act();
  return performance.now() - begun;
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Bytes of JavaScript that are alive in the page and its webviews. */
async function heap_of(w) {
  await w.line.send('HeapProfiler.collectGarbage');
  return (await w.line.send('Runtime.getHeapUsage')).usedSize;
}

/** A session of one update, to come from and to compare with. */
async function short_session(w, name) {
  const s = await w.begin('scripted', `say ${name}`);
  await s.run;
  await w.open_session(s);
  return s;
}
/** Deletes it: rows that do not fit into the tree cannot be clicked. */
async function gone(w, s) {
  await w.place.ctl('rm', s.id);
  await w.row(s.name).waitFor({ state: 'detached' });
}
/** From the click on its row to its last text on the page. */
async function open(w) {
  const other = await short_session(w, 'something else');
  for (const [what, text] of Object.entries(conversations)) {
    const fresh = [], again = [], grown = [];
    for (let i = 0; i < rounds; i++) {
      const name = `say round ${i}, ${what}`, s = await w.begin('scripted', `${name}\n${text}`);
      await s.run;
      const shown = async () => {
        await w.row(s.name).click();
        await w.conversation(s, last_text(text));
      };
      await w.row(s.name).waitFor();
      await w.open_session(other);
      const before = await heap_of(w);
      fresh.push(await ms_of(shown));
      grown.push((await heap_of(w) - before) / 1e6);
      await w.open_session(other);
      again.push(await ms_of(shown));
      await w.open_session(other);
      await gone(w, s);
    }
    say(`${what}, replayed`, fresh);
    say(`${what}, known to this window`, again);
    say(`${what}, the page's heap beside that of one update`, grown, 'MB', 1);
  }
}

const at = (sorted, share) =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]);
function say_spread(what, values, long) {
  const sorted = [...values].sort((a, b) => a - b);
  console.log(`${what}: half ${at(sorted, 0.5)} ms, 95 % ${at(sorted, 0.95)}, 99 % `
    + `${at(sorted, 0.99)}, worst ${at(sorted, 1)} of ${values.length}; long tasks `
    + `${long.length === 0 ? 'none' : long.map(Math.round).join(', ')}`);
}

/** From the first row to the last in 600 frames. */
async function scroll(w) {
  const other = await short_session(w, 'not scrolled');
  for (const [what, text] of Object.entries({ 'one long message': one_message,
    'with tool calls': with_calls })) {
    const s = await w.begin('scripted', `say scroll, ${what}\n${text}`);
    await s.run;
    await w.row(s.name).click();
    const chat = await w.conversation(s, last_text(text));
    await pause(2000);  // what opening it had to do is done
    const { frames, long } = await chat.evaluate(scroll_in, 600);
    say_spread(`scrolling, ${what}, a frame`, frames, long);
    await w.open_session(other);
    await gone(w, s);
  }
}
async function scroll_in(steps) {
  const list = document.querySelector('.list'), frames = [], long = [];
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const watch = new PerformanceObserver((seen) =>
    long.push(...seen.getEntries().map((e) => e.duration)));
  list.scrollTop = 0;
  for (let i = 0; i < 10; i++) await frame();
  watch.observe({ type: 'longtask' });
  for (let i = 1, last = await frame(); i <= steps; i++) {
    list.scrollTop = (list.scrollHeight - list.clientHeight) * i / steps;
    const now = await frame();
    frames.push(now - last);
    last = now;
  }
  watch.disconnect();
  return { frames, long };
}

/** From a key to the frame that shows it, while 200 updates a second come. */
async function type(w) {
  const s = await w.begin('scripted', 'say typed beside\nrate 200 4000');
  const chat = await w.open_session(s);
  await w.conversation(s, '#200 ');
  await chat.locator('textarea.prompt').focus();
  await chat.evaluate(watch_keys_in);
  const text = 'typing never waits for the network. '.repeat(4);
  for (const key of text) {
    await w.page.keyboard.press(key);
    await pause(60);
  }
  const { keys, long } = await chat.evaluate(() => window.measured);
  if (await chat.locator('textarea.prompt').inputValue() !== text)
    throw new Error('not all that was typed is in the box');
  say_spread('typing, a key until it is drawn', keys, long);
  await w.place.ctl('cancel', s.id);
  await s.run;
}
function watch_keys_in() {
  const measured = window.measured = { keys: [], long: [] };
  new PerformanceObserver((seen) => measured.long.push(...seen.getEntries()
    .map((e) => e.duration))).observe({ type: 'longtask' });
  // The task after the next frame: its drawing is done.
  document.querySelector('textarea.prompt').addEventListener('input', (event) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => measured.keys.push(performance.now() - event.timeStamp);
      port2.postMessage(undefined);
    }));
}

const rest_ms = 20_000;
/** How often the threads of a process have been woken, and what CPU they took. */
function spent(pid) {
  let wakes = 0;
  for (const task of fs.readdirSync(`/proc/${pid}/task`))
    wakes += Number(/^voluntary_ctxt_switches:\s+(\d+)/m
      .exec(fs.readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8'))[1]);
  return { wakes, cpu: cpu_seconds(pid) };
}
const ours_in_host = (url) => url.endsWith(path.join('build', 'extension.js'));
const ours_in_page = (url) => url.endsWith('acpd-webview.js');
function say_ran(where, { samples, ours, calls }) {
  console.log(`  ${where}: ${ours} of ${samples} samples in acpd's code, its functions called `
    + `${calls} times`);
}
/** With a conversation open nothing moves: beside the list of sessions, whose ages go on, and
 * alone; then a control, in which something does. */
async function rest(w) {
  const s = await short_session(w, 'at rest');
  await w.open_in_editor(s);
  const host = await debugger_of(w.server.host_port);
  const both = async (act) => {
    const [in_host, in_page] = await Promise.all([what_ran(host, ours_in_host, act),
      what_ran(w.line, ours_in_page, act)]);
    say_ran('the extension host', in_host);
    say_ran('the window with its webviews', in_page);
  };
  await pause(30_000);  // until VS Code is done, too
  const named = (what) => w.place.processes().find((p) => p.args[1] === what).pid;
  const pids = ['connect', 'serve'].map(named), was = pids.map(spent);
  console.log(`at rest, a conversation open beside the list of sessions, ${rest_ms / 1000} s`);
  await both(() => pause(rest_ms));
  ['the bridge', 'the daemon'].forEach((name, i) => {
    const now = spent(pids[i]);
    console.log(`  ${name}: woken ${now.wakes - was[i].wakes} times, `
      + `${((now.cpu - was[i].cpu) * 1000).toFixed(1)} ms of CPU`);
  });
  await w.server.command('View: Toggle Primary Side Bar Visibility');
  await pause(5000);
  console.log(`the same without the list, ${rest_ms / 1000} s`);
  await both(() => pause(rest_ms));
  console.log('while a prompt is answered');
  await w.prompt(await w.conversation(s), 'say answered');
  await both(() => w.conversation(s, 'answered', 'finished'));
  host.close();
}

const groups = { open, scroll, type, rest };
const unknown = process.argv.slice(2).filter((name) => !groups[name]);
if (unknown.length > 0) {
  console.error(`no group "${unknown.join('", "')}": there are ${Object.keys(groups).join(', ')}`);
  process.exit(2);
}
const agents = { scripted: { command: [process.execPath, scripted] } };
const w = await vscode_window.open({ agents, inspect: true });
try {
  w.line = await w.page.context().newCDPSession(w.page);
  await w.status('0 sessions').waitFor();
  for (const [name, measure] of Object.entries(groups))
    if (process.argv.length < 3 || process.argv.includes(name)) await measure(w);
} finally {
  await w.end();
}
