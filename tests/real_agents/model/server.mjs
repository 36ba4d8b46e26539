// A scripted model: what an agent asks instead of a paid one. Speaks Anthropic Messages, OpenAI
// Chat Completions and OpenAI Responses, chosen by the end of the path, so any prefix will do.
//   node server.mjs SCRIPT      prints {"port":N} when it listens, on loopback only
//
// The reply depends on the conversation alone: the last user message with "SCENARIO:<name>" names
// the scenario, the runs of tool results behind it are the step. A restarted agent that asks again
// gets the same answer. Requests without tools or without a scenario (titles, topics) get `aux`.
//
// SCRIPT: {"cwd", "aux": Turn, "scenarios": {"<name>": [Turn, …]}}
// Turn: {"text", "calls": [Call, …], "chunk_ms", "chunk_chars",
//        "usage": {"input", "output", "cached"}}
// Call: {"do": …}, see tools.mjs; ${cwd} in a string is the script's cwd.
import fs from 'node:fs';
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import { anthropic } from './anthropic.mjs';
import { chat } from './chat.mjs';
import { responses } from './responses.mjs';
import { resolve } from './tools.mjs';

const script = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const apis = { '/messages': anthropic, '/chat/completions': chat, '/responses': responses };
let asked = 0;

function choose({ messages, tools }) {
  const named = (m) => m.role === 'user' && /.*SCENARIO:(\w+)/s.exec(m.text ?? '')?.[1];
  const at = messages.findLastIndex(named);
  if (at < 0 || tools.length === 0) return script.aux;
  const is_result = (m) => m?.role === 'tool';
  const ends_calls = (m, i) => i > at && is_result(m) && !is_result(messages[i - 1]);
  const step = messages.filter(ends_calls).length;
  return script.scenarios[named(messages[at])]?.[step] ?? { text: 'done' };
}

const filled = (value) => JSON.parse(JSON.stringify(value), (_, v) =>
  typeof v === 'string' ? v.replaceAll('${cwd}', script.cwd) : v);

/** What an API writes: {id, model, text, chunk, calls: [{id, name, args, …}], usage}. */
function reply_to(body, conversation) {
  const turn = filled(choose(conversation)), id = `scripted_${++asked}`;
  const calls = (turn.calls ?? []).map((call, i) =>
    ({ id: `${id}_${i}`, ...resolve(call, conversation.tools) }));
  return { id, model: body.model ?? 'scripted', text: turn.text ?? '', calls,
    chunk: turn.chunk_chars ?? 16, chunk_ms: turn.chunk_ms ?? 0,
    usage: { input: 100, output: 20, cached: 0, ...turn.usage } };
}

const json = (res, status, value) =>
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

async function answer(req, res) {
  const parts = [];
  for await (const part of req) parts.push(part);
  const { pathname } = new URL(req.url, 'http://x');
  if (pathname.endsWith('/count_tokens')) return json(res, 200, { input_tokens: 100 });
  if (pathname.endsWith('/models'))
    return json(res, 200, { object: 'list', data: [{ id: 'scripted', object: 'model' }] });
  const api = apis[Object.keys(apis).find((end) => pathname.endsWith(end))];
  if (!api || req.method !== 'POST')
    return json(res, 404, { error: { message: `not scripted: ${req.method} ${req.url}` } });
  const body = JSON.parse(Buffer.concat(parts));
  const reply = reply_to(body, api.read(body));
  if (!body.stream) return json(res, 200, api.whole(reply));
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const [name, data] of api.events(reply, body)) {
    if (res.destroyed) return undefined;
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    res.write(`${name ? `event: ${name}\n` : ''}data: ${text}\n\n`);
    if (reply.chunk_ms) await pause(reply.chunk_ms);
  }
  return res.end();
}

const server = http.createServer((req, res) =>
  answer(req, res).catch((error) => json(res, 400, { error: { message: error.message } })));
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
