// Anthropic Messages: what a request says, and a reply as one object or as events.
import { pieces, text_of } from './text.mjs';

function read(body) {
  const messages = body.messages.flatMap((m) => {
    const parts = Array.isArray(m.content) ? m.content : [{ type: 'text', text: m.content }];
    const results = m.role === 'user' && parts.some((p) => p.type === 'tool_result');
    const text = text_of(parts.filter((p) => p.type === 'text'));
    const said = text || m.role !== 'user' ? [{ role: m.role, text }] : [];
    return results ? [{ role: 'tool' }, ...said] : said;
  });
  return { messages,
    tools: (body.tools ?? []).map((t) => ({ name: t.name, schema: t.input_schema })) };
}

const usage_of = ({ usage }, output) => ({ input_tokens: usage.input, output_tokens: output,
  cache_creation_input_tokens: 0, cache_read_input_tokens: usage.cached });
const stop_of = (reply) => (reply.calls.length > 0 ? 'tool_use' : 'end_turn');
const message = (reply, rest) => ({ id: `msg_${reply.id}`, type: 'message', role: 'assistant',
  model: reply.model, stop_sequence: null, ...rest });
const block_of = (call, input) =>
  ({ type: 'tool_use', id: `toolu_${call.id}`, name: call.name, input });

function whole(reply) {
  const content = [...(reply.text ? [{ type: 'text', text: reply.text }] : []),
    ...reply.calls.map((call) => block_of(call, call.args))];
  return message(reply, { content, stop_reason: stop_of(reply),
    usage: usage_of(reply, reply.usage.output) });
}

function* block(index, content_block, deltas) {
  yield ['content_block_start', { type: 'content_block_start', index, content_block }];
  for (const delta of deltas)
    yield ['content_block_delta', { type: 'content_block_delta', index, delta }];
  yield ['content_block_stop', { type: 'content_block_stop', index }];
}

function* events(reply) {
  yield ['message_start', { type: 'message_start',
    message: message(reply, { content: [], stop_reason: null, usage: usage_of(reply, 1) }) }];
  let index = 0;
  if (reply.text)
    yield* block(index++, { type: 'text', text: '' },
      pieces(reply.text, reply.chunk).map((text) => ({ type: 'text_delta', text })));
  for (const call of reply.calls)
    yield* block(index++, block_of(call, {}), pieces(JSON.stringify(call.args), reply.chunk)
      .map((partial_json) => ({ type: 'input_json_delta', partial_json })));
  yield ['message_delta', { type: 'message_delta',
    delta: { stop_reason: stop_of(reply), stop_sequence: null },
    usage: { output_tokens: reply.usage.output } }];
  yield ['message_stop', { type: 'message_stop' }];
}

export const anthropic = { read, whole, events };
