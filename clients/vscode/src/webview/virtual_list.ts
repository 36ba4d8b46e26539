// A list of any length of which only what can be seen, and a little more, is in the page. Rows
// come from `source`; those that it does not have yet are asked for and drawn when they come. The
// row at the top stays where it is while heights above it become known; at the bottom it follows.
import { h } from './dom';
import { heights } from './heights';

export interface row_source {
  /** The element of a row; undefined: not here yet. */
  draw(place: number): HTMLElement | undefined;
  need(from: number, to: number): void;
  scrolled(place: number, offset: number, bottom: boolean): void;
}

const beyond = 800;  // pixels drawn above and below
const near_bottom = 24;

export class virtual_list {
  readonly element = h('div', { class: 'list', role: 'feed', tabindex: 0 });
  #above = h('div', { 'aria-hidden': 'true' });
  #below = h('div', { 'aria-hidden': 'true' });
  #drawn = new Map<number, HTMLElement>();
  #stale = new Set<number>();
  #heights = new heights();
  #source: row_source;
  #bottom = true;
  #asked = { from: 0, to: 0 };
  #own_scroll = -1;

  constructor(source: row_source, label: string) {
    this.#source = source;
    this.element.setAttribute('aria-label', label);
    this.element.append(this.#above, this.#below);
    this.element.addEventListener('scroll', () => this.#on_scroll(), { passive: true });
    this.element.addEventListener('keydown', (event) => this.#on_key(event));
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  get at_bottom(): boolean { return this.#bottom; }
  /** How many rows are in the page. */
  get drawn(): number { return this.#drawn.size; }

  reset(length: number, to: { place: number; offset: number; bottom: boolean }): void {
    for (const element of this.#drawn.values()) element.remove();
    this.#drawn.clear();
    this.#stale.clear();
    this.#heights = new heights();
    this.#heights.length = length;
    this.#bottom = to.bottom || to.place >= length;
    this.#asked = { from: 0, to: 0 };
    this.#above.style.height = `${this.#heights.total}px`;
    this.#scroll_to(this.#heights.top(to.place) + to.offset);
    this.draw(this.#bottom ? undefined : to);
  }
  set_length(length: number): void { this.#heights.length = length; }
  changed(place: number): void { if (this.#drawn.has(place)) this.#stale.add(place); }
  arrived(): void { this.#asked = { from: 0, to: 0 }; }
  /** Puts a row to the top and follows what comes no more. */
  go_to(place: number): void {
    this.#bottom = false;
    this.draw({ place, offset: 0 });
    this.#drawn.get(place)?.focus({ preventScroll: true });
  }
  to_bottom(): void { this.#bottom = true; this.draw(); }

  /** Brings the page up to date. `anchor`: the row that is to be at the top, if it is not the one
   * that is there. Twice at most: what was measured may show that more rows fit. */
  draw(anchor?: { place: number; offset: number }): void {
    if (this.element.clientHeight === 0) return;  // hidden
    let keep = anchor ?? this.#top_row();
    for (let round = 0; round < 3; round++) {
      const [from, to] = this.#window();
      this.#put_rows(from, to);
      const moved = this.#measure();
      this.#spaces();
      this.#scroll_to(this.#bottom ? this.element.scrollHeight
        : this.#heights.top(keep.place) + keep.offset);
      if (!moved) break;
      keep = this.#bottom ? this.#top_row() : keep;
    }
    this.#ask();
  }

  #top_row(): { place: number; offset: number } {
    const place = this.#heights.at(this.element.scrollTop);
    return { place, offset: this.element.scrollTop - this.#heights.top(place) };
  }
  #window(): [number, number] {
    const { scrollTop, clientHeight } = this.element;
    const top = this.#bottom ? Math.max(0, this.#heights.total - clientHeight) : scrollTop;
    const from = this.#heights.at(Math.max(0, top - beyond));
    const to = Math.min(this.#heights.length, this.#heights.at(top + clientHeight + beyond) + 1);
    return [from, to];
  }

  #put_rows(from: number, to: number): void {
    for (const [place, element] of this.#drawn) {
      if (place >= from && place < to) continue;
      if (element.contains(document.activeElement)) this.element.focus({ preventScroll: true });
      element.remove();
      this.#drawn.delete(place);
    }
    let after: Element = this.#above;
    for (let place = from; place < to; place++) {
      const was = this.#drawn.get(place);
      if (was && !this.#stale.has(place)) {
        after = was;
        continue;
      }
      const made = this.#source.draw(place);
      this.#stale.delete(place);
      if (!made) continue;
      made.setAttribute('aria-posinset', String(place + 1));
      made.setAttribute('aria-setsize', String(this.#heights.length));
      if (was) replace(was, made);
      else after.after(made);
      this.#drawn.set(place, made);
      after = made;
    }
  }
  /** True when a height was not what it was taken for. */
  #measure(): boolean {
    let moved = false;
    for (const [place, element] of this.#drawn) {
      const height = element.offsetHeight;
      if (this.#heights.measured(place) !== height) moved = true;
      this.#heights.set(place, height);
    }
    return moved;
  }
  #spaces(): void {
    const places = [...this.#drawn.keys()];
    const from = places.length > 0 ? Math.min(...places) : 0;
    const to = places.length > 0 ? Math.max(...places) + 1 : 0;
    this.#above.style.height = `${this.#heights.top(from)}px`;
    this.#below.style.height = `${Math.max(0, this.#heights.total - this.#heights.top(to))}px`;
  }
  #scroll_to(top: number): void {
    if (Math.abs(this.element.scrollTop - top) < 1) return;
    this.element.scrollTop = top;
    this.#own_scroll = this.element.scrollTop;
  }
  #on_scroll(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    if (scrollTop === this.#own_scroll) {  // ours, not the person's
      this.#own_scroll = -1;
      return;
    }
    this.#bottom = scrollHeight - clientHeight - scrollTop < near_bottom;
    this.draw();
    const top = this.#top_row();
    this.#source.scrolled(top.place, top.offset, this.#bottom);
  }
  #ask(): void {
    const [from, to] = this.#window();
    let first = from;
    while (first < to && this.#drawn.has(first)) first++;
    if (first >= to) return;
    if (first >= this.#asked.from && to <= this.#asked.to) return;  // on its way
    this.#asked = { from: first, to };
    this.#source.need(first, to);
  }
  /** ARIA's feed: Page Down and Page Up go from row to row, Ctrl+End to the newest. */
  #on_key(event: KeyboardEvent): void {
    if (event.ctrlKey && event.key === 'End') return this.to_bottom();
    const step = event.key === 'PageDown' ? 1 : event.key === 'PageUp' ? -1 : 0;
    const inside = [...this.#drawn].find(([, e]) => e.contains(document.activeElement));
    if (step === 0 || !inside) return;
    event.preventDefault();
    const next = this.#drawn.get(inside[0] + step);
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  }
}

/** Puts the new element where the old one is; what had the focus in it has it again. */
function replace(was: HTMLElement, made: HTMLElement): void {
  const focused = was.contains(document.activeElement) ? document.activeElement : undefined;
  const name = focused?.getAttribute('data-focus');
  was.replaceWith(made);
  if (!focused) return;
  const again = name ? made.querySelector<HTMLElement>(`[data-focus="${CSS.escape(name)}"]`) : made;
  (again ?? made).focus({ preventScroll: true });
}
