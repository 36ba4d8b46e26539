// Recorded conversations of real agents (tests/data/transcripts), and a world whose agent plays
// them again.
import fs from 'node:fs';
import path from 'node:path';

import { client } from '../lib/client.mjs';
import { poll } from '../lib/until.mjs';
import { bin, root, world } from '../lib/world.mjs';

const folder = path.join(root, 'tests/data/transcripts');
const tap = path.join(root, 'tests/lib/tap.mjs');
const player = path.join(root, 'tests/agents/transcript.mjs');

/** Up to the end of the recording's first process. */
export function read(file) {
  const all = fs.readFileSync(path.join(folder, file), 'utf8').split('\n').filter(Boolean)
    .map((line) => JSON.parse(line));
  const again = all.findIndex((s, i) => i > 0 && s.msg.method === 'initialize');
  return again < 0 ? all : all.slice(0, again);
}
export const names = fs.readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
export const from_client = (script, method) =>
  script.find((s) => s.dir === 'c2a' && s.msg.method === method)?.msg;
export const from_agent = (script, method) =>
  script.filter((s) => s.dir === 'a2c' && s.msg.method === method).map((s) => s.msg);
/** The updates that the agent sent, as it wrote them. */
export const updates_in = (script) =>
  from_agent(script, 'session/update').map((m) => JSON.stringify(m.params.update));

/** A daemon whose agent's processes play these files, one after the other. */
export async function playing(t, files, name = 'recorded') {
  const paths = files.map((file) => path.join(folder, file));
  const w = new world({ agents: { [name]: { command: [process.execPath, player, ...paths] } } });
  w.write_config({ [name]: { command: [process.execPath, player, ...paths],
    env: { ACPD_TEST_PLAYED: path.join(w.dir, 'played') } } });
  t.after(() => w.end());
  await w.serve();
  return w;
}

/** An editor that records what it is sent, initialised and logged in as in the recording. */
export async function recorded_editor(w, script) {
  const seen = path.join(w.dir, `editor-${Math.random().toString(36).slice(2)}.tap`);
  const editor = new client(process.execPath, [tap, seen, bin('acpctl'), 'connect'],
    { env: w.env, cwd: w.cwd });
  editor.lines = () => (fs.existsSync(seen) ? fs.readFileSync(seen, 'utf8') : '').split('\n')
    .filter(Boolean).map((record) => JSON.parse(record)).filter((r) => r.to === 'client')
    .map((r) => r.line).filter((line) => line.includes('"session/update"'));
  await editor.start();
  const login = from_client(script, 'authenticate');
  if (login) await editor.request('authenticate', login.params);
  return editor;
}

/** What of `sent` (raw updates) is missing or otherwise in the lines that `editor` was sent, when
 * as many have come; empty: nothing. */
export async function differences(editor, sent, first = 0) {
  await poll(() => editor.lines().length >= first + sent.length, `${sent.length} updates`);
  const received = editor.lines().slice(first);
  const wrong = sent.map((update, i) => ({ i, update, received: received[i] }))
    .filter(({ update, received: line }) => !line.includes(`"update":${update}`));
  if (received.length !== sent.length) wrong.push({ more: received.slice(sent.length) });
  return wrong;
}
