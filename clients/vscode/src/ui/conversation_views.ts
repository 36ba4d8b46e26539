// Where conversations are seen: one in the side bar, any number as editor tabs, each session in one
// place at a time. Restored after a reload by the serializer.
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { from_view, sent, to_view } from '../model/messages_between';
import { error_words } from '../model/prompts';
import type { acpd } from './acpd';
import { conversation_view, type view_host } from './conversation_view';
import { emitter } from './emitter';
import { fill } from './page';

export const panel_type = 'acpd.conversationTab';

// What a page's buttons may run: the page shows what agents wrote, so that it is not trusted.
const buttons = new Set(['acpd.install', 'acpd.reconnect', 'acpd.newSession']);

const fail = (error: unknown): void =>
  void vscode.window.showErrorMessage(`acpd: ${error_words(error)}`);

interface shown { view: conversation_view; place: vscode.WebviewView | vscode.WebviewPanel }

export class conversation_views
  implements vscode.WebviewViewProvider, vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #acpd: acpd;
  readonly #context: vscode.ExtensionContext;
  readonly #other: (view: conversation_view, message: from_view) => void;
  readonly #folder: string;
  #side: vscode.WebviewView | undefined;
  #in_side: conversation_view | undefined;
  #of_side = new Map<string, conversation_view>();  // that it has shown: each goes on with its own
  #panels = new Map<string, shown>();
  #active: string | undefined;
  readonly active_changed = new emitter<void>(fail);

  constructor(acpd: acpd, context: vscode.ExtensionContext,
    other: (view: conversation_view, message: from_view) => void) {
    this.#acpd = acpd;
    this.#context = context;
    this.#other = other;
    const storage = context.storageUri ?? context.globalStorageUri;
    this.#folder = vscode.Uri.joinPath(storage, 'conversations').fsPath;
    acpd.changed.on(() => { if (!this.#in_side) this.#put_nothing(); });
  }

  /** The session that commands without an argument mean: the last tab or side bar that somebody
   * was in. */
  get active(): string | undefined { return this.#active ?? this.#in_side?.session; }
  /** The session that the side bar shows. */
  get in_side(): string | undefined { return this.#in_side?.session; }
  #activate(session: string | undefined): void {
    this.#active = session;
    this.active_changed.fire();
  }
  is_seen(session: string): boolean {
    return this.#panels.get(session)?.place.visible === true
      || (this.#in_side?.session === session && this.#side?.visible === true);
  }

  async show(session: string): Promise<void> {
    const panel = this.#panels.get(session);
    if (panel) return (panel.place as vscode.WebviewPanel).reveal();
    this.#remember(session);
    await vscode.commands.executeCommand('acpd.conversation.focus');
    if (this.#side && this.#in_side?.session !== session) await this.#put_in_side(session);
  }
  async show_in_editor(session: string): Promise<void> {
    const there = this.#panels.get(session);
    if (there) return (there.place as vscode.WebviewPanel).reveal();
    if (this.#in_side?.session === session) await this.#leave_side();
    const panel = vscode.window.createWebviewPanel(panel_type, 'Conversation',
      vscode.ViewColumn.Active, {});
    this.#put_in_panel(panel, session);
  }

  // The side bar.

  async resolveWebviewView(side: vscode.WebviewView): Promise<void> {
    this.#side = side;
    side.onDidDispose(() => {
      this.#side = undefined;
      void this.#in_side?.close();
      this.#in_side = undefined;
    });
    side.onDidChangeVisibility(() => { if (!side.visible) void this.#in_side?.close(); });
    side.webview.onDidReceiveMessage((message: sent) => this.#from_side(message));
    fill(side, side.onDidChangeVisibility, this.#context.extensionUri, 'conversation');
    return Promise.resolve();
  }
  #from_side(message: sent): void {
    if (message.type === 'focused') return this.#activate(undefined);
    if (message.type !== 'ready') return this.#take(this.#meant(message), message);
    const session = this.#in_side?.session ?? this.#remembered();
    if (session === '' || this.#panels.has(session)) this.#put_nothing();
    else void this.#put_in_side(session);
  }
  /** The session that the page showed: what was typed for it belongs to no other. */
  #meant({ of }: sent): conversation_view | undefined {
    return of === undefined ? this.#in_side : this.#of_side.get(of);
  }
  /** The last that was asked for is the one that opens, however long the others take. */
  async #put_in_side(session: string): Promise<void> {
    if (!this.#side) return;
    const before = this.#in_side, view = this.#for_side(session);
    this.#in_side = view;
    this.active_changed.fire();
    if (before !== view) await before?.close();
    if (this.#in_side === view) await view.open();
  }
  #for_side(session: string): conversation_view {
    const known = this.#of_side.get(session);
    if (known) return known;
    const made = this.#make(session, (message) => void this.#side?.webview.postMessage(message),
      (title) => { if (this.#side) this.#side.title = title; });
    this.#of_side.set(session, made);
    return made;
  }
  /** In a file of its own: the editor writes its own memory only every few seconds. */
  #remember(session: string): void {
    fs.mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    fs.writeFileSync(path.join(this.#folder, 'side-bar'), session, { mode: 0o600 });
  }
  #remembered(): string {
    const file = path.join(this.#folder, 'side-bar');
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  }
  async #leave_side(): Promise<void> {
    const left = this.#in_side;
    this.#in_side = undefined;
    this.active_changed.fire();
    await left?.close();
    this.#remember('');
    this.#put_nothing();
  }
  #put_nothing(): void {
    if (this.#side) this.#side.title = 'Conversation';
    void this.#side?.webview.postMessage(this.#nothing());
  }
  #nothing(): to_view {
    const { link, missing } = this.#acpd;
    if (missing) return { type: 'nothing', text: 'acpd is not installed on this machine.',
      button: { command: 'acpd.install', title: 'Install acpd' } };
    if (link.state === 'down') return { type: 'nothing',
      text: `acpd is not reachable: ${link.text}`,
      button: { command: 'acpd.reconnect', title: 'Try again' } };
    return { type: 'nothing', text: 'No conversation is open here. Choose one in the list above, '
      + 'or begin a new one.', button: { command: 'acpd.newSession', title: 'New session' } };
  }

  // Editor tabs.

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const session = (state as { session?: unknown } | undefined)?.session;
    if (typeof session === 'string' && !this.#panels.has(session))
      this.#put_in_panel(panel, session);
    else panel.dispose();
    return Promise.resolve();
  }
  #put_in_panel(panel: vscode.WebviewPanel, session: string): void {
    const view = this.#make(session, (message) => void panel.webview.postMessage(message),
      (title) => { panel.title = title; });
    this.#panels.set(session, { view, place: panel });
    const icon = (on: string) =>  // a picture in a tab does not take a theme's colour
      vscode.Uri.joinPath(this.#context.extensionUri, `media/acpd-on-${on}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    panel.onDidDispose(() => {
      this.#panels.delete(session);
      if (this.#active === session) this.#activate(undefined);
      void view.close();
    });
    panel.onDidChangeViewState(() => {
      if (panel.active) this.#activate(session);
      else if (this.#active === session) this.#activate(undefined);
      if (!panel.visible) void view.close();
    });
    this.#activate(session);
    panel.webview.onDidReceiveMessage((message: from_view) => {
      if (message.type === 'ready') void view.open();
      else if (message.type === 'focused') this.#activate(session);
      else this.#take(view, message);
    });
    fill(panel, panel.onDidChangeViewState, this.#context.extensionUri, 'conversation');
  }

  #make(session: string, post: view_host['post'], titled: view_host['titled'])
    : conversation_view {
    const view: conversation_view = new conversation_view(this.#acpd, session, this.#folder, {
      post,
      titled,
      other: (message) => this.#other(view, message),
      fail,
    });
    return view;
  }
  #take(view: conversation_view | undefined, message: from_view): void {
    if (message.type !== 'command') view?.take(message);
    else if (buttons.has(message.command)) void vscode.commands.executeCommand(message.command);
  }
  completions(view: conversation_view, message: to_view): void {
    const place = this.#panels.get(view.session)?.place ?? this.#side;
    void place?.webview.postMessage(message);
  }

  /** Before the window goes: what was shown is on disk then. */
  async flush(): Promise<void> {
    for (const view of this.#of_side.values()) await view.close();
    for (const { view } of this.#panels.values()) await view.close();
  }
  dispose(): void { void this.flush(); }
}
