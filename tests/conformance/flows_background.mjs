// Work of a v1 agent that goes on when its turn is over, as v2 and v1 editors see it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { of_session } from './flows_v2.mjs';
import { error_of } from './rig.mjs';

const decoded = (data) => Buffer.from(data, 'base64').toString();
const listed = (editor) => editor.states().at(-1)?.background;

/** What an editor has of a terminal, by what it was told. */
export function terminal_of(editor, terminalId) {
  const told = editor.updates.map((u) => u.update).filter((u) => u.terminalId === terminalId);
  let output = '';
  for (const u of told) {
    if (u.data !== undefined) output += decoded(u.data);
    else if (u.output) output = decoded(u.output.data);
  }
  const patches = told.filter((u) => u.sessionUpdate === 'terminal_update');
  return { ...Object.assign({}, ...patches), output };
}

/** A program that goes on until its gate is there, then says so and ends. */
let programs = 0;
export function program(world) {
  const file = path.join(world.dir, `program-${++programs}.sh`), gate = `${file}.gate`;
  fs.writeFileSync(file, `echo first\nwhile ! [ -e ${gate} ]; do sleep 0.05; done\n` +
    'echo last\nexit 3\n');
  return { script: `background /bin/sh ${file}`, open: () => fs.writeFileSync(gate, '') };
}

const named = (editor) => /background: (\S+)/.exec(editor.texts().join(' '))?.[1];

function terminal_flows(test, rig) {
  test('a terminal goes on: announced, listed, followed, its end told, then not listed', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    const it = program(rig.world);
    const end = await editor.turn(id, it.script);
    const terminalId = named(editor);
    assert.deepEqual(end.background, [{ type: 'terminal', terminalId }]);
    const kinds = editor.updates.map((u) => u.update);
    const announced = kinds.findIndex((u) => u.terminalId === terminalId);
    assert.ok(announced < kinds.findIndex((u) => u.background?.length > 0), 'announced first');
    assert.deepEqual(kinds[announced].capabilities, { cancel: {} });
    await editor.until(() => terminal_of(editor, terminalId).output === 'first\n', 'its output');
    const second = await editor.turn(id, 'say meanwhile');
    assert.deepEqual(second.background, [{ type: 'terminal', terminalId }]);
    it.open();
    await editor.until(() => listed(editor)?.length === 0, 'nothing to go on');
    const { output, exitStatus, capabilities } = terminal_of(editor, terminalId);
    assert.deepEqual({ output, exitStatus, capabilities },
      { output: 'first\nlast\n', exitStatus: { exitCode: 3 }, capabilities: null });
    await editor.leave();
  });

  test('who comes meanwhile is told of it, and its tool call shows it', async () => {
    const [first, id] = await rig.session(undefined, 2);
    const it = program(rig.world);
    await first.turn(id, it.script);
    const terminalId = named(first);
    await first.until(() => terminal_of(first, terminalId).output !== '', 'its output');
    const content = first.updates.map((u) => u.update).find((u) => u.toolCallId)?.content;
    assert.deepEqual(content, [{ type: 'terminal', terminalId }]);
    const late = await rig.started(undefined, 2);
    await late.request('session/resume', of_session(id, rig, { replayFrom: { type: 'start' } }));
    await late.until(() => listed(late)?.length === 1, 'the state');
    assert.equal(terminal_of(late, terminalId).output, 'first\n');
    const loaded = late.updates.map((u) => u.update).filter((u) => u.content && u.toolCallId);
    assert.deepEqual(loaded.map((u) => u.content), [content]);  // and no text beside it
    it.open();
    for (const one of [first, late])
      await one.until(() => terminal_of(one, terminalId).exitStatus, 'the end');
    assert.equal(terminal_of(late, terminalId).output, 'first\nlast\n');
    await late.leave();
    await first.leave();
  });

  test('terminal/cancel ends it; of what cannot be cancelled: -32602 that says why', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    await editor.turn(id, program(rig.world).script);
    const terminalId = named(editor);
    const cancel = (method, params) => editor.request(method, { sessionId: id, ...params });
    await cancel('terminal/cancel', { terminalId });
    await editor.until(() => listed(editor)?.length === 0, 'nothing to go on');
    assert.deepEqual(terminal_of(editor, terminalId).exitStatus, { signal: 'SIGKILL' });
    for (const gone of [terminalId, 'acpd-term-999999', 'theirs']) {
      const error = await error_of(cancel('terminal/cancel', { terminalId: gone }));
      assert.equal(error.code, -32602);
      assert.match(error.message, /no terminal/);
    }
    const call = await error_of(cancel('tool_call/cancel', { toolCallId: `in-${terminalId}` }));
    assert.equal(call.code, -32602);
    assert.match(call.message, /session\/cancel/);
    await editor.leave();
  });

  test('it is listed, and followed, when the daemon was killed meanwhile', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    const it = program(rig.world);
    await editor.turn(id, it.script);
    const terminalId = named(editor);
    await editor.until(() => terminal_of(editor, terminalId).output === 'first\n', 'its output');
    await rig.world.kill_daemon();
    const { state } = await editor.request('session/status', { sessionId: id });
    assert.deepEqual(state.background, [{ type: 'terminal', terminalId }]);
    it.open();
    await editor.until(() => listed(editor)?.length === 0, 'nothing to go on');
    assert.equal(terminal_of(editor, terminalId).output, 'first\nlast\n');
    await editor.leave();
  });

  test('a v1 editor sees what it writes as text while the turn runs', async () => {
    const [editor, id] = await rig.session();
    const it = program(rig.world);
    const [, file] = it.script.split('background ');
    const turn = editor.prompt(id, `terminal ${file}`);
    const shown = () => JSON.stringify(editor.updates.findLast((u) =>
      u.update.toolCallId && u.update.content)?.update.content ?? '');
    await editor.until(() => shown().includes('first'), 'what it writes while it runs');
    assert.ok(!shown().includes('last') && !shown().includes('"terminal"'));
    it.open();
    assert.equal((await turn).stopReason, 'end_turn');
    assert.match(shown(), /first\\nlast/);
    await editor.leave();
  });
}

function call_flows(test, rig) {
  test('a tool call that the turn leaves open is listed until the agent ends it', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    const end = await editor.turn(id, 'job watch; job later pending; say done');
    assert.deepEqual(end.background.map((b) => b.toolCallId), ['later', 'watch']);
    await rig.world.kill_daemon();
    fs.writeFileSync(rig.world.gate, '');
    await editor.until(() => listed(editor)?.length === 0, 'nothing to go on');
    const last = editor.updates.map((u) => u.update);
    const done = last.findLastIndex((u) => u.toolCallId && u.status === 'completed');
    assert.ok(done < last.findLastIndex((u) => u.state === 'idle'), 'its end comes first');
    await editor.leave();
    fs.rmSync(rig.world.gate);
  });

  test('an open call of a cancelled turn is not said to go on', async () => {
    const [editor, id] = await rig.session(undefined, 2);
    await editor.prompt(id, 'job watch; wait');
    await editor.until(() => editor.updates.some((u) => u.update.toolCallId), 'the call');
    await editor.notify('session/cancel', { sessionId: id });
    await editor.until(() => editor.states().at(-1)?.state === 'idle', 'the end');
    assert.deepEqual(listed(editor), []);
    await editor.leave();
  });
}

export function background_flows(test, rig) {
  terminal_flows(test, rig);
  call_flows(test, rig);
}
