// What an agent names and a person clicks: files, links, diffs. Files open only inside the
// workspace, links only with https, unless the person confirms.
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as vscode from 'vscode';
import { sides_of } from '../model/diffs';
import { is_inside, link_policy } from '../model/paths';

const largest_file_bytes = 8 << 20;
export const diff_scheme = 'acpd-diff';

function real(path: string): string | undefined {
  try {
    return fs.realpathSync(path);
  } catch {
    return undefined;  // it is not there
  }
}
function in_workspace(path: string): boolean {
  const folders = (vscode.workspace.workspaceFolders ?? []).flatMap((folder) =>
    real(folder.uri.fsPath) ?? []);
  return is_inside(path, folders);
}
async function confirmed(question: string, yes: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(question, yes, 'No')) === yes;
}

export async function open_path(path: string, line?: number): Promise<void> {
  const found = path.startsWith('/') ? real(path) : undefined;
  if (found === undefined)
    return void vscode.window.showInformationMessage(`${path} is not there (any more).`);
  if (!in_workspace(found) && !(await confirmed(
    `${found} is outside of this workspace, and an agent named it. Open it?`, 'Open'))) return;
  const at = new vscode.Position(Math.max(0, (line ?? 1) - 1), 0);
  await vscode.window.showTextDocument(vscode.Uri.file(found),
    { preview: true, selection: new vscode.Range(at, at) });
}
export async function open_link(href: string): Promise<void> {
  switch (link_policy(href)) {
    case 'open': break;
    case 'file': return open_path(fileURLToPath(href));
    case 'ask':
      if (await confirmed(`An agent wrote this link. Open ${href}?`, 'Open')) break;
      return;
    case 'never':
      return void vscode.window.showWarningMessage(`This link is not opened: ${href}`);
  }
  await vscode.env.openExternal(vscode.Uri.parse(href));
}

/** The texts of diffs that are open, for the editor's own diff; the newest few. */
export class diff_texts implements vscode.TextDocumentContentProvider {
  #texts = new Map<string, string>();
  #next = 1;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.query) ?? 'This diff is not kept any more: open it again.';
  }
  #put(path: string, text: string): vscode.Uri {
    const id = String(this.#next++);
    this.#texts.set(id, text);
    for (const old of this.#texts.keys()) {
      if (this.#texts.size <= 40) break;
      this.#texts.delete(old);
    }
    return vscode.Uri.from({ scheme: diff_scheme, path, query: id });
  }
  /** Only a file inside the workspace is read for it. */
  async open(patch: string, path: string, applied: boolean): Promise<void> {
    const found = real(path);
    const may_read = found !== undefined && in_workspace(found)
      && fs.statSync(found).size <= largest_file_bytes;
    const disk = may_read ? await fs.promises.readFile(found, 'utf8') : undefined;
    const { before, after, excerpt } = sides_of(patch, disk, applied);
    const name = path.split('/').at(-1) ?? path;
    await vscode.commands.executeCommand('vscode.diff', this.#put(path, before),
      this.#put(path, after), `${name} (${excerpt ? 'excerpt' : applied ? 'what the agent changed'
        : 'what the agent wants to change'})`);
  }
}
