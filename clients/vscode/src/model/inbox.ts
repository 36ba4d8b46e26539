// What waits for a person: permissions and questions, over all sessions. Pure.
import { number_in, object_in, objects_in, text_in, texts_in, type json } from './json';

export interface choice { id: string; name: string; kind: string }
export interface field {
  name: string; title: string; description?: string; required: boolean;
  type: 'text' | 'number' | 'integer' | 'boolean' | 'choice' | 'choices';
  choices: { value: string; title: string }[];
  initial?: string | number | boolean | string[];
  minimum?: number; maximum?: number; format?: string;
}
export interface asked {
  id: string; session: string; agent: string; cwd: string; session_title?: string;
  at: string; title: string; description?: string;
  command?: string; content: json[]; locations: json[];   // what it is about
  kind: 'permission' | 'form' | 'url' | 'other';
  choices: choice[];   // of a permission
  fields: field[];     // of a form
  url?: string;
}

/** An item of `_acpd/pending/list`; its params are the agent's, of either version of ACP. */
export function asked_of(item: json): asked | undefined {
  const id = text_in(item, 'id'), session = text_in(item, 'sessionId');
  const params = object_in(item, 'params') ?? {};
  if (id === undefined || session === undefined) return undefined;
  const session_title = text_in(item, 'title');
  const common = { id, session, agent: text_in(item, 'agent') ?? '',
    cwd: text_in(item, 'cwd') ?? '', at: text_in(item, 'askedAt') ?? '',
    ...(session_title !== undefined && { session_title }) };
  return text_in(item, 'method') === 'elicitation/create'
    ? { ...common, ...elicitation(params) } : { ...common, ...permission(params) };
}

type about = Omit<asked, 'id' | 'session' | 'agent' | 'cwd' | 'at' | 'session_title'>;

function permission(params: json): about {
  const subject = object_in(params, 'subject') ?? {};
  const call = object_in(params, 'toolCall') ?? object_in(subject, 'toolCall') ?? {};
  const description = text_in(params, 'description');
  const command = text_in(subject, 'command')
    ?? text_in(object_in(call, 'rawInput') ?? {}, 'command');
  return {
    title: text_in(params, 'title') ?? text_in(call, 'title') ?? 'The agent asks for permission',
    ...(description !== undefined && { description }),
    ...(command !== undefined && { command }),
    content: objects_in(call, 'content'), locations: objects_in(call, 'locations'),
    kind: 'permission', fields: [],
    choices: objects_in(params, 'options').flatMap((option): choice[] => {
      const id = text_in(option, 'optionId');
      return id === undefined ? []
        : [{ id, name: text_in(option, 'name') ?? id, kind: text_in(option, 'kind') ?? '' }];
    }),
  };
}

function elicitation(params: json): about {
  const mode = text_in(params, 'mode');
  const url = text_in(params, 'url');
  const schema = object_in(params, 'requestedSchema') ?? {};
  const about = { title: text_in(params, 'message') ?? 'The agent has a question', content: [],
    locations: [], choices: [] };
  if (mode === 'url' && url !== undefined) return { ...about, kind: 'url', url, fields: [] };
  if (mode !== 'form') return { ...about, kind: 'other', fields: [] };
  const required = new Set(texts_in(schema, 'required'));
  const fields = Object.entries(object_in(schema, 'properties') ?? {}).map(([name, property]) =>
    field_of(name, property as json, required.has(name)));
  return { ...about, kind: 'form', fields };
}

const titled = (list: json[]): { value: string; title: string }[] => list.map((one) => (
  { value: text_in(one, 'const') ?? '', title: text_in(one, 'title') ?? '' }));
const untitled = (list: string[]) => list.map((value) => ({ value, title: value }));

function choices_of(property: json): { value: string; title: string }[] {
  const items = object_in(property, 'items') ?? property;
  const named = titled([...objects_in(items, 'oneOf'), ...objects_in(items, 'anyOf')]);
  return named.length > 0 ? named : untitled(texts_in(items, 'enum'));
}

function field_of(name: string, property: json, required: boolean): field {
  const said = text_in(property, 'type') ?? 'string';
  const choices = choices_of(property);
  const types: Record<string, field['type']> = { boolean: 'boolean', number: 'number',
    integer: 'integer', array: 'choices' };
  const initial = property['default'];
  const minimum = number_in(property, 'minimum'), maximum = number_in(property, 'maximum');
  const description = text_in(property, 'description'), format = text_in(property, 'format');
  return { name, title: text_in(property, 'title') ?? name, required, choices,
    type: types[said] ?? (choices.length > 0 ? 'choice' : 'text'),
    ...(initial !== undefined && initial !== null
      && { initial: initial as NonNullable<field['initial']> }),
    ...(description !== undefined && { description }), ...(format !== undefined && { format }),
    ...(minimum !== undefined && { minimum }), ...(maximum !== undefined && { maximum }) };
}

/** What a person decided. Silence is no answer: only these are ever sent. */
export type answer =
  | { option: string }
  | { action: 'accept'; content?: json }
  | { action: 'decline' | 'cancel' };

/** The result that the agent's request gets. */
export const result_of = (answer: answer): json => ('option' in answer
  ? { outcome: { outcome: 'selected', optionId: answer.option } } : { ...answer });
