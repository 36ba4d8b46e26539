// acpd as the views see it: the link, all sessions, what waits for a person, and requests. Owned
// by the extension; the views listen.
import * as vscode from 'vscode';
import { is_rpc_error, type listener } from '../acp/connection';
import { supervisor, type link } from '../acp/supervisor';
import type { raw } from '../acp/tap';
import { asked_of, result_of, type answer, type asked } from '../model/inbox';
import { is_object, object_in, type json } from '../model/json';
import { happenings, nothing, overview_after, type happening, type overview }
  from '../model/sessions';
import { emitter } from './emitter';
import { not_installed, type programs } from './programs';
import { connect_command } from './remote';

const lately_ms = 10_000;  // clocks that differ by more hide what happened to a new session

export interface told { session: string; params: json }
interface outside { question: asked; answer: (result: json) => void }

export class acpd implements vscode.Disposable {
  overview: overview = nothing;
  missing = false;   // acpctl is not installed
  readonly #log: vscode.LogOutputChannel;
  readonly #supervisor: supervisor;
  readonly #outside = new Map<string, outside>();  // questions of logins, by their id
  #told_everything = false;

  readonly changed: emitter<void>;     // the link, sessions or questions
  readonly happened: emitter<happening>;
  readonly updated: emitter<told>;
  readonly attached: emitter<{ session: string; cursor: json | undefined }>;
  readonly state: emitter<told>;       // `_acpd/state`
  readonly connected: emitter<void>;   // a new connection: attach again
  readonly index: emitter<json>;       // `_acpd/index/progress`: a folder

  constructor(context: vscode.ExtensionContext, found: programs, log: vscode.LogOutputChannel) {
    this.#log = log;
    const failed = (error: unknown) => log.error(error instanceof Error ? error : String(error));
    this.changed = new emitter(failed);
    this.happened = new emitter(failed);
    this.updated = new emitter(failed);
    this.attached = new emitter(failed);
    this.state = new emitter(failed);
    this.connected = new emitter(failed);
    this.index = new emitter(failed);
    this.#supervisor = new supervisor({
      command: async () => {
        try {
          const acpctl = found.acpctl();
          this.missing = false;
          return await connect_command(acpctl, context.secrets);
        } catch (error) {
          this.missing = error instanceof not_installed;
          throw error;
        }
      },
      version: String((context.extension.packageJSON as { version: string }).version),
      listener: this.#listener(),
      connected: () => this.connected.fire(),
      changed: (link) => {
        log.info(link.state === 'down' ? `down: ${link.text}` : link.state);
        this.changed.fire();
      },
    });
  }

  #listener(): listener {
    return {
      update: (session, params) => this.updated.fire({ session, params }),
      attached: (session, cursor) => this.attached.fire({ session, cursor }),
      told: (method, params) => this.#told(method, params),
      asked: (id, params, answer, gone) => this.#asked_outside(id, params, answer, gone),
      log: (line) => {
        this.#log.info(line);
        this.#supervisor.troubled(line);
      },
    };
  }
  #told(method: string, params: raw): void {
    switch (method) {
      case '_acpd/watch/changed': return this.#watch(params, params['reset'] === true);
      case '_acpd/state': return this.state.fire(
        { session: String(params['sessionId']), params });
      case '_acpd/link': return this.#supervisor.heard(params);
      case '_acpd/index/progress': return this.index.fire(params);
      default: this.#log.debug(`${method}: nothing is done with it`);
    }
  }
  #watch(params: raw, everything: boolean): void {
    if (everything) this.#supervisor.reached();
    const was = this.overview;
    this.overview = overview_after(was, params, everything);
    for (const { question } of this.#outside.values()) this.#add(question);
    const lately = everything ? undefined : new Date(Date.now() - lately_ms).toISOString();
    const news = this.#told_everything ? happenings(was, this.overview, lately) : [];
    this.#told_everything = true;
    for (const happening of news) this.happened.fire(happening);
    this.changed.fire();
  }
  #add(question: asked): void {
    this.overview = { ...this.overview,
      asked: new Map(this.overview.asked).set(question.id, question) };
  }
  #asked_outside(id: string, params: raw, answer: (result: raw) => void, gone: AbortSignal): void {
    const question = asked_of({ id, sessionId: '', agent: 'login', method: 'elicitation/create',
      askedAt: new Date().toISOString(), params });
    if (!question) return;
    this.#outside.set(id, { question, answer });
    this.#add(question);
    gone.addEventListener('abort', () => this.#forget(id));
    this.changed.fire();
  }
  #forget(id: string): void {
    this.#outside.delete(id);
    const asked = new Map(this.overview.asked);
    asked.delete(id);
    this.overview = { ...this.overview, asked };
    this.changed.fire();
  }

  get link(): link { return this.#supervisor.link; }
  get up(): boolean { return this.link.state === 'up'; }
  /** Whether prompts may hold pictures, as long as nobody knows what a session's agent takes. */
  get takes_images(): boolean {
    const session = object_in(object_in(this.#supervisor.hello ?? {}, 'capabilities') ?? {},
      'session');
    return is_object(object_in(session ?? {}, 'prompt')?.['image']);
  }
  start(): void { this.#supervisor.start(); }
  retry(): void { this.#supervisor.retry(); }
  /** Settings or the token have changed, or acpctl has come. */
  renew(): void { this.#supervisor.renew(); }
  dispose(): void { this.#supervisor.end(); }

  request(method: string, params: object): Promise<json> {
    return this.#supervisor.request(method, params);
  }
  notify(method: string, params: object): void { this.#supervisor.notify(method, params); }

  /** Throws what a person can read; somebody else's answer was first: that is fine. */
  async answer(id: string, answer: answer): Promise<void> {
    const outside = this.#outside.get(id);
    if (outside) {
      outside.answer(result_of(answer));
      return this.#forget(id);
    }
    try {
      await this.request('_acpd/pending/answer', { id, result: result_of(answer) });
    } catch (error) {
      if (!is_rpc_error(error) || error.code !== -32002) throw error;
      void vscode.window.showInformationMessage('This question was already answered elsewhere, '
        + 'or its agent has taken it back.');
    }
  }
}
