// A daemon elsewhere: its address is a setting, its token a secret of the editor's. The token is
// handed to acpctl in the environment; it is never in an argument, a setting or the log.
import * as vscode from 'vscode';
import type { command } from '../acp/child';

const key = (address: string): string => `token ${address}`;
export const remote_address = (): string =>
  vscode.workspace.getConfiguration('acpd').get<string>('remote', '').trim();

export async function connect_command(acpctl: string, secrets: vscode.SecretStorage)
  : Promise<command> {
  const address = remote_address();
  const cwd = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const base = { file: acpctl, ...(cwd !== undefined && { cwd }) };
  if (address === '') return { ...base, args: ['connect'], env: process.env };
  const args = ['connect', '--remote', address];
  const ca = vscode.workspace.getConfiguration('acpd').get<string>('remoteCa', '').trim();
  if (ca !== '') args.push('--ca', ca);
  if (!address.startsWith('wss://')) return { ...base, args, env: process.env };
  const token = await secrets.get(key(address));
  if (token === undefined)
    throw new Error(`There is no token for ${address}: run "acpd: Set Token of the Remote acpd".`);
  return { ...base, args, env: { ...process.env, ACPD_TOKEN: token } };
}

/** True when there is a new one. */
export async function ask_for_token(secrets: vscode.SecretStorage): Promise<boolean> {
  const address = remote_address();
  if (!address.startsWith('wss://')) {
    void vscode.window.showInformationMessage('The setting "acpd.remote" names no wss:// address: '
      + 'only those need a token.');
    return false;
  }
  const token = await vscode.window.showInputBox({ password: true, ignoreFocusOut: true,
    title: `Token for ${address}`, prompt: 'As "acpctl token new" printed it on that machine. '
      + 'Empty: forget the one that is kept.' });
  if (token === undefined) return false;
  if (token.trim() === '') await secrets.delete(key(address));
  else await secrets.store(key(address), token.trim());
  return true;
}
