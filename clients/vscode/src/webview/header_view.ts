// What stands above a conversation: whose it is, how it stands, and whether acpd can be reached.
import { progress_words } from '../model/sessions';
import type { header } from '../model/messages_between';
import { h, marks, text_button } from './dom';
import { send } from './page';

function link_strip(header: header): HTMLElement | undefined {
  if (header.link === 'up') return undefined;
  const text = header.link === 'connecting' ? 'connecting to acpd …'
    : `acpd is not reachable: ${header.link_text ?? 'the reason is not known'}`;
  return h('div', { class: 'strip', role: 'alert' }, h('span', {}, text),
    header.link === 'down' && text_button('Try again',
      () => send({ type: 'command', command: 'acpd.reconnect' }), 'primary', 'retry'));
}

export function header_view(into: HTMLElement, header: header): void {
  const { progress } = header;
  const state = header.link === 'up' ? header.state : 'unknown';
  into.replaceChildren(
    h('div', { class: 'title-line' },
      h('span', { class: `state ${state.replace(' ', '-')}` },
        h('span', { 'aria-hidden': 'true' }, `${marks[state] ?? '?'} `), state), ' ',
      h('h1', { class: 'title', title: header.cwd }, header.title), ' ',
      h('span', { class: 'agent' }, header.agent)),
    ...(progress && state !== 'idle' ? [h('div', { class: 'progress' },
      h('progress', { max: progress.total, value: progress.done,
        'aria-label': `Progress: ${progress_words(progress, false)}` }),
      h('span', {}, progress_words(progress, false)))] : []),
    ...[link_strip(header)].filter((strip) => strip !== undefined));
}
