// The rows of one conversation, in order, with what changed since somebody last asked. Rows are
// replaced, never changed in place: who holds one holds a snapshot.
import { text_in } from './json';
import type { role, row, tool_row } from './rows';

export const message_name = (role: role, message: string): string => `${role}:${message}`;
export const call_name = (call: string): string => `call:${call}`;
export const plan_name = (plan: string): string => `plan:${plan}`;
export const compaction_name = (id: string): string => `compaction:${id}`;

function name_of(made: row): string | undefined {
  switch (made.kind) {
    case 'text': case 'block': return message_name(made.role, made.message);
    case 'tool': return call_name(made.call);
    case 'plan': return plan_name(made.plan);
    case 'compaction': return compaction_name(made.id);
    case 'notice': case 'end': case 'banner': case 'other': case 'gone': return undefined;
  }
}

/** Ids of the terminals that a call shows. */
export const terminals_of = (call: tool_row): string[] => call.content.flatMap((item) =>
  (item['type'] === 'terminal' ? [text_in(item, 'terminalId') ?? ''] : []));

export class row_list {
  #rows: row[] = [];
  #places = new Map<string, number>();
  #changed = new Set<string>();
  #named = new Map<string, string[]>();  // by what the protocol calls them
  #showing = new Map<string, Set<string>>();  // by terminal, the calls that ever named it
  #next = 1;
  #turn_from = 0;

  get length(): number { return this.#rows.length; }
  at(place: number): row | undefined { return this.#rows.at(place); }
  slice(from: number, to: number): row[] { return this.#rows.slice(from, to); }
  place_of(key: string): number | undefined { return this.#places.get(key); }
  get(key: string): row | undefined {
    const place = this.#places.get(key);
    return place === undefined ? undefined : this.#rows[place];
  }
  /** Keys of a message's rows, or of the calls or plans with that id, oldest first. */
  named(name: string): readonly string[] { return this.#named.get(name) ?? []; }
  /** Whether the row came after the newest prompt: a replay does not say which turn is which. */
  in_this_turn(key: string): boolean { return (this.#places.get(key) ?? 0) >= this.#turn_from; }
  /** The newest of the rows with that name. */
  newest(name: string): row | undefined {
    const key = this.named(name).at(-1);
    return key === undefined ? undefined : this.get(key);
  }
  [Symbol.iterator](): Iterator<row> { return this.#rows[Symbol.iterator](); }

  new_key(): string { return `r${this.#next++}`; }
  /** Adds the row, or puts it in the place of the one with its key. */
  put(made: row): void {
    const place = this.#places.get(made.key);
    if (place === undefined) {
      this.#places.set(made.key, this.#rows.length);
      if (made.kind === 'text' && made.role === 'user') this.#turn_from = this.#rows.length;
      this.#rows.push(made);
      const number = Number(made.key.slice(1));
      if (number >= this.#next) this.#next = number + 1;
      this.#add_name(made);
    } else {
      this.#rows[place] = made;
    }
    if (made.kind === 'tool')
      for (const id of terminals_of(made)) this.#add_terminal(id, made.key);
    this.#changed.add(made.key);
  }
  /** The calls that show a terminal: its output comes in pieces, among any number of rows. */
  showing(terminal: string): tool_row[] {
    return [...this.#showing.get(terminal) ?? []].flatMap((key) => {
      const found = this.get(key);
      return found?.kind === 'tool' && terminals_of(found).includes(terminal) ? [found] : [];
    });
  }
  #add_name(made: row): void {
    const name = name_of(made);
    const known = name === undefined ? undefined : this.#named.get(name);
    if (known) known.push(made.key);
    else if (name !== undefined) this.#named.set(name, [made.key]);
  }
  #add_terminal(id: string, key: string): void {
    const known = this.#showing.get(id);
    if (known) known.add(key);
    else this.#showing.set(id, new Set([key]));
  }
  /** Places of what was put since the last call, in order. */
  take_changed(): number[] {
    const places = [...this.#changed].map((key) => this.#places.get(key) ?? 0);
    this.#changed.clear();
    return places.sort((a, b) => a - b);
  }
}
