// OpenAI Responses: what a request says, and a reply as events; the last one holds the whole.
import { pieces, text_of } from './text.mjs';

function message_of(item) {
  if (/call_output$/.test(item.type)) return { role: 'tool' };
  if (/call$|^reasoning$/.test(item.type)) return { role: 'assistant', text: '' };
  return { role: item.role, text: text_of(item.content) };
}

/** Tools of an MCP server may stand in a namespace of their own. */
const flat = (tool) => tool.tools?.map((t) => ({ ...t, namespace: tool.name })) ?? [tool];

const read = (body) => ({
  messages: (typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : body.input)
    .map(message_of),
  tools: (body.tools ?? []).flatMap(flat).map((t) => ({ name: t.name ?? t.type,
    namespace: t.namespace, schema: t.parameters, custom: t.type === 'custom' })),
});

const usage_of = ({ usage }) => ({ input_tokens: usage.input, output_tokens: usage.output,
  input_tokens_details: { cached_tokens: usage.cached },
  output_tokens_details: { reasoning_tokens: 0 }, total_tokens: usage.input + usage.output });

/** Events without their numbers: [type, what it holds]. */
function* message_events(reply, output_index) {
  const item = { id: `msg_${reply.id}`, type: 'message', role: 'assistant', content: [] };
  const at = { item_id: item.id, output_index, content_index: 0 };
  const part = (text) => ({ type: 'output_text', text, annotations: [] });
  yield ['output_item.added', { output_index, item: { ...item, status: 'in_progress' } }];
  yield ['content_part.added', { ...at, part: part('') }];
  for (const delta of pieces(reply.text, reply.chunk))
    yield ['output_text.delta', { ...at, delta }];
  yield ['output_text.done', { ...at, text: reply.text }];
  yield ['content_part.done', { ...at, part: part(reply.text) }];
  const done = { ...item, status: 'completed', content: [part(reply.text)] };
  yield ['output_item.done', { output_index, item: done }];
}

function* call_events(reply, call, output_index) {
  const custom = call.raw !== undefined, text = custom ? call.raw : JSON.stringify(call.args);
  const [type, prefix, field, event] = custom
    ? ['custom_tool_call', 'ctc', 'input', 'custom_tool_call_input']
    : ['function_call', 'fc', 'arguments', 'function_call_arguments'];
  const item = { id: `${prefix}_${call.id}`, type, call_id: `call_${call.id}`, name: call.name,
    ...(call.namespace ? { namespace: call.namespace } : {}) };
  const at = { item_id: item.id, output_index };
  yield ['output_item.added',
    { output_index, item: { ...item, [field]: '', status: 'in_progress' } }];
  for (const delta of pieces(text, reply.chunk)) yield [`${event}.delta`, { ...at, delta }];
  yield [`${event}.done`, { ...at, [field]: text }];
  const done = { ...item, [field]: text, status: 'completed' };
  yield ['output_item.done', { output_index, item: done }];
}

function* parts_of(reply) {
  const head = { id: `resp_${reply.id}`, object: 'response', model: reply.model, error: null,
    created_at: Math.floor(Date.now() / 1000), incomplete_details: null };
  yield ['created', { response: { ...head, output: [], status: 'in_progress', usage: null } }];
  const output = [];
  const items = [...(reply.text ? [(at) => message_events(reply, at)] : []),
    ...reply.calls.map((call) => (at) => call_events(reply, call, at))];
  for (const [at, of_item] of items.entries())
    for (const event of of_item(at)) {
      if (event[0] === 'output_item.done') output.push(event[1].item);
      yield event;
    }
  yield ['completed',
    { response: { ...head, output, status: 'completed', usage: usage_of(reply) } }];
}

function* events(reply) {
  let sequence_number = 0;
  for (const [name, rest] of parts_of(reply)) {
    const type = `response.${name}`;
    yield [type, { type, sequence_number: sequence_number++, ...rest }];
  }
}

const whole = (reply) => [...events(reply)].at(-1)[1].response;

export const responses = { read, whole, events };
