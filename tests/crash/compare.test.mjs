// The comparison itself: that each kind of damage is found.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compare } from './compare.mjs';

const update = (seq, n) => ({ sessionId: 's', _meta: { 'acpd/seq': seq },
  update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: `#${n} x` } } });
const entry = (seq, n) => ({
  seq,
  kind: 'update',
  frame: { method: 'session/update', params: update(seq, n) },
});
const shown = [1, 2, 3, 4].map((n) => update(n + 1, n));
const log = [1, 2, 3, 4].map((n) => entry(n + 1, n));
const found = (s, l, options = { total: 4 }) => compare(s, l, options).join('; ');

test('nothing wrong, nothing said', () => assert.equal(found(shown, log), ''));
test('shown but lost', () => assert.match(found(shown, log.slice(0, 3)), /shown but lost: 1/));
test('shown, but the log holds another content', () =>
  assert.match(found(shown, [...log.slice(0, 3), entry(5, 9)]), /shown but lost: 1/));
test('repeated', () =>
  assert.match(found([...shown.slice(0, 2), ...shown.slice(1)], log), /repeated: 1/));
test('never shown', () => assert.match(found(shown.slice(0, 3), log), /never shown: 1/));
test('out of order', () =>
  assert.match(found([shown[1], shown[0], shown[2], shown[3]], log), /out of order: 1/));
test('a gap in what the agent wrote', () =>
  assert.match(found([shown[0], shown[2]], [log[0], log[2]], {}), /the log has gaps/));
test('fewer than the agent wrote', () =>
  assert.match(found(shown, log, { at_least: 5 }), /at least 5 were written/));
test('fewer than the whole', () => assert.match(found(shown, log, { total: 5 }), /holds 4 of 5/));
