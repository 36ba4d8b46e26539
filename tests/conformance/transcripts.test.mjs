// Conversations of real agents, played again through acpd: what the editor receives is what the
// agent sent, byte for byte but for ids and `_meta`.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { differences, from_agent, from_client, names, playing, read, recorded_editor, updates_in }
  from './recordings.mjs';

const of_kind = (kind) => names.filter((name) => name.endsWith(`.${kind}.jsonl`));
const whole = names.filter((name) => from_client(read(name), 'session/new') &&
  !of_kind('gone').includes(name));

/** What a person did in the recording: prompts, answers and cancels, each when all that was shown
 * and asked before it has come. */
async function act_again(editor, sessionId, script) {
  let shown = 0, asked = 0;
  const at_home = new Set();  // requests that acpd answers itself
  const has_come = () => editor.updates.length >= shown &&
    editor.frames.filter((m) => m.method && 'id' in m).length >= asked;
  for (const { dir, msg: { method, params, id, result } } of script) {
    if (dir === 'a2c') {
      if (method === 'session/update') shown++;
      if (method?.startsWith('terminal/')) at_home.add(id);
      else if (method && id !== undefined) asked++;
      continue;
    }
    await editor.until(has_come, `${shown} updates and ${asked} questions`);
    if (method === 'session/prompt') editor.call(method, { ...params, sessionId });
    else if (method === 'session/cancel') editor.notify(method, { sessionId });
    else if (method === undefined && !at_home.has(id)) editor.answer(editor.asked[0].id, result);
  }
}

/** What the log has of a recording with one prompt: its own blocks stand where it was sent. */
function in_order(script, asked) {
  const at = script.findIndex((s) => s.dir === 'c2a' && s.msg.method === 'session/prompt');
  return [...updates_in(script.slice(0, at)), ...asked, ...updates_in(script.slice(at))];
}

describe('recorded conversations', { timeout: 240_000 }, () => {
  for (const name of whole)
    it(name, { timeout: 60_000 }, async (t) => {
      const script = read(name);
      const w = await playing(t, [name]);
      const editor = await recorded_editor(w, script);
      const { sessionId } = await editor.request('session/new', { cwd: w.cwd, mcpServers: [] });
      await act_again(editor, sessionId, script);

      // An update of a recording that ends in mid-turn has come, too: the last one is waited for.
      const sent = updates_in(script);
      assert.ok(sent.length > 0);
      assert.deepEqual(await differences(editor, sent), []);
      const asked = editor.frames.filter((m) => m.method === 'session/request_permission');
      const bare = ({ sessionId: _, _meta, ...rest }) => rest;
      assert.deepEqual(asked.map((m) => bare(m.params)),
        from_agent(script, 'session/request_permission').map((m) => bare(m.params)));
      editor.kill();
    });

  for (const name of of_kind('load'))
    it(`${name}: a session that acpd never had`, { timeout: 60_000 }, async (t) => {
      const script = read(name);
      const w = await playing(t, [name]);
      const editor = await recorded_editor(w, script);
      const { sessionId } = await editor.request('_acpd/import',
        { agentSessionId: from_client(script, 'session/load').params.sessionId, cwd: w.cwd });
      const { prompt } = from_client(script, 'session/prompt').params;
      assert.equal((await editor.call('session/prompt', { sessionId, prompt })).result.stopReason,
        'end_turn');
      assert.deepEqual(await differences(editor, updates_in(script)), []);
      editor.kill();
    });

  for (const name of of_kind('gone'))
    it(`${name}: the editor goes in mid-turn, and another one sees all of it`,
      { timeout: 60_000 }, async (t) => {
        const script = read(name);
        const w = await playing(t, [name]);
        const first = await recorded_editor(w, script);
        const { sessionId } = await first.request('session/new', { cwd: w.cwd, mcpServers: [] });
        const { prompt } = from_client(script, 'session/prompt').params;
        first.call('session/prompt', { sessionId, prompt });
        await first.until(() => first.updates.length > 0, 'the turn');
        const epoch = first.updates[0]._meta['acpd/epoch'];
        await first.kill();
        const second = await recorded_editor(w, []);
        await second.request('session/load', { sessionId, cwd: w.cwd, mcpServers: [],
          _meta: { 'acpd/replayFrom': { epoch, seq: 1 } } });
        const asked = prompt.map((content) =>
          JSON.stringify({ sessionUpdate: 'user_message_chunk', content }));
        assert.deepEqual(await differences(second, in_order(script, asked)), []);
        second.kill();
      });

  // The agent's process is killed in mid-turn; the next prompt starts another one.
  for (const [agent, kind] of [['claude-acp', 'resume'], ['codex-acp-zed', 'resume'],
    ['qwen', 'load']])
    it(`${agent}: killed in mid-turn, goes on by session/${kind}`, { timeout: 60_000 },
      async (t) => {
        const files = [`${agent}.gone.jsonl`, `${agent}.${kind}.jsonl`];
        const [before, after] = files.map(read);
        const w = await playing(t, files, agent === 'qwen' ? agent : undefined);
        const editor = await recorded_editor(w, before);
        const { sessionId } = await editor.request('session/new', { cwd: w.cwd, mcpServers: [] });
        const say = (script) => editor.call('session/prompt',
          { sessionId, prompt: from_client(script, 'session/prompt').params.prompt });
        const cut = say(before);
        assert.deepEqual(await differences(editor, updates_in(before)), []);
        const { agentPid } = await editor.request('_acpd/session/status', { sessionId });
        process.kill(agentPid, 'SIGKILL');
        assert.equal((await cut).error.data.acpd.outcome, 'interrupted');
        const shown = editor.lines().length;
        assert.equal((await say(after)).result.stopReason, 'end_turn');
        const answered = after.findIndex((s) => s.dir === 'a2c' &&
          s.msg.id === from_client(after, `session/${kind}`).id && s.msg.method === undefined);
        const live = updates_in(after.slice(answered));
        assert.deepEqual(await differences(editor, live, shown), []);
        editor.kill();
      });

  it('qwen.resume.jsonl: says that it can resume, and cannot: the prompt\'s error is its own',
    { timeout: 60_000 }, async (t) => {
      const w = await playing(t, ['qwen.gone.jsonl', 'qwen.resume.jsonl']);
      const editor = await recorded_editor(w, []);
      const { sessionId } = await editor.request('session/new', { cwd: w.cwd, mcpServers: [] });
      const cut = editor.prompt(sessionId, 'slow');
      await editor.until(() => editor.updates.length > 0, 'the turn');
      const { agentPid } = await editor.request('_acpd/session/status', { sessionId });
      process.kill(agentPid, 'SIGKILL');
      await cut;
      const { error } = await editor.prompt(sessionId, 'hello');
      assert.equal(error.code, -32601);
      editor.kill();
    });
});
