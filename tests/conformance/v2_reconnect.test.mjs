// A v2 editor whose daemon is killed: the bridge reconnects, and nothing is missing or repeated.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { conversation } from '../lib/schema.mjs';
import { world } from '../lib/world.mjs';

const options = { timeout: 60_000 };

const v2 = { version: 2 };
const numbers = (editor) =>
  editor.texts().map((t) => /^#(\d+) /.exec(t)?.[1]).filter(Boolean).map(Number);
const seqs = (editor) =>
  editor.updates.map((u) => u._meta?.['acpd/seq']).filter((n) => n !== undefined);
const rising = (list) => list.every((n, i) => i === 0 || n > list[i - 1]);
const counting = (n) => Array.from({ length: n }, (_, i) => i + 1);
const idle = (editor) => editor.states().filter((s) => s.state === 'idle');

function judge(editor) {
  const talk = new conversation(2);
  for (const frame of editor.frames.filter((f) => f.method))
    assert.equal(talk.frame('client', frame).problem, undefined, JSON.stringify(frame));
}

test('in mid-turn: each update once, one end, the question still open', options, async () => {
  const place = new world();
  try {
    await place.serve();
    const editor = place.connect([], v2);
    const id = await editor.open(place.cwd);
    await editor.prompt(id, 'permission; rate 200 400');
    await editor.until(() => editor.asked.length === 1, 'the question');
    await place.kill_daemon();
    editor.answer(editor.asked[0].id, { outcome: { outcome: 'selected', optionId: 'yes' } });
    await editor.until(() => numbers(editor).length > 50, 'some updates');
    await place.kill_daemon();
    await editor.until(() => idle(editor).length > 0, 'the end');
    assert.deepEqual(numbers(editor), counting(401));
    assert.ok(rising(seqs(editor)));
    assert.deepEqual(editor.states().map((s) => s.state),
      ['running', 'requires_action', 'running', 'idle']);
    assert.deepEqual(editor.withdrawn, []);
    judge(editor);
    await editor.leave();
  } finally {
    await place.end();
  }
});

test('in a compacted replay: it goes on where it was cut', options, async () => {
  const place = new world();
  try {
    await place.serve();
    const first = place.connect([], v2);
    const id = await first.open(place.cwd);
    // Other fields keep updates apart: a replay of many frames.
    await first.turn(id, `${'say a; unknown; '.repeat(200)} flood 4000 400`);
    await first.leave();
    const second = place.connect([], v2);
    await second.start();
    const resumed = second.call('session/resume',
      { sessionId: id, cwd: place.cwd, replayFrom: { type: 'start' } });
    await second.until(() => second.updates.length > 20, 'the first frames');
    second.child.stdout.pause();
    await place.kill_daemon();
    second.child.stdout.resume();
    const { result, error } = await resumed;
    assert.equal(error, undefined);
    const { seq } = result._meta['acpd/cursor'];
    assert.ok(seq > 4400);
    const replayed = second.updates.map((u) => u._meta?.['acpd/replay']?.index)
      .filter((n) => n !== undefined);
    assert.deepEqual(replayed, counting(replayed.length).map((n) => n - 1));
    const text = second.texts().join(' ');
    for (const n of [1, 2, 400, 401, 4000, 4400]) assert.match(text, new RegExp(`#${n} `));
    assert.equal(idle(second).length, 1);
    judge(second);
    await second.leave();
  } finally {
    await place.end();
  }
});

test('a prompt asked again by its key: the same message id, before and after its end', options, async () => {
  const place = new world();
  try {
    await place.serve();
    const editor = place.connect([], v2);
    const id = await editor.open(place.cwd);
    const asked = { sessionId: id, prompt: [{ type: 'text', text: 'say once; wait' }],
      _meta: { 'acpd/key': 'mine:1' } };
    const first = await editor.request('session/prompt', asked);
    const again = await editor.request('session/prompt', asked);
    assert.equal(again.messageId, first.messageId);
    const waits = { sessionId: id, prompt: [{ type: 'text', text: 'say never' }],
      _meta: { 'acpd/key': 'mine:2' } };
    const queued = editor.call('session/prompt', waits);
    while ((await editor.request('_acpd/queue/list', { sessionId: id })).queue.length === 0);
    editor.notify('session/cancel', { sessionId: id });
    assert.equal((await queued).error.code, -32800);
    await editor.until(() => idle(editor).length === 1, 'the end');
    assert.equal((await editor.request('session/prompt', asked)).messageId, first.messageId);
    assert.equal((await editor.call('session/prompt', waits)).error.code, -32800);
    assert.equal(editor.texts().filter((t) => t.includes('once') && t.startsWith('#')).length, 1);
    await editor.leave();
  } finally {
    await place.end();
  }
});
