// What editors of either version see of an agent that speaks ACP v2.
import assert from 'node:assert/strict';
import fs from 'node:fs';

import { read_log } from '../crash/log.mjs';
import { poll } from '../lib/until.mjs';
import { error_of } from './rig.mjs';

/** A prompt and its turn, told as v2 tells it: {stopReason, error?}. */
export async function turn(editor, id, text) {
  if (editor.version === 2) return editor.turn(id, text);
  const answer = await editor.prompt(id, text).catch((error) => ({ error }));
  return { stopReason: 'error', ...answer };
}

export const variants = (editor) => editor.updates.map((u) => u.update.sessionUpdate);
const open_gate = (rig, more = '') => fs.writeFileSync(rig.world.gate + more, '');
const close_gates = (rig) => {
  for (const more of ['', '.2']) fs.rmSync(rig.world.gate + more, { force: true });
};
/** The params of the last request of that method that the agent read. */
const last_read = (rig, method) => rig.world.agent_read(method).at(-1)?.params;

/** The flows that are the same for editors of both versions. */
export function turn_flows(test, rig, version) {
  const session = () => rig.session(undefined, version);

  test('text, plan, tool call with chunks and a diff, terminal, custom: all shown', async () => {
    const [editor, id] = await session();
    const end = await turn(editor, id, 'say hello; plan; tool; terminal; custom');
    assert.equal(end.stopReason, 'end_turn');
    assert.ok(editor.said('hello'));
    const shown = variants(editor);
    if (version === 2)
      for (const variant of ['user_message', 'plan_update', 'tool_call_content_chunk',
        'terminal_update', 'terminal_output_chunk', '_acme/progress'])
        assert.ok(shown.includes(variant), variant);
    else {
      const calls = editor.updates.map((u) => u.update).filter((u) => u.toolCallId);
      const edit = calls.findLast((u) => u.toolCallId.startsWith('call-') && u.content);
      assert.deepEqual(edit.content.map((c) => c.type), ['content', 'content', 'diff']);
      assert.match(JSON.stringify(calls), /compiling.*linking/);
      assert.ok(shown.includes('plan'));
      assert.ok(!shown.includes('user_message_chunk'), 'a v1 author is not sent its own');
    }
    await editor.leave();
  });

  test('every variant of v2, and the whole conversation again for a second editor', async () => {
    const [editor, id] = await session();
    assert.equal((await turn(editor, id, 'all-updates; say done')).stopReason, 'end_turn');
    const second = await rig.started(undefined, version);
    const of_session = { sessionId: id, cwd: rig.world.cwd, mcpServers: [] };
    if (version === 2)
      await second.request('session/resume', { ...of_session, replayFrom: { type: 'start' } });
    else await second.request('session/load', of_session);
    await second.until(() => second.said('done'), 'the replay');
    assert.match(JSON.stringify(second.updates), /all-updates; say done/, 'the prompt is in it');
    for (const e of [editor, second]) await e.leave();
  });

  for (const [what, script] of [
    ['tells the prompt before it answers', '@echo-first'],
    ['never tells the prompt', '@no-echo'],
    ['answers when the work is done', '@answer-last'],
    ['never says that it runs', '@silent'],
  ])
    test(`an agent that ${what}: one prompt, one turn`, async () => {
      const [editor, id] = await session();
      assert.equal((await turn(editor, id, `${script}\nsay worked`)).stopReason, 'end_turn');
      const log = await read_log(editor, id);
      assert.deepEqual(
        ['turn_started', 'user_message', 'prompt_inserted', 'turn_ended'].map(
          (kind) => log.filter((e) => e.kind === kind).length,
        ),
        [1, 1, 1, 1],
      );
      if (version === 2)
        assert.equal(variants(editor).filter((v) => v.startsWith('user_message')).length, 1);
      await editor.leave();
    });

  test('a refused prompt and a failed turn are errors; the next prompt works', async () => {
    const [editor, id] = await session();
    const refused = await error_of(editor.prompt(id, '@refuse -32602'));
    assert.equal(refused.code, -32602);
    const failed = await turn(editor, id, 'say half; error 1234 it broke');
    assert.equal(failed.stopReason, 'error');
    assert.equal(failed.error.code, 1234);
    assert.equal((await turn(editor, id, 'say again')).stopReason, 'end_turn');
    await editor.leave();
  });

  test('prompts are queued by acpd: the agent has one at a time', async () => {
    const [editor, id] = await session();
    const before = rig.world.agent_read('session/prompt').length;
    const texts = ['say one', 'say two', 'say three'];
    await Promise.all(texts.map((text) => editor.prompt(id, text)));
    const ends = (log) => log.filter((e) => e.kind === 'turn_ended').length;
    await poll(async () => ends(await read_log(editor, id)) === 3, 'three ends');
    const read = rig.world.agent_read('session/prompt').slice(before);
    assert.deepEqual(read.map((m) => m.params.prompt[0].text), texts);
    await editor.leave();
  });

  test('the agent ends in a turn: said; the next prompt resumes its session', async () => {
    const [editor, id] = await session();
    const end = await turn(editor, id, 'say before; die 3');
    assert.equal(end.stopReason, 'error');
    assert.equal(end.error.data.acpd.outcome, 'interrupted');
    assert.equal((await turn(editor, id, 'say after')).stopReason, 'end_turn');
    const resumed = last_read(rig, 'session/resume');
    assert.equal(resumed.replayFrom, undefined);
    await editor.leave();
  });

  test('files and terminals of the client are no longer there for agents of v2', async () => {
    const [editor, id] = await session();
    await turn(editor, id, `fs read ${rig.world.config}`);
    assert.ok(editor.said('fs/read_text_file failed: -32601'));
    await editor.leave();
  });
}

export function asking_flows(test, rig, version) {
  const session = () => rig.session(undefined, version);

  for (const about of ['call', 'command', 'nothing', 'custom'])
    test(`a permission about ${about} is asked in the editor's words and answered`, async () => {
      const [editor, id] = await session();
      let asked;
      editor.on_permission = (params) => {
        asked = params;
        return { outcome: { outcome: 'selected', optionId: 'yes' } };
      };
      await turn(editor, id, `permission ${about}`);
      assert.ok(editor.said('permission: selected yes'));
      assert.match(JSON.stringify(asked), /May I run make/);
      if (version === 2 && about === 'custom') assert.equal(asked.subject.limit, 5);
      if (about === 'command') assert.match(JSON.stringify(asked), /make all/);
      await editor.leave();
    });

  test('a question that the agent takes back is withdrawn: not approved', async () => {
    close_gates(rig);
    const [editor, id] = await session();
    let asked = false;
    editor.on_permission = () => {
      asked = true;
      return new Promise(() => {});
    };
    const end = turn(editor, id, 'withdraw');
    await poll(() => asked, 'the question');
    open_gate(rig);
    await end;
    assert.equal(editor.withdrawn, 1);
    assert.ok(editor.said('withdrawn: {"outcome":{"outcome":"cancelled"}}'));
    await editor.leave();
  });

  test('elicitation: a form', async () => {
    const [editor, id] = await session();
    await turn(editor, id, 'elicitation form');
    assert.ok(editor.said('elicitation: accept {"name":"Ada","count":2}'));
    await editor.leave();
  });

  test('cancel: what runs ends as cancelled, what waits is never sent', async () => {
    const [editor, id] = await session();
    const running = turn(editor, id, 'say running; wait');
    await editor.until(() => editor.said('running'), 'the turn');
    const queued = editor.prompt(id, 'say never').catch((error) => error);
    const listed = () => editor.request('_acpd/queue/list', { sessionId: id });
    await poll(async () => (await listed()).queue.length === 1, 'the second prompt');
    await editor.notify('session/cancel', { sessionId: id });
    assert.equal((await running).stopReason, 'cancelled');
    const told = await queued;
    assert.ok(version === 2 ? told.code === -32800 : told.stopReason === 'cancelled');
    assert.ok(!editor.said('never'));
    await editor.leave();
  });

  test('cancel of a prompt that the agent has not taken', async () => {
    close_gates(rig);
    const [editor, id] = await session();
    const held = editor.prompt(id, '@hold\nsay never').catch((error) => error);
    const started = async () => (await read_log(editor, id)).some((e) => e.kind === 'turn_started');
    await poll(started, 'the prompt to be with the agent');
    await editor.notify('session/cancel', { sessionId: id });
    const told = await held;
    assert.ok(version === 2 ? told.code === -32800 : told.stopReason === 'cancelled');
    assert.equal((await turn(editor, id, 'say next')).stopReason, 'end_turn');
    await editor.leave();
  });

  test('cancel with an open question: the agent is told, the turn ends', async () => {
    const [editor, id] = await session();
    let asked = false;
    editor.on_permission = () => {
      asked = true;
      return new Promise(() => {});
    };
    const end = turn(editor, id, 'permission');
    await poll(() => asked, 'the question');
    await editor.notify('session/cancel', { sessionId: id });
    assert.equal((await end).stopReason, 'cancelled');
    assert.ok(editor.said('permission: cancelled'));
    await editor.leave();
  });

  test('work that nobody asked for is shown; a prompt waits for its end', async () => {
    close_gates(rig);
    const [editor, id] = await session();
    await turn(editor, id, 'unasked news');
    open_gate(rig);
    await editor.until(() => editor.said('unasked news'), 'the news');
    const listed = async () =>
      (await editor.request('session/list', {})).sessions.find((s) => s.sessionId === id);
    assert.equal((await listed())._meta.acpd.state, 'running');
    const answer = turn(editor, id, 'say after the news');
    await poll(async () => (await listed())._meta.acpd.queued === 1, 'the prompt to wait');
    open_gate(rig, '.2');
    assert.equal((await answer).stopReason, 'end_turn');
    close_gates(rig);
    await editor.leave();
  });

  test('work in the background goes on when the turn is over', async () => {
    close_gates(rig);
    const [editor, id] = await session();
    assert.equal((await turn(editor, id, 'background; say started')).stopReason, 'end_turn');
    if (version === 2) {
      const other = await rig.started(undefined, 2);
      await other.request('session/resume', { sessionId: id, cwd: rig.world.cwd });
      await other.until(() => other.states().length > 0, 'the state');
      const state = other.states().at(-1);
      assert.equal(state.state, 'idle');
      assert.equal(state.background[0].type, 'terminal');
      await other.leave();
    }
    open_gate(rig);
    const log = async () => JSON.stringify(await read_log(editor, id));
    const gone = async () => (await log()).includes('"exitCode":0');
    await poll(gone, 'its end');
    close_gates(rig);
    await editor.leave();
  });
}
