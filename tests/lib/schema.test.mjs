// The judge itself: that it finds what it must find.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { all_updates } from '../agents/updates.mjs';
import { conversation, methods, variants } from './schema.mjs';

const update = (u) => ({
  jsonrpc: '2.0',
  method: 'session/update',
  params: { sessionId: 's', update: u },
});

test('25 methods and 14 variants of v1 stable', () => {
  assert.equal(Object.keys(methods).length, 25);
  assert.equal(variants.length, 14);
});

test('the scripted agent\'s updates are valid and cover every variant', () => {
  const talk = new conversation();
  const seen = all_updates(() => ({ type: 'text', text: 'x' })).map((u) =>
    talk.frame('client', update(u)),
  );
  assert.deepEqual(seen.filter((f) => f.problem), []);
  assert.deepEqual([...new Set(seen.map((f) => f.variant))].sort(), [...variants].sort());
});

for (const [what, to, frame] of [
  ['an unknown variant', 'client', update({ sessionUpdate: '_acpd/progress' })],
  ['a missing field', 'client', update({ sessionUpdate: 'agent_message_chunk' })],
  ['a wrong direction', 'client', { jsonrpc: '2.0', id: 1, method: 'session/prompt', params: { sessionId: 's', prompt: [] } }],
  ['an unstable method', 'agent', { jsonrpc: '2.0', id: 1, method: 'session/fork', params: {} }],
  ['a request that is a notification', 'agent', { jsonrpc: '2.0', method: 'session/new', params: { cwd: '/', mcpServers: [] } }],
  ['no version', 'client', { method: 'session/update', params: {} }],
  ['result and error', 'client', { jsonrpc: '2.0', id: 1, result: {}, error: { code: 1, message: '' } }],
  ['an answer to nothing', 'client', { jsonrpc: '2.0', id: 9, result: {} }],
  ['a batch', 'client', [update({})]],
]) test(`${what} is a problem`, () => { assert.ok(new conversation().frame(to, frame).problem); });

test('an answer is judged by its question', () => {
  const talk = new conversation();
  talk.frame('agent', {
    jsonrpc: '2.0',
    id: 1,
    method: 'session/prompt',
    params: { sessionId: 's', prompt: [] },
  });
  assert.ok(
    talk.frame('client', { jsonrpc: '2.0', id: 1, result: { stopReason: 'tired' } }).problem,
  );
  const params = { sessionId: 's', prompt: [] };
  talk.frame('agent', { jsonrpc: '2.0', id: 1, method: 'session/prompt', params });
  assert.equal(
    talk.frame('client', { jsonrpc: '2.0', id: 1, result: { stopReason: 'end_turn' } }).problem,
    undefined,
  );
});
