// A session's conversation as rows: updates in, rows out. Pure: no clock, no I/O. Owned by a feed
// (feed.ts), which says when an update is applied.
import { facts_after, no_facts, type facts } from './facts';
import { number_in, object_in, objects_in, shown_json, text_in, type json } from './json';
import { add_chunk, put_message, role_of } from './messages';
import { compaction_name, row_list, terminals_of } from './row_list';
import type { banner_row, row } from './rows';
import { terminals } from './terminals';
import { add_call_content, put_call, put_plan, remove_plan } from './tools';

/** Where an update stands in the session's log; absent members: it was not said. */
export interface place { seq?: number; epoch?: string; at?: string }

/** Reads params._meta of a session/update. */
export function place_of(params: json): place {
  const meta = object_in(params, '_meta') ?? {};
  const seq = number_in(meta, 'acpd/seq');
  const epoch = text_in(meta, 'acpd/epoch'), at = text_in(meta, 'acpd/at');
  return { ...(seq !== undefined && { seq }), ...(epoch !== undefined && { epoch }),
    ...(at !== undefined && { at }) };
}

export class conversation {
  readonly rows = new row_list();
  readonly terminals = new terminals();
  facts: facts = no_facts();
  #apart = false;   // the next chunk begins a row of its own
  #banner: string | undefined;

  apply(update: json, where: place): void {
    const name = text_in(update, 'sessionUpdate') ?? '';
    const facts = facts_after(this.facts, name, update);
    if (facts) {
      if (name === 'state_update') this.#end_of_turn(update, where);
      this.facts = facts;
      return;
    }
    const role = role_of(name);
    if (role !== undefined) this.#message(role, name, update, where);
    else this.#other(name, update);
  }

  #message(role: 'user' | 'agent' | 'thought', name: string, update: json, where: place): void {
    const of = { role, message: text_in(update, 'messageId') ?? '',
      ...(where.at !== undefined && { at: where.at }) };
    if (!name.endsWith('_chunk')) put_message(this.rows, of, update);
    else add_chunk(this.rows, of, object_in(update, 'content') ?? {}, this.#apart);
    this.#apart = false;
  }

  #other(name: string, update: json): void {
    switch (name) {
      case 'tool_call': case 'tool_call_update': return put_call(this.rows, update);
      case 'tool_call_content_chunk': return add_call_content(this.rows, update);
      case 'plan_update': return put_plan(this.rows, update);
      case 'plan_removed': return remove_plan(this.rows, update);
      case 'terminal_update': return this.#touch(this.terminals.update(update));
      case 'terminal_output_chunk': return this.#touch(this.terminals.add(update));
      case 'notice': return this.#notice(update);
      case 'compaction_update': case 'compaction_summary_chunk': return this.#compaction(update);
      default: return this.rows.put(
        { key: this.rows.new_key(), kind: 'other', name, raw: shown_json(update) });
    }
  }

  /** The calls that show this terminal look different now. */
  #touch(id: string | undefined): void {
    if (id === undefined) return;
    for (const call of this.rows.showing(id)) this.rows.put({ ...call });
  }
  #notice(update: json): void {
    const description = text_in(update, 'description');
    this.rows.put({ key: this.rows.new_key(), kind: 'notice',
      severity: text_in(update, 'severity') ?? 'info', title: text_in(update, 'title') ?? '',
      ...(description !== undefined && { description }) });
  }
  #compaction(update: json): void {
    const id = text_in(update, 'compactionId') ?? '';
    const newest = this.rows.newest(compaction_name(id));
    const was = newest?.kind === 'compaction' ? newest
      : { key: this.rows.new_key(), kind: 'compaction' as const, id, status: '', text: '' };
    const chunk = text_in(object_in(update, 'content') ?? {}, 'text') ?? '';
    const whole = objects_in(update, 'summary').map((block) => text_in(block, 'text') ?? '');
    this.rows.put({ ...was, status: text_in(update, 'status') ?? was.status,
      text: whole.length > 0 ? whole.join('') : was.text + chunk });
  }

  /** Once a turn: an idle state that is told again ends nothing. */
  #end_of_turn(update: json, where: place): void {
    const reason = text_in(update, 'stopReason');
    if (update['state'] !== 'idle' || this.facts.state === 'idle' || reason === undefined) return;
    if (where.seq === undefined) return;  // what is so now, not what happened
    const { words, failed } = end_words(reason, object_in(update, 'error'));
    this.rows.put({ key: this.rows.new_key(), kind: 'end', words, failed,
      ...(where.at !== undefined && { at: where.at }) });
  }

  /** What comes from now on was missed. The banner before this one goes. */
  begin_banner(after: number, since: string | undefined): void {
    if (this.#banner !== undefined) this.rows.put({ key: this.#banner, kind: 'gone' });
    this.#banner = this.rows.new_key();
    this.#apart = true;
    this.rows.put({ key: this.#banner, kind: 'banner', count: 0, after, to: after, done: false,
      ...(since !== undefined && { since }) });
  }
  change_banner(change: (was: banner_row) => banner_row): void {
    const was = this.#banner === undefined ? undefined : this.rows.get(this.#banner);
    if (was?.kind === 'banner') this.rows.put(change(was));
  }
  /** For rows that come from the journal. */
  restore(made: row): void {
    this.rows.put(made);
    if (made.kind === 'banner') this.#banner = made.key;
    if (made.kind === 'tool')
      for (const [id, known] of Object.entries(made.terminals ?? {})) this.terminals.put(id, known);
  }

  /** A row with what it shows of others. */
  shown(r: row): row {
    if (r.kind !== 'tool') return r;
    const ids = terminals_of(r);
    if (ids.length === 0) return r;
    const found = ids.flatMap((id) => {
      const known = this.terminals.get(id);
      return known ? [[id, known] as const] : [];
    });
    return { ...r, terminals: Object.fromEntries(found) };
  }
}

/** How a turn ended, in people's words. */
export function end_words(reason: string, error?: json): { words: string; failed: boolean } {
  const outcome = text_in(object_in(object_in(error ?? {}, 'data') ?? {}, 'acpd') ?? {}, 'outcome');
  if (outcome === 'outcome_unknown') return { words: 'outcome unknown', failed: true };
  switch (reason) {
    case 'end_turn': return { words: 'finished', failed: false };
    case 'cancelled': return { words: 'cancelled', failed: false };
    case 'error': return { words: `failed: ${text_in(error ?? {}, 'message') ?? 'no reason given'}`,
      failed: true };
    case 'max_tokens': return { words: 'ended: the token limit was reached', failed: true };
    case 'max_turn_requests': return { words: 'ended: too many requests in a turn', failed: true };
    case 'refusal': return { words: 'ended: the agent refused', failed: true };
    default: return { words: `ended: ${reason}`, failed: true };
  }
}
