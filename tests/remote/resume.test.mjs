// Streams that are cut: what was missed comes once, in order, over HTTP and over WebSocket.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { editor } from '../conformance/rig.mjs';
import { ask, events } from './http.mjs';
import { links } from './links.mjs';
import { bearer, listening, remote_world } from './servers.mjs';
import { ws_client } from './ws_client.mjs';

const json = { 'Content-Type': 'application/json' };
const texts = (seen) => seen.map((e) => e.data?.params?.update?.content?.text).filter(Boolean);
const numbers = (seen) => texts(seen).map((t) => Number(/^#(\d+)/.exec(t)?.[1])).filter(Boolean);
const run = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('streams that are cut', () => {
  let w, t;
  before(async () => {
    w = await remote_world();
    t = { port: w.port, headers: { ...json, ...bearer(w.controller) } };
  });
  after(() => w.end());

  const rpc = (method, params, id) => JSON.stringify({ jsonrpc: '2.0', id, method, params });
  const init = rpc('initialize', { protocolVersion: 1, clientCapabilities: {} }, 0);
  const stream = async (c, more = {}) =>
    events(await ask(t, 'GET', '/acp', { ...c, Accept: 'text/event-stream', ...more }));

  /** A connection with a new session and its two streams. */
  async function open() {
    const { headers } = await ask(t, 'POST', '/acp', {}, init);
    const c = { 'Acp-Connection-Id': headers['acp-connection-id'] };
    const own = await stream(c);
    await ask(t, 'POST', '/acp', c, rpc('session/new', { cwd: w.cwd, mcpServers: [] }, 1));
    const made = (
      await own.until((seen) => seen.some((e) => e.data?.id === 1), 'the new session')
    ).find((e) => e.data?.id === 1);
    const sessionId = made.data.result.sessionId;
    const s = { ...c, 'Acp-Session-Id': sessionId };
    const prompt = async (text, id) => assert.equal((await ask(t, 'POST', '/acp', s,
      rpc('session/prompt', { sessionId, prompt: [{ type: 'text', text }] }, id))).status, 202);
    return { c, s, own, sessionId, prompt };
  }
  /** Cuts a stream and waits until the daemon's side has seen it. */
  async function cut(s, one) {
    one.cut();
    await one.ended;
    for (;;) {
      const again = await ask(t, 'GET', '/acp', {
        ...s,
        Accept: 'text/event-stream',
        'Last-Event-ID': 'none',
      });
      again.request.destroy();
      if (!again.text.includes('active receiver')) return;
    }
  }

  it('events have ids, updates a cursor', async () => {
    const { s, prompt, sessionId } = await open();
    const first = await stream(s);
    await prompt('say one', 2);
    const seen = await first.until((all) => all.some((e) => e.data?.id === 2), 'the answer');
    const update = seen.find((e) => e.data?.method === 'session/update');
    const { 'acpd/epoch': epoch, 'acpd/seq': seq, 'acp/cursor': cursor } = update.data.params._meta;
    assert.equal(update.id, `${epoch}:${seq}.0`);
    assert.equal(cursor, `${epoch}:${seq}`);
    assert.equal(update.data.params.sessionId, sessionId);
    assert.ok(seen.every((e) => e.id));
    first.cut();
  });

  it('a receiver that comes back gets what it missed from the log, and the answer behind it', async () => {
    const { s, prompt } = await open();
    const first = await stream(s);
    await prompt(`flood 200; gate ${w.gate}; flood 100`, 2);
    const seen = await first.until((all) => numbers(all).length >= 200, 'the first half');
    const base = numbers(seen)[0];
    await cut(s, first);
    fs.writeFileSync(w.gate, '');
    // as if only half of it had arrived before the network went
    const half = seen.find((e) => numbers([e])[0] === base + 99);
    const second = await stream(s, { 'Last-Event-ID': half.id });
    const rest = await second.until((all) => all.some((e) => e.data?.id === 2), 'the answer');
    assert.deepEqual(numbers(rest), run(base + 100, base + 299));
    assert.equal(rest.at(-1).data.id, 2);
    assert.equal(rest.filter((e) => e.data?.method === '_acpd/stream/resumed').length, 0);
    second.cut();
    fs.rmSync(w.gate);
  });

  it('an answer that went to a dead receiver comes again', async () => {
    const { s, prompt } = await open();
    const first = await stream(s);
    await prompt('say one', 2);
    const seen = await first.until((all) => all.some((e) => e.data?.id === 2), 'the answer');
    await cut(s, first);
    const before_it = seen[seen.findIndex((e) => e.data?.id === 2) - 1];
    const second = await stream(s, { 'Last-Event-ID': before_it.id });
    const again = await second.until(
      (all) => all.some((e) => e.data?.id === 2),
      'the answer again',
    );
    assert.deepEqual(again.map((e) => e.data), [seen.find((e) => e.data?.id === 2).data]);
    second.cut();
  });

  it('a place that cannot be honoured is 409', async () => {
    const { s, own, prompt } = await open();
    const first = await stream(s);
    await prompt('say one', 2);
    const seen = await first.until((all) => all.some((e) => e.data?.id === 2), 'the answer');
    await cut(s, first);
    const [epoch] = seen.at(-1).id.split(':');
    for (const id of ['x', `${epoch}:999999.0`, '0000000000000000:1.0'])
      assert.equal(
        (await ask(t, 'GET', '/acp', { ...s, Accept: 'text/event-stream', 'Last-Event-ID': id }))
          .status,
        409,
        id,
      );
    own.cut();
  });

  it('a receiver that was cut off before its first event goes back to the beginning', async () => {
    const { s, prompt } = await open();
    const first = await stream(s);
    const [start] = await first.until((all) => all.length > 0, 'where the stream begins');
    assert.ok(start.id);
    assert.equal(start.data, undefined);
    await prompt('flood 20', 2);
    const seen = await first.until((all) => all.some((e) => e.data?.id === 2), 'the answer');
    await cut(s, first); // and nothing of it had arrived
    const second = await stream(s, { 'Last-Event-ID': start.id });
    const again = await second.until((all) => all.some((e) => e.data?.id === 2), 'it all again');
    const with_data = (all) => all.filter((e) => e.data).map((e) => e.id);
    assert.deepEqual(with_data(again), with_data(seen));
    assert.deepEqual(texts(again), texts(seen));
    second.cut();
  });

  it('a new connection to a new daemon goes on behind the last event of one before', async () => {
    const { c, s, prompt, sessionId } = await open();
    const first = await stream(s);
    await prompt('flood 60', 2);
    const seen = await first.until((all) => all.some((e) => e.data?.id === 2), 'the answer');
    const base = numbers(seen)[0];
    const last = seen.find((e) => numbers([e])[0] === base + 39);
    await w.kill_daemon();
    await w.serve();
    t.port = await listening(w);
    assert.equal((await ask(t, 'DELETE', '/acp', c)).status, 404);
    const { headers } = await ask(t, 'POST', '/acp', {}, init);
    const there = { 'Acp-Connection-Id': headers['acp-connection-id'],
      'Acp-Session-Id': sessionId };
    const asking = { ...there, Accept: 'text/event-stream' };
    const [epoch] = last.id.split(':');
    for (const id of [`${epoch}:999999.0`, '0000000000000000:1.0'])
      assert.equal((await ask(t, 'GET', '/acp', { ...asking, 'Last-Event-ID': id })).status,
        409, id);
    const second = await stream(there, { 'Last-Event-ID': last.id });
    await second.until((all) => numbers(all).length >= 20, 'the rest');
    await ask(t, 'POST', '/acp', there, rpc('session/prompt',
      { sessionId, prompt: [{ type: 'text', text: 'say live' }] }, 3)); // it is attached
    const rest = await second.until((all) => all.some((e) => e.data?.id === 3), 'the next answer');
    assert.deepEqual(numbers(rest).slice(0, 20), run(base + 40, base + 59));
    assert.equal(new Set(rest.map((e) => e.id)).size, rest.length);
    second.cut();
  });

  it('a WebSocket that was cut goes on where it was', async () => {
    const first = await ws_client.open(w.port, w.controller);
    const {
      result: { sessionId },
    } = await first.call('session/new', { cwd: w.cwd, mcpServers: [] });
    first.prompt(sessionId, `flood 150; gate ${w.gate}; flood 50`);
    await first.until(() => first.updates.length >= 150, 'the first part');
    const upto = first.updates[79];
    const shown = Number(/^#(\d+)/.exec(upto.update.content.text)?.[1]);
    first.socket.terminate();
    const second = await ws_client.open(w.port, w.controller);
    const { 'acpd/epoch': epoch, 'acpd/seq': seq } = upto._meta;
    const { result } = await second.call('_acpd/stream/resume', { sessionId, epoch, seq: seq + 1 });
    assert.equal(result._meta['acpd/cursor'].epoch, epoch);
    const begins = second.frames.findIndex((f) => f.method === '_acpd/stream/resumed');
    assert.equal(second.frames[begins].params.seq, seq + 1);
    assert.equal(second.frames[begins + 1].params._meta['acpd/seq'], seq + 1);
    fs.writeFileSync(w.gate, '');
    const last = () => Number(/^#(\d+)/.exec(second.texts().at(-1) ?? '')?.[1]);
    await second.until(() => last() >= shown + 120, 'the rest');
    const all = second.texts().map((x) => Number(/^#(\d+)/.exec(x)?.[1])).filter(Boolean);
    assert.deepEqual(all, run(shown + 1, shown + all.length));
    const refused = await second.call('_acpd/stream/resume', { sessionId, epoch, seq: 1_000_000 });
    assert.equal(refused.error.code, -32602);
    assert.ok(refused.error.data.head > 0);
    await second.end();
    fs.rmSync(w.gate);
  });

  for (const transport of ['WebSocket', 'HTTP'])
    it(`the official client over ${transport}: cut in mid-turn, it asks for the rest`, async () => {
      const connected = async () => {
        const made = new editor(links[transport](w, path.join(w.dir, 'resume.tap')));
        await made.start();
        return made;
      };
      const shown = (e) => e.texts().map((x) => Number(/^#(\d+)/.exec(x)?.[1])).filter(Boolean);
      const first = await connected();
      const { sessionId } = await first.request('session/new', { cwd: w.cwd, mcpServers: [] });
      const cut_off = first.prompt(sessionId, `flood 150; gate ${w.gate}; flood 50`);
      cut_off.catch(() => {}); // its link goes
      await first.until(() => shown(first).length >= 150, 'the first part');
      first.link.cut();
      const before_it = shown(first);
      const { 'acpd/epoch': epoch, 'acpd/seq': seq } = first.updates.at(-1)._meta;
      const second = await connected();
      const { _meta } = await second.request('_acpd/stream/resume',
        { sessionId, epoch, seq: seq + 1 });
      assert.equal(_meta['acpd/cursor'].epoch, epoch);
      fs.writeFileSync(w.gate, '');
      await second.until(() => shown(second).length >= 50, 'the rest');
      assert.deepEqual([...before_it, ...shown(second)], run(before_it[0], before_it[0] + 199));
      await second.leave();
      fs.rmSync(w.gate);
    });
});
