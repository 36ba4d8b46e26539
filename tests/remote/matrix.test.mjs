// {v1, v2 editor} × {v1, v2 agent} × {stdio, WebSocket, HTTP}: the same scenarios with the official
// SDK's clients, every frame at the editor judged by the schema of its version. Prints the table.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { judge } from '../conformance/coverage.mjs';
import { editor } from '../conformance/rig.mjs';
import { scripted, scripted_v2 } from '../lib/world.mjs';
import { links } from './links.mjs';
import { remote_world } from './servers.mjs';

const kinds = (e) => e.updates.map((u) => u.update.sessionUpdate);
const numbers = (e) => e.texts().map((t) => Number(/^#(\d+)/.exec(t)?.[1])).filter(Boolean);

/** A prompt and its end in either version: {stopReason}. */
const turn = (e, id, text) => (e.version === 2 ? e.turn(id, text) : e.prompt(id, text));

/** One cell of the matrix: new editors of that version over that transport. */
class cell {
  constructor(w, version, transport, taps) { Object.assign(this, { w, version, transport, taps }); }

  async open() {
    const file = path.join(this.w.dir, `matrix-${this.taps.length}.tap`);
    this.taps.push({ hop: 'editor', file, version: this.version });
    const made = new editor(links[this.transport](this.w, file), this.version);
    await made.start();
    return made;
  }
  async session() {
    const made = await this.open();
    const { sessionId } = await made.request('session/new', { cwd: this.w.cwd, mcpServers: [] });
    return [made, sessionId];
  }
  /** A new editor that goes on behind `last`, the last update that another one was shown. */
  async again(sessionId, last) {
    const made = await this.open();
    const from = { epoch: last._meta['acpd/epoch'], seq: last._meta['acpd/seq'] + 1 };
    const place = { sessionId, cwd: this.w.cwd, mcpServers: [] };
    if (this.version === 2)
      await made.request('session/resume',
        { ...place, replayFrom: { type: '_acpd/seq', ...from } });
    else await made.request('session/load', { ...place, _meta: { 'acpd/replayFrom': from } });
    return made;
  }
}

const scenarios = {
  async 'text, plan'(c) {
    const [e, id] = await c.session();
    assert.equal((await turn(e, id, 'say hello; all-updates; say done')).stopReason, 'end_turn');
    await e.until(() => e.said('done'), 'the last text');
    assert.ok(e.said('hello'));
    assert.ok(kinds(e).includes(c.version === 2 ? 'plan_update' : 'plan'), 'a plan');
    await e.leave();
  },
  async 'tool call, diff'(c) {
    const [e, id] = await c.session();
    await turn(e, id, 'all-updates; say done');
    await e.until(() => e.said('done'), 'the last text');
    const content = e.updates.flatMap((u) => [u.update.content ?? []].flat());
    assert.ok(content.some((part) => part.type === 'diff'), 'a diff in a tool call');
    await e.leave();
  },
  async terminal(c, agent) {
    const [e, id] = await c.session();
    await turn(e, id, agent === 2 ? 'terminal make; say done' : 'terminal echo linking; say done');
    await e.until(() => e.said('done'), 'the last text');
    const shown = JSON.stringify(e.updates);
    const in_base64 = Buffer.from('linking\n').toString('base64');
    assert.ok(shown.includes('linking') || shown.includes(in_base64), 'its output');
    await e.leave();
  },
  /** A terminal goes on when the turn is over: v2 lists it, and ends it; v1 is told in a load. */
  async background(c) {
    const [e, id] = await c.session();
    const end = await turn(e, id, 'background sleep 60');
    if (c.version === 1) {
      const place = { sessionId: id, cwd: c.w.cwd, mcpServers: [] };
      const { _meta } = await e.request('session/load', place);
      assert.deepEqual(_meta['acpd/state'].background.map((b) => b.type), ['terminal']);
      return e.leave();
    }
    const [{ type, terminalId }] = end.background;
    assert.equal(type, 'terminal');
    await e.request('terminal/cancel', { sessionId: id, terminalId });
    await e.until(() => e.states().at(-1).background?.length === 0, 'nothing to go on');
    assert.ok(e.updates.some((u) => u.update.terminalId === terminalId && u.update.exitStatus));
    return e.leave();
  },
  async permission(c) {
    const [e, id] = await c.session();
    await turn(e, id, 'permission');
    await e.until(() => e.said('permission: selected yes'), 'the answer');
    await e.leave();
  },
  async elicitation(c) {
    const [e, id] = await c.session();
    await turn(e, id, 'elicitation form');
    await e.until(() => e.said('elicitation: accept {"name":"Ada","count":2}'), 'the answer');
    await e.leave();
  },
  async cancel(c) {
    const [e, id] = await c.session();
    const end = turn(e, id, 'say running; wait');
    await e.until(() => e.said('running'), 'the turn');
    await e.notify('session/cancel', { sessionId: id });
    assert.equal((await end).stopReason, 'cancelled');
    await e.leave();
  },
  async queue(c) {
    const [e, id] = await c.session();
    await Promise.all(['say one', 'say two', 'say three'].map((text) => e.prompt(id, text)));
    const said = () => e.texts().filter((t) => t.startsWith('#')); // not the prompts themselves
    await e.until(() => said().length === 3, 'three texts');
    const order = said().map((t) => t.split(' ')[1]);
    assert.deepEqual(order, ['one', 'two', 'three']);
    await e.leave();
  },
  async 'cut in mid-turn'(c) {
    const [first, id] = await c.session();
    first.prompt(id, 'rate 300 300; say end').catch(() => {});  // its link goes
    await first.until(() => numbers(first).length >= 60, 'sixty updates');
    first.link.cut();
    const shown = [...first.updates];
    const last = shown.findLast((u) => u._meta?.['acpd/seq']);
    const kept = { texts: editor.prototype.texts,
      updates: shown.slice(0, shown.indexOf(last) + 1) };
    const second = await c.again(id, last);
    await second.until(() => second.said(' end'), 'the end');
    assert.deepEqual([...numbers(kept), ...numbers(second)],
      Array.from({ length: 301 }, (_, i) => i + 1));
    await second.leave();
  },
};

const results = new Map();
for (const agent of [1, 2])
  describe(`an agent of v${agent}`, { timeout: 180_000 }, () => {
    let w;
    const taps = [];
    before(async () => {
      const command = [process.execPath, agent === 2 ? scripted_v2 : scripted];
      w = await remote_world({ agents: { scripted: { command, acp_version: agent } } });
    });
    after(() => w.end());

    for (const version of [1, 2])
      for (const transport of Object.keys(links))
        for (const [name, scenario] of Object.entries(scenarios))
          it(`v${version} editor, ${transport}: ${name}`, { timeout: 30_000 }, async () => {
            const key = `v${version} editor, v${agent} agent, ${transport}`;
            results.set(key, { ...results.get(key), [name]: 'failed' });
            await scenario(new cell(w, version, transport, taps), agent);
            results.get(key)[name] = 'ok';
          });

    it('every frame at the editors is valid', () => {
      const { invalid } = judge(taps);
      assert.deepEqual(invalid, []);
    });
  });

after(() => {
  const names = Object.keys(scenarios);
  console.log(`| | ${names.join(' | ')} |\n|---|${names.map(() => '---|').join('')}`);
  for (const [key, row] of results)
    console.log(`| ${key} | ${names.map((n) => row[n] ?? '–').join(' | ')} |`);
});
