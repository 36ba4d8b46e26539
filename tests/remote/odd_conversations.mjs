// Odd requests around a conversation: who asks without being let in, what answers the agent's
// questions, what nobody receives. As those in odd_requests.mjs.
import http from 'node:http';

import { WebSocket } from 'ws';

import { ask, events as events_of } from './http.mjs';
import {
  answer, connection, events, get, init, json, post, rpc, session,
} from './odd_requests.mjs';

const stranger = (t, headers) =>
  ask({ port: t.port }, 'POST', '/acp', { ...json, ...headers }, init()).then(answer);

/** The status of a WebSocket's handshake. */
const handshake = (t, headers, path = '/acp') =>
  new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${t.port}${path}`, { headers });
    socket.on('upgrade', ({ statusCode }) => { resolve({ status: statusCode }); });
    socket.on('unexpected-response', (_, { statusCode }) => resolve({ status: statusCode }));
    socket.on('error', () => {});
    socket.on('open', () => socket.close());
  });

const stream = async (t, headers) =>
  events_of(await ask(t, 'GET', '/acp', { ...events, ...headers }));

/** A session whose agent asks for a permission; its answer with the session header that `of`
 * makes. */
async function answered(t, of) {
  const c = await connection(t);
  const own = await stream(t, c);
  await post(t, rpc('session/new', { cwd: '/', mcpServers: [] }, 2), c);
  const came = (s, condition, what) =>
    s.until((seen) => seen.some((e) => e.data && condition(e.data)), what);
  await came(own, (m) => m.id === 2, 'the session');
  const { sessionId } = own.seen.find((e) => e.data?.id === 2).data.result;
  const there = await stream(t, session(c, sessionId));
  const prompt = [{ type: 'text', text: 'permission' }];
  await post(t, rpc('session/prompt', { sessionId, prompt }, 3), session(c, sessionId));
  const is_question = (m) => m.method === 'session/request_permission';
  await came(there, is_question, 'the question');
  const { id } = there.seen.find((e) => e.data && is_question(e.data)).data;
  const result = { outcome: { outcome: 'selected', optionId: 'yes' } };
  const said = await post(t, JSON.stringify({ jsonrpc: '2.0', id, result }), of(c, sessionId));
  if (said.status === 202) await came(there, (m) => m.id === 3, 'the end of the turn');
  for (const s of [own, there]) s.cut();
  return said;
}

/** The first status that is none of a request that was taken, of requests that all name another
 * session. */
async function unreceived(t, sessions) {
  const c = await connection(t);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  try {
    for (let i = 0; i < sessions; i++) {
      const said = await post({ ...t, agent }, rpc('_x/y', {}, i), session(c, `s${i}`));
      if (said.status !== 202) return said;
    }
    return 'all were taken';
  } finally {
    agent.destroy();
  }
}

export const odd_conversations = {
  'no token': (t) => stranger(t, {}),
  'a foreign Origin': (t) => stranger(t, { ...t.headers, Origin: 'https://evil.example' }),
  'a Host of another name': (t) => stranger(t, { ...t.headers, Host: 'evil.example' }),
  'ws: no token': (t) => handshake(t, {}),
  'ws: a foreign Origin': (t) => handshake(t, { ...t.headers, Origin: 'https://evil.example' }),
  'ws: no Origin': (t) => handshake(t, t.headers),
  'an answer to a question of a session': (t) => answered(t, session),
  'an answer to a question of a session, without the header': (t) => answered(t, (c) => c),
  'an answer to a question of a session, with another header': (t) =>
    answered(t, (c) => session(c, 'other')),
  'a stream that opens after the answers': async (t) => {
    const c = await connection(t);
    for (const id of [7, 8]) await post(t, rpc('not/there', {}, id), c);
    const late = await stream(t, c);
    await late.until((seen) => seen.some((e) => e.data?.id === 8), 'the answers');
    late.cut();
    return late.seen.flatMap((e) => e.data?.id ?? []);
  },
  'a stream whose connection is deleted': async (t) => {
    const c = await connection(t);
    const open = await ask(t, 'GET', '/acp', { ...events, ...c });
    const ended = events_of(open).ended;
    await get(t, c, 'DELETE');
    await ended;
    return { whole: open.stream.complete };
  },
  'a thousand sessions that nobody receives': (t) => unreceived(t, 1000),
  'more sessions that nobody receives than are kept': (t) => unreceived(t, 5000),
};
