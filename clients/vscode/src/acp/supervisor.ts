// Keeps one connection: a new one when the last has ended, sooner or later, and at once when a
// person asks. Says how it stands; owns nothing of VS Code. Idle while it is up.
import { connection, type listener } from './connection';
import type { command } from './child';
import type { raw } from './tap';

export type link =
  | { state: 'connecting' }
  | { state: 'up' }
  | { state: 'down'; text: string };

export interface supervisor_options {
  /** Found anew at each attempt: it may have been installed meanwhile. Throws a sentence. */
  command: () => Promise<command>;
  version: string;
  listener: listener;
  /** A new connection: sessions are attached again. */
  connected: () => void;
  changed: (link: link) => void;
  open?: typeof connection.open;
  delay?: (ms: number, then: () => void) => () => void;
}

const first_wait_ms = 500, longest_wait_ms = 30_000;
const real_delay = (ms: number, then: () => void) => {
  const timer = setTimeout(then, ms);
  return () => clearTimeout(timer);
};

export class supervisor {
  #options: supervisor_options;
  #now: connection | undefined;
  #link: link = { state: 'connecting' };
  #wait_ms = first_wait_ms;
  #cancel_wait: (() => void) | undefined;
  #over = false;
  #opening = false;

  constructor(options: supervisor_options) { this.#options = options; }

  get link(): link { return this.#link; }
  /** What the daemon said of itself; undefined without a connection. */
  get hello(): raw | undefined { return this.#now?.hello; }

  start(): void { void this.#open(); }
  /** The person's button. With a connection whose daemon is gone: asking makes it start one. */
  retry(): void {
    this.#cancel_wait?.();
    this.#wait_ms = first_wait_ms;
    if (this.#now) this.request('_acpd/ping', {}).then(() => this.#say({ state: 'up' }), () => {});
    else void this.#open();
  }
  /** Another command from now on (settings, token): what runs is left in order. */
  renew(): void {
    const was = this.#now;
    this.#now = undefined;
    was?.close();
    this.retry();
  }
  end(): void {
    this.#over = true;
    this.#cancel_wait?.();
    this.#now?.close();
  }

  async request<T = raw>(method: string, params: object): Promise<T> {
    if (!this.#now) throw new Error(this.#link.state === 'down' ? this.#link.text
      : 'acpd is not connected yet');
    return this.#now.request<T>(method, params);
  }
  notify(method: string, params: object): void {
    // A connection that ends says so itself.
    this.#now?.notify(method, params).catch(() => {});
  }

  /** The bridge's stderr: it has no daemon, and why. It goes on trying. */
  troubled(line: string): void {
    if (this.#now) this.#say({ state: 'down', text: line.replace(/^acpctl connect: /, '') });
  }
  /** The daemon is there (again): it has told everything anew, as it does after each connect. */
  reached(): void {
    if (this.#now && this.#link.state === 'down') this.#say({ state: 'up' });
  }
  /** `_acpd/link`, from a bridge that has it: the daemon behind it went or came back. */
  heard(params: raw): void {
    if (!this.#now) return;
    const text = typeof params['text'] === 'string' ? params['text'] : 'the daemon has ended';
    this.#say(params['up'] === true ? { state: 'up' } : { state: 'down', text });
  }

  #say(link: link): void {
    this.#link = link;
    this.#options.changed(link);
  }

  async #open(): Promise<void> {
    if (this.#over || this.#opening || this.#now) return;
    this.#opening = true;
    this.#say({ state: 'connecting' });
    const { open = connection.open.bind(connection) } = this.#options;
    try {
      const command = await this.#options.command();
      const made = await open(command, this.#options.version, this.#options.listener);
      this.#now = made;
      this.#wait_ms = first_wait_ms;
      void made.ended.then((why) => this.#ended(made, why));
      this.#say({ state: 'up' });
      this.#options.connected();
    } catch (error) {
      this.#down(error instanceof Error ? error.message : String(error));
    } finally {
      this.#opening = false;
      if (this.#over) this.#now?.close();
    }
  }
  #ended(which: connection, why: string): void {
    if (this.#now !== which || this.#over) return;
    this.#now = undefined;
    this.#down(why);
  }
  #down(text: string): void {
    this.#say({ state: 'down', text });
    const { delay = real_delay } = this.#options;
    this.#cancel_wait = delay(this.#wait_ms, () => void this.#open());
    this.#wait_ms = Math.min(this.#wait_ms * 2, longest_wait_ms);
  }
}
