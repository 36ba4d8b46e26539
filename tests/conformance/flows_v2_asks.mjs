// What a v1 agent asks, as a v2 editor is asked it; v1 and v2 editors on one session.
import assert from 'node:assert/strict';

import { kinds, of_session } from './flows_v2.mjs';

const never = () => new Promise(() => {});

/** Replaces a handler by one that notes the question and never answers. */
function silent(editor) {
  editor.asked = 0;
  editor.on_permission = () => { editor.asked++; editor.emit('moved'); return never(); };
  return editor;
}

export function asking_flows_v2(test, rig) {
  test('a permission blocks the turn, and its answer lets it run on', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    let asked;
    editor.on_permission = (params) => {
      asked = params;
      return { outcome: { outcome: 'selected', optionId: 'yes' } };
    };
    await editor.turn(id, 'permission make all');
    assert.equal(asked.title, 'Run make all');
    assert.equal(asked.subject.type, 'tool_call');
    assert.ok(editor.said('permission: selected yes'));
    assert.deepEqual(editor.states().map((s) => s.state),
      ['running', 'requires_action', 'running', 'idle']);
    await editor.leave();
  });

  test('"cancelled" dismisses the question: not approved, and the turn goes on', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    editor.on_permission = () => ({ outcome: { outcome: 'cancelled' } });
    assert.equal((await editor.turn(id, 'permission; say on')).stopReason, 'end_turn');
    assert.ok(editor.said('permission: cancelled') && editor.said('on'));
    await editor.leave();
  });

  test('an outcome that nobody knows approves nothing', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    editor.on_permission = () => {
      editor.asked = true;
      editor.emit('moved');
      return { outcome: { outcome: '_x/sure', optionId: 'yes' } };
    };
    await editor.prompt(id, 'permission');
    await editor.until(() => editor.asked, 'the question');
    await editor.notify('session/cancel', { sessionId: id });
    await editor.until(() => editor.states().at(-1).state === 'idle', 'the end');
    assert.ok(!editor.said('selected'));
    await editor.leave();
  });

  test('elicitation by form and by url', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    await editor.turn(id, 'elicitation form; elicitation url');
    assert.equal(editor.texts().filter((t) => t.includes('elicitation: accept')).length, 2);
    await editor.until(() => editor.completed.length === 1, 'elicitation/complete');
    await editor.leave();
  });

  test('a v1 editor and a v2 editor on one session: each in its own words', async () => {
    const [first, id] = await rig.session(undefined, 2);
    const second = silent(await rig.started());
    const v1 = { sessionId: id, cwd: rig.world.cwd, mcpServers: [] };
    await second.request('session/load', v1);
    let answer;
    first.on_permission = () =>
      new Promise((resolve) => { answer = resolve; first.emit('moved'); });
    await first.prompt(id, 'say to both; permission; all-updates');
    await first.until(() => answer, 'the question at the v2 editor');
    await second.until(() => second.asked === 1, 'the question at the v1 editor');
    answer({ outcome: { outcome: 'selected', optionId: 'no' } });
    await second.until(() => second.withdrawn === 1, 'the other question to go');
    await first.until(() => first.states().at(-1).state === 'idle', 'the end');
    await second.until(() => kinds(second).at(-1) === 'compaction_update', 'the last update');
    assert.equal(second.updates[0].update.content.text, 'say to both; permission; all-updates');
    assert.ok(!kinds(second).includes('state_update') && kinds(second).includes('tool_call'));
    assert.ok(second.said('permission: selected no') && first.said('permission: selected no'));
    // The other way round: a prompt of v1's, which waits for its end.
    assert.equal((await second.prompt(id, 'say from v1')).stopReason, 'end_turn');
    await first.until(() => first.said('from v1') && first.states().at(-1).state === 'idle', 'it');
    await second.leave();
    await first.leave();
  });

  test('resume in mid-turn: what is asked is asked again, behind state and response', async () => {
    const [first, id] = await rig.session(undefined, 2);
    silent(first);
    await first.prompt(id, 'say before; permission; say settled');
    await first.until(() => first.asked === 1, 'the question');
    await first.leave();
    const second = await rig.started(undefined, 2);
    await second.request('session/resume', of_session(id, rig, { replayFrom: { type: 'start' } }));
    await second.until(() => second.states().at(-1)?.state === 'idle', 'the turn to go on');
    assert.deepEqual(second.states().map((s) => s.state), ['requires_action', 'running', 'idle']);
    assert.ok(second.said('before') && second.said('settled'));
    await second.leave();
  });

  test('a prompt keeps its id: live, from the start, from a cursor', async () => {
    const [first, id] = await rig.session(undefined, 2);
    const blocks = [{ type: 'text', text: 'say a;' },
      { type: 'resource_link', uri: 'file:///tmp/x', name: 'x' }];
    const { messageId } = await first.request('session/prompt', { sessionId: id, prompt: blocks });
    await first.until(() => first.states().at(-1)?.state === 'idle', 'the end');
    const own = (editor) => editor.updates
      .filter((u) => u.update.sessionUpdate.startsWith('user_message'))
      .map((u) => [u.update.messageId, u.update.content.type]);
    const expected = [[messageId, 'text'], [messageId, 'resource_link']];
    assert.deepEqual(own(first), expected);
    const epoch = first.updates.at(-1)._meta['acpd/epoch'];
    for (const replayFrom of [{ type: 'start' }, { type: '_acpd/seq', epoch, seq: 1 }]) {
      const again = await rig.started(undefined, 2);
      await again.request('session/resume', of_session(id, rig, { replayFrom }));
      await again.until(() => again.states().at(-1)?.state === 'idle', 'the state');
      assert.deepEqual(own(again), expected);
      await again.leave();
    }
    await first.leave();
  });
}
