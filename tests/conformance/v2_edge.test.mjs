// Versions of ACP as clients ask for them, on raw lines.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { introduction } from '../lib/client.mjs';
import { world } from '../lib/world.mjs';

async function within(options, f) {
  const place = new world(options);
  try {
    await place.serve();
    await f(place);
  } finally {
    await place.end();
  }
}
const bounded = { timeout: 30_000 };
const asked_for = (place, protocolVersion) =>
  place.connect().call('initialize', { ...introduction(2, 'raw', {}), protocolVersion });

test('the version: the highest that both have; none is an error with those that there are', bounded, () =>
  within({}, async (place) => {
    for (const [asked, spoken] of [[1, 1], [2, 2], [9, 2]])
      assert.equal((await asked_for(place, asked)).result.protocolVersion, spoken);
    const { error } = await asked_for(place, 0);
    assert.equal(error.code, -32022);
    assert.deepEqual(error.data, { requested: 0, supported: [1, 2] });
    assert.equal((await asked_for(place, 'x')).error.code, -32602);
  }));

test('acp_v2 = false: whoever asks for v2 gets v1', bounded, () =>
  within({ acp_v2: false }, async (place) => {
    const { result } = await asked_for(place, 2);
    assert.equal(result.protocolVersion, 1);
    assert.equal(result.agentCapabilities.loadSession, true);
    assert.deepEqual((await asked_for(place, 0)).error.data, { requested: 0, supported: [1] });
  }));

test('a method that is written with escapes is the same method', bounded, () =>
  within({}, async (place) => {
    const editor = place.connect();
    const written = (method, params) => {
      const line = JSON.stringify({ jsonrpc: '2.0', id: 'e', method, params });
      editor.raw(line.replaceAll('/', '\\/') + '\n');
      const answer = () => editor.frames.find((f) => f.id === 'e');
      return editor.until(answer, method).then(() => editor.frames.splice(0));
    };
    await editor.start();
    editor.frames.length = 0;
    const made = (await written('session/new', { cwd: place.cwd, mcpServers: [] }))
      .find((f) => f.id === 'e');
    assert.equal(typeof made.result.sessionId, 'string');
    const unknown = (await written('x/y\u0001', {})).find((f) => f.id === 'e');
    assert.equal(unknown.error.code, -32601);
  }));

test('each session in the list says whether it is archived', bounded, () =>
  within({}, async (place) => {
    const editor = place.connect([], { version: 2 });
    const id = await editor.open(place.cwd);
    const listed = async () =>
      (await editor.request('session/list', { archived: 'include' })).sessions[0].archived;
    assert.equal(await listed(), false);
    await editor.request('session/archive', { sessionId: id });
    assert.equal(await listed(), true);
  }));

test('who watches all sessions is told that one was archived, and that it is back', bounded, () =>
  within({}, async (place) => {
    const watcher = place.connect([], { version: 2 });
    const id = await watcher.open(place.cwd);
    await watcher.request('_acpd/watch', {});
    const told = (archived) => watcher.until(() => watcher.frames.some((f) =>
      f.method === '_acpd/watch/changed'
        && f.params.sessions.some((s) => s.sessionId === id && s.archived === archived)),
    `archived: ${archived}`);
    const editor = place.connect([], { version: 2 });
    await editor.start();
    await editor.request('session/archive', { sessionId: id });
    await told(true);
    watcher.frames = [];
    await editor.request('session/unarchive', { sessionId: id });
    await told(false);
  }));

test('a cursor is a whole number that the log has; what is none of it is refused, not rounded', bounded, () =>
  within({}, async (place) => {
    const editor = place.connect([], { version: 2 });
    const id = await editor.open(place.cwd);
    await editor.turn(id, 'say one; say two');
    const { 'acpd/epoch': epoch, 'acpd/seq': seq } = editor.updates.at(-1)._meta;
    const other = place.connect([], { version: 2 });
    await other.start();
    const resume = (cursor) => other.call('session/resume', { sessionId: id, cwd: place.cwd,
      replayFrom: { type: '_acpd/seq', ...cursor } });
    for (const wrong of [1.5, -1, 0, 1e30, '1', null, undefined, seq + 1000])
      assert.equal((await resume({ epoch, seq: wrong })).error?.code, -32602, String(wrong));
    assert.deepEqual(other.updates, []);
    const old = place.connect();
    await old.start();
    const load = (cursor) => old.call('session/load', { sessionId: id, cwd: place.cwd,
      mcpServers: [], _meta: { 'acpd/replayFrom': cursor } });
    for (const wrong of [{ epoch: 'another', head: seq, index: 0 }, { epoch, head: seq, index: 'x' },
      { epoch, head: seq + 1000, index: 0 }, { epoch, index: 1 }]) {
      const { error } = await load(wrong);
      assert.equal(error?.code, -32602, JSON.stringify(wrong));
      assert.equal(error.data.epoch, epoch);
    }
    assert.deepEqual(old.updates, []);
    assert.equal((await load({ epoch, head: seq, index: 1 })).error, undefined);
    assert.equal(old.updates[0]._meta['acpd/replay'].index, 1);
  }));

test('in v2 ids are strings or integers, and names of MCP servers are unique', bounded, () =>
  within({}, async (place) => {
    const server = (name) => ({ type: 'stdio', name, command: '/bin/true', args: [], env: [] });
    const twice = { cwd: place.cwd, mcpServers: [server('one'), server('one')] };
    const editor = place.connect([], { version: 2 });
    await editor.start();
    for (const id of ['null', '1.5', '1e2']) {
      editor.frames.length = 0;
      editor.raw(`{"jsonrpc":"2.0","id":${id},"method":"session/list","params":{}}\n`);
      await editor.until(() => editor.frames.length > 0, 'an answer');
      assert.equal(editor.frames[0].error?.code, -32600, id);
    }
    const { error } = await editor.call('session/new', twice);
    assert.equal(error?.code, -32602);
    assert.match(error.message, /"one"/);
    const old = place.connect();
    await old.start();
    assert.equal((await old.call('session/new', twice)).error, undefined);
  }));
