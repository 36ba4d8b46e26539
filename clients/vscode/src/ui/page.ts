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

interface place {
  readonly webview: vscode.Webview;
  readonly visible: boolean;
  readonly onDidDispose: vscode.Event<void>;
}

const first_patience_ms = 8000;

/** Gives a view or a panel its page. A page is made anew each time it is seen again, and says
 * `ready`. VS Code now and then loses one while it is being made, on a busy machine, and it would
 * stay empty: a page that is seen and does not come up is made again. */
export function fill(place: place, seen: vscode.Event<unknown>, extension: vscode.Uri, page: page)
  : void {
  const read = (file: string) =>
    fs.readFileSync(path.join(extension.fsPath, 'build', file), 'utf8');
  const make = () => {
    place.webview.html = html_of(page, read('webview.js'), read('webview.css'));
  };
  let is_up = false, waiting: NodeJS.Timeout | undefined;
  const wait = (patience_ms: number): void => {
    clearTimeout(waiting);
    if (!is_up && place.visible) waiting = setTimeout(() => {
      make();
      wait(patience_ms * 2);
    }, patience_ms);
  };
  place.webview.onDidReceiveMessage(({ type }: { type: string }) => {
    if (type !== 'ready') return;
    is_up = true;
    clearTimeout(waiting);
  });
  seen(() => {
    is_up &&= place.visible;
    wait(first_patience_ms);
  });
  place.onDidDispose(() => clearTimeout(waiting));
  place.webview.options = { enableScripts: true, localResourceRoots: [] };
  make();
  wait(first_patience_ms);
}
