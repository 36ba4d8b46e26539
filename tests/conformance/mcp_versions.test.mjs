// MCP servers and trace context for every pair of an editor's and an agent's version: each is told
// in its own words.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { poll } from '../lib/until.mjs';
import { world } from '../lib/world.mjs';
import { own, serve_a_call } from './editors_server.mjs';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const url = 'https://example.org/mcp';
const env = [{ name: 'A', value: '1' }];
// As each version writes them.
const servers = {
  1: [{ name: 'files', command: '/bin/true', args: ['-x'], env },
    { name: 'bare', command: '/bin/true', args: [], env: [] },
    { type: 'http', name: 'docs', url, headers: [{ name: 'X', value: 'y' }] }],
  2: [{ type: 'stdio', name: 'files', command: '/bin/true', args: ['-x'], env },
    { type: 'stdio', name: 'bare', command: '/bin/true' },
    { type: 'http', name: 'docs', url, headers: [{ name: 'X', value: 'y' }] }],
};
/** What v2 may leave out, v1 must not. */
const whole = (s) => (s.command ? { args: [], env: [], ...s } : s);

for (const agent of [1, 2])
  describe(`MCP servers on an agent of ACP v${agent}`, { timeout: 120_000 }, () => {
    const place = new world({ v2: agent === 2 });
    before(() => place.serve());
    after(() => place.end());

    for (const version of [1, 2]) {
      const connect = async (t) => {
        const c = place.connect([], { version });
        t.after(() => c.kill());
        await c.start();
        return c;
      };
      const open = async (c, mcpServers) =>
        (await c.request('session/new', { cwd: place.cwd, mcpServers })).sessionId;
      const again = (c, sessionId, mcpServers) => c.request(
        version === 1 ? 'session/load' : 'session/resume',
        { sessionId, cwd: place.cwd, ...(mcpServers && { mcpServers }) });
      /** The servers that the agent process of now was given, but acpd's own. */
      const given = async (c, sessionId) => {
        const lists = () => c.texts().filter((text) => /^#\d+ mcp \[/.test(text));
        const before_it = lists().length;
        await c.prompt(sessionId, 'mcp');
        await c.until(() => lists().length > before_it, 'the list');
        return JSON.parse(lists().at(-1).replace(/^#\d+ mcp /, '')).slice(0, -1);
      };

      it(`v${version} editor: stdio and HTTP servers reach it in its own shape`, async (t) => {
        const c = await connect(t);
        const sessionId = await open(c, servers[version]);
        const seen = await given(c, sessionId);
        assert.deepEqual(seen.map(whole), servers[agent].map(whole));
        for (const s of seen.filter((one) => one.command)) {
          assert.equal(s.type, agent === 2 ? 'stdio' : undefined);
          if (agent === 1) assert.ok(s.args && s.env, 'lists that v1 requires');
        }
      });

      it(`v${version} editor: the last list applies from the agent's next start`, async (t) => {
        const [a, b] = [await connect(t), await connect(t)];
        const sessionId = await open(a, [servers[version][0]]);
        const pid = async () =>
          (await a.request('_acpd/session/status', { sessionId })).agentPid;
        const first = await pid();
        await again(b, sessionId, [servers[version][2]]);
        await again(a, sessionId, version === 1 ? [servers[version][2]] : undefined);
        assert.deepEqual((await given(a, sessionId)).map((s) => s.name), ['files']);
        assert.equal(await pid(), first, 'attaching restarts nothing');
        await b.request('_acpd/session/close', { sessionId });
        assert.deepEqual((await given(a, sessionId)).map((s) => s.name), ['docs']);
      });

      it(`v${version} editor: its own server is called, heard and answered`, async (t) => {
        const a = await connect(t);
        const sessionId = await open(a, [own]);
        assert.deepEqual(await given(a, sessionId), [own]);
        a.prompt(sessionId, 'mcp-call server-1 grep');
        await serve_a_call(a);
      });

      it(`v${version} editor: without it the tool gets an error that says so`, async (t) => {
        const [a, b] = [await connect(t), await connect(t)];
        const sessionId = await open(a, [own]);
        await b.request('session/resume', { sessionId, cwd: place.cwd });
        b.prompt(sessionId, 'mcp-call server-1 slow');
        await a.until(() => a.asked.length === 1, 'the call');
        await a.kill();
        await b.until(() => b.said('went away before it answered'), 'the error');
        b.prompt(sessionId, 'mcp-call server-1 gone');
        await b.until(() => b.said('is not attached'), 'the other error');
      });

      it(`v${version} editor: trace context passes both ways`, async (t) => {
        const c = await connect(t);
        const sessionId = await open(c, []);
        const _meta = { traceparent, tracestate: 'vendor=1', baggage: 'user=7' };
        const prompt = [{ type: 'text', text: `traced 00-${agent}${version}` }];
        await c.request('session/prompt',
          { sessionId, prompt, _meta: { ..._meta, 'acpd/key': `k-${agent}-${version}` } });
        const read = () =>
          place.agent_read().find((m) => m.params?.prompt?.[0].text === prompt[0].text);
        await poll(read, 'the prompt in the agent\'s log');
        assert.deepEqual(read().params._meta, _meta);
        const shown = () => c.updates.find((u) => /^#\d+ traced/.test(u.update.content?.text));
        await c.until(shown, 'the agent\'s update');
        assert.equal(shown()._meta.traceparent, `00-${agent}${version}`);
      });
    }
  });
