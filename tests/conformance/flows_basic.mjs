// initialize, new, prompt, cancel, modes, options, login, errors.
import assert from 'node:assert/strict';

import { variants } from '../lib/schema.mjs';
import { all_updates } from '../agents/updates.mjs';
import { error_of } from './rig.mjs';

export function basic_flows(test, rig) {
  test('initialize: version 1, the agent\'s capabilities and acpd\'s own', async () => {
    const editor = rig.open();
    const answer = await editor.start();
    assert.equal(answer.protocolVersion, 1);
    assert.equal(answer.agentCapabilities.loadSession, true);
    assert.equal(answer.agentCapabilities.promptCapabilities.image, true);
    for (const name of ['list', 'resume', 'delete'])
      assert.deepEqual(answer.agentCapabilities.sessionCapabilities[name], {});
    assert.deepEqual(answer.authMethods.map((m) => m.id), ['token', 'terminal']);
    await editor.leave();
  });

  test('a prompt streams its updates before its answer', async () => {
    const [editor, id] = await rig.session();
    const answer = await editor.prompt(id, 'say hello there; end max_tokens');
    assert.equal(answer.stopReason, 'max_tokens');
    await editor.until(() => editor.said('hello there'), 'the text');
    const own = editor.updates.filter((u) => u.update.sessionUpdate === 'user_message_chunk');
    assert.equal(own.length, 0, 'a v1 author is not sent its own prompt');
    await editor.leave();
  });

  test('every update variant passes through unchanged', async () => {
    const [editor, id] = await rig.session();
    await editor.prompt(id, 'all-updates');
    let n = 0;
    const sent = all_updates(() => ({ type: 'text', text: `#${++n} variant` }));
    await editor.until(() => editor.updates.length >= sent.length, 'all updates');
    assert.deepEqual(editor.updates.map((u) => u.update), sent);
    assert.deepEqual([...new Set(sent.map((u) => u.sessionUpdate))].sort(), [...variants].sort());
    await editor.leave();
  });

  test('a client without notices and compaction is not sent them', async () => {
    const [editor, id] = await rig.session({});
    await editor.prompt(id, 'all-updates; say last');
    await editor.until(() => editor.said('last'), 'the end');
    const seen = new Set(editor.updates.map((u) => u.update.sessionUpdate));
    for (const name of ['notice', 'compaction_update', 'compaction_summary_chunk'])
      assert.ok(!seen.has(name), name);
    await editor.leave();
  });

  test('cancel ends the turn with "cancelled", late updates included', async () => {
    const [editor, id] = await rig.session();
    const answer = editor.prompt(id, 'say running; cancel-late');
    await editor.until(() => editor.said('running'), 'the turn to run');
    await editor.notify('session/cancel', { sessionId: id });
    assert.equal((await answer).stopReason, 'cancelled');
    await editor.until(
      () => editor.texts().filter((t) => t.includes('after the cancel')).length === 5,
      'late updates',
    );
    await editor.leave();
  });

  test('$/cancel_request of a prompt ends it', async () => {
    const [editor, id] = await rig.session();
    const stop = new AbortController();
    const answer = editor.prompt(id, 'say running; wait', { cancellationSignal: stop.signal });
    await editor.until(() => editor.said('running'), 'the turn to run');
    stop.abort();
    const end = await answer.catch((error) => error);
    assert.ok(end.stopReason === 'cancelled' || end.code === -32800, JSON.stringify(end));
    await editor.leave();
  });

  test('modes and options reach the agent', async () => {
    const editor = await rig.started();
    const made = await editor.request('session/new', { cwd: rig.world.cwd, mcpServers: [] });
    assert.equal(made.modes.currentModeId, 'ask');
    const id = made.sessionId;
    assert.deepEqual(
      await editor
        .request('session/set_mode', { sessionId: id, modeId: 'code' })
        .then((r) => (r._meta ? {} : r)),
      {},
    );
    const large = await editor.request('session/set_config_option', {
      sessionId: id,
      configId: 'model',
      value: 'large',
    });
    assert.equal(large.configOptions[0].currentValue, 'large');
    const sure = await editor.request('session/set_config_option',
      { sessionId: id, configId: 'thorough', type: 'boolean', value: true });
    assert.equal(sure.configOptions[1].currentValue, true);
    await editor.leave();
  });

  test('authenticate and logout reach the agent', async () => {
    const editor = await rig.started();
    await editor.request('authenticate', { methodId: 'token' });
    const wrong = await error_of(editor.request('authenticate', { methodId: 'nothing' }));
    assert.equal(wrong.code, -32602);
    await editor.request('logout', {});
    await editor.leave();
  });

  test('errors: -32601, -32602, -32002', async () => {
    const [editor, id] = await rig.session();
    assert.equal(
      (await error_of(editor.request('session/levitate', { sessionId: id }))).code,
      -32601,
    );
    assert.equal((await error_of(editor.request('session/new', { mcpServers: [] }))).code, -32602);
    assert.equal(
      (await error_of(editor.request('session/new', { cwd: 'not/absolute', mcpServers: [] }))).code,
      -32602,
    );
    assert.equal((await error_of(editor.prompt('no-such-session', 'hello'))).code, -32002);
    const load = { sessionId: 'no-such-session', cwd: rig.world.cwd, mcpServers: [] };
    assert.equal((await error_of(editor.request('session/load', load))).code, -32002);
    assert.equal((await error_of(editor.request('session/resume', load))).code, -32002);
    await editor.leave();
  });

  test('an error of the agent arrives as it was', async () => {
    const [editor, id] = await rig.session();
    const error = await error_of(editor.prompt(id, 'error 1234 out of luck'));
    assert.equal(error.code, 1234);
    assert.match(error.message, /out of luck/);
    assert.equal(error.data.raw, true);
    await editor.leave();
  });

  test('extension methods pass both ways', async () => {
    const [editor, id] = await rig.session();
    const echo = await editor.request('_x/echo', { sessionId: id, n: 7 });
    assert.equal(echo.method, '_x/echo');
    assert.equal(echo.params.n, 7);
    await editor.prompt(id, 'notify _x/hello; ext _x/ask');
    await editor.until(() => editor.said('ext: '), 'the answer to the agent\'s own request');
    assert.ok(editor.said('ext: -32601'));
    await editor.leave();
  });
}
