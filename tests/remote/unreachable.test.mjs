// A bridge that gets to no remote daemon: what trying again would not mend is said at once, in one
// sentence with what to do; what the network does is tried again.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { after, before, describe, it } from 'node:test';

import { introduction } from '../lib/client.mjs';
import { bin } from '../lib/world.mjs';
import { certificate, tls_world, token, token_file } from './servers.mjs';

const initialize = introduction(1, 'acpd-tests', {});
// How an answer begins that had to wait for more attempts.
const waited = /^the remote daemon cannot be reached: /;

const listen = (server) =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));

describe('a remote daemon that cannot be reached', () => {
  let w;
  before(async () => { w = await tls_world(); });
  after(() => w.end());

  const to = (url, { ca = w.cert, text = w.controller } = {}) => w.connect(['--remote', url,
    ...(ca ? ['--ca', ca] : []), '--token-file', token_file(w, text)]);

  /** initialize fails at once with `sentence`, once; a later request, too; then the exit code. */
  async function said_at_once(editor, sentence, exit_code) {
    const before_it = fs.readFileSync(path.join(w.dir, 'bridge.err'), 'utf8').length;
    for (const method of ['initialize', 'session/list']) {
      const { error } = await editor.call(method, initialize);
      assert.equal(error.code, -32603);
      assert.match(error.message, sentence);
      assert.doesNotMatch(error.message, waited);
      assert.doesNotMatch(error.message, /acpd_\w{20}/); // no token
    }
    assert.equal(editor.ended, false);
    const { code } = await editor.leave();
    assert.equal(code, exit_code);
    const lines = fs.readFileSync(path.join(w.dir, 'bridge.err'), 'utf8').slice(before_it);
    assert.equal(lines.trim().split('\n').length, 1, lines); // one sentence, not one an attempt
  }

  it('a certificate that nobody vouches for', () =>
    said_at_once(to(`wss://127.0.0.1:${w.port}`, { ca: null }),
      /^no trust in the certificate of 127\S+: self-signed certificate: --ca FILE names one/, 3));
  it('a certificate of another name', () =>
    said_at_once(to(`wss://localhost:${w.port}`),
      /^no trust in the certificate of localhost:\d+: it is not localhost's: check /, 3));
  it('a file of certificates that is none', () =>
    said_at_once(to(`wss://127.0.0.1:${w.port}`, { ca: path.join(w.dir, 'none.pem') }),
      /^cannot use the certificates in .*none\.pem: .*: --ca names a PEM file/, 3));
  it('a wrong token', () =>
    said_at_once(to(`wss://127.0.0.1:${w.port}`, { text: 'acpd_wrong' }),
      /refused: 401 .*unknown|does not know the token.*acpctl token new/, 1));
  it('a revoked token', async () => {
    const text = await token(w, 'controller', 'gone');
    await w.ctl('token', 'revoke', 'gone');
    await said_at_once(to(`wss://127.0.0.1:${w.port}`, { text }),
      /refused: 401 .*it was revoked: `acpctl token new`/, 1);
  });
  it('a host that does not exist', () => // its first part is longer than any name's: no DNS needed
    said_at_once(to(`wss://${'a'.repeat(64)}.example:7777`),
      /^there is no host a+\.example: .*: check the address/, 3));
  it('TLS to a port that has none', async () => {
    const plain = net.createServer((s) => s.on('error', () => {}).end('220 mail\r\n'));
    const port = await listen(plain);
    await said_at_once(to(`wss://127.0.0.1:${port}`),
      /^no TLS with 127\S+: .*: is that acpd's port\?/, 3);
    plain.close();
  });
  it('a web server that is no acpd', async () => {
    const web = http.createServer((_, answer) => answer.end('hello'));
    const port = await listen(web);
    await said_at_once(to(`ws://127.0.0.1:${port}`),
      /^what answers at 127\S+ is no acpd \(HTTP 200\): check the address/, 3);
    web.close();
  });
  it('what is no address', () =>
    said_at_once(to('wss://:7777'), /^"wss:\/\/:7777" is no address: expected wss:\/\/HOST/, 3));

  it('a port where nobody listens: tried again, said, and found when somebody does', async () => {
    const relay = net.createServer((near) => {
      near.pipe(net.connect(w.port, '127.0.0.1').on('error', () => {})).pipe(near);
      near.on('error', () => {});
    });
    const port = await listen(relay);
    await new Promise((resolve) => relay.close(resolve));
    const editor = to(`wss://127.0.0.1:${port}`);
    const { error } = await editor.call('initialize', initialize);
    assert.match(error.message, waited);
    assert.match(error.message, /: Connection refused: does `acpd serve --listen` run there\?/);
    await new Promise((resolve) => relay.listen(port, '127.0.0.1', resolve));
    assert.equal((await editor.call('initialize', initialize)).error, undefined);
    assert.equal((await editor.leave()).code, 0);
    relay.close();
  });
  it('nobody ever listened: the exit code says so', async () => {
    const nobody = net.createServer();
    const port = await listen(nobody);
    await new Promise((resolve) => nobody.close(resolve));
    const editor = to(`wss://127.0.0.1:${port}`);
    await editor.call('initialize', initialize);
    assert.equal((await editor.leave()).code, 3);
  });

  it('a stranger who answers for a while where it has worked before is waited out', async () => {
    let strangers = 0;
    const open = new Set();
    const stranger_dir = { dir: fs.mkdtempSync(path.join(w.dir, 'stranger-')) };
    const stranger = tls.createServer({ cert: fs.readFileSync(certificate(stranger_dir)),
      key: fs.readFileSync(path.join(stranger_dir.dir, 'key.pem')) });
    stranger.on('tlsClientError', () => { strangers += 1; });
    const wrong_port = await listen(stranger);
    let port = w.port;
    const relay = net.createServer((near) => {
      const far = net.connect(port, '127.0.0.1');
      open.add(near);
      near.pipe(far).pipe(near);
      for (const s of [near, far]) {
        s.on('error', () => {});
        s.on('close', () => { near.destroy(); far.destroy(); });
      }
    });
    const editor = to(`wss://127.0.0.1:${await listen(relay)}`);
    const sessionId = await editor.open(w.cwd);
    port = wrong_port;
    for (const s of open) s.resetAndDestroy();
    const waits = editor.prompt(sessionId, 'say through');
    while (strangers < 2) await new Promise((resolve) => stranger.once('tlsClientError', resolve));
    port = w.port;
    assert.equal((await waits).result.stopReason, 'end_turn');
    assert.equal((await editor.leave()).code, 0);
    relay.close();
    stranger.close();
  });
});

describe('ssh that does not get there', () => {
  let w, fake;
  before(async () => {
    w = await tls_world();
    fake = path.join(w.dir, 'fake');
    fs.mkdirSync(fake);
  });
  after(() => w.end());

  /** Stands in for ssh: says this and ends so, each time. */
  function ssh(said, code) {
    fs.writeFileSync(path.join(fake, 'ssh'),
      `#!/bin/sh\necho attempt >> ${fake}/attempts\necho 'debug: a line before' >&2\n` +
      `echo '${said}' >&2\nexit ${code}\n`, { mode: 0o755 });
    fs.rmSync(path.join(fake, 'attempts'), { force: true });
    const env = { PATH: `${fake}:${process.env.PATH}` };
    return w.connect(['--remote', 'ssh://me@box'], { env });
  }
  const attempts = () =>
    fs.readFileSync(path.join(fake, 'attempts'), 'utf8').trim().split('\n').length;

  for (const [said, code, sentence] of [
    ['me@box: Permission denied (publickey).', 255,
      /^ssh does not get into me@box by itself: .*publickey.*try `ssh me@box true` in a terminal/],
    ['Host key verification failed.', 255, /^ssh does not get into me@box .*Host key/],
    ['ssh: Could not resolve hostname box: Name or service not known', 255, /resolve hostname box/],
    ['env: acpctl: No such file or directory', 127,
      /^acpctl is not installed on me@box, or not on its PATH or in ~\/\.local\/bin: /],
    ['acpctl relay: there is no program acpd beside acpctl or on PATH: install it there', 3,
      /^on me@box: acpctl relay: there is no program acpd/],
  ])
    it(`${said}: at once`, async () => {
      const editor = ssh(said, code);
      const { error } = await editor.call('initialize', initialize);
      assert.match(error.message, sentence);
      assert.doesNotMatch(error.message, waited);
      assert.ok(attempts() <= 2, 'one, or one more when the editor asked after it');
      assert.equal((await editor.leave()).code, 3);
    });
  for (const said of ['ssh: connect to host box port 22: Connection refused',
    'ssh: Could not resolve hostname box: Temporary failure in name resolution'])
    it(`${said}: tried again`, async () => {
      const editor = ssh(said, 255);
      const { error } = await editor.call('initialize', initialize);
      assert.match(error.message, waited);
      assert.ok(error.message.includes(said));
      assert.ok(attempts() > 1);
      assert.equal((await editor.leave()).code, 3);
    });
  it('no ssh at all: the command line is wrong, and what to install is said', async () => {
    const env = { PATH: path.dirname(bin('acpctl')) };
    const editor = w.connect(['--remote', 'ssh://box'], { env });
    assert.equal((await editor.exited).code, 2);
    assert.match(fs.readFileSync(path.join(w.dir, 'bridge.err'), 'utf8'),
      /there is no program ssh on PATH: install OpenSSH's client, or use --remote wss:\/\/HOST/);
  });
});
