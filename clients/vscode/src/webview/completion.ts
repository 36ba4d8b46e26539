// What a box offers while somebody types: commands after a slash, files and symbols after an "@".
import type { completion } from '../model/messages_between';
import type { command } from '../model/facts';
import { h } from './dom';

export interface trigger { kind: '/' | '@'; from: number; text: string }

/** What stands before the cursor, if it asks for completions. Pure. */
export function trigger_in(text: string, cursor: number): trigger | undefined {
  const before = text.slice(0, cursor);
  const slash = /^\/(\S*)$/.exec(before);
  if (slash) return { kind: '/', from: 0, text: slash[1] ?? '' };
  const at = /(^|\s)@(\S*)$/.exec(before);
  return at ? { kind: '@', from: cursor - (at[2] ?? '').length - 1, text: at[2] ?? '' } : undefined;
}
export const commands_for = (commands: command[], text: string): completion[] => commands
  .filter((c) => c.name.toLowerCase().startsWith(text.toLowerCase()))
  .map((c) => ({ label: `/${c.name}`, detail: c.hint === undefined ? c.description
    : `${c.description} <${c.hint}>`, insert: `/${c.name} ` }));

export class popup {
  readonly element = h('ul', { class: 'completions', role: 'listbox', id: 'completions',
    'aria-label': 'Completions', hidden: true });
  #items: completion[] = [];
  #active = 0;
  #typed = '';
  #input: HTMLTextAreaElement;
  #pick: (item: completion) => void;

  constructor(input: HTMLTextAreaElement, pick: (item: completion) => void) {
    this.#input = input;
    this.#pick = pick;
  }
  get open(): boolean { return !this.element.hidden; }
  /** typed: what stands in the box; Enter on a completion that says no more sends it. */
  show(items: completion[], typed = ''): void {
    this.#typed = typed;
    this.#items = items.slice(0, 50);
    this.#active = 0;
    this.element.replaceChildren(...this.#items.map((item, i) => h('li',
      { role: 'option', id: `completion-${i}`, onmousedown: (event) => {
        event.preventDefault();
        this.#pick(item);
      } }, h('span', { class: 'label' }, item.label), h('span', { class: 'detail' },
      item.detail))));
    this.element.hidden = this.#items.length === 0;
    this.#mark();
  }
  hide(): void { this.show([]); }
  /** True when the key was for the list. */
  key(event: KeyboardEvent): boolean {
    if (!this.open) return false;
    if (event.key === 'Escape') this.hide();
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp')
      this.#move(event.key === 'ArrowDown' ? 1 : -1);
    else if (event.key === 'Tab' || (event.key === 'Enter' && !event.shiftKey)) {
      const item = this.#items[this.#active];
      if (event.key === 'Enter' && item?.label === this.#typed) return false;
      if (item) this.#pick(item);
    } else return false;
    event.preventDefault();
    return true;
  }
  #move(step: number): void {
    this.#active = (this.#active + step + this.#items.length) % this.#items.length;
    this.#mark();
  }
  #mark(): void {
    [...this.element.children].forEach((child, i) => {
      child.setAttribute('aria-selected', String(i === this.#active));
      if (i === this.#active) child.scrollIntoView({ block: 'nearest' });
    });
    if (this.open) this.#input.setAttribute('aria-activedescendant', `completion-${this.#active}`);
    else this.#input.removeAttribute('aria-activedescendant');
  }
}
