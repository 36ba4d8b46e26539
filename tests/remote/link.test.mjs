// `_acpd/link`: an editor that asked is told by its bridge that the daemon, or the way to it, is
// gone, and that it is back with all that waited.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, it } from 'node:test';

import { judge, start_with, told } from '../lib/extensions.mjs';
import { world } from '../lib/world.mjs';
import { listening, tls_world, token_file } from './servers.mjs';

const downs = (editor) => told(editor, 'link').filter((p) => !p.up);
const ups = (editor) => told(editor, 'link').filter((p) => p.up);

async function opened(editor, cwd, wants = { link: true }) {
  await start_with(editor, wants);
  return (await editor.request('session/new', { cwd, mcpServers: [] })).sessionId;
}

describe('a daemon that is killed', () => {
  let w;
  before(async () => { w = new world(); await w.serve(); });
  after(() => w.end());

  it('is said, then its return; the turn goes on', async () => {
    const editor = w.connect(), quiet = w.connect();
    const sessionId = await opened(editor, w.cwd);
    await opened(quiet, w.cwd, {});
    const turn = editor.prompt(sessionId, 'rate 100 200');
    await editor.until(() => editor.updates.length >= 20, 'some updates');
    assert.deepEqual(told(editor, 'link'), []);
    await w.kill_daemon();
    await editor.until(() => ups(editor).length > 0, 'the link to be back');
    assert.match(downs(editor)[0].text, /the daemon has ended/);
    assert.equal((await turn).result.stopReason, 'end_turn');
    const numbers = editor.texts().map((t) => Number(/^#(\d+)/.exec(t)?.[1])).filter(Boolean);
    assert.deepEqual(numbers, Array.from({ length: 200 }, (_, i) => i + 1));
    assert.equal((await quiet.call('session/list', {})).error, undefined);
    assert.deepEqual(told(quiet, 'link'), []);
    await editor.leave();
    await quiet.leave();
  });

  it('a v2 editor that asks is told, too', async () => {
    const editor = w.connect([], { version: 2 });
    judge('clientCapabilities', { link: true });
    await editor.start({ _meta: { acpd: { link: true } } });
    await w.kill_daemon();
    await editor.until(() => ups(editor).length > 0, 'the link to be back');
    assert.ok(downs(editor).length > 0);
    await editor.leave();
  });

  it('nobody hears of it as an advertised notification of the daemon', async () => {
    const editor = w.connect();
    const { agentCapabilities } = await start_with(editor, { link: true });
    assert.ok(!agentCapabilities._meta.acpd.notifications.includes('_acpd/link'));
    await editor.leave();
  });

  it('stopped by somebody: the editor is told what starts it, and that does', async () => {
    const editor = w.connect();
    const sessionId = await opened(editor, w.cwd);
    assert.equal((await w.ctl('stop')).code, 0);
    await editor.until(() => downs(editor).length > 0, 'the stop to be told');
    assert.match(downs(editor)[0].text, /somebody has stopped the daemon; your next message/);
    const { result } = await editor.prompt(sessionId, 'say again');
    assert.equal(result.stopReason, 'end_turn');
    await editor.until(() => ups(editor).length > 0, 'the link to be back');
    await editor.leave();
  });
});

describe('a daemon elsewhere, over wss', () => {
  let w, relay, pairs, cut = false;
  before(async () => {
    w = await tls_world();
    pairs = new Set();
    relay = net.createServer((near) => {
      if (cut) { near.resetAndDestroy(); return; }
      const far = net.connect(w.port, '127.0.0.1');
      pairs.add(near);
      near.pipe(far).pipe(near);
      for (const s of [near, far]) {
        s.on('error', () => {});
        s.on('close', () => { near.destroy(); far.destroy(); });
      }
    });
    await new Promise((resolve) => relay.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    for (const s of pairs) s.destroy();
    relay.close();
    await w.end();
  });

  const connect = () => w.connect(['--remote', `wss://127.0.0.1:${relay.address().port}`,
    '--ca', w.cert, '--token-file', token_file(w, w.controller)]);

  it('a link that is cut is said with what fails, once, and its return', async () => {
    const editor = connect();
    const sessionId = await opened(editor, w.cwd);
    cut = true;
    for (const s of pairs) s.resetAndDestroy();
    await editor.until(() => downs(editor).length >= 2, 'what fails');
    assert.match(downs(editor)[0].text, /^the link to the remote daemon is lost/);
    assert.match(downs(editor)[1].text, /127\.0\.0\.1:\d+/);
    const waits = editor.prompt(sessionId, 'say kept');
    cut = false;
    await editor.until(() => ups(editor).length > 0, 'the link to be back');
    assert.equal((await waits).result.stopReason, 'end_turn');
    assert.ok(editor.said('kept'));
    await editor.leave();
  });

  it('a daemon that is killed and comes back on its port is the same', async () => {
    const editor = connect();
    await opened(editor, w.cwd);
    await w.kill_daemon();
    await editor.until(() => downs(editor).length > 0, 'the loss');
    await w.serve();
    await listening(w);
    await editor.until(() => ups(editor).length > 0, 'the link to be back');
    assert.equal((await editor.call('session/list', {})).error, undefined);
    await editor.leave();
  });
});
