// The inbox: all questions of all sessions, and their number on the icon.
import * as vscode from 'vscode';
import type { from_view, to_view } from '../model/messages_between';
import { error_words } from '../model/prompts';
import { title_of } from '../model/sessions';
import type { acpd } from './acpd';
import { fill } from './page';

export class inbox_view implements vscode.WebviewViewProvider {
  readonly #acpd: acpd;
  readonly #context: vscode.ExtensionContext;
  readonly #other: (message: from_view) => void;
  #view: vscode.WebviewView | undefined;

  constructor(acpd: acpd, context: vscode.ExtensionContext, other: (message: from_view) => void) {
    this.#acpd = acpd;
    this.#context = context;
    this.#other = other;
    acpd.changed.on(() => this.#put());
  }
  resolveWebviewView(view: vscode.WebviewView): void {
    this.#view = view;
    view.onDidDispose(() => { this.#view = undefined; });
    view.webview.onDidReceiveMessage((message: from_view) => {
      if (message.type === 'ready') this.#put();
      else if (message.type === 'answer') void this.answer(message);
      else this.#other(message);
    });
    fill(view, view.onDidChangeVisibility, this.#context.extensionUri, 'inbox');
  }
  async answer(message: from_view & { type: 'answer' }): Promise<void> {
    try {
      await this.#acpd.answer(message.id, message.answer);
    } catch (error) {
      void vscode.window.showErrorMessage(`acpd: not answered: ${error_words(error)}`);
    }
  }
  #put(): void {
    const { overview, link } = this.#acpd;
    const count = overview.asked.size;
    if (!this.#view) return;
    // 0 takes it away; undefined would leave what is there (VS Code 1.100).
    this.#view.badge = { value: count, tooltip: `${count} need${count === 1 ? 's' : ''} you` };
    const names = Object.fromEntries([...overview.sessions].map(([id, s]) => [id, title_of(s)]));
    const message: to_view = link.state === 'down'
      ? { type: 'nothing', text: `acpd is not reachable: ${link.text}` }
      : { type: 'questions', questions: [...overview.asked.values()], names };
    void this.#view.webview.postMessage(message);
  }
}
