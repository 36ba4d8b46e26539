// The user's own ssh to a real sshd on loopback, and an editor that never notices the cut.
// Runs where there is an sshd (Debian's openssh-server would begin to serve the whole network, so
// tests/run does not install it); ACPD_SSHD names another.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { poll } from '../lib/until.mjs';
import { bin, world } from '../lib/world.mjs';

const sshd = process.env.ACPD_SSHD ?? '/usr/sbin/sshd';

function free_port() {
  return new Promise((resolve) => {
    const s = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address();
      s.close(() => resolve(port));
    });
  });
}

/** sshd in the foreground, keys and all files in the world's folder; {port, path}: a PATH whose ssh
 * knows them. */
async function serve_ssh(w) {
  const at = (name) => path.join(w.dir, name);
  for (const key of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(`${key}_key`)]);
  fs.copyFileSync(at('user_key.pub'), at('authorized'));
  const port = await free_port();
  const given = ['ACPD_CONFIG', 'ACPD_STATE_DIR', 'ACPD_SOCKET', 'XDG_RUNTIME_DIR', 'TEST_WORLD'];
  const vars = given.map((name) => `"${name}=${w.env[name]}"`).join(' ');
  fs.writeFileSync(at('sshd.conf'), [`Port ${port}`, 'ListenAddress 127.0.0.1', 'UsePAM no',
    `HostKey ${at('host_key')}`, `AuthorizedKeysFile ${at('authorized')}`, 'StrictModes no',
    'PidFile none', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no',
    `SetEnv ${vars} "PATH=${path.dirname(bin('acpctl'))}:/usr/bin:/bin"`].join('\n'));
  const [type, key] = fs.readFileSync(at('host_key.pub'), 'utf8').split(' ');
  fs.writeFileSync(at('known'), `[127.0.0.1]:${port} ${type} ${key}\n`);
  fs.writeFileSync(at('ssh.conf'), ['Host *', `IdentityFile ${at('user_key')}`,
    'IdentitiesOnly yes', `UserKnownHostsFile ${at('known')}`, 'BatchMode yes',
    'StrictHostKeyChecking yes'].join('\n'));
  fs.mkdirSync(at('ssh-bin'));
  fs.writeFileSync(at('ssh-bin/ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F '${at('ssh.conf')}' "$@"\n`,
    { mode: 0o755 });
  if (process.getuid() === 0) fs.mkdirSync('/run/sshd', { recursive: true });
  const child = spawn(sshd, ['-D', '-e', '-f', at('sshd.conf')], { env: { ...process.env, ...w.env },
    stdio: ['ignore', 'ignore', fs.openSync(at('sshd.err'), 'a')] });
  const said = () => fs.readFileSync(at('sshd.err'), 'utf8');
  let ended = false;
  child.on('exit', () => { ended = true; });
  await poll(() => ended || said().includes('Server listening on'), 'sshd to listen');
  assert.equal(ended, false, said());
  return { child, port, path: `${at('ssh-bin')}:${process.env.PATH}` };
}

describe('over a real ssh', { skip: !fs.existsSync(sshd) && `there is no ${sshd}` }, () => {
  let w, ssh;
  before(async () => {
    w = new world();
    await w.serve();
    ssh = await serve_ssh(w);
  });
  after(() => {
    ssh.child.kill();  // it writes its title over its environment: the world cannot find it
    return w.end();
  });

  it('a turn goes on through two cut connections, nothing missing, nothing twice', async () => {
    const url = `ssh://${os.userInfo().username}@127.0.0.1:${ssh.port}`;
    const editor = w.connect(['--remote', url], { env: { PATH: ssh.path } });
    const sessionId = await editor.open(w.cwd);
    const turn = editor.prompt(sessionId, 'rate 200 600');
    const shown = () => editor.texts().length;
    for (const part of [100, 300]) {
      await poll(() => shown() >= part, `${part} updates`);
      const links = w.processes().filter((p) => p.args[0].endsWith('ssh') && p.args.includes('-T'));
      assert.ok(links.length > 0, 'an ssh runs');
      for (const p of links) process.kill(p.pid, 'SIGKILL');
    }
    assert.equal((await turn).result.stopReason, 'end_turn');
    const numbers = editor.texts().map((t) => Number(/^#(\d+)/.exec(t)?.[1]));
    assert.deepEqual(numbers, Array.from({ length: 600 }, (_, i) => i + 1));
    await editor.leave();
  });
});
