// What protocol/EXTENSIONS.md promises, against the real daemon and the scripted agent.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, it } from 'node:test';

import { ext, judge, schema, start_with, told } from '../lib/extensions.mjs';
import { world } from '../lib/world.mjs';

const text = (t) => [{ type: 'text', text: t }];

describe('extensions', { timeout: 120_000 }, () => {
  const place = new world({ agent_env: { ACPD_TEST_EARLIER: 'old-1,old-2' } });
  let gates = 0;
  /** A file that a turn waits for, and what opens it. */
  const gate = () => {
    const file = `${place.dir}/gate-${++gates}`;
    return { wait: `gate ${file}`, open: () => fs.writeFileSync(file, '') };
  };
  before(() => place.serve());
  after(() => place.end());
  /** A client that is there for one test. */
  const with_client = async (t, wants = {}, name) => {
    const c = place.connect();
    t.after(() => c.kill());
    c.said_at_start = await start_with(c, wants, name);
    return c;
  };
  const session = async (c) =>
    (await c.request('session/new', { cwd: place.cwd, mcpServers: [] })).sessionId;

  it('what is advertised has a schema, and no schema is for nothing', async (t) => {
    const c = await with_client(t);
    const own = judge('capabilities', c.said_at_start.agentCapabilities._meta.acpd);
    const named = Object.keys(schema.$defs).filter((name) => name.startsWith('_acpd/'));
    const of_the_bridge = '_acpd/link/params';  // which says it where the daemon cannot
    const wanted = [...own.methods.flatMap((m) => [`${m}/params`, `${m}/result`]),
      ...own.notifications.map((m) => `${m}/params`), of_the_bridge];
    assert.deepEqual(named.sort(), wanted.sort());
  });

  it('what is not known is answered -32601', async (t) => {
    const c = await with_client(t);
    for (const method of ['_acpd/nothing', '_acpd/', '_acpd/watch/changed'])
      assert.equal((await c.call(method, {})).error.code, -32601, method);
  });

  it('ping and status', async (t) => {
    const c = await with_client(t);
    await ext(c, 'ping');
    assert.equal((await ext(c, 'status')).pid, place.daemon.pid);
  });

  it('agents: the configured one is the default, others are said with how to get them', async (t) => {
    const c = await with_client(t);
    const { agents } = await ext(c, 'agents/list');
    const one = (name) => agents.find((a) => a.name === name);
    assert.deepEqual([one('scripted').default, one('scripted').installed], [true, true]);
    assert.match(one('junie').install, /npm i -g/);
  });

  it('clients: who is attached, and which one is me', async (t) => {
    const [a, b] = [await with_client(t, {}, 'one'), await with_client(t, {}, 'two')];
    const sessionId = await session(a);
    await b.request('session/load', { sessionId, cwd: place.cwd, mcpServers: [] });
    const { clients } = await ext(b, 'session/clients', { sessionId });
    assert.deepEqual(clients.map((c) => [c.name, c.version, c.role, c.from, c.own]),
      [['one', '1.2', 'controller', 'unix', false], ['two', '1.2', 'controller', 'unix', true]]);
  });

  it('detach: the session goes on, and its updates go elsewhere', async (t) => {
    const [a, b] = [await with_client(t), await with_client(t)];
    const sessionId = await session(a);
    const { wait, open } = gate();
    await ext(a, 'session/prompt', { sessionId, prompt: text(`${wait}; say over`) });
    await b.request('session/load', { sessionId, cwd: place.cwd, mcpServers: [] });
    const left = await ext(b, 'session/detach', { sessionId, reason: 'quitting' });
    assert.deepEqual(left, { state: 'running', queued: 0, turn: 1 });
    assert.equal((await ext(a, 'session/clients', { sessionId })).clients.length, 1);
    open();
    const over = (c) => c.texts().some((said) => /^#\d+ over/.test(said));  // not the prompt's own
    await a.until(() => over(a), 'the turn to go on');
    await ext(b, 'ping');
    assert.ok(!over(b));
  });

  it('queue: a prompt that waits is listed, edited and removed; one that runs is not', async (t) => {
    const [a, b] = [await with_client(t), await with_client(t)];
    const sessionId = await session(a);
    const { wait, open } = gate();
    const running = a.prompt(sessionId, wait);
    const first = a.prompt(sessionId, 'say first'), second = a.prompt(sessionId, 'say second');
    let queue = [];
    while (queue.length < 2) queue = (await ext(b, 'queue/list', { sessionId })).queue;
    assert.deepEqual(queue.map((q) => [q.place, q.own, q.prompt[0].text]),
      [[1, false, 'say first'], [2, false, 'say second']]);
    assert.ok((await ext(a, 'queue/list', { sessionId })).queue.every((q) => q.own));
    const edited = await ext(b, 'queue/edit',
      { sessionId, turn: queue[0].turn, prompt: text('say edited') });
    assert.equal(edited.queue[0].prompt[0].text, 'say edited');
    const removed = await ext(b, 'queue/remove', { sessionId, turn: queue[1].turn });
    assert.equal(removed.queue.length, 1);
    assert.equal((await second).result.stopReason, 'cancelled');
    for (const [name, more] of [['edit', { prompt: text('x') }], ['remove', {}]])
      assert.equal((await b.call(`_acpd/queue/${name}`,
        { sessionId, turn: queue[1].turn, ...more })).error.code, -32002, name);
    assert.equal((await b.call('_acpd/queue/edit',
      { sessionId, turn: queue[0].turn, prompt: [] })).error.code, -32602);
    open();
    assert.equal((await running).result.stopReason, 'end_turn');
    assert.equal((await first).result.stopReason, 'end_turn');
    assert.ok(a.said('edited') && !a.said('first') && !a.said('second'));
  });

  it('queue: one prompt runs now, and nobody else loses theirs, though the daemon is killed then',
    async (t) => {
      const own = new world();
      t.after(() => own.end());
      await own.serve();
      const a = own.connect(), b = own.connect();
      const sessionId = await a.open(own.cwd);
      await start_with(b, {});
      await b.request('session/load', { sessionId, cwd: own.cwd, mcpServers: [] });
      // A cancel does not stop it: the others still wait when the daemon is killed.
      fs.writeFileSync(`${own.dir}/wait.sh`, `until [ -e ${own.dir}/go ]; do sleep 0.02; done`);
      const all = [a.prompt(sessionId, `say busy; exec sh ${own.dir}/wait.sh`)];
      await a.until(() => a.said('busy'), 'the turn to run');
      for (const [c, said] of [[a, 'first'], [b, 'second'], [a, 'third']])
        all.push((await ext(c, 'session/prompt', { sessionId, prompt: text(`say ${said}`) })).turn);
      const { queue } = await ext(a, 'queue/now', { sessionId, turn: all[3] });
      assert.deepEqual(queue.map((q) => [q.prompt[0].text, q.own]),
        [['say third', true], ['say first', true], ['say second', false]]);
      await own.kill_daemon();
      await own.serve();
      fs.writeFileSync(`${own.dir}/go`, '');
      assert.equal((await all[0]).result.stopReason, 'cancelled');
      const answers = () => a.texts().map((one) => /^#\d+ (first|second|third)/.exec(one)?.[1])
        .filter(Boolean);
      await a.until(() => answers().includes('second'), 'the last of them');
      assert.deepEqual(answers(), ['third', 'first', 'second']);
      assert.equal((await a.call('_acpd/queue/now', { sessionId, turn: all[3] })).error.code, -32002);
    });

  it('an edited prompt is the one that a new daemon sends', async (t) => {
    const own = new world();
    t.after(() => own.end());
    await own.serve();
    const c = own.connect();
    const sessionId = await c.open(own.cwd);
    const running = c.prompt(sessionId, `gate ${own.dir}/go`), queued = c.prompt(sessionId, 'say old');
    let queue = [];
    while (queue.length < 1) queue = (await ext(c, 'queue/list', { sessionId })).queue;
    await ext(c, 'queue/edit', { sessionId, turn: queue[0].turn, prompt: text('say new') });
    await own.kill_daemon();
    await own.serve();
    fs.writeFileSync(`${own.dir}/go`, '');
    assert.equal((await running).result.stopReason, 'end_turn');
    assert.equal((await queued).result.stopReason, 'end_turn');
    assert.ok(c.said('new') && !c.said('old'));
    await c.leave();
  });

  it('watch: the list, then states, what is asked and what is settled, until it is stopped', async (t) => {
    const [a, b] = [await with_client(t), await with_client(t)];
    const sessionId = await session(a);
    const whole = await ext(b, 'watch');
    assert.ok(whole.sessions.some((s) => s.sessionId === sessionId));
    const turn = a.prompt(sessionId, 'permission make all; say over');
    const changed = () => told(b, 'watch/changed');
    const mine = (list) => list?.filter((x) => x.sessionId === sessionId) ?? [];
    await b.until(() => changed().some((n) => mine(n.asked).length), 'the question');
    const [asked] = changed().flatMap((n) => mine(n.asked));
    assert.equal(asked.params.toolCall.title, 'Run make all');
    assert.equal(asked.agent, 'scripted');
    const waits = () => changed().flatMap((n) => mine(n.sessions)).at(-1)._meta.acpd;
    await b.until(() => waits().state === 'requires_action', 'the state');
    assert.deepEqual((await ext(b, 'pending/list', { sessionId })).pending, [asked]);
    await ext(b, 'pending/answer',
      { id: asked.id, result: { outcome: { outcome: 'selected', optionId: 'yes' } } });
    await b.until(() => changed().some((n) => n.settled?.includes(asked.id)), 'that it is settled');
    assert.equal((await turn).result.stopReason, 'end_turn');
    await b.until(() => waits().state === 'idle', 'the end of the turn');
    assert.equal(changed().flatMap((n) => mine(n.asked)).length, 1, 'asked once');
    await a.request('session/delete', { sessionId });
    await b.until(() => changed().some((n) => n.removed?.includes(sessionId)), 'its deletion');
    await ext(b, 'watch', { stop: true });
    const seen = changed().length;
    await session(a);
    await ext(b, 'ping');
    assert.equal(changed().length, seen);
  });

  it('what an agent takes in prompts is told of its session, whoever\'s connection it is', async (t) => {
    const c = await with_client(t);  // of another agent
    await ext(c, 'watch');
    const { sessionId } = await c.request('session/new',
      { cwd: place.cwd, mcpServers: [], _meta: { 'acpd/agent': 'runner' } });
    const takes = () => told(c, 'watch/changed').flatMap((n) => n.sessions ?? [])
      .filter((s) => s.sessionId === sessionId).at(-1)?._meta.acpd.prompt;
    await c.until(takes, 'what it takes');
    assert.deepEqual(takes(), ['embeddedContext']);
  });

  it('watch: a flood of updates is told ten times a second, and the last state in the end', async (t) => {
    const [a, b] = [await with_client(t), await with_client(t)];
    const sessionId = await session(a);
    await ext(b, 'watch');
    const begin = Date.now();
    assert.equal((await a.prompt(sessionId, 'rate 2000 3000 60')).result.stopReason, 'end_turn');
    const mine = () => told(b, 'watch/changed').flatMap((n) => n.sessions)
      .filter((s) => s.sessionId === sessionId);
    await b.until(() => mine().at(-1)?._meta.acpd.state === 'idle', 'the last state');
    const head = (await ext(b, 'log', { sessionId, from: 1, limit: 1 })).head;
    await b.until(() => mine().at(-1)._meta.acpd.head === head, 'the last entry');
    // A slower machine only raises the limit.
    assert.ok(mine().length <= 2 + (Date.now() - begin) / 100, `${mine().length} for 3000 updates`);
    assert.ok(mine().length >= 3, 'it was told meanwhile');
  });

  it('state: who asks for it hears of queue and progress; others hear nothing', async (t) => {
    const [a, b] = [await with_client(t, { state: true }), await with_client(t)];
    const sessionId = await session(a);
    await b.request('session/load', { sessionId, cwd: place.cwd, mcpServers: [] });
    const { wait, open } = gate();
    const last = () => told(a, 'state').filter((s) => s.sessionId === sessionId).at(-1);
    const running = a.prompt(sessionId, wait);
    await a.until(() => last()?.state === 'running', 'the first turn');  // two connections race
    const queued = b.prompt(sessionId, 'say queued');
    await a.until(() => last()?.state === 'running' && last().queue.length === 1, 'the queue');
    assert.deepEqual([last().queue[0].place, last().queue[0].own], [1, false]);
    open();
    await Promise.all([running, queued]);
    await a.until(() => last().state === 'idle' && last().queue.length === 0, 'the end');
    assert.equal(last().outcome, 'end_turn');
    assert.equal(b.frames.filter((f) => f.method?.startsWith('_acpd/')).length, 0);
  });

  it('heartbeat: while a turn runs, with where its log is', async (t) => {
    const a = await with_client(t, { heartbeat: 1 });  // brought to a second
    const sessionId = await session(a);
    const turn = a.prompt(sessionId, 'say here; wait');
    await a.until(() => told(a, 'heartbeat').length >= 2, 'two heartbeats');
    const beat = told(a, 'heartbeat').at(-1);
    assert.deepEqual([beat.sessionId, beat.state], [sessionId, 'running']);
    assert.equal(beat.seq, a.updates.at(-1)._meta['acpd/seq']);
    a.notify('session/cancel', { sessionId });
    await turn;
  });

  it('rename: every editor sees it, and so does the list', async (t) => {
    const [a, b] = [await with_client(t), await with_client(t)];
    const sessionId = await session(a);
    await ext(b, 'rename', { sessionId, title: 'A "new" title' });
    await a.until(() => a.updates.some((u) => u.update.title === 'A "new" title'), 'the title');
    const status = await ext(b, 'session/status', { sessionId });
    assert.deepEqual([status.title, status.state], ['A "new" title', 'idle']);
    for (const title of ['', 'x'.repeat(501), 7])
      assert.equal((await b.call('_acpd/rename', { sessionId, title })).error.code, -32602);
  });

  it('import: an agent\'s own earlier session becomes one of acpd\'s, its history the log', async (t) => {
    const a = await with_client(t);
    const { sessions } = await ext(a, 'import/list');
    assert.deepEqual(sessions.map((s) => s.sessionId), ['old-1', 'old-2']);
    const made = await ext(a, 'import',
      { agentSessionId: 'old-1', cwd: place.cwd, title: sessions[0].title });
    const { sessionId } = made;
    assert.notEqual(sessionId, 'old-1');
    assert.equal((await ext(a, 'session/status', { sessionId })).title, 'Earlier: old-1');
    const { entries } = await ext(a, 'log', { sessionId });
    const said = entries.map((e) => e.frame?.params.update.content?.text).filter(Boolean);
    assert.deepEqual(said, ["agent's own replay (user)", "agent's own replay (agent)"]);
    const b = await with_client(t);
    await b.request('session/load', { sessionId, cwd: place.cwd, mcpServers: [] });
    assert.deepEqual(b.texts(), said, 'a load shows it');
    assert.equal((await a.prompt(sessionId, 'say on')).result.stopReason, 'end_turn');
    const again = await a.call('_acpd/import', { agentSessionId: 'old-1', cwd: place.cwd });
    assert.deepEqual([again.error.code, again.error.data.sessionId], [-32602, sessionId]);
    assert.deepEqual((await ext(a, 'import/list')).sessions.map((s) => s.sessionId), ['old-2']);
  });

  it('import: an agent that cannot, and nonsense, are said', async (t) => {
    const own = new world({ agent_env: { ACPD_TEST_NO: 'list,load' } });
    t.after(() => own.end());
    await own.serve();
    const c = own.connect();
    await start_with(c, {});
    assert.equal((await c.call('_acpd/import/list', {})).error.code, -32601);
    const none = await c.call('_acpd/import', { agentSessionId: 'x', cwd: own.cwd });
    assert.equal(none.error.code, -32601);
    assert.match(none.error.message, /cannot load/);
    assert.equal((await c.call('_acpd/import', { cwd: own.cwd })).error.code, -32602);
    assert.equal((await c.call('_acpd/import/list', { agent: 'nobody' })).error.code, -32602);
    assert.deepEqual((await c.request('session/list', {})).sessions, [], 'nothing is left behind');
    await c.leave();
  });

  it('a bridge whose daemon dies: what was asked for in the capabilities is told anew', async (t) => {
    const own = new world();
    t.after(() => own.end());
    await own.serve();
    const c = own.connect();
    await start_with(c, { watch: true });
    await c.until(() => told(c, 'watch/changed').some((n) => n.reset), 'the first list');
    const sessionId = (await c.request('session/new', { cwd: own.cwd, mcpServers: [] })).sessionId;
    const resets = () => told(c, 'watch/changed').filter((n) => n.reset);
    await own.kill_daemon();
    await own.serve();
    await c.until(() => resets().length === 2, 'the list of the new daemon');
    assert.deepEqual(resets()[1].sessions.map((s) => s.sessionId), [sessionId]);
    await c.leave();
  });

  it('tokens, on the Unix socket', async (t) => {
    const c = await with_client(t);
    const made = await ext(c, 'token/new', { role: 'observer', name: 'looker' });
    assert.deepEqual((await ext(c, 'token/list')).tokens.map((x) => x.name), [made.name]);
    await ext(c, 'token/revoke', { name: 'looker' });
    assert.deepEqual((await ext(c, 'token/list')).tokens, []);
  });

  it('stream/resume: the tail, behind a notification of where it begins', async (t) => {
    const [a, b] = [await with_client(t), await with_client(t)];
    const sessionId = await session(a);
    await a.prompt(sessionId, 'say one; say two');
    const { epoch, head } = await ext(a, 'log', { sessionId });
    await ext(b, 'stream/resume', { sessionId, epoch, seq: head });
    assert.equal(told(b, 'stream/resumed').length, 1);
    const cancelled = await ext(a, 'session/cancel', { sessionId });
    assert.equal(cancelled.cancelled, 0);
    await ext(a, 'session/close', { sessionId });
  });
});
