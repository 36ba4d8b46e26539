// Prompts of one conversation on their way: none is lost, none is sent twice by itself. A prompt
// stays here until the daemon has answered it, and when nobody knows whether it has it, the person
// decides. Owned by its conversation_view.
import { is_rpc_error } from '../acp/connection';
import { number_in, type json } from '../model/json';
import type { draft, from_view, kept_unsent, unsent } from '../model/messages_between';
import { blocks_of, edited, error_words } from '../model/prompts';
import type { row_list } from '../model/row_list';
import type { acpd } from './acpd';

export interface prompting_host {
  changed(): void;
  draft(draft: draft): void;
  fail(error: unknown): void;
}

const gone = -32002, request_cancelled = -32800;

export class prompting {
  #kept: kept_unsent[] = [];
  #acpd: acpd;
  #session: string;
  #host: prompting_host;
  #next = Date.now();
  #rows_before = new Map<string, number>();  // where the conversation ended when it was sent
  #length = 0;

  constructor(acpd: acpd, session: string, host: prompting_host) {
    this.#acpd = acpd;
    this.#session = session;
    this.#host = host;
  }

  /** What has to be on disk while it is on its way: pictures and mentions, too. */
  get kept(): readonly kept_unsent[] { return this.#kept; }
  /** The same for the page. */
  get unsent(): unsent[] {
    return this.#kept.map(({ id, draft, failed }) => (
      { id, text: draft.text, ...(failed !== undefined && { failed }) }));
  }

  async send(d: draft, now: boolean): Promise<void> {
    const id = String(this.#next++);
    this.#kept = [...this.#kept, { id, draft: d }];
    this.#host.changed();
    if (!now) return void await this.#try(id, 'session/prompt', blocks_of(d));
    // Answered with its turn's number as soon as it is on disk.
    const taken = await this.#try(id, '_acpd/session/prompt', blocks_of(d));
    const turn = taken && number_in(taken, 'turn');
    if (turn !== undefined) await this.#now(turn);
  }
  cancel(): void { this.#acpd.notify('session/cancel', { sessionId: this.#session }); }

  /** The answer; undefined: it was withdrawn, or is marked with what was wrong. */
  async #try(id: string, method: string, prompt: json[]): Promise<json | undefined> {
    this.#rows_before.set(id, this.#length);
    try {
      const taken = await this.#ask(method, { prompt });
      this.#drop(id);
      return taken;
    } catch (error) {
      if (is_rpc_error(error) && error.code === request_cancelled) this.#drop(id);
      else this.#mark(id, error_words(error));
      return undefined;
    } finally {
      this.#host.changed();
    }
  }
  #drop(id: string): void {
    this.#kept = this.#kept.filter((item) => item.id !== id);
    this.#rows_before.delete(id);
  }
  #mark(id: string, failed: string): void {
    this.#kept = this.#kept.map((item) => (item.id === id ? { ...item, failed } : item));
  }

  /** Prompts that were on their way when the window went: whether acpd has them, the replay or the
   * queue shows; else the person decides. Those of this window are still waited for. */
  restore(kept: readonly kept_unsent[], length: number): void {
    this.#length = length;
    const known = new Set(this.#kept.map((item) => item.id));
    const found = kept.filter((item) => !known.has(item.id));
    this.#kept = [...found.map((item) => (
      { failed: 'the window went before acpd had answered', ...item })), ...this.#kept];
    for (const item of found) this.#rows_before.set(item.id, length);
  }
  /** What waits in the daemon's queue was taken. */
  queued(texts: readonly string[]): void {
    for (const item of this.unsent)
      if (item.failed !== undefined && texts.includes(item.text)) this.#drop(item.id);
  }
  /** What the conversation shows was taken, whatever became of the answer. */
  confirmed(rows: row_list | undefined): void {
    if (!rows) return;
    this.#length = rows.length;
    const before = this.#kept.length;
    for (const item of this.unsent) {
      const from = this.#rows_before.get(item.id) ?? 0;
      const shown = rows.slice(from, rows.length).some((row) => row.kind === 'text'
        && row.role === 'user' && row.text === item.text);
      if (shown && item.text !== '') this.#drop(item.id);
    }
    if (this.#kept.length !== before) this.#host.changed();
  }

  /** True when the message was about prompts. */
  take(message: from_view): boolean {
    switch (message.type) {
      case 'cancel': this.cancel(); return true;
      case 'unsent': this.#decide(message.id, message.action); return true;
      case 'queue_remove': void this.#queue('remove', { turn: message.turn }); return true;
      case 'queue_edit': void this.#edit(message.turn, message.text); return true;
      case 'queue_now': void this.#now(message.turn); return true;
      case 'stop_call':
        this.#ask('tool_call/cancel', { toolCallId: message.call })
          .catch((error: unknown) => this.#host.fail(error));
        return true;
      default: return false;
    }
  }
  #decide(id: string, action: 'again' | 'back' | 'discard'): void {
    const item = this.#kept.find((one) => one.id === id);
    if (!item) return;
    if (action === 'again') {
      this.#kept = this.#kept.map((one) => (one === item ? { id, draft: item.draft } : one));
      void this.#try(id, 'session/prompt', blocks_of(item.draft));
    } else {
      this.#drop(id);
    }
    if (action === 'back') this.#host.draft(item.draft);
    this.#host.changed();
  }

  #ask(method: string, params: object): Promise<json> {
    return this.#acpd.request(method, { sessionId: this.#session, ...params });
  }
  async #queue(verb: 'remove' | 'edit', params: object): Promise<void> {
    await this.#ask(`_acpd/queue/${verb}`, params).catch((error: unknown) =>
      this.#host.fail(error));
  }
  /** What else waits stays; one that has started meanwhile is where it should be. */
  async #now(turn: number): Promise<void> {
    await this.#ask('_acpd/queue/now', { turn }).catch((error: unknown) => {
      if (!is_rpc_error(error) || error.code !== gone) this.#host.fail(error);
    });
  }
  async #edit(turn: number, text: string): Promise<void> {
    try {
      const prompt = edited(await this.#ask('_acpd/queue/list', {}), turn, text);
      await this.#queue('edit', { turn, prompt });
    } catch (error) {
      this.#host.fail(error);
    }
  }
}
