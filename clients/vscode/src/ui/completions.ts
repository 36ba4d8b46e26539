// What "@" offers: files of the workspace, or of the session's folder where that is another one,
// and symbols of the session's folder where this daemon has an index.
import path from 'node:path';
import * as vscode from 'vscode';
import { is_rpc_error } from '../acp/connection';
import type { completion } from '../model/messages_between';
import { hits_of, search_params } from '../model/index_search';
import { is_inside } from '../model/paths';
import type { acpd } from './acpd';

const most = 20;
const left_out = '**/{node_modules,.git,build,dist,target}/**';

/** As a glob, whatever the case: what is typed is a part of a file's or a folder's name. */
const pattern_of = (text: string): string => {
  const part = text.replace(/[[\]{}*?\\]|\p{L}/gu, (c) =>
    (c.toLowerCase() === c.toUpperCase() ? `[${c}]` : `[${c.toLowerCase()}${c.toUpperCase()}]`));
  return text === '' ? '**/*' : `{**/*${part}*,**/*${part}*/**}`;
};

async function files(text: string, cwd: string): Promise<completion[]> {
  const own = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
  const pattern = pattern_of(text), is_own = is_inside(cwd, own);
  const found = await vscode.workspace.findFiles(
    is_own ? pattern : new vscode.RelativePattern(vscode.Uri.file(cwd), pattern), left_out, most);
  return found.map((uri) => {
    const name = is_own ? vscode.workspace.asRelativePath(uri, false)
      : path.relative(cwd, uri.fsPath);
    return { label: name, detail: 'file', insert: `@${name} `,
      mention: { text: `@${name}`, uri: uri.toString(), name } };
  });
}

async function symbols(acpd: acpd, text: string, cwd: string): Promise<completion[]> {
  if (text.length < 3 || !acpd.up) return [];
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

/** cwd: the session's folder. */
export async function completions_for(acpd: acpd, text: string, cwd: string)
  : Promise<completion[]> {
  const [named, known] = await Promise.all([files(text, cwd), symbols(acpd, text, cwd)]);
  return [...named, ...known].slice(0, most);
}
