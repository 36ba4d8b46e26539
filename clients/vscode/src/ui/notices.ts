// Finished, failed, needs you: told where the person is. Never a box that has to be answered: a
// notice in the window, and on the desktop when no window of the editor has the focus.
import { execFile } from 'node:child_process';
import * as vscode from 'vscode';
import { title_of, type happening } from '../model/sessions';
import type { acpd } from './acpd';

const words = { finished: 'has finished', failed: 'has failed', 'needs you': 'needs you' };

export class notices {
  readonly #is_seen: (session: string) => boolean;

  constructor(acpd: acpd, is_seen: (session: string) => boolean) {
    this.#is_seen = is_seen;
    acpd.happened.on((happening) => void this.#tell(happening));
  }
  async #tell(happening: happening): Promise<void> {
    if (happening.what === 'removed') return;
    const { session, what } = happening;
    const { focused } = vscode.window.state;
    const wanted = vscode.workspace.getConfiguration('acpd').get<string>('notices', 'all');
    if (wanted === 'none' || (wanted === 'needs you' && what !== 'needs you')) return;
    if (focused && this.#is_seen(session.id)) return;  // they are looking at it
    const text = `${title_of(session)} ${words[what]} (${session.agent})`;
    if (!focused) desktop_notice(text);
    const show = what === 'failed' ? vscode.window.showWarningMessage
      : vscode.window.showInformationMessage;
    if ((await show(text, 'Open')) === 'Open')
      await vscode.commands.executeCommand('acpd.openSession', session.id);
  }
}

/** Only where this runs on the person's own desktop; beside a remote workspace nobody would see. */
function desktop_notice(text: string): void {
  if (vscode.env.uiKind !== vscode.UIKind.Desktop || vscode.env.remoteName !== undefined) return;
  if (process.platform !== 'linux') return;
  const not_there = () => {};  // not everybody has it
  execFile('notify-send', ['--app-name=acpd', '--', 'acpd', text], not_there);
}
