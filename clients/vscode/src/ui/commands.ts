// The commands on sessions. Each says what failed in one sentence; those that destroy ask first.
import * as vscode from 'vscode';
import { objects_in, text_in, type json } from '../model/json';
import { error_words } from '../model/prompts';
import { is_busy, newest_first, title_of, type session } from '../model/sessions';
import type { acpd } from './acpd';
import { ask_line, choose } from './boxes';
import type { conversation_views } from './conversation_views';
import { session_in } from './session_tree';

const most_listed = 1000;
interface agent_item extends vscode.QuickPickItem { name: string; installed: boolean }

export class session_commands {
  readonly #acpd: acpd;
  readonly #views: conversation_views;
  constructor(acpd: acpd, views: conversation_views) {
    this.#acpd = acpd;
    this.#views = views;
  }

  register(context: vscode.ExtensionContext): void {
    const on_session = (name: string, act: (s: session) => Promise<unknown>) =>
      this.#register(context, name, async (argument) => {
        const found = await this.#session(argument);
        if (found) await act(found);
      });
    this.#register(context, 'newSession', () => this.#new());
    this.#register(context, 'openSession', async (argument) => {
      const found = await this.#session(argument ?? 'choose');  // not the one that is open already
      if (found) await this.#views.show(found.id);
    });
    this.#register(context, 'import', () => this.#import());
    this.#register(context, 'unarchive', () => this.#unarchive());
    const shown: [string, (s: session) => Promise<unknown>][] = [
      ['openInEditor', (s) => this.#views.show_in_editor(s.id)],
      ['rename', (s) => this.#rename(s)],
      ['cancel', (s) => this.#acpd.request('_acpd/session/cancel', { sessionId: s.id })]];
    for (const [name, act] of shown) {
      on_session(name, act);
      // Of the side bar's own buttons: a tab may be in front beside it.
      this.#register(context, `side.${name}`, async () => {
        const found = await this.#session(this.#views.in_side);
        if (found) await act(found);
      });
    }
    on_session('close', (s) => this.#close(s));
    on_session('archive', (s) => this.#archive(s));
    on_session('delete', (s) => this.#delete(s));
    on_session('copyId', async (s) => vscode.env.clipboard.writeText(s.id));
    on_session('clients', (s) => this.#clients(s));
  }
  #register(context: vscode.ExtensionContext, name: string,
    act: (argument: unknown) => Promise<unknown>): void {
    context.subscriptions.push(vscode.commands.registerCommand(`acpd.${name}`,
      async (argument: unknown) => {
        try {
          await act(argument);
        } catch (error) {
          void vscode.window.showErrorMessage(`acpd: ${error_words(error)}`);
        }
      }));
  }

  /** The one that is meant: named, in front, or chosen from the list. A key that is pressed in the
   * tree says "choose": the editor does not tell on which row. */
  async #session(argument: unknown): Promise<session | undefined> {
    const { sessions } = this.#acpd.overview;
    const named = argument === 'choose' ? undefined : session_in(argument) ?? this.#views.active;
    const found = named === undefined ? undefined : sessions.get(named);
    if (found) return found;
    const items = newest_first(sessions.values()).map((s) => (
      { label: title_of(s), description: `${s.state} · ${s.agent}`, detail: s.cwd, session: s }));
    if (items.length === 0)
      void vscode.window.showInformationMessage('acpd has no sessions yet.');
    return items.length === 0 ? undefined
      : (await choose('Which session?', items))?.session;
  }

  async #agent(): Promise<string | undefined> {
    const chosen = await choose('Which agent?', this.#agents());
    if (chosen && !chosen.installed)
      throw new Error(`${chosen.label} is not installed: ${chosen.detail ?? ''}`);
    return chosen?.name;
  }
  async #agents(): Promise<agent_item[]> {
    const result = await this.#acpd.request('_acpd/agents/list', {});
    return objects_in(result, 'agents').map((agent): agent_item => {
      const installed = agent['installed'] === true, name = text_in(agent, 'name') ?? '';
      return { name, installed, label: text_in(agent, 'title') ?? name,
        description: [name, agent['default'] === true ? 'default' : '',
          installed ? '' : 'not installed'].filter(Boolean).join(' · '),
        ...(!installed && { detail: text_in(agent, 'install') ?? '' }) };
    }).sort((a, b) => Number(b.installed) - Number(a.installed));
  }
  async #folder(): Promise<string | undefined> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const other = 'Another folder…';
    const labels = [...folders.map((folder) => folder.uri.fsPath), other];
    const chosen = folders.length === 0 ? other
      : (await choose('In which folder?', labels.map((label) => ({ label }))))?.label;
    if (chosen !== other) return chosen;
    const picked = await vscode.window.showOpenDialog(
      { canSelectFolders: true, canSelectFiles: false, openLabel: 'Choose this folder' });
    return picked?.[0]?.fsPath;
  }
  async #new(): Promise<void> {
    const agent = await this.#agent();
    const cwd = agent === undefined ? undefined : await this.#folder();
    if (agent === undefined || cwd === undefined) return;
    const made = await this.#acpd.request('session/new',
      { cwd, mcpServers: [], _meta: { 'acpd/agent': agent } });
    await this.#views.show(text_in(made, 'sessionId') ?? '');
  }
  /** Sessions that an agent made elsewhere and can load. */
  async #import(): Promise<void> {
    const agent = await this.#agent();
    if (agent === undefined) return;
    const chosen = await choose(`Which session of ${agent}?`, this.#listed('_acpd/import/list',
      { agent }, `${agent} has no sessions that acpd does not have.`));
    if (!chosen) return;
    const cwd = chosen.detail || (await this.#folder());
    if (!cwd) return;
    const made = await this.#acpd.request('_acpd/import', { agent, cwd,
      agentSessionId: text_in(chosen.one, 'sessionId'), title: chosen.label });
    await this.#views.show(text_in(made, 'sessionId') ?? '');
  }

  async #unarchive(): Promise<void> {
    const chosen = await choose('Which session?',
      this.#listed('session/list', { archived: 'only' }, 'No session is archived.'));
    const sessionId = chosen && text_in(chosen.one, 'sessionId');
    if (sessionId === undefined) return;
    await this.#acpd.request('session/unarchive', { sessionId });
    await this.#views.show(sessionId);
  }
  /** Items to choose from; throws `none` when there are none. */
  async #listed(method: string, params: object, none: string) {
    const sessions = await this.#pages(method, params);
    if (sessions.length === 0) throw new Error(none);
    return sessions.map((one) => ({
      label: text_in(one, 'title') ?? text_in(one, 'sessionId') ?? '',
      description: text_in(one, 'updatedAt') ?? '', detail: text_in(one, 'cwd') ?? '', one }));
  }
  async #pages(method: string, params: object): Promise<json[]> {
    const all: json[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#acpd.request(method,
        { ...params, ...(cursor !== undefined && { cursor }) });
      all.push(...objects_in(page, 'sessions'));
      cursor = text_in(page, 'nextCursor');
    } while (cursor !== undefined && all.length < most_listed);
    return all;
  }

  async #rename(s: session): Promise<void> {
    const title = await ask_line('Name of the session', s.title ?? '', (text) => (
      text.trim() === '' ? 'It needs a name'
        : text.length > 500 ? 'At most 500 characters' : undefined));
    if (title !== undefined)
      await this.#acpd.request('_acpd/rename', { sessionId: s.id, title: title.trim() });
  }
  async #close(s: session): Promise<void> {
    if (is_busy(s) && !(await confirmed(`Close "${title_of(s)}"? Its turn and its agent are `
      + 'stopped; it can be opened again.', 'Close'))) return;
    await this.#acpd.request('session/close', { sessionId: s.id });
  }
  async #archive(s: session): Promise<void> {
    await this.#acpd.request('session/archive', { sessionId: s.id });
    void vscode.window.showInformationMessage(`"${title_of(s)}" is archived: closed, and hidden `
      + 'from the list. "acpd: Bring Back an Archived Session…" shows it again.');
  }
  async #delete(s: session): Promise<void> {
    if (await confirmed(`Delete "${title_of(s)}"? Its conversation is gone for good.`, 'Delete'))
      await this.#acpd.request('session/delete', { sessionId: s.id });
  }
  async #clients(s: session): Promise<void> {
    await choose(`Who is attached to "${title_of(s)}"`, this.#attached_to(s));
  }
  async #attached_to(s: session): Promise<vscode.QuickPickItem[]> {
    const result = await this.#acpd.request('_acpd/session/clients', { sessionId: s.id });
    return objects_in(result, 'clients').map((one) => (
      { label: text_in(one, 'name') ?? '?',
        description: [text_in(one, 'role'), text_in(one, 'from'),
          one['own'] === true ? 'this window' : ''].filter(Boolean).join(' · ') }));
  }
}

async function confirmed(question: string, yes: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(question, yes, 'Keep it')) === yes;
}
