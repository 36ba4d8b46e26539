// How a conversation lies on disk: one JSON line a record, each with the rows that changed since
// the one before and the cursor up to which they are the truth. Later lines win; a last line that
// was torn by a kill is left out, and what it would have said comes again from the daemon.
import { conversation } from './conversation';
import { feed, type cursor, type placed_row, type record } from './feed';
import { no_facts, type facts } from './facts';
import { is_object, number_in, object_in, objects_in, text_in, type json } from './json';
import type { row } from './rows';

const version = 1;

export const encode = (r: record): string => JSON.stringify(
  { v: version, cursor: r.cursor, facts: r.facts, rows: r.rows }) + '\n';

export interface kept { rows: row[]; cursor: cursor; facts: facts; lines: number }

/** What the lines say; undefined: nothing that can be used. */
export function decode(text: string): kept | undefined {
  const rows: row[] = [];
  let cursor: cursor | undefined, facts = no_facts(), lines = 0;
  for (const line of text.split('\n')) {
    const read = read_line(line);
    if (!read) continue;
    lines++;
    cursor = read.cursor;
    facts = read.facts;
    for (const { place, row } of read.rows) rows[place] = row;
  }
  const whole = rows.length === Object.keys(rows).length;
  return cursor && whole ? { rows, cursor, facts, lines } : undefined;
}

function read_line(line: string): { cursor: cursor; facts: facts; rows: placed_row[] } | undefined {
  if (line === '') return undefined;
  const said = parsed(line);
  const cursor = said && cursor_of(object_in(said, 'cursor'));
  if (!said || !cursor || said['v'] !== version) return undefined;
  return { cursor, facts: { ...no_facts(), ...(object_in(said, 'facts') as Partial<facts>) },
    rows: objects_in(said, 'rows').flatMap((item) => {
      const place = number_in(item, 'place'), row = object_in(item, 'row');
      return place === undefined || !row ? [] : [{ place, row: row as unknown as row }];
    }) };
}
function parsed(line: string): json | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return is_object(value) ? value : undefined;
  } catch {
    return undefined;  // torn
  }
}
function cursor_of(said: json | undefined): cursor | undefined {
  const epoch = said && text_in(said, 'epoch'), seq = said && number_in(said, 'seq');
  const at = said && text_in(said, 'at');
  return epoch === undefined || seq === undefined ? undefined
    : { epoch, seq, ...(at !== undefined && { at }) };
}

export function feed_of(k: kept): feed {
  const talk = new conversation();
  for (const r of k.rows) talk.restore(r);
  talk.facts = k.facts;
  talk.rows.take_changed();
  return new feed(talk, k.cursor);
}

/** All that is kept as one record: what a journal that has grown is replaced by. */
export const whole = (k: kept): string => encode({ cursor: k.cursor, facts: k.facts,
  rows: k.rows.map((row, place) => ({ place, row })) });
