// Modes, models and the agent's other options, as lists and boxes of the page.
import type { config_option } from '../model/facts';
import { h } from './dom';
import { send } from './page';

function select_of(option: config_option): HTMLElement {
  const chosen = (event: Event) => send({ type: 'option', id: option.id,
    value: (event.target as HTMLSelectElement).value });
  const groups = new Map<string, HTMLElement[]>();
  for (const choice of option.choices) {
    const made = h('option', { value: choice.value, selected: choice.value === option.value },
      choice.name);
    const group = choice.group ?? '';
    groups.set(group, [...(groups.get(group) ?? []), made]);
  }
  return h('select', { 'aria-label': option.name, title: option.description ?? option.name,
    'data-option': option.id, onchange: chosen },
    ...[...groups].flatMap(([name, choices]) => (name === '' ? choices
      : [h('optgroup', { label: name }, ...choices)])));
}
function box_of(option: config_option): HTMLElement {
  return h('label', { title: option.description ?? option.name },
    h('input', { type: 'checkbox', checked: option.value === true, 'data-option': option.id,
      onchange: (event) => send({ type: 'option', id: option.id,
        value: (event.target as HTMLInputElement).checked }) }), ` ${option.name}`);
}
export const options_view = (options: config_option[]): HTMLElement[] =>
  options.map((option) => (option.type === 'boolean' ? box_of(option) : select_of(option)));
