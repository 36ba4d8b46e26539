// Elements without HTML strings: what an agent wrote gets into the page as text only, but for
// Markdown, which markdown.ts cleans.
type child = Node | string | undefined | false;
type attributes = Record<string, string | number | boolean | undefined | ((event: Event) => void)>;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K, given: attributes = {}, ...children: child[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.filter((c): c is Node | string => c !== undefined && c !== false));
  return made;
}

/** A codicon would need a font; a state is a word anyway, and its mark a character. */
export const marks: Record<string, string> = {
  running: '▶', 'needs you': '◆', idle: '○', interrupted: '✕', unknown: '?',
  pending: '○', in_progress: '▶', paused: '‖', completed: '✓', failed: '✕', cancelled: '–',
};
export const state_words = (status: string): string => status.replace('_', ' ');

export const icon_button = (mark: string, label: string, action: () => void, focus?: string) =>
  h('button', { class: 'icon', title: label, 'aria-label': label, type: 'button',
    onclick: action, 'data-focus': focus }, mark);
export const text_button = (label: string, action: () => void, kind = 'secondary',
  focus?: string) =>
  h('button', { class: kind, type: 'button', onclick: action, 'data-focus': focus ?? label },
    label);
