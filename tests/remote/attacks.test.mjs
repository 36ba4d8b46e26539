// Attacks on the front: framing that two readers could see differently, doubled headers, and
// WebSockets that send and take nothing. Refused with the right code, and at a bounded cost.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import { after, before, describe, it } from 'node:test';

import { pss_mb } from '../lib/memory.mjs';
import { poll } from '../lib/until.mjs';
import { raw } from './http.mjs';
import { remote_world } from './servers.mjs';

const rpc = (method, params, id) => JSON.stringify({ jsonrpc: '2.0', id, method, params });
const init = rpc('initialize', { protocolVersion: 1, clientCapabilities: {} }, 1);
const bytes = Buffer.byteLength(init);
const chunk = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

describe('attacks on the front', () => {
  let w, editor, sessionId, head;
  before(async () => {
    w = await remote_world();
    editor = w.connect();
    sessionId = await editor.open(w.cwd);
    head = `Host: 127.0.0.1:${w.port}\r\nAuthorization: Bearer ${w.controller}\r\n`;
  });
  after(async () => {
    const { result } = await editor.prompt(sessionId, 'say still there');
    assert.equal(result.stopReason, 'end_turn');
    await w.end();
  });

  /** The status of every answer that comes back. */
  const statuses = async (text) => {
    const said = await raw(w.port, text, (s) => s.end());
    return [...said.matchAll(/HTTP\/1\.1 (\d+) /g)].map((m) => Number(m[1]));
  };
  const post = (headers, body) =>
    `POST /acp HTTP/1.1\r\n${head}Content-Type: application/json\r\n${headers}\r\n${body}`;
  const get = (headers, path = '/acp') => `GET ${path} HTTP/1.1\r\n${headers}\r\n`;
  // What a second request inside of the first one's body would be.
  const hidden = () => post(`Content-Length: ${bytes}\r\n`, init);

  const framings = {
    'a length and a coding': [`Content-Length: 6\r\nTransfer-Encoding: chunked\r\n`, '0\r\n\r\n', 400],
    'a coding and a length': [`Transfer-Encoding: chunked\r\nContent-Length: 6\r\n`, '0\r\n\r\n', 400],
    'a coding that nobody knows': ['Transfer-Encoding: xchunked\r\n', '0\r\n\r\n', 501],
    'the coding identity': ['Transfer-Encoding: identity\r\n', '', 501],
    'two codings': ['Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n', 501],
    'chunked twice': ['Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n', 400],
    'chunked before a colon with a space': ['Transfer-Encoding : chunked\r\n', '0\r\n\r\n', 400],
    'two lengths that agree': ['Content-Length: 0\r\nContent-Length: 0\r\n', '', 400],
    'two lengths in one': ['Content-Length: 0, 0\r\n', '', 400],
    'two lengths that differ': ['Content-Length: 0\r\nContent-Length: 7\r\n', '', 400],
    'a length with a sign': ['Content-Length: +0\r\n', '', 400],
    'a length beyond 64 bits': ['Content-Length: 99999999999999999999\r\n', '', 400],
    'a chunk of a negative length': ['Transfer-Encoding: chunked\r\n', '-1\r\n', 400],
    'a chunk beyond 64 bits': ['Transfer-Encoding: chunked\r\n', 'fffffffffffffffff\r\n', 400],
    'an extension of a chunk without an end': ['Transfer-Encoding: chunked\r\n',
      `1;${'x'.repeat(1 << 20)}`, 400],
    'trailers without an end': ['Transfer-Encoding: chunked\r\n',
      `0\r\n${'X: y\r\n'.repeat(1 << 18)}`, 400],
    'a zero byte in a header': ['X: a\0b\r\n', '', 400],
  };
  for (const [name, [headers, body, status]] of Object.entries(framings))
    it(`${name}: ${status}, and nothing behind it is a request`, async () =>
      assert.deepEqual(await statuses(post(headers, body) + hidden()), [status]));
  it('HTTP/1.0 with chunks: 400', async () =>
    assert.deepEqual(await statuses(post('Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n',
      `${chunk(init)}0\r\n\r\n`).replace('HTTP/1.1', 'HTTP/1.0') + hidden()), [400]));
  it('lines that end in a newline alone: 400', async () =>
    assert.deepEqual(await statuses(hidden().replaceAll('\r\n', '\n')), [400]));
  it('HTTP/2 without TLS: 400', async () =>
    assert.deepEqual(await statuses('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), [400]));

  it('what is allowed of all this is served: chunks, one after the other, half-closed', async () => {
    assert.deepEqual(await statuses(post('Transfer-Encoding: chunked\r\n',
      `${chunk(init.slice(0, 9))}${chunk(init.slice(9))}0\r\n\r\n`)), [200]);
    assert.deepEqual(await statuses(hidden() + hidden() + hidden()), [200, 200, 200]);
  });

  it('a target that is not exactly /acp: 404, whatever it may mean elsewhere', async () => {
    for (const path of ['/%61cp', '/acp%3Fx', '/acp/', '//acp', '/acp/../acp', '/acp/bridgex',
      '/ACP', `http://127.0.0.1:${w.port}/acp`, 'http://evil.example/acp', '*'])
      assert.deepEqual(await statuses(get(head, path)), [404], path);
  });
  it('a token in the target counts for nothing, and is in no log', async () => {
    const host = `Host: 127.0.0.1:${w.port}\r\n`;
    const coded = [...w.controller].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('');
    for (const token of [w.controller, coded])
      for (const key of ['token', 'access_token', 'authorization'])
        assert.deepEqual(await statuses(get(host, `/acp?${key}=${token}`)), [401]);
    assert.ok(!fs.readFileSync(`${w.state}/acpd.log`, 'utf8').includes(coded));
  });
  it('two headers where one decides: the worse one counts', async () => {
    const host = `Host: 127.0.0.1:${w.port}\r\n`;
    const good = `Authorization: Bearer ${w.controller}\r\n`, bad = 'Authorization: Bearer x\r\n';
    for (const two of [good + bad, bad + good, good + good])
      assert.deepEqual(await statuses(get(host + two)), [401]);
    for (const two of ['Origin: http://localhost\r\nOrigin: https://evil.example\r\n',
      'Origin: https://evil.example\r\nOrigin: http://localhost\r\n'])
      assert.deepEqual(await statuses(get(head + two)), [403]);
    assert.deepEqual(await statuses(get(head + 'Host: 127.0.0.1\r\n')), [403]);
  });
  it('a Host that only looks like this machine: 403', async () => {
    const token = `Authorization: Bearer ${w.controller}\r\n`;
    for (const host of ['127.0.0.1@evil.example', 'localhost.evil.example',
      '127.0.0.1.evil.example', '[::1].evil.example', '[::1', 'localhost:x', '127.0.0.1:1:2', '',
      'a,localhost', '127.0.0.1%00.evil.example', '0.0.0.0', '2130706433'])
      assert.deepEqual(await statuses(get(`Host: ${host}\r\n${token}`)), [403], host);
    for (const origin of ['http://localhost.evil.example', 'http://127.0.0.1@evil.example',
      'file://', 'http://localhost:80:90', 'http://localhost/x', 'vscode-webview://localhost'])
      assert.deepEqual(await statuses(get(`${head}Origin: ${origin}\r\n`)), [403], origin);
  });

  // WebSockets, as bytes.

  /** A frame of a client, masked with zeros. */
  function frame(first, text, mask = true) {
    const payload = Buffer.from(text);
    const wide = payload.length < 126 ? 0 : payload.length < 65536 ? 2 : 8;
    const size = Buffer.alloc(1 + wide);
    size[0] = (mask ? 0x80 : 0) | (wide === 0 ? payload.length : wide === 2 ? 126 : 127);
    if (wide === 2) size.writeUInt16BE(payload.length, 1);
    if (wide === 8) size.writeBigUInt64BE(BigInt(payload.length), 1);
    return Buffer.concat([Buffer.from([first]), size, Buffer.alloc(mask ? 4 : 0), payload]);
  }
  const text_frame = 0x81, ping = 0x89;
  /** An upgraded connection; what comes stays unread until the caller reads it. */
  function upgraded() {
    return new Promise((resolve, reject) => {
      const socket = net.connect(w.port, '127.0.0.1');
      const key = crypto.randomBytes(16).toString('base64');
      socket.on('error', () => {});
      socket.write(`GET /acp HTTP/1.1\r\n${head}Connection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n` +
        'Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n');
      let said = '';
      socket.on('data', function head_part(part) {
        said += part.toString('latin1');
        if (!said.includes('\r\n\r\n')) return;
        socket.off('data', head_part);
        socket.pause();
        if (!said.startsWith('HTTP/1.1 101 ')) reject(new Error(said));
        socket.gone = new Promise((done) => socket.on('close', done));
        resolve(Object.assign(socket, { answer: said }));
      });
    });
  }
  /** The code of the close frame that ends it. */
  async function close_code(socket) {
    let all = Buffer.alloc(0);
    socket.on('data', (part) => { all = Buffer.concat([all, part]); });
    socket.resume();
    await socket.gone;
    for (let at = 0; at + 1 < all.length;) {
      const size = all[at + 1] < 126 ? all[at + 1] : all.readUInt16BE(at + 2);
      const body = at + (all[at + 1] < 126 ? 2 : 4);
      if ((all[at] & 0x0f) === 8) return size === 0 ? 0 : all.readUInt16BE(body);
      at = body + size;
    }
    return undefined;
  }

  it('no compression is agreed on, so that there is no bomb', async () => {
    const socket = await upgraded();
    assert.doesNotMatch(socket.answer, /Sec-WebSocket-Extensions/i);
    socket.write(frame(0xc1, 'x')); // RSV1: compressed
    assert.equal(await close_code(socket), 1002);
  });
  const huge = Buffer.from([text_frame, 0xff, 0x40, ...Array(11).fill(0)]);
  for (const [name, made, code] of [
    ['a frame that is not masked', frame(text_frame, init, false), 1002],
    ['an opcode that nobody knows', frame(0x83, 'x'), 1002],
    ['a ping of more than 125 bytes', frame(ping, 'x'.repeat(126)), 1002],
    ['a ping in two fragments', frame(0x09, 'x'), 1002],
    ['a fragment that goes on with nothing', frame(0x80, 'x'), 1002],
    ['a text that is no UTF-8', frame(text_frame, Buffer.from([0x22, 0xff, 0xfe, 0x22])), 1007],
    ['a close of a code that is reserved', frame(0x88, Buffer.from([0x03, 0xed])), 1002],
    ['a frame that says 2^62 bytes', huge, 1009],
  ])
    it(`${name}: ${code}`, async () => {
      const socket = await upgraded();
      socket.write(made);
      assert.equal(await close_code(socket), code);
    });
  it('a message in a thousand fragments with pings between them is one message', async () => {
    const socket = await upgraded();
    const padded = init + ' '.repeat(1000 - init.length % 1000);
    const part = padded.length / 1000;
    for (let i = 0; i < 1000; i++) {
      const first = (i === 0 ? 0x01 : 0x00) | (i === 999 ? 0x80 : 0);
      socket.write(frame(first, padded.slice(i * part, (i + 1) * part)));
      if (i % 100 === 0) socket.write(frame(ping, String(i)));
    }
    let text = '';
    socket.on('data', (data) => { text += data.toString('latin1'); });
    socket.resume();
    await poll(() => text.includes('"protocolVersion":1'), 'the answer to initialize');
    socket.destroy();
  });
  it('fragments that never end: 1009 at the limit of a message', async () => {
    const socket = await upgraded();
    const code = close_code(socket);
    const piece = frame(0x00, 'x'.repeat(1 << 20));
    socket.write(frame(0x01, '"'));
    for (let i = 0; i < 33 && !socket.destroyed; i++) socket.write(piece);
    assert.equal(await code, 1009);
  });

  /** Writes as fast as it goes, never reads; how that ends: cut off, read no further, or not. */
  async function floods(socket, piece, most) {
    const gone = socket.gone.then(() => 'cut off');
    for (let sent = 0; sent < most; sent += piece.length) {
      if (socket.destroyed) return gone;
      if (socket.write(piece)) continue;
      const drained = new Promise((resolve) => socket.once('drain', resolve));
      const quiet = new Promise((resolve) => setTimeout(resolve, 3000, 'read no further'));
      const end = await Promise.race([drained, gone, quiet]);
      if (end) return end;
    }
    return 'read to the end';
  }
  for (const [name, one, end] of [
    ['pings', frame(ping, 'x'.repeat(125)), 'cut off'],
    ['what is no JSON', frame(text_frame, '{'), 'cut off'],
    ['requests', frame(text_frame, rpc('no/method', {}, 2)), 'read no further'],
  ])
    it(`a flood of ${name} by who reads nothing is ${end}, and memory is bounded`, async () => {
      const before_it = pss_mb(w.daemon.pid);
      const socket = await upgraded();
      if (name === 'requests') socket.write(frame(text_frame, init));
      const piece = Buffer.concat(Array(1000).fill(one));
      assert.equal(await floods(socket, piece, 1 << 28), end);
      socket.destroy();
      const after_it = pss_mb(w.daemon.pid);
      assert.ok(after_it < before_it + 16, `${before_it} MB before, ${after_it} MB after`);
    });
  it('closing while the other side floods ends cleanly', async () => {
    for (let i = 0; i < 20; i++) {
      const socket = await upgraded();
      const list = (id) => frame(text_frame, rpc('session/list', {}, id));
      const close = frame(0x88, Buffer.from([0x03, 0xe8]));
      socket.write(Buffer.concat([frame(text_frame, init), list(2), close, list(3)]));
      assert.equal(await close_code(socket), 1000);
    }
  });
});
