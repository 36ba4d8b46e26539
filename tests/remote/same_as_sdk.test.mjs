// The official SDK's server and the daemon give the same answers to odd requests. What differs is
// listed, with the reason; a listed difference that is none any more is an error, too.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { odd_requests } from './odd_requests.mjs';
import { bearer, remote_world, sdk_server } from './servers.mjs';

// acpd's events have ids, so that a receiver that was cut off can come back.
const with_id = (stream) => ({ ours: { status: 202, stream, fields: ['data', 'id'] },
  why: 'the SDK gives its events no id, and so cannot go on where a receiver was cut off' });
const in_session = ['session/resume', 'session/prompt', 'session/set_mode', '_x/y'];
const differences = {
  'a coding that nobody knows': { ours: { status: 501 },
    why: 'RFC 9112, section 6.1, asks for 501 where a coding is not known; Node says 400' },
  ...Object.fromEntries(in_session.map((method) =>
    [`where the answer to ${method} comes`, with_id('session')])),
  ...Object.fromEntries(['session/load', 'session/list', 'an unknown method'].map((method) =>
    [`where the answer to ${method} comes`, with_id('connection')])),
  'a Last-Event-ID that is no id': { ours: { status: 409, type: 'text/plain' },
    why: 'the SDK ignores Last-Event-ID; here what cannot be honoured is said, never skipped' },
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
    const count = Object.keys(odd_requests).length;
    t.diagnostic(`${count} odd requests, ${Object.keys(differences).length} answered differently`);
    assert.ok(count >= 60);
  });
  for (const [name, send] of Object.entries(odd_requests)) {
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
