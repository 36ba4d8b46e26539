// The code index: search, and how fresh it is.
import * as vscode from 'vscode';
import { is_rpc_error } from '../acp/connection';
import { hits_of, no_index, note_for, search_params, state_of } from '../model/index_search';
import { text_in } from '../model/json';
import type { from_view, to_view } from '../model/messages_between';
import { error_words } from '../model/prompts';
import type { acpd } from './acpd';
import { open_path } from './opening';
import { fill } from './page';

const method_not_found = -32601, not_indexed = -32002;

export class index_view implements vscode.WebviewViewProvider {
  readonly #acpd: acpd;
  readonly #context: vscode.ExtensionContext;
  #view: vscode.WebviewView | undefined;

  constructor(acpd: acpd, context: vscode.ExtensionContext) {
    this.#acpd = acpd;
    this.#context = context;
    acpd.connected.on(() => void this.#status());
    acpd.index.on((folder) => {
      if (this.#cwd.startsWith(text_in(folder, 'root') ?? '/'))
        this.#post({ type: 'index', state: state_of(folder) });
    });
  }
  get #cwd(): string { return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? ''; }

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
    try {
      const result = await this.#acpd.request('_acpd/index/status', { cwd: this.#cwd });
      this.#post({ type: 'index', state: state_of(result) });
    } catch (error) {
      const code = is_rpc_error(error) ? error.code : 0;
      this.#post({ type: 'index', state: code === method_not_found ? no_index
        : code === not_indexed ? state_of({})
        : { words: `The index cannot be asked: ${error_words(error)}`, searchable: true } });
    }
  }
  async #search(query: string): Promise<void> {
    if (query.trim() === '')
      return this.#post({ type: 'hits', query, hits: [], note: '' });
    try {
      const result = await this.#acpd.request('_acpd/index/search',
        search_params(this.#cwd, query, 30));
      const hits = hits_of(result);
      this.#post({ type: 'hits', query, hits, note: note_for(result, hits.length) });
    } catch (error) {
      this.#post({ type: 'hits', query, hits: [], note: error_words(error) });
    }
  }
}
