// The user's own ssh to a real sshd on loopback, and an editor that never notices the cut.
// Runs where there is an sshd (Debian's openssh-server would begin to serve the whole network, so
// tests/run does not install it); ACPD_SSHD names another.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { introduction } from '../lib/client.mjs';
import { poll } from '../lib/until.mjs';
import { world } from '../lib/world.mjs';
import { serve_ssh, sshd } from './sshd.mjs';

describe('over a real ssh', { skip: !fs.existsSync(sshd) && `there is no ${sshd}` }, () => {
  let w, ssh;
  before(async () => {
    w = new world();
    await w.serve();
    ssh = await serve_ssh(w);
  });
  after(() => {
    ssh?.end();
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

  for (const [what, file, sentence] of [
    ['a key that is not taken', 'authorized', /ssh does not get into .*Permission denied/],
    ['a host that ssh does not know', 'known', /ssh does not get into .*Host key/],
  ])
    it(`${what} is said at once, with what to do`, async () => {
      const path_of = path.join(w.dir, file), kept = fs.readFileSync(path_of);
      fs.writeFileSync(path_of, '');
      const url = `ssh://${os.userInfo().username}@127.0.0.1:${ssh.port}`;
      const editor = w.connect(['--remote', url], { env: { PATH: ssh.path } });
      const { error } = await editor.call('initialize', introduction(1, 'acpd-tests', {}));
      fs.writeFileSync(path_of, kept);
      assert.match(error.message, sentence);
      const by_hand = `ssh -p ${ssh.port} ${os.userInfo().username}@127.0.0.1 true`;
      assert.ok(error.message.endsWith(`: try \`${by_hand}\` in a terminal`), error.message);
      assert.equal((await editor.leave()).code, 3);
    });
});
