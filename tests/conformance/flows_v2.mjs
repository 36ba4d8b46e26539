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
