// What ACP v2 has otherwise than v1: prompts, states, resume, close.
import assert from 'node:assert/strict';

import { error_of } from './rig.mjs';

export const of_session = (sessionId, rig, more) => ({ sessionId, cwd: rig.world.cwd, ...more });
export const kinds = (editor) => editor.updates.map((u) => u.update.sessionUpdate);

export function prompt_flows(test, rig) {
  test('initialize: version 2, whatever newer is asked for', async () => {
    const editor = rig.open(2);
    const answer = await editor.start();
    assert.equal(answer.protocolVersion, 2);
    assert.deepEqual(answer.capabilities.session.delete, {});
    assert.deepEqual(answer.capabilities.session.prompt.image, {});
    assert.equal(answer.capabilities._meta.acpd.version, 1);
    assert.deepEqual(answer.authMethods.map((m) => m.methodId), ['token', 'terminal']);
    await editor.leave();
  });

  test('a prompt is answered when it is in the conversation; its author is shown it', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    const { messageId, stopReason } = await editor.turn(id, 'say hello there; end max_tokens');
    assert.equal(stopReason, 'max_tokens');
    assert.deepEqual(editor.states().map((s) => s.state), ['running', 'idle']);
    const own = editor.updates.filter((u) => u.update.messageId === messageId);
    assert.deepEqual(own.map((u) => u.update.sessionUpdate), ['user_message_chunk']);
    assert.equal(own[0].update.content.text, 'say hello there; end max_tokens');
    assert.ok(editor.said('hello there'));
    await editor.leave();
  });

  test('resume: no replay, from the start, from a cursor; a state before each answer', async () => {
    const [first, id] = await rig.session(undefined, 2);
    await first.turn(id, 'say one; say two');
    const resumed = async (replayFrom) => {
      const editor = await rig.started(undefined, 2);
      const answer = await editor.request('session/resume', of_session(id, rig, { replayFrom }));
      await editor.until(() => editor.states().length > 0, 'the state');
      assert.equal(editor.states().at(-1).state, 'idle');
      return { editor, answer };
    };
    const none = await resumed(null);
    assert.deepEqual(kinds(none.editor), ['state_update']);
    const whole = await resumed({ type: 'start' });
    assert.ok(whole.editor.said('one') && whole.editor.said('two'));
    assert.equal(kinds(whole.editor)[0], 'user_message_chunk');
    const { epoch, seq } = whole.answer._meta['acpd/cursor'];
    const tail = await resumed({ type: '_acpd/seq', epoch, seq });
    assert.deepEqual(kinds(tail.editor), ['state_update', 'state_update']);
    for (const replayFrom of [{ type: '_other' }, { type: '_acpd/seq', epoch: 'no', seq: 1 }])
      assert.equal(
        (await error_of(first.request('session/resume', of_session(id, rig, { replayFrom })))).code,
        -32602,
      );
    for (const { editor } of [none, whole, tail]) await editor.leave();
    await first.leave();
  });
}

export function cancel_flows(test, rig) {
  test('cancel: the turn goes idle "cancelled"; the queued prompt is answered -32800', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    await editor.prompt(id, 'say running; wait');
    const queued = error_of(editor.prompt(id, 'say never'));
    const listed = () => editor.request('_acpd/queue/list', { sessionId: id });
    while ((await listed()).queue.length === 0);  // it has come
    await editor.notify('session/cancel', { sessionId: id });
    assert.equal((await queued).code, -32800);
    await editor.until(() => editor.states().at(-1)?.state === 'idle', 'the idle state');
    assert.equal(editor.states().at(-1).stopReason, 'cancelled');
    assert.equal(editor.states().filter((s) => s.state === 'idle').length, 1);
    assert.ok(!editor.said('never'));
    await editor.leave();
  });

  test('$/cancel_request of a prompt that waits: -32800, and the turn before it goes on', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    await editor.prompt(id, 'say running; sleep 300; say still here');
    const stop = new AbortController();
    const queued = error_of(
      editor.prompt(id, 'say never', { cancellationSignal: stop.signal }),
    );
    stop.abort();
    await queued;
    await editor.until(() => editor.states().at(-1)?.state === 'idle', 'the end');
    assert.equal(editor.states().at(-1).stopReason, 'end_turn');
    assert.ok(editor.said('still here') && !editor.said('never'));
    await editor.leave();
  });

  test('queued prompts are answered one after the other, each at its start', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    const ids = await Promise.all(
      ['say one', 'say two', 'say three'].map((text) => editor.prompt(id, text)),
    );
    assert.equal(new Set(ids.map((p) => p.messageId)).size, 3);
    const idle = () => editor.states().filter((s) => s.state === 'idle');
    await editor.until(() => idle().length === 3, 'three ends');
    const texts = editor.texts().join(' ');
    assert.ok(texts.indexOf('one') < texts.indexOf('two'));
    assert.ok(texts.indexOf('two') < texts.indexOf('three'));
    await editor.leave();
  });

  test('an agent that ends in a turn: said, then idle "error" with what is known', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    const end = await editor.turn(id, 'say before; die 3');
    assert.equal(end.stopReason, 'error');
    assert.equal(end.error.code, -32603);
    assert.ok(['interrupted', 'outcome_unknown'].includes(end.error.data.acpd.outcome));
    const last = editor.updates.at(-2).update;
    assert.equal(last.sessionUpdate, 'agent_message_chunk');
    assert.match(last.content.text, /the agent ended/);
    assert.equal((await editor.turn(id, 'say after')).stopReason, 'end_turn');
    await editor.leave();
  });

  test('an error of the agent is the idle state\'s error, as it was', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    const { stopReason, error } = await editor.turn(id, 'error 1234 out of luck');
    assert.equal(stopReason, 'error');
    assert.deepEqual(error, { code: 1234, message: 'out of luck', data: { raw: true } });
    await editor.leave();
  });
}

export function session_flows_v2(test, rig) {
  test('every update variant arrives, rendered for v2', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    await editor.turn(id, 'all-updates');
    const seen = new Set(kinds(editor));
    for (const name of ['user_message_chunk', 'agent_thought_chunk', 'agent_message_chunk',
      'tool_call_update', 'plan_update', 'available_commands_update', 'config_option_update',
      'session_info_update', 'usage_update', 'notice', 'compaction_update',
      'compaction_summary_chunk', 'state_update']) assert.ok(seen.has(name), name);
    for (const name of ['tool_call', 'plan', 'current_mode_update'])
      assert.ok(!seen.has(name), name);
    const commands = editor.updates.map((u) => u.update).find((u) => u.availableCommands);
    assert.deepEqual(commands.availableCommands.map((c) => c.type), ['command', 'command']);
    const again = await rig.started(undefined, 2);
    const answer = await again.request('session/resume', of_session(id, rig));
    assert.deepEqual(answer.availableCommands, commands.availableCommands);
    await again.leave();
    await editor.leave();
  });

  test('numbers: each entry\'s last frame has one, rising by what is not shown', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    await editor.turn(id, 'all-updates; permission');
    const seqs = editor.updates.map((u) => u._meta?.['acpd/seq']).filter((n) => n !== undefined);
    assert.deepEqual(seqs, [...new Set(seqs)].sort((a, b) => a - b));
    await editor.leave();
  });

  test('options: modes are one of them, and each change answers with the whole list', async () => {
    const editor = await rig.started(undefined, 2);
    const made = await editor.request('session/new', { cwd: rig.world.cwd });
    assert.equal(made.modes, undefined);
    assert.deepEqual(made.configOptions.map((o) => o.configId), ['model', 'thorough', 'mode']);
    const set = (more) =>
      editor.request('session/set_config_option', { sessionId: made.sessionId, ...more });
    const current = (answer) => answer.configOptions.map((o) => o.currentValue);
    const large = await set({ configId: 'model', type: 'id', value: 'large' });
    assert.deepEqual(current(large), ['large', false, 'ask']);
    const sure = await set({ configId: 'thorough', type: 'boolean', value: true });
    assert.deepEqual(current(sure), ['large', true, 'ask']);
    const code = await set({ configId: 'mode', type: 'id', value: 'code' });
    assert.deepEqual(current(code), ['large', true, 'code']);
    const wrong = error_of(set({ configId: 'nothing', type: 'id', value: 'x' }));
    assert.equal((await wrong).code, -32602);
    await editor.leave();
  });

  test('login and logout in v2\'s words', async () => {
    const editor = await rig.started(undefined, 2);
    await editor.request('auth/login', { methodId: 'token' });
    assert.equal((await error_of(editor.request('auth/login', { methodId: 'no' }))).code, -32602);
    await editor.request('auth/logout', {});
    await editor.leave();
  });

  test('errors: v1\'s methods are unknown; -32602, -32002', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    for (const method of ['authenticate', 'logout', 'session/load', 'session/set_mode', 'x/y'])
      assert.equal((await error_of(editor.request(method, of_session(id, rig)))).code, -32601);
    const code_of = async (method, params) => (await error_of(editor.request(method, params))).code;
    assert.equal(await code_of('session/new', { cwd: 'not/absolute' }), -32602);
    assert.equal(await code_of('session/prompt', { sessionId: id, prompt: [] }), -32602);
    const strange = [{ type: '_x/hologram', data: 1 }];
    assert.equal(await code_of('session/prompt', { sessionId: id, prompt: strange }), -32602);
    assert.equal(await code_of('session/resume', of_session('no-such-session', rig)), -32002);
    assert.equal(await code_of('session/status', { sessionId: 'no-such-session' }), -32002);
    await editor.leave();
  });

  test('list, status, title and delete', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    assert.equal((await editor.request('session/status', { sessionId: id })).status, 'open');
    await editor.prompt(id, 'say running; wait');
    await editor.until(() => editor.said('running'), 'the turn to run');
    assert.deepEqual((await editor.request('session/status', { sessionId: id })).state,
      { state: 'running', background: [] });
    await editor.notify('session/cancel', { sessionId: id });
    const titled = await editor.request('session/set_title', { sessionId: id, title: '  Mine ' });
    assert.equal(titled.title, 'Mine');
    const blank = error_of(editor.request('session/set_title', { sessionId: id, title: ' ' }));
    assert.equal((await blank).code, -32602);
    await editor.until(() => editor.updates.some((u) => u.update.title === 'Mine'), 'the title');
    const { sessions } = await editor.request('session/list', {});
    assert.equal(sessions[0].title, 'Mine');
    await editor.request('session/delete', { sessionId: id });
    assert.equal((await error_of(editor.prompt(id, 'x'))).code, -32002);
    await editor.leave();
  });

  test('archive: closed and out of the list, until it is taken out again', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    await editor.prompt(id, 'say running; wait');
    await editor.until(() => editor.said('running'), 'the turn to run');
    await editor.request('session/archive', { sessionId: id });
    // The SDK may settle the answer before it hands on the update that came ahead of it.
    await editor.until(() => editor.states().at(-1).state === 'idle', 'the idle state');
    assert.equal(editor.states().at(-1).stopReason, 'cancelled');
    const listed = async (archived) => {
      const { sessions } = await editor.request('session/list', archived ? { archived } : {});
      return sessions.filter((s) => s.sessionId === id).length;
    };
    assert.equal(await listed(), 0);
    assert.equal(await listed('only'), 1);
    assert.equal(await listed('include'), 1);
    const wrong = error_of(editor.request('session/list', { archived: 'perhaps' }));
    assert.equal((await wrong).code, -32602);
    await rig.world.kill_daemon();
    assert.equal(await listed('only'), 1);
    await editor.request('session/unarchive', { sessionId: id });
    assert.equal(await listed(), 1);
    assert.equal((await editor.request('session/status', { sessionId: id })).status, 'saved');
    await editor.leave();
  });

  test('close ends the work: others see it go idle, this connection hears no more', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    const other = await rig.started(undefined, 2);
    await other.request('session/resume', of_session(id, rig));
    await editor.prompt(id, 'say running; wait');
    await other.until(() => other.said('running'), 'the turn to run');
    await editor.request('session/close', { sessionId: id });
    for (const one of [editor, other])
      await one.until(() => one.states().at(-1).state === 'idle', 'the idle state');
    for (const one of [editor, other]) assert.equal(one.states().at(-1).stopReason, 'cancelled');
    assert.equal((await other.request('session/status', { sessionId: id })).status, 'saved');
    const heard = editor.updates.length;
    await other.turn(id, 'say again');
    await editor.request('session/list', {});
    assert.equal(editor.updates.length, heard);
    await editor.request('session/close', { sessionId: 'no-such-session' });
    await other.leave();
    await editor.leave();
  });
}
