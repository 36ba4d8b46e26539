// What is true of a session now: not a part of the conversation, but shown around it.
import { is_object, number_in, object_in, objects_in, text_in, type json } from './json';

export interface option_choice { value: string; name: string; group?: string }
export interface config_option {
  id: string; name: string; category?: string; description?: string;
  type: 'select' | 'boolean'; value: string | boolean; choices: option_choice[];
}
export interface command { name: string; description: string; hint?: string }
export interface usage { used: number; size: number; cost?: string }
export interface facts {
  title?: string; options: config_option[]; commands: command[]; usage?: usage;
  state: 'running' | 'idle' | 'requires_action' | 'unknown';
}
export const no_facts = (): facts => ({ options: [], commands: [], state: 'unknown' });

export function options_of(list: json[]): config_option[] {
  return list.flatMap((option): config_option[] => {
    const id = text_in(option, 'configId');
    const name = text_in(option, 'name') ?? id;
    if (id === undefined || name === undefined) return [];
    const category = text_in(option, 'category');
    const description = text_in(option, 'description');
    const about = { id, name, ...(category !== undefined && { category }),
      ...(description !== undefined && { description }) };
    const value = option['currentValue'];
    if (option['type'] === 'boolean' && typeof value === 'boolean')
      return [{ ...about, type: 'boolean', value, choices: [] }];
    if (option['type'] === 'select' && typeof value === 'string')
      return [{ ...about, type: 'select', value, choices: choices_of(option) }];
    return [];  // a type of later days: the agent keeps its value
  });
}

function choices_of(option: json): option_choice[] {
  return objects_in(option, 'options').flatMap((item): option_choice[] => {
    const value = text_in(item, 'value');
    const name = text_in(item, 'name');
    if (value !== undefined) return [{ value, name: name ?? value }];
    const group = name ?? text_in(item, 'groupId') ?? '';
    return choices_of(item).map((choice) => ({ ...choice, group }));
  });
}

export function commands_of(list: json[]): command[] {
  return list.flatMap((item): command[] => {
    const name = text_in(item, 'name');
    const hint = text_in(object_in(item, 'input') ?? {}, 'hint');
    return name === undefined ? [] : [{ name, description: text_in(item, 'description') ?? '',
      ...(hint !== undefined && { hint }) }];
  });
}

function usage_of(update: json): usage | undefined {
  const used = number_in(update, 'used'), size = number_in(update, 'size');
  if (used === undefined || size === undefined) return undefined;
  const cost = update['cost'];
  const amount = is_object(cost) ? number_in(cost, 'amount') : undefined;
  const currency = is_object(cost) ? text_in(cost, 'currency') : undefined;
  return { used, size,
    ...(amount !== undefined && { cost: `${amount.toFixed(2)} ${currency ?? ''}`.trim() }) };
}

const states = new Set(['running', 'idle', 'requires_action']);

/** The facts after an update that is about them; undefined: it is not. */
export function facts_after(was: facts, name: string, update: json): facts | undefined {
  switch (name) {
    case 'available_commands_update':
      return { ...was, commands: commands_of(objects_in(update, 'availableCommands')) };
    case 'config_option_update':
      return { ...was, options: options_of(objects_in(update, 'configOptions')) };
    case 'usage_update': {
      const usage = usage_of(update);
      return usage ? { ...was, usage } : was;
    }
    case 'session_info_update': {
      if (!('title' in update)) return was;
      const title = text_in(update, 'title');
      const { options, commands, usage, state } = was;
      return { options, commands, state, ...(usage && { usage }),
        ...(title !== undefined && { title }) };
    }
    case 'state_update': {
      const state = text_in(update, 'state') ?? '';
      return { ...was, state: states.has(state) ? (state as facts['state']) : 'unknown' };
    }
    default: return undefined;
  }
}
