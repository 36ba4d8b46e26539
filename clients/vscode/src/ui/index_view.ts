// The code index of the workspace's folders: search, and how fresh it is.
import * as vscode from 'vscode';
import { is_rpc_error } from '../acp/connection';
import { hits_of, hits_of_all, no_index, note_for, search_params, state_of, state_of_all }
  from '../model/index_search';
import { text_in } from '../model/json';
import type { from_view, index_state, to_view } from '../model/messages_between';
import { is_inside } from '../model/paths';
import { error_words } from '../model/prompts';
import type { acpd } from './acpd';
import { open_path } from './opening';
import { fill } from './page';

const most_hits = 30;
const method_not_found = -32601, not_indexed = -32002;

export class index_view implements vscode.WebviewViewProvider {
  readonly #acpd: acpd;
  readonly #context: vscode.ExtensionContext;
  #view: vscode.WebviewView | undefined;
  #states = new Map<string, index_state>();  // by folder

  constructor(acpd: acpd, context: vscode.ExtensionContext) {
    this.#acpd = acpd;
    this.#context = context;
    acpd.connected.on(() => void this.#status());
    acpd.index.on((told) => {
      const root = text_in(told, 'root');
      const about = this.#folders.filter((folder) =>
        root !== undefined && is_inside(folder.uri.fsPath, [root]));
      for (const folder of about) this.#states.set(folder.uri.fsPath, state_of(told));
      if (about.length > 0) this.#put_states();
    });
  }
  get #folders(): readonly vscode.WorkspaceFolder[] {
    return vscode.workspace.workspaceFolders ?? [];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    view.onDidDispose(() => { this.#view = undefined; });
    view.webview.onDidReceiveMessage((message: from_view) => {
      if (message.type === 'ready' || message.type === 'refresh_index') void this.#status();
      else if (message.type === 'search') void this.#search(message.query);
      else if (message.type === 'open_path') void open_path(message.path, message.line);
    });
    fill(view, view.onDidChangeVisibility, this.#context.extensionUri, 'index');
  }
  #post(message: to_view): void { void this.#view?.webview.postMessage(message); }

  async #status(): Promise<void> {
    if (!this.#view?.visible) return;
    if (!this.#acpd.up) {
      return this.#post({ type: 'index',
        state: { words: 'acpd is not reachable.', searchable: false } });
    }
    await Promise.all(this.#folders.map(async ({ uri: { fsPath } }) =>
      this.#states.set(fsPath, await this.#state_of(fsPath))));
    this.#put_states();
  }
  #put_states(): void {
    const known = this.#folders.flatMap(({ name, uri }) => {
      const state = this.#states.get(uri.fsPath);
      return state ? [{ name, state }] : [];
    });
    const state = state_of_all(known.map((one) => one.state), known.map((one) => one.name));
    this.#post({ type: 'index', state: known.length > 0 ? state
      : { words: 'No folder is open in this window.', searchable: false } });
  }
  async #state_of(cwd: string): Promise<index_state> {
    try {
      return state_of(await this.#acpd.request('_acpd/index/status', { cwd }));
    } catch (error) {
      const code = is_rpc_error(error) ? error.code : 0;
      return code === method_not_found ? no_index : code === not_indexed ? state_of({})
        : { words: `The index cannot be asked: ${error_words(error)}`, searchable: true };
    }
  }
  async #search(query: string): Promise<void> {
    if (query.trim() === '')
      return this.#post({ type: 'hits', query, hits: [], note: '' });
    try {
      const results = await Promise.all(this.#folders.map(({ uri }) => this.#acpd.request(
        '_acpd/index/search', search_params(uri.fsPath, query, most_hits))));
      const names = this.#folders.map(({ name }) => name);
      const hits = hits_of_all(results, names).slice(0, most_hits);
      const notes = results.map((result, i) => (results.length === 1
        ? note_for(result, hits.length)
        : `${names[i] ?? ''}: ${note_for(result, hits_of(result).length)}`));
      this.#post({ type: 'hits', query, hits, note: notes.join(' ') });
    } catch (error) {
      this.#post({ type: 'hits', query, hits: [], note: error_words(error) });
    }
  }
}
