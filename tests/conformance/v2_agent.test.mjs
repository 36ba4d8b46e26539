// An agent of ACP v2 behind acpd, with the official SDK's v1 and v2 clients; both hops recorded and
// judged, each by the schema of its version.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { poll } from '../lib/until.mjs';
import { judge } from './coverage.mjs';
import { asking_flows, turn, turn_flows } from './flows_v2_agent.mjs';
import { error_of, rig } from './rig.mjs';

/** One flow never holds up the run. */
const bounded = (name, flow) => test(name, { timeout: 30_000 }, flow);
const main = new rig({ v2: true });
const simple = new rig({
  v2: true,
  agent_env: { ACPD_TEST_NO: 'fork', ACPD_TEST_AUTH: 'required' },
});
const older = new rig({ acp_version: 2 });  // asked for v2, and speaks v1
const rigs = [main, simple, older];
const starts = (r) => r.world.agent_read('initialize').map((m) => m.params.protocolVersion);

before(async () => { for (const r of rigs) await r.world.serve(); });
after(async () => { for (const r of rigs) await r.world.end(); });

for (const version of [1, 2])
  describe(`a v2 agent and SDK v${version} over acpctl connect`, () => {
    turn_flows(bounded, main, version);
    asking_flows(bounded, main, version);
  });

describe('a v2 agent', () => {
  bounded('editors of both versions on one session see the same turn', async () => {
    const [v1, id] = await main.session(undefined, 1);
    const v2 = await main.started(undefined, 2);
    await v2.request('session/resume', { sessionId: id, cwd: main.world.cwd });
    assert.equal((await turn(v1, id, 'say from v1; tool')).stopReason, 'end_turn');
    await v2.until(() => v2.states().some((s) => s.stopReason === 'end_turn'), 'the end at v2');
    assert.ok(v2.said('from v1'));
    const is_prompt = (u) => u.update.sessionUpdate === 'user_message';
    assert.ok(v2.updates.some(is_prompt), 'the prompt at v2');
    const before = v1.updates.length;
    assert.equal((await turn(v2, id, 'say from v2')).stopReason, 'end_turn');
    await v1.until(() => v1.said('from v2'), 'the text at v1');
    const shown = v1.updates.slice(before).map((u) => u.update);
    assert.equal(shown[0].sessionUpdate, 'user_message_chunk');
    assert.equal(shown[0].content.text, 'say from v2');
    for (const e of [v1, v2]) await e.leave();
  });

  bounded('modes and options in v1\'s words; they are set again after a restart', async () => {
    const [editor, id] = await main.session(undefined, 1);
    await editor.request('session/set_mode', { sessionId: id, modeId: 'code' });
    const { configOptions } = await editor.request('session/set_config_option', { sessionId: id,
      configId: 'thorough', type: 'boolean', value: true });
    assert.equal(configOptions.find((o) => o.id === 'thorough').currentValue, true);
    assert.equal(configOptions.find((o) => o.id === 'mode').currentValue, 'code');
    const wrong = await error_of(editor.request('session/set_config_option', { sessionId: id,
      configId: 'none', value: 'x' }));
    assert.equal(wrong.code, -32602);
    await turn(editor, id, 'die 1');
    const before = main.world.agent_read().length;
    await turn(editor, id, 'say there again');
    const read = main.world.agent_read().slice(before).map((m) => JSON.stringify(m)).join('\n');
    assert.match(read, /set_config_option.*"configId":"mode","type":"id","value":"code"/);
    assert.match(read, /set_config_option.*"configId":"thorough".*true/);
    await editor.leave();
  });

  bounded('commands of session/new\'s answer are told to v1 editors', async () => {
    const [editor] = await main.session(undefined, 1);
    const told = () => editor.updates.map((u) => u.update)
      .find((u) => u.sessionUpdate === 'available_commands_update');
    await editor.until(told, 'the commands');
    assert.deepEqual(told().availableCommands,
      [{ name: 'test', description: 'Run the tests', input: { hint: 'which' } }]);
    await editor.leave();
  });

  for (const version of [1, 2])
    bounded(`a fork, asked for in v${version}, begins with what was said`, async () => {
      const [editor, id] = await main.session(undefined, version);
      await turn(editor, id, 'say before the fork');
      const { sessionId } = await editor.request('session/fork', { sessionId: id,
        cwd: main.world.cwd, mcpServers: [] });
      assert.notEqual(sessionId, id);
      await turn(editor, id, 'say only in the first');
      await turn(editor, sessionId, 'say only in the fork');
      const second = await main.started(undefined, 1);
      await second.request('session/load', { sessionId, cwd: main.world.cwd, mcpServers: [] });
      for (const there of ['before the fork', 'only in the fork'])
        assert.ok(second.said(there), there);
      assert.ok(!second.said('only in the first'));
      for (const e of [editor, second]) await e.leave();
    });

  bounded('a login in each version\'s words, repeated for the next process', async () => {
    for (const version of [1, 2]) {
      const editor = await simple.started(undefined, version);
      const open = () => editor.request('session/new', { cwd: simple.world.cwd, mcpServers: [] });
      if (version === 1) assert.equal((await error_of(open())).code, -32000);
      await editor.request(version === 2 ? 'auth/login' : 'authenticate', { methodId: 'token' });
      const { sessionId } = await open();
      await turn(editor, sessionId, 'die 1');
      assert.equal((await turn(editor, sessionId, 'say in')).stopReason, 'end_turn');
      await editor.leave();
    }
  });

  bounded('an agent that cannot fork: -32601, and the session is as it was', async () => {
    const editor = await simple.started(undefined, 1);
    await editor.request('authenticate', { methodId: 'token' });
    const here = { cwd: simple.world.cwd, mcpServers: [] };
    const { sessionId } = await editor.request('session/new', here);
    const error = await error_of(editor.request('session/fork', { sessionId, ...here }));
    assert.equal(error.code, -32601);
    assert.equal((await turn(editor, sessionId, 'say still')).stopReason, 'end_turn');
    await editor.leave();
  });

  bounded('an agent that knows v1 only is started again in v1\'s words, once', async () => {
    const [editor, id] = await older.session(undefined, 1);
    assert.deepEqual(starts(older), [2, 1]);
    const end = await turn(editor, id, `fs read ${older.world.config}; terminal echo hi`);
    assert.equal(end.stopReason, 'end_turn');
    assert.ok(editor.said('unsaved text of'), 'its client\'s capabilities were heard');
    const [v2, other] = await older.session(undefined, 2);
    assert.equal((await turn(v2, other, 'say hello')).stopReason, 'end_turn');
    assert.deepEqual(starts(older), [2, 1, 1], 'it is remembered');
    await older.world.kill_daemon();
    await turn(editor, id, 'die 1').catch(() => {});
    await turn(editor, id, 'say after');
    assert.ok(starts(older).slice(3).every((v) => v === 1), 'over a restart, too');
    for (const e of [editor, v2]) await e.leave();
  });

  bounded('a session of the agent\'s own is taken over with its history', async () => {
    const editor = await main.started(undefined, 1);
    const { sessionId } = await editor.request('_acpd/import', { agentSessionId: 'its-own',
      cwd: main.world.cwd });
    await editor.until(() => editor.said('agent\'s own replay'), 'its history');
    assert.equal((await turn(editor, sessionId, 'say more')).stopReason, 'end_turn');
    await editor.leave();
  });

  bounded('acpctl runs prompts on it, answers what it asks, and shows its log', async () => {
    const run = await main.world.ctl('run', 'say hello; tool');
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stdout, /hello[^]*Edit a\.txt/);
    const [editor, id] = await main.session(undefined, 1);
    let asked = false;
    editor.on_permission = () => {
      asked = true;
      return new Promise(() => {});
    };
    const end = turn(editor, id, 'permission');
    await poll(() => asked, 'the question');
    assert.match((await main.world.ctl('permit', id)).stdout, /May I run make\?/);
    assert.equal((await main.world.ctl('permit', id, '--allow')).code, 0);
    assert.equal((await end).stopReason, 'end_turn');
    assert.ok(editor.said('permission: selected yes'));
    assert.match((await main.world.ctl('log', id)).stdout, /prompt_inserted/);
    await editor.leave();
  });

  test('every frame that acpd wrote is valid in the version of its hop', () => {
    const { invalid } = judge(rigs.flatMap((r) => r.taps));
    assert.deepEqual(invalid, [], 'frames that break the official schema');
  });
});
