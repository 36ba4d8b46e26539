// An sshd of a test's own.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

import { poll } from '../lib/until.mjs';
import { bin } from '../lib/world.mjs';

export const sshd = process.env.ACPD_SSHD ?? '/usr/sbin/sshd';

function free_port(address) {
  return new Promise((resolve) => {
    const s = net.createServer().listen(0, address, () => {
      const { port } = s.address();
      s.close(() => resolve(port));
    });
  });
}

/** sshd in the foreground, known at any port of its address, keys and all files in the world's
 * folder; {port, path, end}: a PATH whose ssh knows them. */
export async function serve_ssh(w, address = '127.0.0.1') {
  const at = (name) => path.join(w.dir, name);
  for (const key of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(`${key}_key`)]);
  fs.copyFileSync(at('user_key.pub'), at('authorized'));
  const port = await free_port(address);
  const given = ['ACPD_CONFIG', 'ACPD_STATE_DIR', 'ACPD_SOCKET', 'XDG_RUNTIME_DIR', 'TEST_WORLD'];
  const vars = given.map((name) => `"${name}=${w.env[name]}"`).join(' ');
  fs.writeFileSync(at('sshd.conf'), [`Port ${port}`, `ListenAddress ${address}`, 'UsePAM no',
    `HostKey ${at('host_key')}`, `AuthorizedKeysFile ${at('authorized')}`, 'StrictModes no',
    'PidFile none', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no',
    `SetEnv ${vars} "PATH=${path.dirname(bin('acpctl'))}:/usr/bin:/bin"`].join('\n'));
  const [type, key] = fs.readFileSync(at('host_key.pub'), 'utf8').split(' ');
  fs.writeFileSync(at('known'), `[${address}]:* ${type} ${key}\n`);
  fs.writeFileSync(at('ssh.conf'), ['Host *', `IdentityFile ${at('user_key')}`,
    'IdentitiesOnly yes', `UserKnownHostsFile ${at('known')}`, 'BatchMode yes',
    'StrictHostKeyChecking yes'].join('\n'));
  fs.mkdirSync(at('ssh-bin'));
  fs.writeFileSync(at('ssh-bin/ssh'),
    `#!/bin/sh\nexec /usr/bin/ssh -F '${at('ssh.conf')}' "$@"\n`,
    { mode: 0o755 });
  if (process.getuid() === 0) fs.mkdirSync('/run/sshd', { recursive: true });
  const child = spawn(sshd, ['-D', '-e', '-f', at('sshd.conf')], { env: { ...process.env, ...w.env },
    stdio: ['ignore', 'ignore', fs.openSync(at('sshd.err'), 'a')] });
  const said = () => fs.readFileSync(at('sshd.err'), 'utf8');
  let ended = false;
  child.on('exit', () => { ended = true; });
  await poll(() => ended || said().includes('Server listening on'), 'sshd to listen');
  assert.equal(ended, false, said());
  // it writes its title over its environment: a world does not find it
  return { port, path: `${at('ssh-bin')}:${process.env.PATH}`, end: () => child.kill() };
}
