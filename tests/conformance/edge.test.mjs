// What an editor is sent instead of what it cannot show, and what it must be told whatever the
// agent says: terminals of acpd's own, notices, cancelled prompts, questions before there is a
// session.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { capabilities } from '../lib/client.mjs';
import { conversation } from '../lib/schema.mjs';
import { world } from '../lib/world.mjs';

const place = new world();
before(() => place.serve());
after(() => place.end());
const bounded = (name, flow) => test(name, { timeout: 60_000 }, flow);
const secret = 'hunter2-hunter2';

const contents = (editor) =>
  editor.updates
    .filter((u) => u.update.sessionUpdate.startsWith('tool_call'))
    .flatMap((u) => u.update.content ?? []);

async function loaded(id) {
  const editor = place.connect();
  await editor.start();
  await editor.request('session/load', { sessionId: id, cwd: place.cwd, mcpServers: [] });
  return editor;
}

bounded('a terminal in a tool call is shown as its command line, then with its output',
  async () => {
  const editor = place.connect();
  const id = await editor.open(place.cwd);
  await editor.prompt(
    id,
    'terminal sh -c echo${IFS}`printf${IFS}from-$FROM`;terminal --kill sleep 1000',
  );
  const shown = contents(editor);
  assert.ok(shown.every((c) => c.type === 'content'), JSON.stringify(shown));
  const texts = shown.map((c) => c.content.text);
  assert.ok(texts[0].startsWith('```'), texts[0]);
  assert.match(texts[0], /\$ sh -c echo/);
  assert.ok(
    texts.some((t) => t.includes('$ sh -c') && t.includes('\nfrom-scripted\n')),
    texts.join('\n'),
  );
  assert.ok(
    texts.some((t) => t.includes('$ sleep 1000') && t.includes('(ended by SIG')),
    texts.join('\n'),
  );
  await editor.leave();

  const again = await loaded(id);
  const calls = again.updates.filter((u) => u.update.sessionUpdate === 'tool_call');
  assert.equal(calls.length, 2);
  assert.ok(
    calls.every((u) => u.update.content.length === 1 && u.update.content[0].type === 'content'),
  );
  assert.ok(calls[0].update.content[0].content.text.includes('from-scripted'));
  await again.leave();
  const { stdout } = await place.ctl('log', id, '--json');
  assert.ok(!stdout.includes('"type":"terminal"'), 'frames are as an editor gets them');
});

bounded('a terminal that ends after the daemon was killed is shown with its output', async () => {
  const gate = path.join(place.dir, 'terminal-gate');
  const script = path.join(place.dir, 'waits.sh');
  fs.writeFileSync(script, `while [ ! -e ${gate} ]; do sleep 0.05; done; echo came-after`);
  const editor = place.connect();
  const id = await editor.open(place.cwd);
  const answer = editor.prompt(id, `terminal sh ${script}`);
  await editor.until(() => contents(editor).length > 0, 'the command line');
  await place.kill_daemon();
  fs.writeFileSync(gate, '');
  assert.equal((await answer).result.stopReason, 'end_turn');
  const last = contents(editor).at(-1).content.text;
  assert.ok(last.includes(`$ sh ${script}\ncame-after\n`), last);
  await editor.leave();
});

bounded('warnings and errors reach an editor without the capability; loads have none', async () => {
  const editor = place.connect();
  await editor.start({ ...capabilities, session: undefined });
  const { sessionId } = await editor.request('session/new', { cwd: place.cwd, mcpServers: [] });
  await editor.prompt(
    sessionId,
    'notice info quiet; notice warning credits; notice error broken; say end',
  );
  assert.ok(editor.updates.every((u) => u.update.sessionUpdate !== 'notice'));
  assert.ok(
    editor.said('**Warning:** credits') &&
      editor.said('**Error:** broken') &&
      !editor.said('quiet'),
  );
  const numbers = editor.updates.map((u) => u._meta?.['acpd/seq']).filter(Boolean);
  assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b));
  await editor.leave();

  for (const caps of [capabilities, { ...capabilities, session: undefined }])
    for (const meta of [
      {},
      { _meta: { 'acpd/replayFrom': { epoch: editor.updates[0]._meta['acpd/epoch'], seq: 1 } } },
    ]) {
      const next = place.connect();
      await next.start(caps);
      await next.request('session/load', { sessionId, cwd: place.cwd, mcpServers: [], ...meta });
      assert.ok(next.said('say end') && !next.said('**Warning:**'), 'live only');
      assert.ok(next.updates.every((u) => u.update.sessionUpdate !== 'notice'));
      await next.leave();
    }
});

for (const said of ['end_turn', 'error'])
  bounded(
    `an agent that answers "${said}" to a cancelled prompt: the editor is told "cancelled"`,
    async () => {
      const editor = place.connect();
      const id = await editor.open(place.cwd);
      const answer = editor.prompt(id, `say running; deaf ${said}`);
      await editor.until(() => editor.said('running'), 'the turn');
      editor.notify('session/cancel', { sessionId: id });
      assert.deepEqual((await answer).result?.stopReason, 'cancelled');
      assert.equal((await editor.prompt(id, 'say next')).result.stopReason, 'end_turn');
      await editor.leave();
    },
  );

bounded('$/cancel_request of a prompt cancels that prompt, running or queued', async () => {
  const editor = place.connect();
  const id = await editor.open(place.cwd);
  const ask = (rpc, text) =>
    editor.call('session/prompt', { sessionId: id, prompt: [{ type: 'text', text }] }, rpc);
  const running = ask('p1', 'say running; wait');
  await editor.until(() => editor.said('running'), 'the turn');
  const queued = ask('p2', 'say never');
  const last = ask('p3', 'say third');
  editor.notify('$/cancel_request', { requestId: 'p2' });
  assert.equal((await queued).result.stopReason, 'cancelled');
  editor.notify('$/cancel_request', { requestId: 'p1' });
  assert.equal((await running).result.stopReason, 'cancelled');
  assert.equal((await last).result.stopReason, 'end_turn');
  assert.ok(editor.said('third') && !editor.said('never'));
  await editor.leave();
});

for (const [version, agent] of [[1, 1], [1, 2], [2, 1], [2, 2]])
  bounded(
    `a question during login is the editor's (v${version}, agent v${agent}), and is never stored`,
    async () => {
      const other = new world({ v2: agent === 2, agent_env: { ACPD_TEST_AUTH: 'asks' } });
      const login = version === 2 ? 'auth/login' : 'authenticate';
      try {
        await other.serve();
        const editor = other.connect([], { version });
        await editor.start();
        const done = editor.call(login, { methodId: 'token' }, 'login-1');
        await editor.until(() => editor.asked.length === 1, 'the question');
        const { id, method, params } = editor.asked[0];
        assert.equal(method, 'elicitation/create');
        assert.equal(params.requestId, 'login-1');
        assert.equal(new conversation(version).frame('client', editor.asked[0]).problem, undefined);
        editor.answer(id, { action: 'accept', content: { token: secret } });
        assert.deepEqual((await done).result, {});
        await editor.request('session/new', { cwd: other.cwd, mcpServers: [] });

        const mute = other.connect([], { version });
        await mute.start({ ...capabilities, elicitation: undefined });
        assert.match(
          (await mute.call(login, { methodId: 'token' })).error.message,
          /no token: cancel/,
        );
        await mute.leave();
        await editor.leave();
        for (const name of fs.readdirSync(other.state))
          if (fs.statSync(path.join(other.state, name)).isFile())
            assert.ok(!fs.readFileSync(path.join(other.state, name)).includes(secret), name);
        assert.match(
          fs.readFileSync(path.join(other.state, 'acpd.log'), 'utf8'),
          /cannot be asked elicitation\/create/,
        );
      } finally {
        await other.end();
      }
    },
  );

