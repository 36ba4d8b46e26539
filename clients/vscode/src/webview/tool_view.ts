// A tool call: one line that says what and how it stands; below, folded, what it did, which is made
// when somebody opens it.
import { number_in, object_in, shown_json, text_in, type json } from '../model/json';
import type { terminal, tool_row } from '../model/rows';
import { is_final } from '../model/tools';
import { plain } from '../model/terminals';
import { block_view, path_link } from './block_view';
import { diff_view } from './diff_view';
import { h, icon_button, marks, state_words } from './dom';
import { send } from './page';

function terminal_view(shown: terminal | undefined): HTMLElement {
  if (!shown) return h('pre', { class: 'terminal' }, '(this terminal has shown nothing yet)');
  const exit = shown.exit === undefined ? 'running' : `exit ${shown.exit}`;
  return h('div', { class: 'terminal' },
    h('div', { class: 'terminal-head' }, `$ ${shown.command ?? ''}`,
      h('span', { class: 'exit' }, exit)),
    h('pre', { role: 'group', 'aria-label': 'Terminal output' },
      `${shown.cut ? '… (earlier output is not shown)\n' : ''}${plain(shown.output)}`));
}

function item_view(item: json, call: tool_row): HTMLElement {
  switch (text_in(item, 'type')) {
    case 'content': return block_view(object_in(item, 'content') ?? {});
    case 'diff': return diff_view(item, call.status === 'completed');
    case 'terminal':
      return terminal_view(call.terminals?.[text_in(item, 'terminalId') ?? '']);
    default: return h('pre', { class: 'raw' }, shown_json(item));
  }
}
const raw_view = (title: string, text: string | undefined) => text !== undefined
  && h('details', { class: 'raw' }, h('summary', {}, title), h('pre', {}, text));

/** Open by itself only where it has a diff or failed: there is something to look at. */
const opens_itself = (call: tool_row): boolean =>
  call.status === 'failed' || call.content.some((item) => text_in(item, 'type') === 'diff');

const body_of = (call: tool_row): HTMLElement => h('div', {},
  ...call.locations.map((l) => h('p', { class: 'location' },
    path_link(text_in(l, 'path') ?? '', number_in(l, 'line')))),
  ...call.content.map((item) => item_view(item, call)),
  raw_view('Input', call.input), raw_view('Output', call.output));

export function tool_view(call: tool_row, is_open: boolean | undefined,
  toggled: (open: boolean) => void): HTMLElement {
  const status = state_words(call.status);
  const title = call.title || call.call;
  const open = is_open ?? opens_itself(call);
  const summary = h('summary', { 'data-focus': 'summary' },
    h('span', { class: 'mark', 'aria-hidden': 'true' }, marks[call.status] ?? '▶'), ' ',
    h('span', { class: 'state-word' }, status), ' ',
    h('span', { class: 'tool-title' }, title),
    call.cancel && !is_final(call.status) && icon_button('■', `Cancel ${title}`,
      () => send({ type: 'stop_call', call: call.call }), 'cancel'));
  const details = h('details', { class: `tool ${call.status}`, open,
    'aria-label': `${status}: ${title}` }, summary, open && body_of(call));
  if (!open) summary.addEventListener('click', () => details.append(body_of(call)), { once: true });
  details.addEventListener('toggle', () => toggled(details.open));
  return details;
}
