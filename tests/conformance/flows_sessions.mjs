// load, resume, list, delete, and an agent that ended.
import assert from 'node:assert/strict';

import { error_of } from './rig.mjs';
import { poll } from '../lib/until.mjs';

const of_session = (sessionId, rig) => ({ sessionId, cwd: rig.world.cwd, mcpServers: [] });

export function session_flows(test, rig) {
  test('load replays the conversation, then answers, then goes on live', async () => {
    const [first, id] = await rig.session();
    await first.prompt(id, 'say one; say two');
    await first.leave();
    const second = await rig.started();
    const answer = await second.request('session/load', of_session(id, rig));
    assert.equal(answer.modes.currentModeId, 'ask');
    assert.equal(typeof answer._meta['acpd/cursor'].seq, 'number');
    const kinds = second.updates.map((u) => u.update.sessionUpdate);
    assert.equal(kinds[0], 'user_message_chunk');
    assert.equal(second.updates[0].update.content.text, 'say one; say two');
    const replayed = second.texts().join('');
    assert.ok(replayed.includes('one') && replayed.includes('two'), replayed);
    await second.prompt(id, 'say three');
    await second.until(() => second.said('three'), 'the live update');
    await second.leave();
  });

  test('load of a running session: replay, answer, then live', async () => {
    const [first, id] = await rig.session();
    const answer = first.prompt(id, 'rate 100 60');
    await first.until(() => first.updates.length > 10, 'some updates');
    const second = await rig.started();
    await second.request('session/load', of_session(id, rig));
    await answer;
    const numbers = () =>
      second
        .texts()
        .join(' ')
        .match(/#\d+ t=/g)
        ?.map((t) => parseInt(t.slice(1), 10)) ?? [];
    await second.until(
      () => numbers().at(-1) === numbers()[0] + 59 || numbers().includes(60),
      'the last update',
    );
    assert.deepEqual(
      numbers(),
      numbers().map((_, i) => numbers()[0] + i),
      'each update once, in order',
    );
    await first.leave();
    await second.leave();
  });

  test('resume replays nothing', async () => {
    const [first, id] = await rig.session();
    await first.prompt(id, 'say before');
    await first.leave();
    const second = await rig.started();
    await second.request('session/resume', of_session(id, rig));
    assert.deepEqual(second.updates, []);
    await second.prompt(id, 'say after');
    await second.until(() => second.said('after'), 'the live update');
    assert.ok(!second.said('before'));
    await second.leave();
  });

  test('list pages through all sessions, each once, and filters by cwd', async () => {
    const editor = await rig.started();
    const made = [];
    for (let i = 0; i < 7; i++)
      made.push(
        (await editor.request('session/new', { cwd: rig.world.dir, mcpServers: [] })).sessionId,
      );
    const seen = [];
    let cursor, pages = 0;
    do {
      const page = await editor.request('session/list', {
        cwd: rig.world.dir,
        ...(cursor ? { cursor } : {}),
      });
      assert.ok(page.sessions.length <= 3, 'the configured page size');
      for (const s of page.sessions) { assert.equal(s.cwd, rig.world.dir); seen.push(s.sessionId); }
      cursor = page.nextCursor;
      pages++;
    } while (cursor);
    assert.ok(pages >= 3);
    assert.deepEqual([...seen].sort(), [...made].sort());
    assert.equal(
      (await error_of(editor.request('session/list', { cursor: 'made up' }))).code,
      -32602,
    );
    await editor.leave();
  });

  test('delete: out of the list, -32002 afterwards', async () => {
    const [editor, id] = await rig.session();
    await editor.request('session/delete', { sessionId: id });
    assert.equal(
      (await error_of(editor.request('session/load', of_session(id, rig)))).code,
      -32002,
    );
    assert.equal((await error_of(editor.prompt(id, 'hello'))).code, -32002);
    let cursor;
    do {
      const page = await editor.request('session/list', cursor ? { cursor } : {});
      assert.ok(!page.sessions.some((s) => s.sessionId === id));
      cursor = page.nextCursor;
    } while (cursor);
    await editor.leave();
  });

  test('an agent that ended is started again for the next prompt, with mode and options as before', async () => {
    const [editor, id] = await rig.session();
    await editor.request('session/set_mode', { sessionId: id, modeId: 'code' });
    await editor.request('session/set_config_option', {
      sessionId: id,
      configId: 'model',
      value: 'large',
    });
    const error = await error_of(editor.prompt(id, 'say before; die 3'));
    assert.equal(error.code, -32603);
    assert.ok(
      ['interrupted', 'outcome_unknown'].includes(error.data.acpd.outcome),
      JSON.stringify(error.data),
    );
    const answer = await editor.prompt(id, 'say after');
    assert.equal(answer.stopReason, 'end_turn');
    await editor.until(() => editor.said('after'), 'the new process');
    assert.ok(!editor.said("agent's own replay"), "the agent's replay is swallowed");
    await editor.leave();
  });
}

/** With close = "stop" only. */
export function closing_flows(test, rig) {
  test('close = "stop": the capability is on; close ends the turn and the agent', async () => {
    const editor = rig.open();
    const { agentCapabilities } = await editor.start();
    assert.deepEqual(agentCapabilities.sessionCapabilities.close, {});
    const { sessionId } = await editor.request('session/new', {
      cwd: rig.world.cwd,
      mcpServers: [],
    });
    const answer = editor.prompt(sessionId, 'say running; wait');
    await editor.until(() => editor.said('running'), 'the turn to run');
    await editor.request('session/close', { sessionId });
    assert.equal((await answer).stopReason, 'cancelled');
    await poll(() => rig.world.agents().length === 0, 'the agent to end');
    await editor.request('session/load', of_session(sessionId, rig));
    assert.ok(editor.said('running'), 'it may be loaded again');
    await editor.leave();
  });
}
