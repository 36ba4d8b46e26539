// What acpd serves of ACP's unstable set, what it does not show to who cannot read it, and a second
// initialize; for both versions, on agents of both.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { ext, start_with, told } from '../lib/extensions.mjs';
import { capabilities, introduction } from '../lib/client.mjs';
import { poll } from '../lib/until.mjs';
import { world } from '../lib/world.mjs';

const plain = { ...capabilities, session: { notices: {}, compaction: {} } }; // no booleans
const ids = (options) => options?.map((o) => o.id ?? o.configId);

for (const agent of [1, 2])
  describe(`on an agent of ACP v${agent}`, { timeout: 60_000 }, () => {
    const place = new world({ v2: agent === 2 });
    before(() => place.serve());
    after(() => place.end());
    const client_of = (t, version = 1) => {
      const c = place.connect([], { version });
      t.after(() => c.kill());
      return c;
    };
    /** A client with a session. */
    const with_session = async (t, version = 1, caps = undefined) => {
      const c = client_of(t, version);
      const initialized = await c.start(caps);
      const made = await c.request('session/new', { cwd: place.cwd, mcpServers: [] });
      return { c, initialized, made, sessionId: made.sessionId };
    };

    for (const editor of [1, 2])
      it(`a title given by a v${editor} editor is told to the agent, and checked`, async (t) => {
        const { c, sessionId } = await with_session(t, editor);
        const { title } = await c.request('session/set_title', { sessionId, title: ' Mine\n' });
        assert.equal(title, 'Mine');
        await ext(c, 'rename', { sessionId, title: '\tOurs ' });
        const titles = () =>
          place.agent_read('session/set_title').map((m) => m.params.title).slice(-2);
        await poll(() => titles().at(-1) === 'Ours', 'the agent to be told');
        assert.deepEqual(titles(), ['Mine', 'Ours']);
        assert.ok(place.agent_read('session/set_title').every((m) => m.params.sessionId !== sessionId));
        const shown = c.updates.filter((u) => u.update.title).map((u) => u.update.title);
        assert.deepEqual(shown, ['Mine', 'Ours']);
        for (const method of ['session/set_title', '_acpd/rename'])
          for (const bad of ['', ' \t ', 'x'.repeat(501), 7])
            assert.equal((await c.call(method, { sessionId, title: bad })).error?.code, -32602);
      });

    it('a title given while no agent runs is told to the next one, whichever daemon it was', async (t) => {
      const { c, sessionId } = await with_session(t);
      await ext(c, 'session/close', { sessionId });
      await ext(c, 'rename', { sessionId, title: 'Given in between' });
      await place.kill_daemon();
      const told_titles = () =>
        place.agent_read('session/set_title').filter((m) => m.params.title === 'Given in between');
      assert.deepEqual(told_titles(), []);
      const load = { sessionId, cwd: place.cwd, mcpServers: [] };
      for (const round of [1, 2]) {
        await c.request('session/load', load);
        assert.equal((await c.turn(sessionId, `say round ${round}`)).error, undefined);
        await poll(() => told_titles().length > 0, 'the agent to be told');
        await ext(c, 'session/close', { sessionId });
      }
      assert.equal(told_titles().length, 1);
    });

    it('archive and unarchive are told to who watches all sessions', async (t) => {
      const { c, sessionId } = await with_session(t);
      const watcher = client_of(t);
      await start_with(watcher, { watch: true });
      const archived = () => told(watcher, 'watch/changed').flatMap((p) => p.sessions)
        .findLast((s) => s.sessionId === sessionId)?.archived;
      await watcher.until(() => archived() === false, 'the first list');
      await c.request('session/archive', { sessionId });
      await watcher.until(() => archived() === true, 'the archived session');
      await c.request('session/unarchive', { sessionId });
      await watcher.until(() => archived() === false, 'the session that is back');
      assert.deepEqual(await c.request('session/status', { sessionId }), { status: 'saved' });
    });

    it('what is advertised is served', async (t) => {
      for (const version of [1, 2]) {
        const { initialized } = await with_session(t, version);
        const caps = initialized.agentCapabilities ?? initialized.capabilities;
        const sessions = caps.sessionCapabilities ?? caps.session;
        for (const name of ['status', 'title', 'archive']) assert.deepEqual(sessions[name], {});
        assert.equal(caps.providers, undefined);
        assert.equal(caps.auth?.status, undefined);
      }
    });

    it('options that are true or false are for editors that know them', async (t) => {
      const { c, made, sessionId } = await with_session(t, 1, plain);
      const { c: other } = await with_session(t);
      const again = { sessionId, cwd: place.cwd, mcpServers: [] };
      assert.deepEqual(ids((await other.request('session/load', again)).configOptions)
        .includes('thorough'), true);
      assert.ok(!ids(made.configOptions).includes('thorough'));
      const set = (who, configId, value, more) => who.request('session/set_config_option',
        { sessionId, configId, value, ...more });
      const boolean = { type: 'boolean' };
      assert.ok(ids((await set(other, 'thorough', true, boolean)).configOptions)
        .includes('thorough'));
      const answer = await set(c, 'model', 'large');
      assert.ok(ids(answer.configOptions).includes('model'));
      assert.ok(!ids(answer.configOptions).includes('thorough'));
      await c.turn(sessionId, agent === 1 ? 'all-updates' : 'all-options');
      const live = (who) => who.updates.map((u) => u.update.configOptions).filter(Boolean);
      await other.until(() => live(other).length > 0, 'the options');
      assert.ok(ids(live(other).at(-1)).includes('thorough'));
      assert.ok(ids(live(c).at(-1)).includes('model'));
      const late = client_of(t);
      await late.start(plain);
      await late.request('session/load', again);
      for (const list of [...live(c), ...live(late)])
        assert.ok(!ids(list).includes('thorough'), JSON.stringify(list));
      assert.ok(live(late).length > 0);
    });

    it('a v2 editor may initialize again before it asks anything else', async (t) => {
      const c = client_of(t, 2);
      const first = await c.start();
      assert.deepEqual(await c.start(), first);
      const older = await c.call('initialize', introduction(1, 'x', capabilities));
      assert.deepEqual(older.error.data, { requested: 1, supported: [2] });
      await c.request('session/list', {});
      assert.equal((await c.call('initialize', introduction(2, 'x', {}))).error.code, -32600);
      const old = client_of(t);
      await old.start();
      assert.equal((await old.call('initialize', introduction(1, 'x', {}))).error.code, -32600);
    });
  });
