// Odd requests: each is a name and a function that sends it to a server and says what came back, in
// terms that do not depend on the server: status, headers that clients read, codes.
import { WebSocket } from 'ws';

import { ask, events as events_of, raw, status_of } from './http.mjs';

export const json = { 'Content-Type': 'application/json' };
export const events = { Accept: 'text/event-stream' };
export const rpc = (method, params, id = 1) =>
  JSON.stringify({ jsonrpc: '2.0', ...(id === undefined ? {} : { id }), method, params });
export const init = (id = 1) => rpc('initialize', { protocolVersion: 1, clientCapabilities: {} }, id);
const long = 'x'.repeat(1025);

/** What is compared of an answer. */
export function answer(a) {
  const said = { status: a.status };
  if (a.headers['content-type']) said.type = a.headers['content-type'].split(';')[0];
  if (a.headers['acp-connection-id']) said.connection = true;
  if (a.headers['cache-control']) said.cache = a.headers['cache-control'];
  if (said.type === 'application/json') {
    const { id, error, result } = JSON.parse(a.text);
    said.id = id;
    said.outcome = error ? error.code : typeof result;
  }
  a.request?.destroy();
  return said;
}

export const post = async (t, body, headers = json) =>
  answer(await ask(t, 'POST', '/acp', headers, body));
export const get = async (t, headers, method = 'GET') =>
  answer(await ask(t, method, '/acp', headers));

export async function connection(t) {
  const a = await ask(t, 'POST', '/acp', json, init());
  return { ...json, 'Acp-Connection-Id': a.headers['acp-connection-id'] };
}
export const session = (c, id = 'reference-1') => ({ ...c, 'Acp-Session-Id': id });

/** A POST whose framing is written by hand: the status. */
const framed = async (t, headers, body) => ({ status: status_of(await raw(t.port,
  'POST /acp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
  `Connection: close\r\n${lines(t.headers)}${headers}\r\n${body}`, (s) => s.end())) });

const over_http = {
  'initialize': (t) => post(t, init()),
  'initialize with a text id': (t) => post(t, init('a')),
  'initialize on several lines': (t) => post(t, JSON.stringify(JSON.parse(init()), null, 2)),
  'initialize behind a byte order mark': (t) => post(t, `\ufeff${init()}`),
  'initialize with a charset': (t) => post(t, init(), {
    'Content-Type': 'Application/JSON; charset=utf-8' }),
  'initialize with a query': async (t) => answer(await ask(t, 'POST', '/acp?x=1', json, init())),
  'initialize with a null id': (t) => post(t, init(null)),
  'initialize without an id': (t) => post(t, init(undefined)),
  'initialize without a version': (t) => post(t, rpc('initialize', {})),
  'initialize with a version that is a text': (t) => post(t, rpc('initialize', {
    protocolVersion: 'x' })),
  'initialize of JSON-RPC 1.0': (t) => post(t, '{"jsonrpc":"1.0","id":1,"method":"initialize"}'),
  'initialize on a connection': async (t) => post(t, init(), await connection(t)),
  'no content type': (t) => post(t, init(), {}),
  'text/plain': (t) => post(t, init(), { 'Content-Type': 'text/plain' }),
  'application/jsonp': (t) => post(t, init(), { 'Content-Type': 'application/jsonp' }),
  'no body': (t) => post(t, ''),
  'no JSON': (t) => post(t, '{'),
  'two messages': (t) => post(t, `${init()}\n${init()}`),
  'a raw newline in a string': (t) => post(t,
    '{"jsonrpc":"2.0","id":"a\nb","method":"initialize"}'),
  'a batch': (t) => post(t, `[${init()}]`),
  'an empty batch': (t) => post(t, '[]'),
  'a number': (t) => post(t, '1'),
  'null': (t) => post(t, 'null'),
  'a text': (t) => post(t, '"initialize"'),
  'an empty object': (t) => post(t, '{}'),
  'a request before initialize': (t) => post(t, rpc('session/new', { cwd: '/', mcpServers: [] })),
  'an answer before initialize': (t) => post(t, '{"jsonrpc":"2.0","id":1,"result":{}}'),
  'an unknown connection': (t) => post(t, rpc('session/list', {}), { ...json,
    'Acp-Connection-Id': 'no' }),
  'an unknown connection with no JSON': (t) => post(t, '{', { ...json, 'Acp-Connection-Id': 'no' }),
  'an empty connection id': (t) => post(t, rpc('session/list', {}), { ...json,
    'Acp-Connection-Id': '' }),
  'session/list': async (t) => post(t, rpc('session/list', {}), await connection(t)),
  'an unknown method': async (t) => post(t, rpc('not/there', {}), await connection(t)),
  'a request with a null id on a connection': async (t) => post(t, rpc('_x/y', {}, null),
    await connection(t)),
  'a request whose id is an object': async (t) => post(t, rpc('_x/y', {}, {}),
    await connection(t)),
  'a cancel of a request': async (t) => post(t,
    rpc('$/cancel_request', { requestId: 9 }, undefined), await connection(t)),
  'an empty session id in the header': async (t) => post(t, rpc('session/prompt', {}),
    session(await connection(t), '')),
  'an empty object on a connection': async (t) => post(t, '{}', await connection(t)),
  'a batch on a connection': async (t) => post(t, '[]', await connection(t)),
  'a notification': async (t) => post(t, rpc('_x/y', {}, undefined), await connection(t)),
  'an answer to nothing': async (t) => post(t, '{"jsonrpc":"2.0","id":9,"result":{}}',
    await connection(t)),
  'a prompt without the session header': async (t) => post(t, rpc('session/prompt', {
    sessionId: 's', prompt: [] }), await connection(t)),
  'a prompt that names no session': async (t) => post(t, rpc('session/prompt', {}),
    await connection(t)),
  'a cancel without the session header': async (t) => post(t, rpc('session/cancel', {
    sessionId: 's' }, undefined), await connection(t)),
  'any method with a session, without the header': async (t) => post(t, rpc('_x/y', {
    sessionId: 's' }), await connection(t)),
  'a session other than the header says': async (t) => post(t, rpc('session/prompt', {
    sessionId: 's', prompt: [] }), session(await connection(t), 'other')),
  'a prompt to the session in the header': async (t) => post(t, rpc('session/prompt', {
    sessionId: 's', prompt: [] }), session(await connection(t), 's')),
  'session/set_model without the header': async (t) => post(t, rpc('session/set_model', {}),
    await connection(t)),
  'session/fork without the header': async (t) => post(t, rpc('session/fork', {}),
    await connection(t)),
  'a request id of 1,024': async (t) => post(t, rpc('_x/y', {}, long.slice(1)),
    await connection(t)),
  'a request id of 1,025': async (t) => post(t, rpc('_x/y', {}, long), await connection(t)),
  'a session id of 1,025': async (t) => post(t, rpc('_x/y', { sessionId: long }),
    session(await connection(t), long)),
  'a body of 16 MiB and 1': (t) => post(t, ' '.repeat((16 << 20) + 1)),
  'a length of 16 MiB and 1, nothing sent': async (t) => ({ status: status_of(await raw(t.port,
    `POST /acp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${lines(t.headers)}Content-Length: 16777217\r\n\r\n`,
    (s) => s.end())) }),
  'a body in chunks': async (t) => ({ status: status_of(await raw(t.port,
    `POST /acp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n${lines(t.headers)}Transfer-Encoding: chunked\r\n\r\n` +
    `2\r\n[]\r\n0\r\n\r\n`)) }),
  'two lengths that differ': (t) => framed(t, 'Content-Length: 2\r\nContent-Length: 3\r\n', '[]'),
  'two lengths that agree': (t) => framed(t, 'Content-Length: 2\r\nContent-Length: 2\r\n', '[]'),
  'a length and chunks': (t) => framed(t, 'Content-Length: 12\r\nTransfer-Encoding: chunked\r\n',
    '2\r\n[]\r\n0\r\n\r\n'),
  'a coding that nobody knows': (t) => framed(t, 'Transfer-Encoding: xchunked\r\n', '[]'),
  'a connection id that is there twice': async (t) => {
    const { 'Acp-Connection-Id': id } = await connection(t);
    return framed(t, `Acp-Connection-Id: ${id}\r\nAcp-Connection-Id: ${id}\r\nContent-Length: 46\r\n`,
      '{"jsonrpc":"2.0","id":2,"method":"no/method"} ');
  },
  'a stream': async (t) => get(t, { ...events, ...await connection(t) }),
  'a stream of an unknown session': async (t) => get(t, { ...events,
    ...session(await connection(t), 'no') }),
  'a stream of a session id of 1,025': async (t) => get(t, { ...events,
    ...session(await connection(t), long) }),
  'a stream without Accept': async (t) => get(t, await connection(t)),
  'a stream of JSON': async (t) => get(t, { ...await connection(t), Accept: 'application/json' }),
  'a stream among other types': async (t) => get(t, { ...await connection(t),
    Accept: 'text/html, TEXT/event-stream;q=0.9' }),
  'a stream of no connection': (t) => get(t, events),
  'a stream of an unknown connection': (t) => get(t, { ...events, 'Acp-Connection-Id': 'no' }),
  'a second receiver': (t) => second_receiver(t, (c) => c),
  'a second receiver of a session': (t) => second_receiver(t, (c) => session(c)),
  'a receiver after another has gone': async (t) => {
    const c = { ...events, ...await connection(t) };
    (await ask(t, 'GET', '/acp', c)).request.destroy();
    for (;;) {
      const next = await ask(t, 'GET', '/acp', c);
      if (next.status !== 409) return answer(next);
    }
  },
  'delete': async (t) => get(t, await connection(t), 'DELETE'),
  'delete twice': async (t) => {
    const c = await connection(t);
    await get(t, c, 'DELETE');
    return get(t, c, 'DELETE');
  },
  'delete of no connection': (t) => get(t, {}, 'DELETE'),
  'delete of an unknown connection': (t) => get(t, { 'Acp-Connection-Id': 'no' }, 'DELETE'),
  'a request after delete': async (t) => {
    const c = await connection(t);
    await get(t, c, 'DELETE');
    return post(t, rpc('session/list', {}), c);
  },
  ...Object.fromEntries(['PUT', 'PATCH', 'OPTIONS', 'HEAD'].map((verb) => [verb, (t) => get(t,
    {}, verb)])),
  'a path that is not served': async (t) => ({ status: (await ask(t, 'GET', '/', {})).status }),
  'Upgrade without Connection': (t) => raw_get(t, 'Upgrade: websocket\r\n'),
  'an upgrade to something else': (t) => raw_get(t, 'Connection: Upgrade\r\nUpgrade: h2c\r\n'),
  'an upgrade without a key': (t) => raw_get(t, `${upgrade}Sec-WebSocket-Version: 13\r\n`),
  'an upgrade with a bad key': (t) => raw_get(t,
    `${upgrade}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n`),
  'an upgrade of another version': (t) => raw_get(t,
    `${upgrade}${key}Sec-WebSocket-Version: 7\r\n`),
  'an upgrade by POST': (t) => raw_get(t,
    `${upgrade}${key}Sec-WebSocket-Version: 13\r\nContent-Length: 0\r\n`, 'POST'),
  'no HTTP at all': async (t) => ({ status: status_of(await raw(t.port, 'hello\r\n\r\n')) }),
  'a header of 17 KiB': async (t) => ({ status: status_of(await raw(t.port,
    `GET /acp HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(17 << 10)}\r\n\r\n`)) }),
};

const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
const lines = (headers) => Object.entries(headers ?? {}).map(([k, v]) => `${k}: ${v}\r\n`).join('');
const raw_get = async (t, more, verb = 'GET') => ({
  status: status_of(
    await raw(
      t.port,
      `${verb} /acp HTTP/1.1\r\nHost: localhost\r\n${lines(t.headers)}${more}\r\n`,
      (s) => s.end(),
    ),
  ),
});

async function second_receiver(t, of) {
  const c = { ...events, ...of(await connection(t)) };
  const first = await ask(t, 'GET', '/acp', c);
  const second = answer(await ask(t, 'GET', '/acp', c));
  first.request.destroy();
  return second;
}

/** Sends messages over a WebSocket, one after the other's answer; says what came, and the close. */
export function talk(t, messages, expected = messages.length) {
  return new Promise((resolve, reject) => {
    const said = { answers: [] };
    const socket = new WebSocket(`ws://127.0.0.1:${t.port}/acp`, { headers: t.headers });
    const guard = setTimeout(() => reject(new Error(`came only ${JSON.stringify(said)}`)), 15_000);
    socket.on('upgrade', (answer) => { said.connection = 'acp-connection-id' in answer.headers; });
    socket.on('open', () => messages.forEach((m) => socket.send(m)));
    socket.on('message', (data) => {
      const { id, error, result } = JSON.parse(data);
      said.answers.push([id, error ? error.code : typeof result]);
      if (said.answers.length >= expected) socket.close(1000);
    });
    socket.on('close', (code) => { clearTimeout(guard); said.close = code; resolve(said); });
    socket.on('error', reject);
  });
}

/** On which stream the answer to a request comes, and with what fields. */
async function routed(t, method, params = {}, of = (c) => session(c)) {
  const c = await connection(t);
  const streams = {
    connection: events_of(await ask(t, 'GET', '/acp', { ...events, ...c })),
    session: events_of(await ask(t, 'GET', '/acp', { ...events, ...session(c) })),
  };
  const { status } = await ask(t, 'POST', '/acp', of(c), rpc(method, params, 7));
  const here = (s) => s.seen.find((e) => e.data?.id === 7);
  const came = ([name, s]) =>
    s.until(() => here(s), `the answer to ${method}`, 15_000).then(() => name);
  const stream = await Promise.any(Object.entries(streams).map(came));
  const fields = Object.keys(here(streams[stream])).sort();
  for (const s of Object.values(streams)) s.cut();
  return { status, stream, fields };
}
const in_session = { sessionId: 'reference-1', cwd: '/', mcpServers: [], prompt: [] };
const over_streams = {
  ...Object.fromEntries(['session/load', 'session/resume', 'session/prompt', 'session/set_mode',
    '_x/y'].map((method) => [`where the answer to ${method} comes`,
    (t) => routed(t, method, in_session)])),
  'where the answer to session/list of a session comes': (t) => routed(t, 'session/list'),
  'where the answer to session/list comes': (t) => routed(t, 'session/list', {}, (c) => c),
  'where the answer to an unknown method comes': (t) => routed(t, 'not/there', {}, (c) => c),
  'a Last-Event-ID that is no id': async (t) => get(t, { ...events, ...session(await connection(t)),
    'Last-Event-ID': 'no' }),
};

const over_websocket = {
  'ws: initialize': (t) => talk(t, [init()]),
  'ws: initialize on several lines': (t) =>
    talk(t, [JSON.stringify(JSON.parse(init('a')), null, 2)]),
  'ws: a request first': (t) => talk(t, [rpc('session/new', { cwd: '/', mcpServers: [] })]),
  'ws: a notification first': (t) => talk(t, [rpc('_x/y', {}, undefined)]),
  'ws: initialize with a null id': (t) => talk(t, [init(null)]),
  'ws: initialize without an id': (t) => talk(t, [init(undefined)]),
  'ws: no JSON first, then initialize': (t) => talk(t, ['{', init()]),
  'ws: a batch first, then initialize': (t) => talk(t, ['[]', init()]),
  'ws: a number first, then initialize': (t) => talk(t, ['1', init()]),
  'ws: an object that is no message first, then initialize': (t) => talk(t, ['{}', init()]),
  'ws: an answer first, then initialize': (t) =>
    talk(t, ['{"jsonrpc":"2.0","id":1,"result":{}}', init()], 1),
  'ws: a malformed answer first, then initialize': (t) =>
    talk(t, ['{"id":1,"result":{},"error":{}}', init()], 1),
  'ws: binary first, then initialize': (t) => talk(t, [Buffer.from(init()), init()], 1),
  'ws: initialize twice': (t) => talk(t, [init(1), init(2)]),
  'ws: no JSON': (t) => talk(t, [init(), 'x']),
  'ws: a batch': (t) => talk(t, [init(), `[${rpc('_x/y', {}, 2)}]`]),
  'ws: an object that is no message': (t) => talk(t, [init(), '{}', rpc('not/there', {}, 3)]),
  'ws: a request whose id is an object': (t) =>
    talk(t, [init(), rpc('_x/y', {}, {}), rpc('not/there', {}, 3)]),
  'ws: an answer to nothing': (t) =>
    talk(t, [init(), '{"jsonrpc":"2.0","id":9,"result":{}}', rpc('not/there', {}, 3)], 2),
  'ws: a request of 17 MiB': (t) => talk(t, [init(), rpc('_x/y', {}, 2) + ' '.repeat(17 << 20)]),
  'ws: a request of 33 MiB': (t) => talk(t, [init(), rpc('_x/y', {}, 2) + ' '.repeat(33 << 20)]),
  'ws: an unknown method': (t) => talk(t, [init(), rpc('not/there', {}, 2)]),
  'ws: a request id of 1,025': (t) => talk(t, [init(), rpc('_x/y', {}, long)]),
  'ws: a session id of 1,025': (t) => talk(t, [init(), rpc('_x/y', { sessionId: long }, 2)]),
  'ws: a frame that says it is compressed': (t) => compressed(t),
};

/** A frame with RSV1 where nothing was agreed on. */
async function compressed(t) {
  const head = `GET /acp HTTP/1.1\r\nHost: localhost\r\n${lines(t.headers)}${upgrade}${key}Sec-WebSocket-Version: 13\r\n\r\n`;
  const frame = Buffer.from([0xc1, 0x82, 0, 0, 0, 0, 0x78, 0x9c]);
  const text = await raw(t.port, head, (s) =>
    s.on('data', function once() {
      s.removeListener('data', once);
      s.write(frame);
    }),
  );
  const body = Buffer.from(text, 'latin1').subarray(text.indexOf('\r\n\r\n') + 4);
  return { status: status_of(text), close: body.length >= 4 ? body.readUInt16BE(2) : 0 };
}

export const odd_requests = { ...over_http, ...over_streams, ...over_websocket };
