// Prompts that wait: in the daemon's queue, with their place in it, and those that the daemon does
// not have yet.
import type { queued, unsent } from '../model/messages_between';
import { place_words } from '../model/prompts';
import { h, text_button } from './dom';
import { send } from './page';

function queued_view(item: queued): HTMLElement {
  const label = place_words(item.place) + (item.own ? '' : ', from another client');
  const text = h('textarea', { rows: 2, 'aria-label': `Edit prompt, ${label}` }, item.text);
  const shown = h('span', { class: 'text' }, item.text);
  const edit = () => {
    made.dataset['editing'] = '';
    shown.replaceWith(text);
    buttons.replaceChildren(text_button('Save', save, 'primary', 'save'));
    text.focus();
  };
  const save = () => {
    delete made.dataset['editing'];
    shown.textContent = text.value;
    text.replaceWith(shown);
    buttons.replaceChildren(...actions());
    send({ type: 'queue_edit', turn: item.turn, text: text.value });
  };
  const actions = () => [text_button('Edit', edit), text_button('Cancel and send now',
    () => send({ type: 'queue_now', turn: item.turn })),
  text_button('Withdraw', () => send({ type: 'queue_remove', turn: item.turn }))];
  const buttons = h('span', { class: 'buttons' }, ...actions());
  const made = h('li', { 'data-turn': item.turn }, h('span', { class: 'place' }, label), ' ',
    shown, buttons);
  return made;
}

function unsent_view(item: unsent): HTMLElement {
  const act = (action: 'again' | 'back' | 'discard') => () =>
    send({ type: 'unsent', id: item.id, action });
  return h('li', { class: item.failed === undefined ? 'sending' : 'failed' },
    h('span', { class: 'place' },
      item.failed === undefined ? 'sending …' : `not sent: ${item.failed}`),
    ' ', h('span', { class: 'text' }, item.text),
    item.failed !== undefined && h('span', { class: 'buttons' },
      text_button('Send again', act('again')), text_button('Back into the box', act('back')),
      text_button('Discard', act('discard'))));
}

/** A prompt that is in the queue already is not shown a second time; one that somebody is editing
 * stays as it is, but for its place. */
export function put_queue(into: HTMLElement, queue: queued[], waiting: unsent[]): void {
  const focused = document.activeElement;
  const edited = new Map([...into.querySelectorAll<HTMLElement>('[data-editing]')]
    .map((e) => [e.dataset['turn'], e]));
  const known = new Set(queue.filter((item) => item.own).map((item) => item.text));
  into.replaceChildren(...queue.map(queued_view).map((made) => {
    const before = edited.get(made.dataset['turn']);
    before?.firstElementChild?.replaceWith(made.firstElementChild ?? '');
    return before ?? made;
  }), ...waiting.filter((item) => item.failed !== undefined || !known.has(item.text))
    .map(unsent_view));
  if (focused instanceof HTMLElement && into.contains(focused)) focused.focus();
}
