// One session in one webview: attached while it can be seen, and only then. Carries batches to the
// page and what it has shown to disk. Owned by conversation_views.ts; nothing else attaches.
import { is_rpc_error } from '../acp/connection';
import { commands_of, options_of } from '../model/facts';
import { feed, type batch, type cursor, type placed_row } from '../model/feed';
import { feed_of } from '../model/journal';
import { is_object, number_in, object_in, objects_in, text_in, type json } from '../model/json';
import type { from_view, header, queued, to_view } from '../model/messages_between';
import { queue_of, waiting_in } from '../model/prompts';
import { title_of, type session } from '../model/sessions';
import type { acpd } from './acpd';
import { prompting } from './prompting';
import { session_store, type kept_view } from './session_store';

const write_after_ms = 300;
const replay_pause_ms = 100;
const rows_at_open = 80;

export interface view_host {
  post(message: to_view): void;
  /** The page's title, and what belongs to no conversation: links, diffs, completions. */
  titled(title: string): void;
  other(message: from_view): void;
  fail(error: unknown): void;
}

export class conversation_view {
  readonly session: string;
  readonly prompting: prompting;
  #acpd: acpd;
  #host: view_host;
  #store: session_store;
  #feed: feed | undefined;
  #view: kept_view | undefined;
  #queue: queued[] = [];
  #listening: { dispose(): void }[] = [];
  #attaching: Promise<void> = Promise.resolve();
  #attached = false;   // from the request on: what arrives now is this attachment's
  #soon: NodeJS.Immediate | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;
  #writing: ReturnType<typeof setTimeout> | undefined;
  #absent = false;     // the page was told that the session is not there
  #due = false;        // to be written as soon as it is the truth
  #wish = 0;           // of open() and close(), which may overtake each other: the last one counts

  constructor(acpd: acpd, session: string, folder: string, host: view_host) {
    this.#acpd = acpd;
    this.session = session;
    this.#host = host;
    this.#store = new session_store(folder, session, (error) => host.fail(error));
    this.prompting = new prompting(acpd, session, {
      changed: () => this.#put_queue(),
      draft: (draft) => {
        if (this.#view) this.#view.draft = draft;
        this.#save_view();
        this.#post({ type: 'draft', draft });
      },
      fail: (error) => host.fail(error),
    });
  }

  /** The page is there and empty: at first, after a reload, when it is seen again. */
  async open(): Promise<void> {
    const mine = ++this.#wish;
    try {
      await this.#leave();
      const { kept, view } = await this.#store.load();
      if (mine === this.#wish) this.#begin(kept ? feed_of(kept) : new feed(), view);
    } catch (error) {
      this.#host.fail(error);
    }
  }
  #begin(from: feed, view: kept_view): void {
    this.#view = view;
    this.#feed = from;
    this.prompting.restore(view.unsent, from.talk.rows.length);
    this.#post_open();
    this.#listening = [
      this.#acpd.updated.on(({ session, params }) => {
        if (session === this.session && this.#attached) this.#arrives(params);
      }),
      this.#acpd.attached.on(({ session, cursor }) => {
        if (session === this.session && this.#attached) this.#feed?.replay_ends(cursor_of(cursor));
        this.#pump();
      }),
      this.#acpd.state.on(({ session, params }) => {
        if (session === this.session) void this.#read_queue(waiting_in(params).count);
      }),
      this.#acpd.connected.on(() => { this.#attached = false; this.#attach(); }),
      this.#acpd.changed.on(() => this.#put_surroundings()),
    ];
    if (this.#acpd.up) this.#attach();
  }

  /** Nobody sees it any more: the daemon goes on, and this window is told no more of it. */
  async close(): Promise<void> {
    this.#wish++;
    return this.#leave();
  }
  async #leave(): Promise<void> {
    for (const one of this.#listening.splice(0)) one.dispose();
    clearTimeout(this.#writing);
    this.#writing = undefined;
    this.#write();
    this.#feed = undefined;
    if (this.#attached) this.#detach();
    await this.#store.done();
  }

  take(message: from_view): void {
    switch (message.type) {
      case 'shown': return this.#shown(message.number);
      case 'need': return this.#send_rows(message.from, message.to);
      case 'draft':
        if (this.#view) this.#view.draft = message.draft;
        return this.#save_view();
      case 'scroll':
        if (this.#view) this.#view.scroll = message.scroll;
        return this.#save_view();
      case 'prompt':
        if (this.#view) this.#view.draft = { text: '', mentions: [], images: [] };
        this.#save_view();
        return void this.prompting.send(message.draft, message.now);
      case 'option': return void this.#set_option(message.id, message.value);
      default:
        if (!this.prompting.take(message)) this.#host.other(message);
    }
  }

  /** Closed, it may still be told things (a prompt's answer): its page shows another session. */
  #post(message: to_view): void { if (this.#feed) this.#host.post(message); }
  #known(): session | undefined { return this.#acpd.overview.sessions.get(this.session); }
  /** The session's folder. */
  get cwd(): string { return this.#known()?.cwd ?? ''; }

  // Attaching.

  #attach(): void {
    this.#attaching = this.#attaching.then(() => this.#resume()).catch((error: unknown) => {
      this.#attached = false;
      this.#host.fail(error);
    });
  }
  async #resume(): Promise<void> {
    const feed = this.#feed, known = this.#known();
    if (!feed || this.#attached) return;
    if (!known) return this.#not_known();
    if (this.#absent) this.#post_open();
    this.#absent = false;
    const from = feed.arrived_to;
    this.#attached = true;
    feed.replay_begins();
    try {
      const result = await this.#acpd.request('session/resume', {
        sessionId: this.session, cwd: known.cwd,
        replayFrom: from ? { type: '_acpd/seq', epoch: from.epoch, seq: from.seq + 1 }
          : { type: 'start' },
      });
      this.#put_result(feed, result);
    } catch (error) {
      if (this.#feed !== feed) return;  // it was closed meanwhile, and may be open again
      this.#attached = false;
      if (!from || !is_refused_cursor(error)) throw error;
      this.#start_over();
      return this.#resume();
    }
  }
  /** The daemon's list has not come yet (then `changed` tries again), or the session is gone. */
  #not_known(): void {
    this.#absent = this.#acpd.overview.sessions.size > 0;
    if (this.#absent)
      this.#post({ type: 'nothing', text: 'This session is not there any more: it was '
        + 'deleted, or belongs to another acpd.' });
  }
  #start_over(): void {
    this.#store.forget();
    this.#feed = new feed();
    this.#post_open();
    this.#feed.talk.apply({ sessionUpdate: 'notice', severity: 'info',
      title: 'acpd does not know what was shown here: this is the whole conversation.' }, {});
  }
  #detach(): void {
    this.#attached = false;
    // What is still on its way for this attachment comes before the answer: the next one waits.
    this.#attaching = this.#acpd.request('_acpd/session/detach', { sessionId: this.session })
      .then(() => {}, () => {});  // the link went: that is a detach
  }
  #put_result(feed: feed, result: json): void {
    const { talk } = feed;
    if (Array.isArray(result['configOptions']))
      talk.facts = { ...talk.facts, options: options_of(objects_in(result, 'configOptions')) };
    if (Array.isArray(result['availableCommands']))
      talk.facts = { ...talk.facts,
        commands: commands_of(objects_in(result, 'availableCommands')) };
    feed.touch();
    this.#pump();
  }

  // From the daemon to the page, and what the page has shown to disk.

  #arrives(params: json): void {
    this.#feed?.arrives(params);
    this.#pump();
  }
  /** All that arrived in this turn of the loop goes together; of a replay, what came in a tenth of
   * a second: each batch takes the page a frame, and many take longer than the replay. */
  #pump(): void {
    if (this.#feed?.is_replaying) this.#later ??= setTimeout(() => this.#next(), replay_pause_ms);
    else this.#soon ??= setImmediate(() => this.#next());
  }
  #next(): void {
    clearTimeout(this.#later);
    clearImmediate(this.#soon);
    this.#later = this.#soon = undefined;
    const batch = this.#feed?.next();
    if (batch) this.#post_batch(batch);
  }
  /** Rows far from what is seen are not sent: the page asks when somebody scrolls there. */
  #post_batch(batch: batch): void {
    const near = this.#view?.scroll.place ?? 0;
    const wanted = ({ place }: placed_row): boolean => place >= batch.length - rows_at_open
      || Math.abs(place - near) < rows_at_open;
    const rows = batch.rows.filter(wanted);
    const stale = batch.rows.filter((row) => !wanted(row)).map((row) => row.place);
    this.#post({ type: 'batch', ...batch, rows, stale });
  }
  #shown(number: number): void {
    this.#feed?.shown(number);
    this.prompting.confirmed(this.#feed?.talk.rows);
    if (!this.#feed?.is_replaying) this.#write_soon();
    this.#pump();
  }
  #write_soon(): void {
    if (this.#due) return this.#write();
    this.#writing ??= setTimeout(() => {
      this.#writing = undefined;
      this.#write();
    }, write_after_ms);
  }
  #write(): void {
    const record = this.#feed?.take_record();
    this.#due = record === undefined;
    if (record) this.#store.append(record);
  }
  #send_rows(from: number, to: number): void {
    const talk = this.#feed?.talk;
    if (!talk || !Number.isInteger(from) || !Number.isInteger(to)) return;
    this.#post({ type: 'rows', rows: talk.rows.slice(Math.max(0, from), to)
      .map((row, i) => ({ place: Math.max(0, from) + i, row: talk.shown(row) })) });
  }
  #save_view(): void {
    if (this.#view) this.#store.save_view({ ...this.#view, unsent: this.prompting.kept });
  }

  // What stands around the conversation.

  #post_open(): void {
    const feed = this.#feed, view = this.#view;
    if (!feed || !view) return;
    const { rows } = feed.talk;
    const first = Math.max(0, view.scroll.bottom ? rows.length - rows_at_open
      : view.scroll.place - rows_at_open / 2);
    const shown = rows.slice(first, first + rows_at_open)
      .map((row, i) => ({ place: first + i, row: feed.talk.shown(row) }));
    this.#post({ type: 'open', header: this.#header(), length: rows.length, rows: shown,
      facts: feed.talk.facts, draft: view.draft, scroll: view.scroll,
      questions: this.#questions(), queue: this.#queue, unsent: this.prompting.unsent });
  }
  #header(): header {
    const known = this.#known(), { link } = this.#acpd;
    const title = this.#feed?.talk.facts.title ?? known?.title ?? this.#first_line()
      ?? (known ? title_of(known) : 'Session');
    this.#host.titled(title);
    return { session: this.session, title, agent: known?.agent ?? '', cwd: this.cwd,
      state: known?.state ?? 'unknown', link: link.state,
      images: known?.takes?.includes('image') ?? this.#acpd.takes_images,
      ...(known?.progress && { progress: known.progress }),
      ...(link.state === 'down' && { link_text: link.text }) };
  }
  #first_line(): string | undefined {
    for (const row of this.#feed?.talk.rows.slice(0, 20) ?? [])
      if (row.kind === 'text' && row.role === 'user') return row.text.split('\n', 1)[0];
    return undefined;
  }
  #questions() {
    return [...this.#acpd.overview.asked.values()].filter((q) => q.session === this.session);
  }
  #put_surroundings(): void {
    if (!this.#attached && this.#acpd.up) this.#attach();
    this.#post({ type: 'header', header: this.#header() });
    this.#post({ type: 'questions', questions: this.#questions(), names: {} });
  }
  async #read_queue(count: number): Promise<void> {
    if (count === 0 && this.#queue.length === 0) return;
    try {
      this.#queue = count === 0 ? [] : queue_of(
        await this.#acpd.request('_acpd/queue/list', { sessionId: this.session }));
      this.prompting.queued(this.#queue.map((item) => item.text));
    } catch (error) {
      this.#host.fail(error);
    }
    this.#put_queue();
  }
  #put_queue(): void {
    this.#post({ type: 'queue', queue: this.#queue, unsent: this.prompting.unsent });
    this.#save_view();
  }
  async #set_option(id: string, value: string | boolean): Promise<void> {
    const feed = this.#feed;
    try {
      const result = await this.#acpd.request('session/set_config_option', {
        sessionId: this.session, configId: id, value,
        type: typeof value === 'boolean' ? 'boolean' : 'id' });
      if (feed) this.#put_result(feed, result);
    } catch (error) {
      this.#host.fail(error);
    }
  }
}

const is_refused_cursor = (error: unknown): boolean =>
  is_rpc_error(error) && error.code === -32602 && is_object(error.data)
    && (number_in(error.data, 'head') !== undefined || text_in(error.data, 'epoch') !== undefined
      || object_in(error.data, 'acpd') !== undefined);

function cursor_of(said: json | undefined): cursor | undefined {
  const epoch = said && text_in(said, 'epoch'), seq = said && number_in(said, 'seq');
  // A conversation that came whole says of nothing when it was: it was shown now.
  return epoch === undefined || seq === undefined ? undefined
    : { epoch, seq, at: new Date().toISOString() };
}
