// The webview's side of the line to the extension.
import type { from_view, sent } from '../model/messages_between';

declare function acquireVsCodeApi(): {
  postMessage(message: sent): void;
  setState(state: { session: string }): void;
};

const api = acquireVsCodeApi();
let of: string | undefined;
export const send = (message: from_view): void =>
  api.postMessage({ ...message, ...(of !== undefined && { of }) });

/** Whose messages they are from now on, and what the editor gives back to the extension when it
 * restores the panel after a reload. */
export function remember(session: string): void {
  of = session;
  api.setState({ session });
}

/** For screen readers: said politely, the newest of what came within three seconds. */
export class announcer {
  #element: HTMLElement;
  #waiting: string | undefined;
  #quiet = true;
  constructor(element: HTMLElement) { this.#element = element; }
  say(text: string): void {
    this.#waiting = text;
    if (!this.#quiet) return;
    this.#quiet = false;
    this.#tell();
  }
  #tell(): void {
    if (this.#waiting === undefined) {
      this.#quiet = true;
      return;
    }
    this.#element.textContent = this.#waiting;
    this.#waiting = undefined;
    setTimeout(() => this.#tell(), 3000);
  }
}

const modifiers = new Set(['Control', 'Alt', 'Shift', 'Meta']);
/** The second key of a chord of ours (Ctrl+Alt+K, then a letter) is not typed into a box: VS Code
 * hears of all keys in here, but leaves those that write to the page, too. */
export function leave_chords_alone(window: Window): void {
  let begun = false;
  window.addEventListener('keydown', (event) => {
    if (modifiers.has(event.key)) return;
    if (begun) event.preventDefault();
    begun = !begun && event.altKey && (event.ctrlKey || event.metaKey) && event.code === 'KeyK';
  }, true);
}

/** Links and paths, wherever they stand in the page, go to the extension. */
export function catch_links(root: HTMLElement): void {
  const follow = (event: Event): void => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link) return;
    event.preventDefault();
    event.stopPropagation();
    const { href, path, line } = link.dataset;
    if (path !== undefined)
      send({ type: 'open_path', path, ...(line !== undefined && { line: Number(line) }) });
    else if (href !== undefined) send({ type: 'open_link', href });
  };
  root.addEventListener('click', follow, true);
  root.addEventListener('keydown', (event) => { if (event.key === 'Enter') follow(event); }, true);
}
