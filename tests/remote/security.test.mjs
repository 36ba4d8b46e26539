// Strangers and observers: refused with the right code, at a bounded cost, the sessions untouched.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import zlib from 'node:zlib';

import { WebSocket } from 'ws';

import { pss_mb } from '../lib/memory.mjs';
import { poll } from '../lib/until.mjs';
import { ask, raw, status_of } from './http.mjs';
import { bearer, remote_world, token } from './servers.mjs';
import { ws_client } from './ws_client.mjs';

const json = { 'Content-Type': 'application/json' };
const init = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: 1, clientCapabilities: {} },
});

describe('remote clients that must not get in', () => {
  let w, editor, sessionId;
  before(async () => {
    w = await remote_world();
    editor = w.connect();
    sessionId = await editor.open(w.cwd);
    const { result } = await editor.prompt(sessionId, 'say hello');
    assert.equal(result.stopReason, 'end_turn');
  });
  after(() => w.end());

  const port = () => ({ port: w.port });
  const post = (headers) => ask(port(), 'POST', '/acp', { ...json, ...headers }, init);
  const memory = () => pss_mb(w.daemon.pid);
  const untouched = async () => {
    const { result } = await editor.prompt(sessionId, 'say still there');
    assert.equal(result.stopReason, 'end_turn');
  };

  it('no token, a wrong one, another scheme: 401', async () => {
    for (const headers of [
      {},
      bearer('acpd_wrong'),
      bearer(w.controller.slice(0, -1)),
      { Authorization: 'Basic eDp5' },
      { Authorization: w.controller },
    ]) {
      const a = await post(headers);
      assert.equal(a.status, 401);
      assert.equal(a.headers['www-authenticate'], 'Bearer');
    }
    assert.equal((await ask(port(), 'GET', `/acp?token=${w.controller}`)).status, 401);
  });

  it('no token over WebSocket: 401, before anything else is said', async () => {
    for (const where of ['/acp', '/acp/bridge'])
      await assert.rejects(new Promise((resolve, reject) => {
        const s = new WebSocket(`ws://127.0.0.1:${w.port}${where}`);
        s.on('open', resolve);
        s.on('error', reject);
      }), /401/);
  });

  it('a foreign Origin and a Host that was rebound: 403, whatever the token', async () => {
    for (const headers of [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { Host: 'evil.example' },
      { Host: `evil.example:${w.port}` },
    ]) {
      assert.equal(
        (await post({ ...headers, ...bearer(w.controller) })).status,
        403,
        JSON.stringify(headers),
      );
      assert.equal((await post(headers)).status, 403);
    }
    assert.equal(
      (await post({ Origin: 'http://localhost:3000', ...bearer(w.controller) })).status,
      200,
    );
    assert.equal(
      (await post({ Host: `localhost:${w.port}`, ...bearer(w.controller) })).status,
      200,
    );
    assert.equal(
      status_of(
        await raw(w.port, `GET /acp HTTP/1.1\r\nAuthorization: Bearer ${w.controller}\r\n\r\n`),
      ),
      403,
    );
    assert.equal(
      status_of(
        await raw(
          w.port,
          `GET /acp HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nAuthorization: Bearer ${w.controller}\r\n\r\n`,
        ),
      ),
      403,
    );
  });

  it('a connection of another token does not exist', async () => {
    const other = await token(w, 'controller', 'other');
    const { headers } = await post(bearer(w.controller));
    const id = { 'Acp-Connection-Id': headers['acp-connection-id'] };
    assert.equal((await ask(port(), 'DELETE', '/acp', { ...id, ...bearer(other) })).status, 404);
    assert.equal(
      (await ask(port(), 'GET', '/acp', { ...id, ...bearer(other), Accept: 'text/event-stream' }))
        .status,
      404,
    );
    assert.equal(
      (await ask(port(), 'DELETE', '/acp', { ...id, ...bearer(w.controller) })).status,
      202,
    );
  });

  it('a revoked token: its connections end, and it opens nothing any more', async () => {
    const soon = await token(w, 'controller', 'soon-gone');
    const client = await ws_client.open(w.port, soon);
    const { headers } = await post(bearer(soon));
    const stream = await ask(port(), 'GET', '/acp', {
      ...bearer(soon),
      Accept: 'text/event-stream',
      'Acp-Connection-Id': headers['acp-connection-id'],
    });
    const ended = new Promise((resolve) =>
      stream.stream.on('end', resolve).on('error', resolve).resume(),
    );
    assert.equal((await w.ctl('token', 'revoke', 'soon-gone')).code, 0);
    assert.equal(await client.closed, 1008);
    await ended;
    assert.equal((await post(bearer(soon))).status, 401);
    assert.notEqual((await w.ctl('token', 'revoke', 'soon-gone')).code, 0);
  });

  it('a token makes no tokens', async () => {
    const client = await ws_client.open(w.port, w.controller);
    for (const method of ['_acpd/token/new', '_acpd/token/list', '_acpd/token/revoke'])
      assert.equal(
        (await client.call(method, { role: 'controller', name: 'controller' })).error.code,
        -32600,
      );
    client.end();
  });

  it('an observer sees the session and changes nothing', async () => {
    const client = await ws_client.open(w.port, w.observer);
    const { result } = await client.call('session/load', { sessionId, cwd: w.cwd, mcpServers: [] });
    assert.ok(result);
    assert.ok(client.updates.length > 0);
    for (const [method, params] of [
      ['session/prompt', { sessionId, prompt: [{ type: 'text', text: 'x' }] }],
      ['session/new', { cwd: w.cwd, mcpServers: [] }],
      ['session/delete', { sessionId }],
      ['_acpd/stop', {}],
      ['_acpd/pending/answer', { id: 'acpd-1-x', result: {} }],
      ['session/set_mode', { sessionId, modeId: 'x' }],
    ]) {
      const { error } = await client.call(method, params);
      assert.equal(error.code, 403, method);
      assert.match(error.message, /observer/);
    }
    client.end();
    await untouched();
  });

  it('an observer is not asked, and its answer would not count', async () => {
    const client = await ws_client.open(w.port, w.observer);
    await client.call('session/load', { sessionId, cwd: w.cwd, mcpServers: [] });
    const turn = editor.prompt(sessionId, 'permission');
    await editor.until(() => editor.asked.length === 1, 'the question');
    client.send({
      id: editor.asked[0].id,
      result: {
        outcome: { outcome: 'selected', optionId: editor.asked[0].params.options[0].optionId },
      },
    });
    client.notify('session/cancel', { sessionId });
    // What it sent has been read when this is answered.
    await client.call('session/list', {});
    const pending = await w.ctl('permit', '--json');
    assert.match(pending.stdout, new RegExp(editor.asked[0].id));
    assert.equal(client.frames.filter((f) => f.method === 'session/request_permission').length, 0);
    editor.answer(editor.asked[0].id, {
      outcome: { outcome: 'selected', optionId: editor.asked[0].params.options[0].optionId },
    });
    assert.equal((await turn).result.stopReason, 'end_turn');
    client.end();
  });

  it('a header that is too long: 431; one that never ends: 408', async () => {
    assert.equal(
      status_of(
        await raw(w.port, `GET /acp HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(1 << 20)}`),
      ),
      431,
    );
    // slow loris: a byte now and then keeps nobody
    let timer;
    const text = await raw(w.port, 'GET /acp HTTP/1.1\r\nHost: localhost\r\n', (s) => {
      timer = setInterval(() => s.writable && s.write('X'), 500);
    });
    clearInterval(timer);
    assert.equal(status_of(text), 408);
  });

  it('a compressed bomb is not unpacked', async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(64 << 20));
    const before = memory();
    const a = await ask(
      port(),
      'POST',
      '/acp',
      { ...json, ...bearer(w.controller), 'Content-Encoding': 'gzip' },
      bomb,
    );
    assert.equal(a.status, 400);
    assert.ok(memory() < before + 16, `${before} MB before, ${memory()} MB after`);
  });

  it('a message of 32 MiB and more: 1009', async () => {
    const client = await ws_client.open(w.port, w.controller);
    client.raw(`"${'x'.repeat(32 << 20)}"`);
    assert.equal(await client.closed, 1009);
  });

  it('a thousand half-open connections: bounded, and who has a token gets in', async () => {
    const before = memory();
    const sockets = [];
    let ended = 0;
    for (let i = 0; i < 1000; i++) {
      const s = net.connect(w.port, '127.0.0.1');
      s.on('connect', () => s.write('GET /acp HTTP/1.1\r\nHost: localhost\r\nX: '));
      s.on('error', () => {});
      s.on('close', () => { ended++; });
      s.resume();
      sockets.push(s);
    }
    await poll(() => ended >= 1000 - 128, 'the oldest of them to make room');
    assert.equal((await post(bearer(w.controller))).status, 200);
    await untouched();
    assert.ok(memory() < before + 24, `${before} MB before, ${memory()} MB after`);
    for (const s of sockets) s.destroy();
  });

  it('tokens are in no file of the daemon', () => {
    for (const name of fs.readdirSync(w.state, { recursive: true })) {
      const file = path.join(w.state, name);
      if (!fs.statSync(file).isFile()) continue;
      const bytes = fs.readFileSync(file);
      for (const t of [w.controller, w.observer]) assert.equal(bytes.includes(t), false, name);
    }
    assert.match(fs.readFileSync(path.join(w.state, 'acpd.log'), 'utf8'), /token=controller/);
  });
});

describe('where the daemon may listen', () => {
  const refused = async (listen, expected) => {
    const { world } = await import('../lib/world.mjs');
    const w = new world({ toml: `[listen]\n${listen}\n` });
    await assert.rejects(w.serve(), expected);
    await w.end();
  };
  it('elsewhere than on loopback only with TLS', () =>
    refused('address = "0.0.0.0:0"', /needs TLS/));
  it('not with half of what TLS needs', () =>
    refused('address = "127.0.0.1:0"\ntls_cert = "x.pem"', /give both/));
  it('not with a certificate that is none', () =>
    refused(
      'address = "127.0.0.1:0"\ntls_cert = "/dev/null"\ntls_key = "/dev/null"',
      /cannot use the certificate/,
    ));
  it('not at a name', () => refused('address = "example:1"', /give an IP address and a port/));
});
