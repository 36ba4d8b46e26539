// What a v1 client over the network is told of a session's state when it attaches, in the transport
// proposal's word for it; nobody else is.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, it } from 'node:test';

import { remote_world } from './servers.mjs';
import { ws_client } from './ws_client.mjs';

describe('the state when a v1 client attaches', { timeout: 60_000 }, () => {
  let w;
  before(async () => { w = await remote_world(); });
  after(() => w.end());
  const here = (sessionId) => ({ sessionId, cwd: w.cwd, mcpServers: [] });
  const state_of = async (c, sessionId, method = 'session/load') =>
    (await c.request(method, here(sessionId)))._meta['acp/turnState'];

  it('idle, running with the prompt that is its own, requires_action', async () => {
    const author = await ws_client.open(w.port, w.controller);
    const other = await ws_client.open(w.port, w.controller);
    const made = await author.request('session/new', { cwd: w.cwd, mcpServers: [] });
    const { sessionId } = made;
    assert.deepEqual(await state_of(author, sessionId), { state: 'idle' });
    const end = author.call('session/prompt', { sessionId,
      prompt: [{ type: 'text', text: `say on; gate ${w.gate}; permission` }] }, 'my-prompt');
    await author.until(() => author.said('on'), 'the turn');
    assert.deepEqual(await state_of(author, sessionId),
      { state: 'running', promptRequestId: 'my-prompt' });
    for (const method of ['session/load', 'session/resume'])
      assert.deepEqual(await state_of(other, sessionId, method), { state: 'running' });
    fs.writeFileSync(w.gate, '');
    await author.until(() => author.asked.length > 0, 'the question');
    assert.deepEqual(await state_of(other, sessionId), { state: 'requires_action' });
    author.answer(author.asked[0].id, { outcome: { outcome: 'selected', optionId: 'yes' } });
    await end;
    const local = w.connect();
    await local.start();
    const { _meta } = await local.request('session/load', here(sessionId));
    assert.equal(_meta['acp/turnState'], undefined);
    assert.deepEqual(_meta['acpd/state'], { state: 'idle', turn: 1, queued: 0, background: [] });
    local.kill();
    for (const c of [author, other]) await c.end();
  });
});
