// An editor that writes what none should, through the bridge and on the plain socket: a clear
// error, and the connection lives on.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';

import { client } from '../lib/client.mjs';
import { peak_mb } from '../lib/memory.mjs';
import { alive, world } from '../lib/world.mjs';

const place = new world({ toml: '[limits]\nline_bytes = 4194304\n' });
before(() => place.serve());
after(() => place.end());
const bounded = (name, flow) => test(name, { timeout: 90_000 }, flow);

/** A client on the daemon's socket: the same lines, without a bridge. */
function plain() {
  const socket = net.connect(place.env.ACPD_SOCKET);
  return new client({ stdin: socket, stdout: socket, on: () => {}, kill: () => socket.destroy() });
}

const bytes = (...parts) => Buffer.concat(parts.map((p) => Buffer.from(p)));
const deep = `{"jsonrpc":"2.0","id":5,"method":"_x/deep","params":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}\n`;
const ping = '{"jsonrpc":"2.0","id":77,"method":"session/list","params":{}}';
/** What is sent, and the code of the error that must come back (none: nothing comes back). */
const cases = {
  'no JSON': ['hello\n', -32700],
  'half an object': ['{"jsonrpc":"2.0"\n', -32700],
  'not UTF-8': [bytes('{"jsonrpc":"2.0","id":5,"method":"_x/', [0xff, 0xc0], '"}\n'), -32700],
  'too deep': [deep, -32700],
  'a batch': [`[${ping}]\n`, -32600],
  'an empty batch': ['[]\n', -32600],
  'a number': ['42\n', -32600],
  'no version': ['{"id":5,"method":"session/list"}\n', -32600],
  'no method': ['{"jsonrpc":"2.0","id":5}\n', -32600],
  'a method that is no text': ['{"jsonrpc":"2.0","id":5,"method":7}\n', -32600],
  'an id that is an object': ['{"jsonrpc":"2.0","id":{},"method":"session/list"}\n', -32600],
  'params that are a number': [
    '{"jsonrpc":"2.0","id":5,"method":"session/prompt","params":3}\n',
    -32600,
  ],
  'a reply to nothing': ['{"jsonrpc":"2.0","id":"acpd-1-nothing","result":{}}\n', undefined],
  'an error to nothing': [
    '{"jsonrpc":"2.0","id":99,"error":{"code":1,"message":"x"}}\n',
    undefined,
  ],
  'an unknown notification': ['{"jsonrpc":"2.0","method":"session/levitated"}\n', undefined],
  'blank lines': ['\n  \n\r\n', undefined],
  'a line above the limit': [
    `{"jsonrpc":"2.0","id":5,"method":"_x/${'y'.repeat(6_000_000)}"}\n`,
    -32600,
  ],
};

for (const [where, open] of Object.entries({
  'through the bridge': () => place.connect(),
  'on the plain socket': plain,
})) {
  for (const [what, [sent, code]] of Object.entries(cases)) {
    bounded(`${what}, ${where}`, async () => {
      const editor = open();
      await editor.start();
      const before = editor.frames.length;
      editor.raw(sent);
      editor.raw('{"jsonrpc":"2.0","id":"next","method":"session/list","params":{}}\n');
      await editor.until(
        () => editor.ended || editor.frames.some((f) => f.id === 'next'),
        'the answer to what follows',
      );
      const answer = editor.frames.find((f) => f.id === 'next');
      assert.ok(answer?.result, `the connection lives on: ${JSON.stringify(answer)}`);
      const errors = editor.frames
        .slice(before)
        .filter((f) => f.error)
        .map((f) => f.error.code);
      // a line that is too long cannot be told from one that is no JSON
      assert.deepEqual(
        errors,
        code === undefined ? [] : [errors[0] === -32700 && what.includes('limit') ? -32700 : code],
      );
      editor.kill();
      assert.ok(alive(place.daemon.pid));
    });
  }
}

bounded('an editor that never reads costs nothing, and gets all of it when it does', async () => {
  const lazy = place.connect();
  const id = await lazy.open(place.cwd);
  lazy.child.stdout.pause();
  lazy.prompt(id, 'flood 40000 1000');
  const other = place.connect();
  await other.start();
  await other.request('session/load', { sessionId: id, cwd: place.cwd, mcpServers: [] });
  // The newest text only: this is asked whenever something arrives.
  const newest = () => other.updates.findLast((u) => u.update.content?.text)?.update.content.text;
  await other.until(() => newest()?.includes('#40000 '), 'the other editor to see the end', 60_000);
  assert.ok(
    peak_mb(place.daemon.pid) < 150,
    `the daemon's peak is ${peak_mb(place.daemon.pid)} MB`,
  );
  lazy.child.stdout.resume();
  await lazy.until(() => lazy.updates.length === 40_000, 'all updates', 60_000);
  assert.deepEqual(
    lazy.texts().map((t) => parseInt(t.slice(1), 10)),
    Array.from({ length: 40_000 }, (_, i) => i + 1),
  );
  await lazy.leave();
  await other.leave();
});

bounded('garbage before initialize closes nothing else', async () => {
  const good = place.connect();
  await good.start();
  for (const first of [
    'GET / HTTP/1.1\r\n\r\n',
    '\u0000\u0001\u0002',
    'ACPD/9\n',
    'ACPD/1\n' + 'z'.repeat(1000),
  ]) {
    const socket = net.connect(place.env.ACPD_SOCKET);
    socket.on('error', () => {});
    socket.end(first);
    await new Promise((resolve) => socket.on('close', resolve).resume());
  }
  assert.ok((await good.call('session/list', {})).result);
  await good.leave();
});
