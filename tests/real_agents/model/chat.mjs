// OpenAI Chat Completions: what a request says, and a reply as one object or as events.
import { pieces, text_of } from './text.mjs';

const read = (body) => ({
  messages: body.messages.map((m) => ({ role: m.role, text: text_of(m.content) })),
  tools: (body.tools ?? []).map((t) => ({ name: t.function.name, schema: t.function.parameters })),
});

const usage_of = ({ usage }) => ({ prompt_tokens: usage.input, completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
  prompt_tokens_details: { cached_tokens: usage.cached },
  completion_tokens_details: { reasoning_tokens: 0 } });
const stop_of = (reply) => (reply.calls.length > 0 ? 'tool_calls' : 'stop');
const head = (reply, object, rest) => ({ id: `chatcmpl-${reply.id}`, object,
  created: Math.floor(Date.now() / 1000), model: reply.model, ...rest });
const function_of = (call, text) => ({ id: `call_${call.id}`, type: 'function',
  function: { name: call.name, arguments: text } });

function whole(reply) {
  const tool_calls = reply.calls.map((call) => function_of(call, JSON.stringify(call.args)));
  const message = { role: 'assistant', content: reply.text || null,
    ...(tool_calls.length > 0 ? { tool_calls } : {}) };
  return head(reply, 'chat.completion', { usage: usage_of(reply),
    choices: [{ index: 0, finish_reason: stop_of(reply), message }] });
}

function* events(reply, body) {
  const event = (rest) => [null, head(reply, 'chat.completion.chunk', rest)];
  const part = (delta, finish_reason = null) =>
    event({ choices: [{ index: 0, delta, logprobs: null, finish_reason }] });
  yield part({ role: 'assistant', content: '' });
  for (const content of pieces(reply.text, reply.chunk)) yield part({ content });
  for (const [index, call] of reply.calls.entries()) {
    yield part({ tool_calls: [{ index, ...function_of(call, '') }] });
    for (const text of pieces(JSON.stringify(call.args), reply.chunk))
      yield part({ tool_calls: [{ index, function: { arguments: text } }] });
  }
  yield part({}, stop_of(reply));
  if (body.stream_options?.include_usage) yield event({ choices: [], usage: usage_of(reply) });
  yield [null, '[DONE]'];
}

export const chat = { read, whole, events };
