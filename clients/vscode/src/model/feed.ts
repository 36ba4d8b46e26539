// A session as one view sees it: what has arrived, what was given to the view, what the view has
// shown. The cursor is what was shown, so that what a killed window never showed comes again.
// Pure; owned by the view's host (ui/conversation_view.ts), which carries batches to the webview
// and records to disk. One batch is on its way at a time: while it is, nothing is applied, so
// what is applied is what is shown as soon as the view says so.
import { conversation, place_of, type place } from './conversation';
import type { facts } from './facts';
import { object_in, text_in, type json } from './json';
import type { row } from './rows';

export interface cursor { epoch: string; seq: number; at?: string }
export interface placed_row { place: number; row: row }
export interface batch { number: number; length: number; rows: placed_row[]; facts: facts }
/** What has to be on disk for the cursor to stand where it says. */
export interface record { cursor: cursor; rows: placed_row[]; facts: facts }

// Updates: what is applied without a pause. To the page go only the rows near what is seen, so
// that each batch costs it a frame, however many updates it has.
const batch_limit = 5000;

interface arrived { update: json; where: place }
type event = arrived | { replay: 'begun' } | { replay: 'ended'; at: cursor | undefined };

export class feed {
  static #batches = 0;            // of all feeds: a page may still answer for the one before
  readonly talk: conversation;
  #cursor: cursor | undefined;
  #waiting: event[] = [];
  #last: cursor | undefined;      // the newest entry that has arrived, applied or not
  #applied: cursor | undefined;
  #whole = true;                  // what is applied ends with a whole entry of the log
  #on_its_way: number | undefined;
  #unwritten = new Set<number>();
  #missed: { after: cursor; count: number; shown: boolean } | undefined;
  #touched = false;
  #replaying = false;             // asked for, and not answered

  constructor(talk = new conversation(), from?: cursor) {
    this.talk = talk;
    this.#cursor = this.#last = this.#applied = from;
  }

  /** Everything up to here was shown. */
  get cursor(): cursor | undefined { return this.#cursor; }
  /** Everything up to here has arrived: where a new connection goes on. */
  get arrived_to(): cursor | undefined { return this.#last; }
  get behind(): number { return this.#waiting.length; }
  get is_replaying(): boolean { return this.#replaying; }

  /** session/resume was sent: what comes until its answer was missed. */
  replay_begins(): void {
    this.#replaying = true;
    this.#waiting.push({ replay: 'begun' });
  }
  /** Its answer, or that of session/new: everything up to `at` has been sent or is skipped. */
  replay_ends(at?: cursor): void {
    if (at && (this.#last?.epoch !== at.epoch || this.#last.seq < at.seq)) this.#last = at;
    this.#replaying = false;
    this.#waiting.push({ replay: 'ended', at });
  }

  arrives(params: json): void {
    const where = place_of(params);
    this.#waiting.push({ update: object_in(params, 'update') ?? {}, where });
    if (where.seq !== undefined && where.epoch !== undefined)
      this.#last = { epoch: where.epoch, seq: where.seq, ...(where.at !== undefined && {
        at: where.at }) };
  }
  /** The next batch for the view; undefined: one is on its way, or there is nothing. */
  next(): batch | undefined {
    if (this.#on_its_way !== undefined || (this.#waiting.length === 0 && !this.#touched))
      return undefined;
    this.#touched = false;
    for (const event of this.#waiting.splice(0, batch_limit)) this.#apply(event);
    const places = this.talk.rows.take_changed();
    for (const place of places) this.#unwritten.add(place);
    this.#on_its_way = ++feed.#batches;
    return { number: this.#on_its_way, length: this.talk.rows.length, facts: this.talk.facts,
      rows: places.flatMap((place) => this.#placed(place)) };
  }
  /** Facts were changed by an answer instead of an update. */
  touch(): void { this.#touched = true; }
  /** The view has drawn the batch. */
  shown(number: number): void {
    if (number !== this.#on_its_way) return;  // of a view that is gone
    this.#on_its_way = undefined;
    this.#cursor = this.#applied;
  }
  /** The view went before it had drawn what it was given: nothing of that counts as shown. */
  get lost(): boolean { return this.#on_its_way !== undefined; }

  /** What is not on disk yet; undefined while it would not be the truth. */
  take_record(): record | undefined {
    if (this.#on_its_way !== undefined || !this.#whole || !this.#cursor) return undefined;
    const rows = [...this.#unwritten].sort((a, b) => a - b)
      .flatMap((place) => this.#placed(place));
    this.#unwritten.clear();
    return { cursor: this.#cursor, rows, facts: this.talk.facts };
  }
  get has_unwritten(): boolean { return this.#unwritten.size > 0; }

  #placed(place: number): placed_row[] {
    const r = this.talk.rows.at(place);
    return r ? [{ place, row: this.talk.shown(r) }] : [];
  }

  #apply(event: event): void {
    if ('replay' in event) return this.#replay(event);
    const { update, where } = event;
    const is_state = text_in(update, 'sessionUpdate') === 'state_update';
    if (this.#missed && !is_state) this.#count(this.#missed, where);
    this.talk.apply(update, where);
    if (where.seq !== undefined && where.epoch !== undefined)
      this.#move({ epoch: where.epoch, seq: where.seq, ...(where.at && { at: where.at }) });
    this.#whole = where.seq !== undefined || is_state;
  }
  #move(to: cursor): void {
    const at = to.at ?? this.#applied?.at;
    this.#applied = { epoch: to.epoch, seq: to.seq, ...(at !== undefined && { at }) };
  }
  /** An entry of the log is one update, whatever number of frames it became. */
  #count(missed: { after: cursor; count: number; shown: boolean }, where: place): void {
    if (!missed.shown) this.talk.begin_banner(missed.after.seq, missed.after.at);
    missed.shown = true;
    if (where.seq === undefined) return;
    missed.count++;
    const { count } = missed, to = where.seq;
    this.talk.change_banner((was) => ({ ...was, count, to }));
  }
  #replay(event: { replay: 'begun' } | { replay: 'ended'; at: cursor | undefined }): void {
    if (event.replay === 'begun') {
      this.#missed = this.#applied && { after: this.#applied, count: 0, shown: false };
      return;
    }
    if (this.#missed?.shown) this.talk.change_banner((was) => ({ ...was, done: true }));
    this.#missed = undefined;
    const known = this.#applied?.at;
    if (event.at) this.#move({ ...event.at, ...(known !== undefined && { at: known }) });
    this.#whole = true;
  }
}
