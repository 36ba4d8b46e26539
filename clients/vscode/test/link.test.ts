import { PassThrough, Readable, Writable } from 'node:stream';
import { agent, ndJsonStream } from '@agentclientprotocol/sdk/experimental/v2';
import { describe, expect, it } from 'vitest';
import { supervisor, type link } from '../src/acp/supervisor';
import type { connection } from '../src/acp/connection';
import { read_lines } from '../src/acp/lines';
import { tapped } from '../src/acp/tap';
import { misfit, older, too_old } from '../src/acp/version';

describe('versions', () => {
  const hello = (version: unknown, protocolVersion = 2) => (
    { protocolVersion, capabilities: { _meta: { acpd: { version } } } });
  it('what fits says nothing', () => {
    expect(misfit(hello(1))).toBeUndefined();
    expect(too_old({ version: '0.1.0' })).toBeUndefined();
    expect(too_old({ version: '1.0' })).toBeUndefined();
  });
  it('too old on either side is one sentence that says what to do', () => {
    for (const text of [misfit(hello(1, 1)), misfit(hello(2)), misfit(hello(undefined)),
      misfit(undefined), too_old({ version: '0.0.9' }), too_old({})]) {
      expect(text).toMatch(/update/);
      expect(text?.split('. ')).toHaveLength(1);
    }
    expect(misfit(hello(2))).toMatch(/^This extension is too old/);
    expect(too_old({ version: '0.0.9' })).toMatch(/^acpd 0\.0\.9 is too old/);
  });
  it('numbers are compared as numbers', () => {
    expect(older('0.9.0', '0.10.0')).toBe(true);
    expect(older('1.0.0', '1.0')).toBe(false);
    expect(older('0.1.0-dev', '0.1.0')).toBe(false);
  });
});

/** A child's stdin and stdout, and the stream of an agent behind them. */
function child() {
  const stdin = new PassThrough(), stdout = new PassThrough();
  return { stdin, stdout, theirs: ndJsonStream(Writable.toWeb(stdout),
    Readable.toWeb(stdin) as ReadableStream<Uint8Array>) };
}

describe('the order of the wire', () => {
  it('an answer is told after the updates before it, and before those after it', async () => {
    const { client } = await import('@agentclientprotocol/sdk/experimental/v2');
    const { stdin, stdout, theirs } = child();
    const told: string[] = [];
    const update = (text: string) => ({ sessionId: 's', update: {
      sessionUpdate: 'agent_message_chunk' as const, messageId: 'm',
      content: { type: 'text' as const, text } } });
    agent({ name: 'fake' })
      .onRequest('initialize', () => ({ protocolVersion: 2,
        info: { name: 'fake', version: '1' }, capabilities: { session: {} } }))
      .onRequest('session/resume', async ({ client }) => {
        for (let i = 0; i < 5; i++) await client.notify('session/update', update(`before ${i}`));
        setTimeout(() => void client.notify('session/update', update('after')), 0);
        return {};
      })
      .connect(theirs);
    let resume: unknown, done = () => {};
    const end = new Promise<void>((resolve) => { done = resolve; });
    const made = client({ name: 'x' }).connect(tapped(stdout, stdin, {
      notification: (_, params) => {
        const { text } = (params as { update: { content: { text: string } } }).update.content;
        told.push(text);
        if (text === 'after') done();
        return true;
      },
      sent: (id, method) => { if (method === 'session/resume') resume = id; },
      answered: (id) => { if (id === resume) told.push('answer'); },
      fault: (line) => { told.push(line); },
    }));
    await made.agent.request('initialize',
      { protocolVersion: 2, info: { name: 'x', version: '1' } });
    await made.agent.request('session/resume', { sessionId: 's', cwd: '/' });
    await end;
    expect(told).toEqual(
      ['before 0', 'before 1', 'before 2', 'before 3', 'before 4', 'answer', 'after']);
    made.close();
  });
  it('a message may come in pieces, and several together; what is none is told', async () => {
    const from = new PassThrough(), told: string[] = [];
    const { readable } = tapped(from, new PassThrough(), {
      notification: (method) => { told.push(method); return method !== 'left'; },
      sent: () => {}, answered: (id) => { told.push(`answer ${String(id)}`); },
      fault: (line) => { told.push(`fault ${line}`); },
    });
    const text = '{"method":"é "}\n{"id":1,"result":{}}\n[1]\n{"method":"left"}\n{"half';
    for (const byte of Buffer.from(text)) from.write(Uint8Array.of(byte));
    from.end();
    const left: unknown[] = [];
    for await (const message of readable as unknown as AsyncIterable<unknown>) left.push(message);
    expect(told).toEqual(['é ', 'answer 1', 'fault [1]', 'left']);
    expect(left).toEqual([{ id: 1, result: {} }, { method: 'left' }]);
  });
  it('of a line that is too long the end is kept', async () => {
    const from = new PassThrough(), lines: string[] = [];
    read_lines(from, 4, (line) => lines.push(line));
    for (const text of ['123', '45', '6789\nab', 'c\n']) from.write(text);
    from.end();
    await new Promise((resolve) => { from.on('close', resolve); });
    expect(lines).toEqual(['23456789', 'abc']);
  });
});

/** A supervisor whose connections and clock belong to the test. */
function rig() {
  const links: link[] = [], waits: { ms: number; then: () => void }[] = [];
  const made: { end: (why: string) => void; asked: string[] }[] = [];
  let fail: string | undefined, connected = 0;
  const open = () => {
    if (fail !== undefined) return Promise.reject(new Error(fail));
    let end: (why: string) => void = () => {};
    const ended = new Promise<string>((resolve) => { end = resolve; });
    const asked: string[] = [];
    made.push({ end, asked });
    return Promise.resolve({ ended, hello: {}, close: () => end('closed'),
      request: (method: string) => { asked.push(method); return Promise.resolve({}); },
      notify: () => Promise.resolve() } as unknown as connection);
  };
  const all = new supervisor({ command: () => Promise.resolve({ file: 'x', args: [], env: {} }),
    version: '1', listener: {} as never, connected: () => { connected++; },
    changed: (link) => links.push(link), open: open,
    delay: (ms, then) => { waits.push({ ms, then }); return () => {}; } });
  const settle = () => new Promise((resolve) => { setTimeout(resolve, 0); });
  return { all, links, waits, made, settle, fail: (why?: string) => { fail = why; },
    connected: () => connected };
}

describe('the link', () => {
  it('is up when it is connected, and says why it is down', async () => {
    const r = rig();
    r.all.start();
    await r.settle();
    expect(r.all.link).toEqual({ state: 'up' });
    r.made[0]?.end('it fell over');
    await r.settle();
    expect(r.all.link).toEqual({ state: 'down', text: 'it fell over' });
    await expect(r.all.request('x', {})).rejects.toThrow('it fell over');
  });
  it('waits longer each time, and not at all when a person asks', async () => {
    const r = rig();
    r.fail('no acpd');
    r.all.start();
    await r.settle();
    for (let i = 0; i < 8; i++) {
      r.waits.at(-1)?.then();
      await r.settle();
    }
    expect(r.waits.map((w) => w.ms))
      .toEqual([500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
    r.fail(undefined);
    r.all.retry();
    await r.settle();
    expect(r.all.link.state).toBe('up');
    expect(r.connected()).toBe(1);
  });
  it('a daemon that went is asked for when a person asks, on the same connection', async () => {
    const r = rig();
    r.all.start();
    await r.settle();
    r.all.heard({ up: false, text: 'it was stopped' });
    expect(r.all.link).toEqual({ state: 'down', text: 'it was stopped' });
    r.all.retry();
    await r.settle();
    expect(r.made[0]?.asked).toEqual(['_acpd/ping']);
    expect(r.all.link.state).toBe('up');
    expect(r.made).toHaveLength(1);
  });
  it('what the bridge complains of is why it is down, until the daemon tells all', async () => {
    const r = rig();
    r.all.start();
    await r.settle();
    r.all.troubled('acpctl connect: the configuration is broken');
    expect(r.all.link).toEqual({ state: 'down', text: 'the configuration is broken' });
    r.all.reached();
    expect(r.all.link).toEqual({ state: 'up' });
    expect(r.made).toHaveLength(1);
  });
  it('another command is another connection; the end is the end', async () => {
    const r = rig();
    r.all.start();
    await r.settle();
    r.all.renew();
    await r.settle();
    expect(r.made).toHaveLength(2);
    r.all.end();
    await r.settle();
    expect(r.waits).toEqual([]);
    expect(r.made).toHaveLength(2);
  });
});
