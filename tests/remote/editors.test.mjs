// The official SDK's clients over WebSocket, HTTP and the remote bridge: the same conversation, and
// each ends with the same updates.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import { after, before, describe, it } from 'node:test';

import * as acp from '@agentclientprotocol/sdk';
import { createHttpStream } from '@agentclientprotocol/sdk/experimental/http-client';
import { createWebSocketStream } from '@agentclientprotocol/sdk/experimental/ws-client';
import { spawn } from 'node:child_process';
import { WebSocket } from 'ws';

import { poll } from '../lib/until.mjs';
import { bin } from '../lib/world.mjs';
import { bearer, remote_world, tls_world, token, token_file } from './servers.mjs';

const texts = (updates) => updates.map((u) => u.update.content?.text).filter(Boolean);

/** One conversation through a stream of the SDK's. */
async function conversation(stream, cwd) {
  const updates = [];
  let asked = 0;
  const app = acp.client({ name: 'acpd-remote' });
  app.onNotification('session/update', ({ params }) => { updates.push(params); });
  app.onRequest('session/request_permission', () => {
    asked++;
    return { outcome: { outcome: 'selected', optionId: 'yes' } };
  });
  const connection = app.connect(stream);
  const request = (method, params) => connection.agent.request(method, params);
  const init = await request('initialize', { protocolVersion: 1, clientCapabilities: {} });
  assert.equal(init.agentCapabilities.loadSession, true);
  const { sessionId } = await request('session/new', { cwd, mcpServers: [] });
  const prompt = (text) =>
    request('session/prompt', { sessionId, prompt: [{ type: 'text', text }] });
  assert.equal((await prompt('say one; permission; flood 50')).stopReason, 'end_turn');
  assert.equal(asked, 1);
  await poll(() => texts(updates).length >= 52, 'all updates of the turn');
  const long = prompt('wait');
  await connection.agent.notify('session/cancel', { sessionId });
  assert.equal((await long).stopReason, 'cancelled');
  const before_load = updates.length;
  await request('session/load', { sessionId, cwd, mcpServers: [] });
  await poll(
    () => texts(updates.slice(before_load)).join('').includes('permission: selected yes'),
    'the replay',
  );
  return {
    sessionId,
    live: texts(updates.slice(0, before_load)).map((t) => t.replace(/^#\d+ /, '')),
  };
}

function bridge(w, args, env = {}) {
  const child = spawn(bin('acpctl'), ['connect', ...args], {
    env: { ...w.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: w.cwd,
  });
  child.exited = new Promise((resolve) => child.on('exit', resolve));
  return {
    child,
    stream: acp.ndJsonStream(Writable.toWeb(child.stdin), Readable.toWeb(child.stdout)),
  };
}

describe('official clients from elsewhere', () => {
  let w;
  const lived = {};
  before(async () => { w = await remote_world(); });
  after(() => w.end());

  it('WebSocket', async () => {
    const made = await conversation(
      createWebSocketStream(`ws://127.0.0.1:${w.port}/acp`, {
        WebSocket,
        headers: bearer(w.controller),
      }),
      w.cwd,
    );
    lived.websocket = made.live;
  });
  it('HTTP', async () => {
    const made = await conversation(
      createHttpStream(`http://127.0.0.1:${w.port}/acp`, { headers: bearer(w.controller) }),
      w.cwd,
    );
    lived.http = made.live;
  });
  it('the bridge over ws', async () => {
    const { child, stream } = bridge(w, [
      '--remote',
      `ws://127.0.0.1:${w.port}`,
      '--token-file',
      token_file(w, w.controller),
    ]);
    lived.bridge = (await conversation(stream, w.cwd)).live;
    child.stdin.end();
    assert.equal(await child.exited, 0);
  });
  it('the bridge over ssh, which runs acpctl relay there', async () => {
    // Stands in for ssh: runs the command of the last argument here, as sshd's shell would.
    const fake = path.join(w.dir, 'bin');
    fs.mkdirSync(fake);
    fs.writeFileSync(
      path.join(fake, 'ssh'),
      `#!/bin/sh\nprintf '%s\\n' "$@" > ${w.dir}/ssh.args\nfor last; do :; done\nexec sh -c "$last"\n`,
      { mode: 0o755 },
    );
    const env = { PATH: `${fake}:${path.dirname(bin('acpctl'))}:${process.env.PATH}` };
    const { child, stream } = bridge(w, ['--remote', 'ssh://me@box:2222'], env);
    lived.ssh = (await conversation(stream, w.cwd)).live;
    child.stdin.end();
    assert.equal(await child.exited, 0);
    assert.deepEqual(
      fs.readFileSync(path.join(w.dir, 'ssh.args'), 'utf8').split('\n').slice(0, 7),
      ['-T', '-p', '2222', '-l', 'me', '--', 'box'],
    );
  });
  it('all of them saw the same', () => {
    for (const way of Object.keys(lived)) assert.deepEqual(lived[way], lived.websocket, way);
    assert.equal(Object.keys(lived).length, 4);
  });
  it('a revoked token ends the bridge\'s link with a sentence, the editor goes on', async () => {
    const file = token_file(w, await token(w, 'controller', 'soon'));
    const editor = w.connect(['--remote', `ws://127.0.0.1:${w.port}`, '--token-file', file]);
    await editor.open(w.cwd);
    await w.ctl('token', 'revoke', 'soon');
    const { error } = await editor.call('session/list', {});
    assert.match(error.message, /refused: 401|revoked/);
    assert.equal(editor.ended, false);
    await editor.leave();
  });
  it('the token is in no argv', async () => {
    const editor = w.connect([
      '--remote',
      `ws://127.0.0.1:${w.port}`,
      '--token-file',
      token_file(w, w.controller),
    ]);
    await editor.start();
    const all = w.processes().map((p) => p.args.join(' '));
    assert.ok(all.some((a) => a.includes('acpd-wss')));
    assert.equal(all.some((a) => a.includes(w.controller)), false);
    await editor.leave();
  });
});

describe('TLS', () => {
  let w;
  before(async () => { w = await tls_world(); });
  after(() => w.end());

  it('WebSocket of the SDK', () =>
    conversation(
      createWebSocketStream(`wss://127.0.0.1:${w.port}/acp`, {
        WebSocket: class extends WebSocket {
          constructor(url, protocols, options) {
            super(url, protocols, { ...options, ca: fs.readFileSync(w.cert) });
          }
        },
        headers: bearer(w.controller),
      }),
      w.cwd,
    ));
  it('the bridge, which trusts the file that it is given', async () => {
    const { child, stream } = bridge(w, [
      '--remote',
      `wss://127.0.0.1:${w.port}`,
      '--ca',
      w.cert,
      '--token-file',
      token_file(w, w.controller),
    ]);
    await conversation(stream, w.cwd);
    child.stdin.end();
    assert.equal(await child.exited, 0);
  });
  it('the bridge does not trust a certificate that nobody vouches for, nor one of another name',
    async () => {
    for (const [url, args] of [
      [`wss://127.0.0.1:${w.port}`, []],
      [`wss://localhost:${w.port}`, ['--ca', w.cert]],
    ]) {
      const editor = w.connect([
        '--remote',
        url,
        ...args,
        '--token-file',
        token_file(w, w.controller),
      ]);
      const { error } = await editor.call('initialize', {
        protocolVersion: 1,
        clientCapabilities: {},
      });
      assert.match(error.message, /no trust in/);
      editor.kill();
    }
  });
});
