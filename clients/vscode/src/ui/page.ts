// The HTML of the webviews: nothing in it comes from an agent. Script and style stand in it, so
// that a page loads nothing at all, from nowhere.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type * as vscode from 'vscode';

export type page = 'conversation' | 'inbox' | 'index';

/** A page may use its one script and its one style, by a nonce that is made each time; pictures
 * only from inside messages (data:). */
export const policy = (nonce: string): string => [
  "default-src 'none'", `script-src 'nonce-${nonce}'`, `style-src 'nonce-${nonce}'`,
  'img-src data:', "form-action 'none'", "base-uri 'none'",
].join('; ');

export function html_of(page: page, script: string, style: string): string {
  const nonce = randomBytes(16).toString('base64');
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(nonce)}"><title>acpd</title>
<style nonce="${nonce}">${style}</style></head>
<body data-page="${page}"><script nonce="${nonce}">${script}</script></body>
</html>`;
}

export function fill(webview: vscode.Webview, extension: vscode.Uri, page: page): void {
  const read = (file: string) =>
    fs.readFileSync(path.join(extension.fsPath, 'build', file), 'utf8');
  webview.options = { enableScripts: true, localResourceRoots: [] };
  webview.html = html_of(page, read('webview.js'), read('webview.css'));
}
