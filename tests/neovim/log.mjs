// The daemon's log of a session beside what Neovim keeps of it: what was missed, counted from outside.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

export async function log_of(place, id) {
  const said = await place.ctl('log', id, '--json');
  assert.equal(said.code, 0, said.stderr);
  return said.stdout.trim().split('\n').map((line) => JSON.parse(line));
}

const shown_kinds = new Set(['update', 'user_message', 'own_update']);

/** How many updates of a log a person sees who had seen all up to a number. */
export const missed_since = (log, seen) =>
  log.filter((e) => e.seq > seen && shown_kinds.has(e.kind)).length;

/** The last number in what Neovim keeps of a session. */
export function cursor(editor, id) {
  const [folder] = fs.readdirSync(editor.state);
  const lines = fs.readFileSync(path.join(editor.state, folder, `${id}.jsonl`), 'utf8').split('\n');
  lines.pop();  // half a line, or nothing
  const numbers = lines.map((line) => {
    const message = JSON.parse(line);
    return message.params?._meta?.['acpd/seq'] ?? message.seq;
  });
  return Math.max(...numbers.filter((n) => n !== undefined));
}
