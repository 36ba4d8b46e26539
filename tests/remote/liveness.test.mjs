// Connections that end by themselves, and a certificate that is renewed: the sessions stay.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { after, before, describe, it } from 'node:test';

import { poll } from '../lib/until.mjs';
import { ask } from './http.mjs';
import { bearer, certificate, remote_world, tls_world } from './servers.mjs';
import { ws_client } from './ws_client.mjs';

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: 1, clientCapabilities: {} },
});

describe('connections that nobody uses', () => {
  let w, editor, sessionId;
  before(async () => {
    w = await remote_world({ listen: 'ping_seconds = 1\nidle_seconds = 1\n' });
    editor = w.connect();
    sessionId = await editor.open(w.cwd);
  });
  after(() => w.end());

  const clients = async () => JSON.parse((await w.ctl('status', '--json')).stdout).clients;
  const lives = async () =>
    assert.equal((await editor.prompt(sessionId, 'say there')).result.stopReason, 'end_turn');

  it('a WebSocket that answers no ping ends after five; its pings are counted', async () => {
    const socket = net.connect(w.port, '127.0.0.1');
    socket.write(`GET /acp HTTP/1.1\r\nHost: 127.0.0.1:${w.port}\r\nConnection: Upgrade\r\n` +
      'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n` +
      `Authorization: Bearer ${w.controller}\r\n\r\n`);
    let bytes = Buffer.alloc(0);
    socket.on('data', (part) => { bytes = Buffer.concat([bytes, part]); });
    await new Promise((resolve) => socket.on('close', resolve));
    const head = bytes.indexOf('\r\n\r\n');
    assert.match(bytes.subarray(0, head).toString(), /^HTTP\/1\.1 101 /);
    const pings = bytes.subarray(head + 4);
    assert.deepEqual([...pings], Array(5).fill([0x89, 0x00]).flat());
    await lives();
  });

  it('a WebSocket that answers its pings stays', async () => {
    const client = await ws_client.open(w.port, w.controller);
    let pings = 0;
    client.socket.on('ping', () => { pings += 1; });
    await poll(() => pings >= 7, 'seven pings', 20_000);
    assert.equal((await client.call('session/list', {})).error, undefined);
    await client.end();
  });

  it('an HTTP connection without a receiver expires, and its session does not', async () => {
    const before_it = await clients();
    const a = await ask({ port: w.port }, 'POST', '/acp',
      { 'Content-Type': 'application/json', ...bearer(w.controller) }, initialize);
    assert.equal(a.status, 200);
    const id = a.headers['acp-connection-id'];
    assert.ok(id);
    await poll(async () => (await clients()) === before_it, 'the connection to expire');
    const late = await ask({ port: w.port }, 'POST', '/acp',
      { 'Content-Type': 'application/json', 'Acp-Connection-Id': id, ...bearer(w.controller) },
      JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'session/list', params: {} }));
    assert.equal(late.status, 404);
    await lives();
  });
});

describe('a certificate that is renewed', () => {
  let w;
  const file = (name) => path.join(w.dir, name);
  const make = (cn) => certificate(w, { cn });
  const shown = () => new Promise((resolve, reject) => {
    const s = tls.connect({ port: w.port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(s.getPeerCertificate().subject.CN);
      s.destroy();
    });
    s.on('error', reject);
  });
  before(async () => { w = await tls_world({ cn: 'first' }); });
  after(() => w.end());

  it('is shown to who comes after that; who is connected stays', async () => {
    assert.equal(await shown(), 'first');
    const trusting = { rejectUnauthorized: false };
    const client = await ws_client.connect(w.port, w.controller, trusting, 'wss');
    await client.start();
    make('second');
    assert.equal(await shown(), 'second');
    assert.equal((await client.call('session/list', {})).error, undefined);
    await client.end();
  });

  it('and when the new one is broken, the old one goes on and the log says so', async () => {
    fs.writeFileSync(file('cert.pem'), 'no certificate\n');
    assert.equal(await shown(), 'second');
    assert.match(w.traces(), /cannot use the certificate .*going on with the one from before/);
    make('third');
    assert.equal(await shown(), 'third');
  });
});
