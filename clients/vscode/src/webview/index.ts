// The index's page: search with a preview of each hit, and how fresh it all is.
import type { search_hit, to_view } from '../model/messages_between';
import { h, icon_button } from './dom';
import { announcer, send } from './page';

export class index_page {
  #box = h('input', { type: 'search', 'aria-label': 'Search the code index',
    placeholder: 'Search code: names, words, ideas' });
  #state = h('p', { class: 'index-state', role: 'status' });
  #note = h('p', { class: 'index-note', role: 'status' });
  #hits = h('ul', { class: 'hits', 'aria-label': 'Hits' });
  #announcer: announcer;
  #waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(root: HTMLElement) {
    const live = h('div', { class: 'live', role: 'status', 'aria-live': 'polite' });
    this.#announcer = new announcer(live);
    root.append(h('main', {}, h('h1', { class: 'unseen' }, 'Code Index'),
      h('div', { class: 'search' }, this.#box, icon_button('↻', 'Refresh the index\'s status',
        () => send({ type: 'refresh_index' }))),
      this.#state, this.#note, this.#hits), live);
    this.#box.addEventListener('input', () => {
      clearTimeout(this.#waiting);
      this.#waiting = setTimeout(() => this.#search(), 200);
    });
    this.#box.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.#search();
    });
  }
  #search(): void {
    clearTimeout(this.#waiting);
    send({ type: 'search', query: this.#box.value });
  }

  take(message: to_view): void {
    if (message.type === 'index') {
      this.#state.replaceChildren(message.state.words,
        ...(message.state.warning === undefined ? []
          : [h('strong', { class: 'warning' }, ` ${message.state.warning}`)]));
      this.#box.disabled = !message.state.searchable;
    }
    if (message.type !== 'hits' || message.query !== this.#box.value) return;
    this.#note.textContent = message.note;
    this.#hits.replaceChildren(...message.hits.map(hit_view));
    this.#announcer.say(message.note);
  }
}

function hit_view(hit: search_hit): HTMLElement {
  const open = () => send({ type: 'open_path', path: hit.path, line: hit.line });
  const name = hit.name === undefined ? '' : `${hit.kind ?? ''} ${hit.name}`.trim();
  return h('li', {}, h('button', { class: 'hit', type: 'button', onclick: open },
    h('span', { class: 'path' }, `${hit.shown}:${hit.line}`), ' ',
    h('span', { class: 'name' }, name),
    hit.stale && h('span', { class: 'stale' }, ' changed since it was indexed'),
    h('pre', {}, hit.text.split('\n').slice(0, 6).join('\n'))));
}
