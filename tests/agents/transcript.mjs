#!/usr/bin/env node
// A real agent's recorded conversation, played again: transcript.mjs FILE… Its first process plays
// the first file, the second one the second (counted in ACPD_TEST_PLAYED, a file). What the agent
// wrote is written in its order, byte for byte but for the ids of answers; where it had read
// something, the same kind of message is waited for. After the recording's end it answers nothing
// more.
import fs from 'node:fs';
import readline from 'node:readline';

const files = process.argv.slice(2), played = process.env.ACPD_TEST_PLAYED;
let before = 0;
if (played) {
  if (fs.existsSync(played)) before = fs.statSync(played).size;
  fs.appendFileSync(played, '.');
}
const script = fs.readFileSync(files[Math.min(before, files.length - 1)], 'utf8')
  .split('\n').filter(Boolean)
  .map((line) => JSON.parse(line));
const kind_of = (m) => m.method ?? 'answer';
const waiting = new Map();  // kind → messages that came
const ids = new Map();      // the recording's id of a request → the id that it has now
let at = 0;

function play() {
  for (; at < script.length; ++at) {
    const { dir, msg } = script[at];
    if (dir === 'c2a') {
      const came = waiting.get(kind_of(msg))?.shift();
      if (!came) return;
      if (msg.method && 'id' in msg) ids.set(msg.id, came.id);
      continue;
    }
    const answers = msg.method === undefined;
    if (answers && !ids.has(msg.id)) continue;  // to a request that nobody sends now
    process.stdout.write(JSON.stringify(answers ? { ...msg, id: ids.get(msg.id) } : msg) + '\n');
  }
}

/** Requests that the recording has not, or not here, are answered at once. */
const expected = (m) =>
  script.slice(at).some((s) => s.dir === 'c2a' && kind_of(s.msg) === kind_of(m));

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const m = JSON.parse(line);
  if (m.method && 'id' in m && !expected(m)) {
    const error = { code: -32601, message: `not in the recording: ${m.method}` };
    process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id: m.id, error }) + '\n');
    return;
  }
  waiting.set(kind_of(m), [...(waiting.get(kind_of(m)) ?? []), m]);
  play();
}).on('close', () => process.exit(0));
