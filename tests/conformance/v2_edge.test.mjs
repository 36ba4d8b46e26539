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
