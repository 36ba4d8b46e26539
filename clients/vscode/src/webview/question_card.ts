// A question that waits for a person, in the conversation that it belongs to and in the inbox.
// Nothing is chosen beforehand that allows something, and no key but the button's own answers.
import { object_in, text_in, type json } from '../model/json';
import type { asked, field } from '../model/inbox';
import { local_time } from '../model/words';
import { block_view, path_link } from './block_view';
import { diff_view } from './diff_view';
import { h, text_button } from './dom';
import { send } from './page';

function about(q: asked): HTMLElement[] {
  return [
    ...(q.description === undefined ? [] : [h('p', {}, q.description)]),
    ...(q.command === undefined ? []
      : [h('pre', { class: 'command', role: 'group', 'aria-label': 'Command' }, q.command)]),
    ...q.locations.map((l) => h('p', {}, path_link(text_in(l, 'path') ?? ''))),
    ...q.content.map((item) => (text_in(item, 'type') === 'diff' ? diff_view(item, false)
      : block_view(object_in(item, 'content') ?? item))),
  ];
}

const answer_with = (q: asked, answer: Parameters<typeof send>[0] & { type: 'answer' }) => () =>
  send({ ...answer, id: q.id });

function permission_buttons(q: asked): HTMLElement {
  return h('div', { class: 'buttons' }, ...q.choices.map((choice, i) => text_button(choice.name,
    answer_with(q, { type: 'answer', id: q.id, answer: { option: choice.id } }),
    choice.kind === 'allow_once' ? 'primary' : 'secondary', `choice ${i}`)));
}

function input_of(f: field, id: string): HTMLElement {
  const common = { id, name: f.name, required: f.required && f.type !== 'boolean' };
  const initial = f.initial === undefined ? undefined : String(f.initial);
  if (f.type === 'boolean')
    return h('input', { ...common, type: 'checkbox', checked: f.initial === true });
  if (f.type === 'choice' || f.type === 'choices') {
    const first = f.type === 'choice' && h('option', { value: '' }, '');
    const chosen = Array.isArray(f.initial) ? f.initial : [initial];
    return h('select', { ...common, multiple: f.type === 'choices' }, first,
      ...f.choices.map((c) => h('option',
        { value: c.value, selected: chosen.includes(c.value) }, c.title)));
  }
  const number = f.type === 'number' || f.type === 'integer';
  return h('input', { ...common, type: number ? 'number' : 'text', value: initial,
    step: f.type === 'number' ? 'any' : undefined, min: f.minimum, max: f.maximum });
}

function value_of(f: field, form: HTMLFormElement): unknown {
  const input = form.elements.namedItem(f.name);
  if (input instanceof HTMLInputElement) {
    if (f.type === 'boolean') return input.checked;
    if (input.value === '') return undefined;
    return f.type === 'text' ? input.value : Number(input.value);
  }
  if (!(input instanceof HTMLSelectElement)) return undefined;
  const values = [...input.selectedOptions].map((option) => option.value);
  return f.type === 'choices' ? values : values[0] || undefined;
}

function form_view(q: asked): HTMLElement {
  const form: HTMLFormElement = h('form', {
    onsubmit: (event) => {
      event.preventDefault();
      const entries = q.fields.map((f) => [f.name, value_of(f, form)] as const);
      const content: json = Object.fromEntries(entries.filter(([, v]) => v !== undefined));
      send({ type: 'answer', id: q.id, answer: { action: 'accept', content } });
    } },
    ...q.fields.map((f, i) => h('p', {},
      h('label', { for: `${q.id}-${i}` }, f.required ? `${f.title} (needed)` : f.title),
      input_of(f, `${q.id}-${i}`),
      f.description !== undefined && h('small', {}, f.description))),
    h('div', { class: 'buttons' }, h('button', { class: 'primary', type: 'submit',
      'data-focus': 'submit' }, 'Answer'), ...refusals(q)));
  return form;
}
const refusals = (q: asked): HTMLElement[] => [
  text_button('Decline', answer_with(q, { type: 'answer', id: q.id,
    answer: { action: 'decline' } })),
  text_button('Cancel', answer_with(q, { type: 'answer', id: q.id,
    answer: { action: 'cancel' } })),
];
function url_view(q: asked): HTMLElement {
  return h('div', {},
    h('p', {}, h('a', { role: 'link', tabindex: 0, 'data-href': q.url ?? '' }, q.url ?? '')),
    h('div', { class: 'buttons' }, text_button('I have done it', answer_with(q,
      { type: 'answer', id: q.id, answer: { action: 'accept' } })), ...refusals(q)));
}

function answers(q: asked): HTMLElement {
  switch (q.kind) {
    case 'permission': return permission_buttons(q);
    case 'form': return form_view(q);
    case 'url': return url_view(q);
    case 'other': return h('div', { class: 'buttons' }, ...refusals(q));
  }
}

/** `session_title`: with a button that leads there, for the inbox. */
export function question_card(q: asked, session_title?: string): HTMLElement {
  const when = q.at === '' ? '' : `, asked ${local_time(new Date(q.at), new Date())}`;
  return h('section', { class: 'question', 'data-id': q.id, 'aria-label': `Needs you: ${q.title}` },
    h('div', { class: 'question-head' }, h('span', { class: 'mark', 'aria-hidden': 'true' }, '◆'),
      ' ', h('strong', {}, q.title)),
    h('div', { class: 'question-from' }, `${q.agent}${when}`),
    session_title !== undefined && text_button(session_title,
      () => send({ type: 'open_session', session: q.session }), 'link', 'session'),
    ...about(q), answers(q));
}

/** Brings a list of cards up to date; one that is there already stays, with what was typed. */
export function put_cards(into: HTMLElement, questions: asked[],
  title: (q: asked) => string | undefined): void {
  const there = new Map([...into.children].map((e) => [(e as HTMLElement).dataset['id'], e]));
  const wanted = new Set(questions.map((q) => q.id));
  for (const [id, element] of there) if (id === undefined || !wanted.has(id)) element.remove();
  for (const q of questions) if (!there.has(q.id)) into.append(question_card(q, title(q)));
}
