// What the SDK hides: the bytes themselves. A raw client, so that unknown fields, numbers' spelling
// and the order of lines can be seen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { world } from '../lib/world.mjs';

const place = new world();
before(() => place.serve());
after(() => place.end());
const bounded = (name, flow) => test(name, { timeout: 60_000 }, flow);

bounded(
  "unknown fields and _meta pass through; acpd's own keys stand on params._meta",
  async () => {
    const editor = place.connect();
    const id = await editor.open(place.cwd);
    await editor.prompt(id, 'unknown; say next');
    const [first, second] = editor.updates;
    assert.equal(first.sessionId, id);
    assert.deepEqual(first.update.newField, { kept: 1 });
    assert.deepEqual(first.update._meta, { 'example.org/x': [1, 2.5, 'é'] });
    assert.equal(first._meta['example.org/y'], true);
    assert.ok(second._meta['acpd/seq'] > first._meta['acpd/seq']);
    assert.equal(typeof first._meta['acpd/epoch'], 'string');
    assert.match(first._meta['acpd/at'], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(typeof first._meta['acpd/turn'], 'number');
    await editor.leave();
  },
);

bounded('every update of a turn is written before its answer', async () => {
  const editor = place.connect();
  const id = await editor.open(place.cwd);
  const { result } = await editor.prompt(id, 'flood 500 100');
  assert.equal(result.stopReason, 'end_turn');
  const answer_at = editor.frames.findIndex((f) => f.result?.stopReason);
  const last_at = editor.frames.findLastIndex((f) => f.method === 'session/update');
  assert.equal(editor.updates.length, 500);
  assert.ok(last_at < answer_at);
  await editor.leave();
});

bounded('request ids of every kind come back as they were', async () => {
  const editor = place.connect();
  await editor.start();
  for (const id of ['text', '', 'ünï', -7, 9007199254740991, '00'])
    assert.ok((await editor.call('session/list', {}, id)).result, `id ${JSON.stringify(id)}`);
  editor.raw('{"jsonrpc":"2.0","id":null,"method":"session/list","params":{}}\n');
  await editor.until(() => editor.frames.some((f) => f.id === null), 'the answer to id null');
  await editor.leave();
});

bounded('before initialize everything else is -32600', async () => {
  const editor = place.connect();
  const { error } = await editor.call('session/list', {});
  assert.equal(error.code, -32600);
  await editor.start();
  assert.ok((await editor.call('session/list', {})).result);
  await editor.leave();
});

bounded('a tail from a cursor is verbatim, without a gap', async () => {
  const first = place.connect();
  const id = await first.open(place.cwd);
  await first.prompt(id, 'flood 50 80');
  const { 'acpd/epoch': epoch, 'acpd/seq': seq } = first.updates[19]._meta;
  const second = place.connect();
  await second.start();
  const load = { sessionId: id, cwd: place.cwd, mcpServers: [] };
  await second.request('session/load', {
    ...load,
    _meta: { 'acpd/replayFrom': { epoch, seq: seq + 1 } },
  });
  assert.deepEqual(second.updates, first.updates.slice(20));
  const beyond = await second.call('session/load', {
    ...load,
    _meta: { 'acpd/replayFrom': { epoch, seq: 10_000 } },
  });
  assert.equal(beyond.error.code, -32602);
  assert.equal(beyond.error.data.epoch, epoch);
  assert.ok(beyond.error.data.head >= seq);
  const foreign = await second.call('session/load', {
    ...load,
    _meta: { 'acpd/replayFrom': { epoch: 'another', seq: 1 } },
  });
  assert.equal(foreign.error.code, -32602);
  await first.leave();
  await second.leave();
});
