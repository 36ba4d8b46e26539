// The official SDK's server and the daemon give the same answers to odd requests. What differs is
// listed, with the reason; a listed difference that is none any more is an error, too.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { odd_requests } from './odd_requests.mjs';
import { bearer, remote_world, sdk_server } from './servers.mjs';

const differences = {
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

  it('there are enough of them', () => assert.ok(Object.keys(odd_requests).length >= 60));
  for (const [name, send] of Object.entries(odd_requests)) {
    it(name, async () => {
      const theirs = await send({ port: sdk.port, headers: {} });
      const own = await send(ours);
      if (!(name in differences)) return assert.deepEqual(own, theirs);
      assert.notDeepEqual(own, theirs, `no difference any more: ${differences[name].why}`);
      assert.deepEqual(own, differences[name].ours, differences[name].why);
    });
  }
});
