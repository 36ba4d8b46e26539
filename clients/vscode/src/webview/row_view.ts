// A row of the conversation as an element.
import type { plan_row, row, text_row } from '../model/rows';
import { banner_words, local_time } from '../model/words';
import { block_view, markdown_view } from './block_view';
import { h, marks, state_words } from './dom';
import { tool_view } from './tool_view';

/** Which rows a person has opened or folded; kept while the page lives. */
export type folds = Map<string, boolean>;

const speakers = { user: 'You', agent: 'Agent', thought: 'Agent, thinking' };

function text_view(r: text_row, folds: folds): HTMLElement {
  const body = r.role === 'user' ? h('div', { class: 'plain' }, r.text)
    : markdown_view((r.prefix ?? '') + r.text);
  if (r.role !== 'thought') return body;
  const first = r.text.trim().split('\n', 1)[0] ?? '';
  const details = h('details', { class: 'thought', open: folds.get(r.key) ?? false },
    h('summary', { 'data-focus': 'summary' }, `Thought: ${first.slice(0, 80)}`), body);
  details.addEventListener('toggle', () => folds.set(r.key, details.open));
  return details;
}

function plan_view(r: plan_row): HTMLElement {
  const done = r.entries.filter((e) => e.status === 'completed').length;
  return h('div', { class: 'plan' },
    h('div', { class: 'plan-title' }, `Plan, ${done} of ${r.entries.length} done`),
    r.text !== undefined && markdown_view(r.text),
    h('ol', {}, ...r.entries.map((entry) => h('li', { class: entry.status },
      h('span', { class: 'mark', 'aria-hidden': 'true' }, marks[entry.status] ?? '○'),
      ` ${entry.content} `,
      h('span', { class: 'state-word' }, `(${state_words(entry.status)})`)))));
}

const time_of = (at: string | undefined): string =>
  at === undefined ? '' : ` ${local_time(new Date(at), new Date())}`;

function content_of(r: row, folds: folds): HTMLElement {
  switch (r.kind) {
    case 'text': return text_view(r, folds);
    case 'block': return block_view(r.block);
    case 'tool': return tool_view(r, folds.get(r.key), (open) => folds.set(r.key, open));
    case 'plan': return plan_view(r);
    case 'notice': return h('div', { class: `notice ${r.severity}` },
      h('strong', {}, `${r.severity}: ${r.title}`), r.description !== undefined
        && markdown_view(r.description));
    case 'end': return h('div', { class: r.failed ? 'end failed' : 'end' },
      `${r.words}${time_of(r.at)}`);
    case 'banner': return h('div', { class: 'banner', 'data-count': r.count,
      'data-after': r.after, 'data-to': r.to },
      banner_words(r.count, r.since, new Date()), r.done ? '' : ' …');
    case 'compaction': return h('details', { class: 'compaction' },
      h('summary', {}, `The agent shortened its memory (${state_words(r.status)})`),
      markdown_view(r.text));
    case 'other': return h('details', { class: 'raw' },
      h('summary', {}, `${r.name}: this version has no view for it`), h('pre', {}, r.raw));
    case 'gone': return h('div', {});
  }
}

function label_of(r: row): string {
  switch (r.kind) {
    case 'text': case 'block': return `${speakers[r.role]}${time_of(r.at)}`;
    case 'tool': return 'Tool call';
    case 'plan': return 'Plan';
    case 'banner': return 'What you missed';
    case 'end': return 'End of turn';
    case 'notice': case 'compaction': case 'other': case 'gone': return 'Notice';
  }
}

export function row_view(r: row, folds: folds): HTMLElement {
  const role = r.kind === 'text' || r.kind === 'block' ? ` ${r.role}` : '';
  return h('article', { class: `row ${r.kind}${role}`, tabindex: -1, 'data-key': r.key,
    'aria-label': label_of(r) }, content_of(r, folds));
}
