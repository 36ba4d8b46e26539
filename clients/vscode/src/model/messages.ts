// Messages: chunks are appended, whole messages replace what was there under their id.
import { objects_in, text_in, type json } from './json';
import { message_name, type row_list } from './row_list';
import type { role, text_row } from './rows';
import { cut } from './text_parts';

const roles: Record<string, role> = {
  user_message: 'user', user_message_chunk: 'user',
  agent_message: 'agent', agent_message_chunk: 'agent',
  agent_thought: 'thought', agent_thought_chunk: 'thought',
};
export const role_of = (name: string): role | undefined => roles[name];

interface message { role: role; message: string; at?: string }

const plain_text = (block: json): string | undefined =>
  block['type'] === 'text' ? (text_in(block, 'text') ?? '') : undefined;

function text_rows(rows: row_list, of: message, first: { key: string; text: string },
  prefix?: string): text_row[] {
  const parts = cut({ text: first.text, ...(prefix !== undefined && { prefix }) });
  return parts.map((part, i) => (
    { key: i === 0 ? first.key : rows.new_key(), kind: 'text', ...of, ...part }));
}

/** A chunk goes on with the last row if that is the same message's text, else begins a new row:
 * so what came between them stays between them. `apart`: the last row is not to be gone on with. */
export function add_chunk(rows: row_list, of: message, block: json, apart: boolean): void {
  const text = plain_text(block);
  if (text === undefined) {
    rows.put({ key: rows.new_key(), kind: 'block', ...of, block });
    return;
  }
  const last = rows.at(-1);
  const goes_on = !apart && last?.kind === 'text' && last.role === of.role
    && last.message === of.message;
  const made = goes_on
    ? text_rows(rows, of, { key: last.key, text: last.text + text }, last.prefix)
    : text_rows(rows, of, { key: rows.new_key(), text });
  for (const part of made) rows.put(part);
}

/** The whole message: rows that are there keep their places, what is too much of them is taken
 * back, what is new goes to the end. Without content nothing is said about what is shown. */
export function put_message(rows: row_list, of: message, update: json): void {
  if (!('content' in update)) return;
  const keys = [...rows.named(message_name(of.role, of.message))];
  const take_key = () => keys.shift() ?? rows.new_key();
  for (const block of joined(objects_in(update, 'content'))) {
    const text = plain_text(block);
    if (text === undefined) rows.put({ key: take_key(), kind: 'block', ...of, block });
    else for (const part of cut({ text })) rows.put(
      { key: take_key(), kind: 'text', ...of, ...part });
  }
  for (const key of keys) rows.put({ key, kind: 'gone' });
}

/** Texts that follow each other are one text, as their chunks would be. */
function joined(blocks: json[]): json[] {
  const out: json[] = [];
  for (const block of blocks) {
    const last = out.at(-1);
    const text = plain_text(block);
    const before = last && plain_text(last);
    if (text !== undefined && before !== undefined)
      out[out.length - 1] = { ...block, text: before + text };
    else out.push(block);
  }
  return out;
}
