// The HTML of the webviews: nothing in it comes from an agent.
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

export type page = 'conversation' | 'inbox' | 'index';

/** A page may run its one script, by a nonce that is made each time, and load nothing: pictures
 * only from inside messages (data:). */
export const policy = (nonce: string, style_source: string): string => [
  "default-src 'none'", `script-src 'nonce-${nonce}'`, `style-src ${style_source}`,
  'img-src data:', "form-action 'none'", "base-uri 'none'", "frame-ancestors 'self'",
].join('; ');

export function fill(webview: vscode.Webview, extension: vscode.Uri, page: page): void {
  const build = vscode.Uri.joinPath(extension, 'build');
  webview.options = { enableScripts: true, localResourceRoots: [build] };
  const address = (file: string) =>
    webview.asWebviewUri(vscode.Uri.joinPath(build, file)).toString();
  const nonce = randomBytes(16).toString('base64');
  webview.html = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(nonce, webview.cspSource)}">
<link rel="stylesheet" href="${address('webview.css')}"><title>acpd</title></head>
<body data-page="${page}"><script nonce="${nonce}" src="${address('webview.js')}"></script></body>
</html>`;
}
