// All sessions by folder, with what each is doing.
import path from 'node:path';
import * as vscode from 'vscode';
import { by_folder, description_of, title_of, type session, type state } from '../model/sessions';
import { age_words, short_age } from '../model/words';
import type { acpd } from './acpd';

interface seen { visible: boolean; onDidChangeVisibility: vscode.Event<unknown> }
interface folder_node { folder: string; sessions: session_node[] }
interface session_node { session: session; line: string }
type node = folder_node | session_node;

const icons: Record<state, [string, string?]> = {
  running: ['sync~spin', 'charts.blue'], 'needs you': ['bell-dot', 'charts.yellow'],
  idle: ['circle-outline'], interrupted: ['debug-disconnect', 'errorForeground'],
  unknown: ['question'],
};
const icon_of = (state: state): vscode.ThemeIcon => {
  const [name, color] = icons[state];
  return new vscode.ThemeIcon(name, color === undefined ? undefined : new vscode.ThemeColor(color));
};

const open_command = (session: string): string => `acpd.openSession ${session}`;

export class session_tree implements vscode.TreeDataProvider<node>, vscode.Disposable {
  readonly #acpd: acpd;
  readonly #changed = new vscode.EventEmitter<session_node | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #listening: { dispose(): void };
  #folders: folder_node[] = [];
  #order = '';
  #view: seen | undefined;
  #next_age: ReturnType<typeof setTimeout> | undefined;
  #opens = new Map<string, vscode.Disposable>();  // by session, what its row runs

  constructor(acpd: acpd) {
    this.#acpd = acpd;
    this.#listening = acpd.changed.on(() => this.#update());
  }
  dispose(): void {
    this.#listening.dispose();
    clearTimeout(this.#next_age);
    for (const one of this.#opens.values()) one.dispose();
    this.#changed.dispose();
  }

  /** Where it is shown: ages go on there while somebody can see them. */
  shown_in(view: seen): void {
    this.#view = view;
    view.onDidChangeVisibility(() => this.#update());
  }
  getChildren(of?: node): node[] {
    if (!of) return this.#folders;
    return 'folder' in of ? of.sessions : [];
  }
  /** Only rows that look different are drawn anew: a row that is replaced while a mouse button is
   * down takes no click. */
  #update(): void {
    this.#put_commands();
    this.#wait_for_age();
    const own = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
    const folders = by_folder(this.#acpd.overview.sessions.values(), own);
    const order = JSON.stringify(folders.map(([folder, all]) => [folder, all.map((s) => s.id)]));
    if (order !== this.#order) {
      this.#order = order;
      this.#folders = folders.map(([folder, all]) => ({ folder,
        sessions: all.map((session) => ({ session, line: this.#line(session) })) }));
      return this.#changed.fire(undefined);
    }
    for (const row of this.#folders.flatMap(({ sessions }) => sessions)) {
      row.session = this.#acpd.overview.sessions.get(row.session.id) ?? row.session;
      const line = this.#line(row.session);
      if (line === row.line) continue;
      row.line = line;
      this.#changed.fire(row);
    }
  }
  /** Once, when the next row says another age; hidden, nothing waits. */
  #wait_for_age(): void {
    clearTimeout(this.#next_age);
    const now = new Date(), waits = [...this.#acpd.overview.sessions.values()]
      .map((s) => short_age(new Date(s.updated_at), now).lasts_ms).filter((ms) => ms > 0);
    if (this.#view?.visible && waits.length > 0)
      this.#next_age = setTimeout(() => this.#update(), Math.min(...waits));
  }
  /** One for each session, without arguments: VS Code keeps arguments with the row as it was drawn
   * last, so that a click while a row is on its way to be drawn anew would run nothing. */
  #put_commands(): void {
    const { sessions } = this.#acpd.overview;
    for (const [id, one] of this.#opens) {
      if (sessions.has(id)) continue;
      one.dispose();
      this.#opens.delete(id);
    }
    for (const id of sessions.keys())
      if (!this.#opens.has(id)) this.#opens.set(id, vscode.commands.registerCommand(
        open_command(id), () => vscode.commands.executeCommand('acpd.openSession', id)));
  }
  #shown(s: session): session { return this.#acpd.up ? s : { ...s, state: 'unknown' }; }
  /** All that a row says. */
  #line(s: session): string {
    const age = s.updated_at === '' ? '' : short_age(new Date(s.updated_at), new Date()).text;
    return `${title_of(s)}\n${description_of(this.#shown(s))}${age === '' ? '' : ` · ${age}`}`;
  }
  getTreeItem(of: node): vscode.TreeItem {
    return 'folder' in of ? this.#folder_item(of.folder, of.sessions)
      : this.#session_item(of);
  }
  /** Asked for when a hint is about to be shown: its age is never an old one. */
  resolveTreeItem(item: vscode.TreeItem, of: node): vscode.TreeItem {
    if ('folder' in of) return item;
    const { session } = of, at = new Date(session.updated_at);
    const age = session.updated_at === '' ? '' : `\nlast active ${age_words(at, new Date())}`;
    item.tooltip = `${title_of(session)}\n${String(item.description)}${age}\n${session.cwd}\n`
      + session.id;
    return item;
  }
  #folder_item(folder: string, sessions: session_node[]): vscode.TreeItem {
    const own = vscode.workspace.workspaceFolders?.some((f) => f.uri.fsPath === folder);
    const item = new vscode.TreeItem(path.basename(folder) || folder, own
      ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed);
    item.id = `folder ${folder}`;
    item.iconPath = vscode.ThemeIcon.Folder;
    item.description = own ? 'this workspace' : path.dirname(folder);
    item.tooltip = folder;
    item.contextValue = 'folder';
    item.accessibilityInformation = { label: `${folder}, ${sessions.length} sessions` };
    return item;
  }
  #session_item({ session: s, line }: session_node): vscode.TreeItem {
    const item = new vscode.TreeItem(title_of(s));
    const shown = this.#shown(s);
    const description = line.slice(title_of(s).length + 1);
    item.id = s.id;
    item.description = description;
    item.iconPath = icon_of(shown.state);
    item.contextValue = `session ${shown.state.replace(' ', '-')}`;
    item.accessibilityInformation = { label: `${title_of(s)}, ${description}` };
    item.command = { command: open_command(s.id), title: 'Open' };
    return item;
  }
}
/** The session that a command was called on: from the tree, or by its id. */
export const session_in = (argument: unknown): string | undefined => {
  if (typeof argument === 'string') return argument;
  const session = (argument as { session?: session } | undefined)?.session;
  return session?.id;
};
