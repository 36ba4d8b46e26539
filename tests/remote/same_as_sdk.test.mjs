// The official SDK's server and the daemon give the same answers to odd requests. What differs is
// listed, with the reason; a listed difference that is none any more is an error, too.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { WebSocket } from 'ws';

import { ask, events as events_of } from './http.mjs';
import { odd_conversations } from './odd_conversations.mjs';
import { connection, events, init, odd_requests } from './odd_requests.mjs';
import { bearer, remote_world, sdk_server } from './servers.mjs';

const all = { ...odd_requests, ...odd_conversations };

// acpd's events have ids, so that a receiver that was cut off can come back.
const with_id = (stream) => ({ ours: { status: 202, stream, fields: ['data', 'id'] },
  why: 'the SDK gives its events no id, and so cannot go on where a receiver was cut off' });
const in_session = ['session/resume', 'session/prompt', 'session/set_mode', '_x/y',
  'session/list of a session'];
const differences = {
  'a coding that nobody knows': { ours: { status: 501 },
    why: 'RFC 9112, section 6.1, asks for 501 where a coding is not known; Node says 400' },
  ...Object.fromEntries(in_session.map((method) =>
    [`where the answer to ${method} comes`, with_id('session')])),
  ...Object.fromEntries(['session/load', 'session/list', 'an unknown method'].map((method) =>
    [`where the answer to ${method} comes`, with_id('connection')])),
  'a Last-Event-ID that is no id': { ours: { status: 409, type: 'text/plain' },
    why: 'the SDK ignores Last-Event-ID; here what cannot be honoured is said, never skipped' },
  ...Object.fromEntries(['no token', 'ws: no token'].map((name) => [name, {
    ours: { status: 401, ...(name === 'no token' && { type: 'text/plain' }) },
    why: 'the SDK leaves authorization to a middleware; here nothing is answered before it' }])),
  ...Object.fromEntries(['a foreign Origin', 'a Host of another name'].map((name) => [name, {
    ours: { status: 403, type: 'text/plain' },
    why: 'the SDK checks neither: a page of any site could talk to it' }])),
  'ws: a request of 33 MiB': { ours: { answers: [[1, 'object']], connection: true, close: 1009 },
    why: 'the SDK takes whatever its WebSocket library does (100 MiB) and parses it; here no ' +
      'message is longer than the 32 MiB that the official client takes' },
  'ws: a foreign Origin': { ours: { status: 403 },
    why: 'as over HTTP; the official Rust server says 403, too' },
};

describe('the same answers as the official server', () => {
  let sdk, made, ours;
  before(async () => {
    sdk = await sdk_server();
    made = await remote_world();
    ours = { port: made.port, headers: bearer(made.controller) };
  });
  after(async () => {
    await sdk.end();
    await made.end();
  });

  it('there are enough of them', (t) => {
    const count = Object.keys(all).length;
    t.diagnostic(`${count} odd requests, ${Object.keys(differences).length} answered differently`);
    assert.ok(count >= 60);
  });
  for (const [name, send] of Object.entries(all)) {
    it(name, async () => {
      const theirs = await send({ port: sdk.port, headers: {} });
      const own = await send(ours);
      if (!(name in differences)) return assert.deepEqual(own, theirs);
      assert.notDeepEqual(own, theirs, `no difference any more: ${differences[name].why}`);
      assert.deepEqual(own, differences[name].ours, differences[name].why);
      // The stream that an answer comes on is the same, whatever else is not.
      assert.equal(own.stream, theirs.stream);
    });
  }
});

/** A WebSocket that is open, after `first` was answered; {closed}: the close's code and reason. */
function web_socket(t, first) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${t.port}/acp`, { headers: t.headers });
    const closed = new Promise((done) => {
      socket.on('close', (code, reason) => done({ code, reason: String(reason) }));
    });
    socket.on('error', reject);
    socket.on('open', () => (first ? socket.send(first) : resolve({ closed })));
    socket.on('message', () => resolve({ closed }));
  });
}

it('a server that ends says so as the official one does', { timeout: 60_000 }, async (t) => {
  const sdk = await sdk_server();
  t.after(() => sdk.end());
  const made = await remote_world();
  t.after(() => made.end());
  /** What its clients see when `end` ends it. */
  const seen = async (server, end) => {
    const [fresh, open] = [await web_socket(server), await web_socket(server, init())];
    const c = { ...events, ...await connection(server) };
    const streams = [];
    for (const more of [{}, { 'Acp-Session-Id': 's' }])
      streams.push(await ask(server, 'GET', '/acp', { ...c, ...more }));
    const ends = streams.map((s) => events_of(s).ended);
    await end();
    await Promise.all(ends);
    return { fresh: await fresh.closed, open: await open.closed,
      whole: streams.map((s) => s.stream.complete) };
  };
  const theirs = await seen({ port: sdk.port, headers: {} }, () => sdk.server.close());
  const ours = await seen({ port: made.port, headers: bearer(made.controller) },
    () => made.ctl('stop'));
  const code = (s) => ({ fresh: s.fresh.code, open: s.open.code, whole: s.whole });
  // The SDK means 1001, too: it lets go of the socket before it can say so, which is 1005.
  assert.deepEqual(code(theirs), { fresh: 1001, open: 1005, whole: [true, true] });
  assert.deepEqual(code(ours), { ...code(theirs), open: 1001 });
});
