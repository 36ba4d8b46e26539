// MCP servers that editors name, and those that live in an editor; trace context in _meta.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { poll } from '../lib/until.mjs';
import { world } from '../lib/world.mjs';
import { own, serve_a_call } from './editors_server.mjs';

const stdio = (name) => ({ name, command: '/bin/true', args: [], env: [] });

describe('MCP servers', { timeout: 120_000 }, () => {
  const place = new world();
  before(() => place.serve());
  after(() => place.end());
  const connect = async (t) => {
    const c = place.connect();
    t.after(() => c.kill());
    await c.start();
    return c;
  };
  const open = async (c, mcpServers = []) =>
    (await c.request('session/new', { cwd: place.cwd, mcpServers })).sessionId;
  /** The names of the servers that the agent process of now was given, but acpd's own. */
  const given = async (c, sessionId) => {
    await c.prompt(sessionId, 'mcp');
    const said = c.texts().filter((text) => text.includes('mcp [')).at(-1);
    const names = JSON.parse(said.slice(said.indexOf('['))).map((s) => s.name);
    assert.equal(names.pop(), 'acpd');
    return names;
  };

  for (const method of ['session/load', 'session/resume'])
    it(`the last complete list applies from the agent's next start: ${method}`, async (t) => {
      const [a, b] = [await connect(t), await connect(t)];
      const sessionId = await open(a, [stdio('one')]);
      assert.deepEqual(await given(a, sessionId), ['one']);
      await b.request(method, { sessionId, cwd: place.cwd, mcpServers: [stdio('two')] });
      assert.deepEqual(await given(a, sessionId), ['one'], 'attaching restarts nothing');
      await b.request('_acpd/session/close', { sessionId });
      assert.deepEqual(await given(a, sessionId), ['two']);
    });

  it('an observer\'s look, and acpctl, leave the list alone', async (t) => {
    const a = await connect(t);
    const sessionId = await open(a, [stdio('one')]);
    await a.prompt(sessionId, 'say x');
    assert.equal((await place.ctl('attach', '--wait', sessionId)).code, 0);
    await a.request('_acpd/session/close', { sessionId });
    assert.deepEqual(await given(a, sessionId), ['one']);
  });

  it('a server that the agent cannot use is refused by name, in new, load and resume', async (t) => {
    const poor = new world({ agent_env: { ACPD_TEST_NO: 'mcp' } });
    t.after(() => poor.end());
    await poor.serve();
    const c = poor.connect();
    await c.start();
    const http = { type: 'http', name: 'docs', url: 'https://example.org', headers: [] };
    const with_cwd = (more) => ({ cwd: poor.cwd, ...more });
    const { sessionId } = await c.request('session/new', with_cwd({ mcpServers: [stdio('one')] }));
    for (const type of ['http', 'sse', 'acp'])
      for (const method of ['session/new', 'session/load', 'session/resume']) {
        const answer = await c.call(
          method,
          with_cwd({ sessionId, mcpServers: [stdio('one'), { ...http, type }] }),
        );
        assert.equal(answer.error?.code, -32602, `${method} ${type}`);
        assert.match(answer.error.message, new RegExp(`"docs".*"${type}"`));
      }
    const nameless = await c.call('session/new', with_cwd({ mcpServers: [{ command: 'x' }] }));
    assert.equal(nameless.error.code, -32602);
    await c.leave();
  });

  it('http and sse go to an agent that has them', async (t) => {
    const a = await connect(t);
    const remote = (type) => ({ type, name: type, url: 'https://example.org', headers: [] });
    const sessionId = await open(a, [remote('http'), remote('sse')]);
    assert.deepEqual(await given(a, sessionId), ['http', 'sse']);
  });

  it('a server in the editor: called, heard and answered through acpd', async (t) => {
    const [a, other] = [await connect(t), await connect(t)];
    const sessionId = await open(a, [own]);
    await other.request('session/resume', { sessionId, cwd: place.cwd });
    const turn = other.prompt(sessionId, 'mcp-call server-1 grep');
    await serve_a_call(a);
    assert.equal((await turn).result.stopReason, 'end_turn');
    assert.equal(other.asked.length, 0, 'the other editor has no such server');
  });

  it('without that editor the tool gets an error, before and in the middle of a call', async (t) => {
    const [a, b] = [await connect(t), await connect(t)];
    const sessionId = await open(a, [own]);
    await b.request('session/resume', { sessionId, cwd: place.cwd });
    const during = b.prompt(sessionId, 'mcp-call server-1 slow');
    await a.until(() => a.asked.length === 1, 'the call');
    await a.kill();
    await during;
    assert.ok(b.said('went away before it answered'), b.texts().join('\n'));
    await b.prompt(sessionId, 'mcp-call server-1 gone');
    assert.ok(b.said('is not attached'), b.texts().join('\n'));
    const errors = b.texts().filter((text) => text.includes('mcp call: {"error":{"code":'));
    assert.equal(errors.length, 2, 'both inside of a result');
  });

  it('trace context passes through to the agent', async (t) => {
    const a = await connect(t);
    const sessionId = await open(a);
    const _meta = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'vendor=1', baggage: 'user=7' };
    await a.request('session/prompt', {
      sessionId,
      prompt: [{ type: 'text', text: 'say x' }],
      _meta: { ..._meta, 'acpd/key': 'k1' },
    });
    const seen = () => place.agent_read().find((m) => m.params?._meta?.traceparent);
    await poll(seen, 'the prompt in the agent\'s log');
    assert.deepEqual(seen().params._meta, _meta);
  });
});
