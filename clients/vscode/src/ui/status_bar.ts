// One item: what needs you, what runs, or that acpd cannot be reached.
import * as vscode from 'vscode';
import { summary } from '../model/sessions';
import type { acpd } from './acpd';

export class status_bar implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('acpd', vscode.StatusBarAlignment.Left, 10);
  readonly #acpd: acpd;

  constructor(acpd: acpd) {
    this.#acpd = acpd;
    this.#item.name = 'acpd';
    acpd.changed.on(() => this.#put());
    this.#put();
    this.#item.show();
  }
  dispose(): void { this.#item.dispose(); }

  #put(): void {
    const { link, missing, overview } = this.#acpd;
    const needs = overview.asked.size > 0;
    if (missing) this.#show('$(cloud-download) acpd: not installed', 'acpd.install');
    else if (link.state === 'connecting') this.#show('$(sync~spin) acpd: connecting',
      'acpd.reconnect');
    else if (link.state === 'down') this.#show('$(debug-disconnect) acpd: not reachable',
      'acpd.reconnect', `acpd is not reachable: ${link.text}\nClick to try again.`);
    else this.#show(`$(${needs ? 'bell-dot' : 'comment-discussion'}) acpd: ${summary(overview)}`,
      needs ? 'acpd.showInbox' : 'acpd.showSessions');
    this.#item.backgroundColor = needs || link.state === 'down'
      ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
  }
  #show(text: string, command: string, tooltip?: string): void {
    this.#item.text = text;
    this.#item.command = command;
    this.#item.tooltip = tooltip ?? text.replace(/^\$\([^)]*\) /, '');
    this.#item.accessibilityInformation = { label: this.#item.tooltip };
  }
}
