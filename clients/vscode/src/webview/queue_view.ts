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
  const save = text_button('Save', () =>
    send({ type: 'queue_edit', turn: item.turn, text: text.value }), 'primary', 'save');
  const edit = () => {
    shown.replaceWith(text);
    buttons.replaceChildren(save);
    text.focus();
  };
  const buttons = h('span', { class: 'buttons' },
    text_button('Edit', edit), text_button('Cancel and send now',
      () => send({ type: 'queue_now', turn: item.turn })),
    text_button('Withdraw', () => send({ type: 'queue_remove', turn: item.turn })));
  return h('li', { 'data-turn': item.turn }, h('span', { class: 'place' }, label), ' ', shown,
    buttons);
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

/** A prompt that is in the queue already is not shown a second time. */
export function queue_view(queue: queued[], waiting: unsent[]): HTMLElement[] {
  const known = new Set(queue.filter((item) => item.own).map((item) => item.text));
  return [...queue.map(queued_view),
    ...waiting.filter((item) => item.failed !== undefined || !known.has(item.text))
      .map(unsent_view)];
}
