// The inbox's page: all that waits for a person, over all sessions.
import type { to_view } from '../model/messages_between';
import { h } from './dom';
import { announcer, catch_links } from './page';
import { put_cards } from './question_card';

export class inbox_page {
  #cards = h('div', { class: 'questions' });
  #empty = h('p', { class: 'nothing' }, 'Nothing needs you.');
  #live = h('div', { class: 'live', role: 'status', 'aria-live': 'polite' });
  #announcer = new announcer(this.#live);
  #count = 0;

  constructor(root: HTMLElement) {
    root.append(h('main', {}, h('h1', { class: 'unseen' }, 'Needs You'), this.#empty, this.#cards),
      this.#live);
    catch_links(root);
  }
  take(message: to_view): void {
    if (message.type === 'nothing') {
      this.#empty.textContent = message.text;
      put_cards(this.#cards, [], () => undefined);
      this.#empty.hidden = false;
    }
    if (message.type !== 'questions') return;
    put_cards(this.#cards, message.questions, (q) => message.names[q.session] ?? q.session);
    this.#empty.textContent = 'Nothing needs you.';
    this.#empty.hidden = message.questions.length > 0;
    if (message.questions.length > this.#count)
      this.#announcer.say(`${message.questions.length} need${message.questions.length === 1
        ? 's' : ''} you`);
    this.#count = message.questions.length;
  }
}
