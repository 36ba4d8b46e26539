// What "@" offers: files of the workspace, and symbols where this daemon has an index.
import * as vscode from 'vscode';
import { is_rpc_error } from '../acp/connection';
import type { completion } from '../model/messages_between';
import { hits_of, search_params } from '../model/index_search';
import type { acpd } from './acpd';

const most = 20;
const left_out = '**/{node_modules,.git,build,dist,target}/**';

/** As a glob, whatever the case: what is typed is a part of a file's or a folder's name. */
const pattern_of = (text: string): string => {
  const part = text.replace(/[[\]{}*?\\]|\p{L}/gu, (c) =>
    (c.toLowerCase() === c.toUpperCase() ? `[${c}]` : `[${c.toLowerCase()}${c.toUpperCase()}]`));
  return text === '' ? '**/*' : `{**/*${part}*,**/*${part}*/**}`;
};

async function files(text: string): Promise<completion[]> {
  const found = await vscode.workspace.findFiles(pattern_of(text), left_out, most);
  return found.map((uri) => {
    const path = vscode.workspace.asRelativePath(uri, false);
    return { label: path, detail: 'file', insert: `@${path} `,
      mention: { text: `@${path}`, uri: uri.toString(), name: path } };
  });
}

async function symbols(acpd: acpd, text: string): Promise<completion[]> {
  const cwd = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (text.length < 3 || cwd === undefined || !acpd.up) return [];
  try {
    const found = hits_of(await acpd.request('_acpd/index/search', search_params(cwd, text, 10)));
    return found.filter((hit) => hit.name !== undefined).map((hit) => ({
      label: hit.name ?? '', detail: `${hit.kind ?? 'symbol'} in ${hit.shown}`,
      insert: `@${hit.name ?? ''} `,
      mention: { text: `@${hit.name ?? ''}`, name: hit.name ?? '',
        uri: `${vscode.Uri.file(hit.path).toString()}#L${hit.line}` } }));
  } catch (error) {
    if (is_rpc_error(error)) return [];  // this daemon has no index
    throw error;
  }
}

export async function completions_for(acpd: acpd, text: string): Promise<completion[]> {
  const [named, known] = await Promise.all([files(text), symbols(acpd, text)]);
  return [...named, ...known].slice(0, most);
}
