// The conversation's page: header, list, questions, queue, box. It holds the rows near what is
// seen and no others; the extension has them all.
import type { facts } from '../model/facts';
import type { placed_row } from '../model/feed';
import type { header, to_view } from '../model/messages_between';
import type { row } from '../model/rows';
import { banner_words } from '../model/words';
import { composer } from './composer';
import { h, icon_button, text_button } from './dom';
import { header_view } from './header_view';
import { announcer, catch_links, remember, send } from './page';
import { put_cards } from './question_card';
import { put_queue } from './queue_view';
import { row_view, type folds } from './row_view';
import { virtual_list } from './virtual_list';

const rows_kept = 800;

export class conversation_page {
  #rows = new Map<number, row>();
  #folds: folds = new Map();
  #header = h('header', {});
  #strip = h('div', { class: 'strip missed', hidden: true });
  #questions = h('div', { class: 'questions' });
  #queue = h('ul', { class: 'queue', 'aria-label': 'Prompts that wait' });
  #composer = new composer();
  #nothing = h('div', { class: 'nothing' });
  #main = h('main', { hidden: true });
  #live = h('div', { class: 'live', role: 'status', 'aria-live': 'polite' });
  #announcer = new announcer(this.#live);
  #list = new virtual_list({
    draw: (place) => this.#draw(place),
    need: (from, to) => send({ type: 'need', from, to }),
    scrolled: (place, offset, bottom) =>
      send({ type: 'scroll', scroll: { place, offset, bottom } }),
  }, 'Conversation');
  #state: facts['state'] = 'unknown';
  #frame: number | undefined;
  #to_confirm: number | undefined;

  constructor(root: HTMLElement) {
    this.#main.append(this.#header, this.#strip, this.#list.element, this.#questions, this.#queue,
      this.#composer.element);
    root.append(this.#nothing, this.#main, this.#live);
    catch_links(root);
    window.addEventListener('focus', () => {
      send({ type: 'focused' });
      this.#take_focus();
    });
  }

  take(message: to_view): void {
    switch (message.type) {
      case 'open': return this.#open(message);
      case 'nothing': return this.#show_nothing(message);
      case 'batch': return this.#batch(message);
      case 'rows': return this.#arrived(message.rows);
      case 'header': return this.#put_header(message.header);
      case 'questions': return put_cards(this.#questions, message.questions, () => undefined);
      case 'queue': return put_queue(this.#queue, message.queue, message.unsent);
      case 'draft': this.#composer.set(message.draft); return this.#composer.focus();
      case 'completions': return this.#composer.completions(message.id, message.items);
      case 'say': return this.#announcer.say(message.text);
      case 'hits': case 'index': return;  // of another page
    }
  }

  #open(message: to_view & { type: 'open' }): void {
    const is_newer = this.#composer.tell_now()  // than the draft that comes
      && document.body.dataset['opened'] === message.header.session;
    remember(message.header.session);
    this.#to_confirm = undefined;
    this.#nothing.hidden = true;
    this.#main.hidden = false;
    this.#rows.clear();
    this.#strip.hidden = true;
    this.#keep(message.rows);
    this.#put_header(message.header);
    this.#put_facts(message.facts);
    if (!is_newer) this.#composer.set(message.draft);
    put_cards(this.#questions, message.questions, () => undefined);
    this.#queue.replaceChildren();
    put_queue(this.#queue, message.queue, message.unsent);
    this.#list.reset(message.length, message.scroll);
    this.#take_focus();
    document.body.dataset['opened'] = message.header.session;
  }
  /** Whoever comes here with the keyboard is in the box; a click goes where it goes. */
  #take_focus(): void {
    if (document.hasFocus() && document.activeElement === document.body) this.#composer.focus();
  }
  #show_nothing(message: to_view & { type: 'nothing' }): void {
    const { button } = message;
    this.#composer.tell_now();
    delete document.body.dataset['opened'];
    this.#main.hidden = true;
    this.#nothing.hidden = false;
    this.#nothing.replaceChildren(h('p', {}, message.text), ...(button ? [h('button',
      { class: 'primary', type: 'button',
        onclick: () => send({ type: 'command', command: button.command }) }, button.title)] : []));
  }

  #batch(message: to_view & { type: 'batch' }): void {
    for (const place of message.stale) this.#rows.delete(place);
    this.#keep(message.rows);
    this.#list.set_length(message.length);
    for (const { place } of message.rows) this.#list.changed(place);
    for (const placed of message.rows) if (placed.row.kind === 'banner') this.#missed(placed);
    this.#put_facts(message.facts);
    this.#to_confirm = message.number;
    this.#draw_soon();
  }
  /** What was missed may be longer than the page: its banner is said above it, too. */
  #missed({ place, row }: placed_row): void {
    if (row.kind !== 'banner' || !row.done) return;
    const text = banner_words(row.count, row.since, new Date());
    this.#strip.hidden = false;
    this.#strip.replaceChildren(h('span', {}, text),
      text_button('Show what was missed', () => this.#list.go_to(place)),
      icon_button('✕', 'Hide this line', () => { this.#strip.hidden = true; }));
    this.#announcer.say(text);
  }
  #arrived(rows: placed_row[]): void {
    this.#keep(rows);
    this.#list.arrived();
    for (const { place } of rows) this.#list.changed(place);
    this.#draw_soon();
  }
  /** Once a frame, however much has come; what was drawn is what was shown. */
  #draw_soon(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#list.draw();
      if (this.#to_confirm === undefined) return;
      send({ type: 'shown', number: this.#to_confirm });
      this.#to_confirm = undefined;
    });
  }
  #draw(place: number): HTMLElement | undefined {
    const r = this.#rows.get(place);
    return r && row_view(r, this.#folds);
  }
  /** The oldest that were kept go first; a row that is in the page needs its data no more. */
  #keep(rows: placed_row[]): void {
    for (const { place, row } of rows) {
      this.#rows.delete(place);
      this.#rows.set(place, row);
    }
    for (const place of this.#rows.keys()) {
      if (this.#rows.size <= rows_kept) break;
      this.#rows.delete(place);
    }
    document.body.dataset['kept'] = String(this.#rows.size);
  }

  #put_header(header: header): void {
    header_view(this.#header, header);
    this.#composer.put_header(header);
  }
  #put_facts(facts: facts): void {
    this.#composer.put_facts(facts);
    if (facts.state === this.#state) return;
    const was = this.#state;
    this.#state = facts.state;
    if (was === 'running' && facts.state === 'idle') this.#announcer.say('The agent has finished');
    if (facts.state === 'requires_action') this.#announcer.say('The agent needs you');
  }
}
