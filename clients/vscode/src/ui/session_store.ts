// What a window keeps of a conversation, in the workspace's storage: the journal (what was shown)
// and the view (the unsent prompt, the scroll position). Owned by its conversation_view, one at a
// time a session; writes follow each other. No secrets come here: what was shown, and what was
// typed.
import fs from 'node:fs';
import path from 'node:path';
import type { record } from '../model/feed';
import { decode, encode, whole, type kept } from '../model/journal';
import { is_object } from '../model/json';
import { no_draft, type draft, type kept_unsent, type scroll } from '../model/messages_between';

export interface kept_view {
  draft: draft; scroll: scroll; unsent: readonly kept_unsent[];
}
const fresh_view = (): kept_view => (
  { draft: no_draft, scroll: { place: 0, offset: 0, bottom: true }, unsent: [] });
const most_lines = 200;  // then a journal is written anew

export class session_store {
  readonly #journal: string;
  readonly #view: string;
  #writes: Promise<void> = Promise.resolve();
  readonly #failed: (error: unknown) => void;
  #view_to_write: string | undefined;  // of many changes while one is written, the last

  constructor(folder: string, session: string, failed: (error: unknown) => void) {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const name = path.join(folder, encodeURIComponent(session));
    this.#journal = `${name}.jsonl`;
    this.#view = `${name}.view.json`;
    this.#failed = failed;
  }

  /** In its turn among the writes, as it may write the journal anew. */
  load(): Promise<{ kept: kept | undefined; view: kept_view }> {
    const loaded = this.#writes.then(() => this.#load());
    this.#writes = loaded.then(() => {}, () => {});  // said to who asked
    return loaded;
  }
  async #load(): Promise<{ kept: kept | undefined; view: kept_view }> {
    const text = await read(this.#journal);
    const kept = decode(text);
    const torn = text !== '' && !text.endsWith('\n');  // or the next line would be torn, too
    if (!kept) await fs.promises.rm(this.#journal, { force: true });
    else if (torn || kept.lines > most_lines) await replace(this.#journal, whole(kept));
    return { kept, view: view_of(await read(this.#view)) };
  }
  append(record: record): void {
    this.#next(() => fs.promises.appendFile(this.#journal, encode(record), { mode: 0o600 }));
  }
  save_view(view: kept_view): void {
    const is_due = this.#view_to_write !== undefined;
    this.#view_to_write = JSON.stringify(view);
    if (!is_due) this.#next(() => this.#write_view());
  }
  /** The conversation is kept no more; what was typed stays. */
  forget(): void { this.#next(() => fs.promises.rm(this.#journal, { force: true })); }
  done(): Promise<void> { return this.#writes; }

  async #write_view(): Promise<void> {
    const text = this.#view_to_write ?? '';
    this.#view_to_write = undefined;
    await replace(this.#view, text);
  }
  #next(write: () => Promise<void>): void {
    this.#writes = this.#writes.then(write).catch(this.#failed);
  }
}

async function read(file: string): Promise<string> {
  try {
    return await fs.promises.readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
async function replace(file: string, text: string): Promise<void> {
  const fresh = `${file}.${process.pid}`;
  await fs.promises.writeFile(fresh, text, { mode: 0o600 });
  await fs.promises.rename(fresh, file);
}
function view_of(text: string): kept_view {
  try {
    const said: unknown = JSON.parse(text);
    return is_object(said) ? { ...fresh_view(), ...(said as Partial<kept_view>) } : fresh_view();
  } catch {
    return fresh_view();  // nothing kept yet
  }
}
