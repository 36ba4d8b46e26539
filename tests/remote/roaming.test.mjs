// An editor in one network namespace, the daemon in another, and between them a link that is cut,
// delayed, halved and re-addressed in the middle of a turn: the editor's bridge shows every update
// once and never ends.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { sshd } from './sshd.mjs';

const inside = path.join(import.meta.dirname, 'roaming_inside.mjs');
const possible = spawnSync('unshare', ['-rn', 'true']).status === 0;
const is_root = process.getuid() === 0;
// sshd changes to another user, which a namespace of users without root cannot.
const ways = {
  wss: { unshare: '-rn', skip: !possible && 'no network namespaces here (unshare -rn)' },
  ssh: { unshare: '-n', skip: !(is_root && fs.existsSync(sshd)) && `only root, with ${sshd}` },
};

describe('roaming', () => {
  for (const [way, { unshare, skip }] of Object.entries(ways))
    it(`a turn over ${way} on a link that is cut, delayed, halved and re-addressed`, { skip },
      async (t) => {
        const child = spawn('unshare', [unshare, process.execPath, inside, way], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let text = '';
        child.stdout.setEncoding('utf8').on('data', (part) => { text += part; });
        const code = await new Promise((resolve) => child.on('exit', resolve));
        assert.equal(code, 0, text);
        const seen = JSON.parse(text.trim().split('\n').pop());
        assert.equal(seen.missing, 0);
        assert.equal(seen.repeated, 0);
        assert.equal(seen.numbers, seen.expected);
        assert.equal(seen.in_order, true);
        assert.equal(seen.stopReason, 'end_turn');
        assert.equal(seen.bridge_ended, false);
        assert.ok(seen.reconnects >= 2, `the link was only made ${seen.reconnects} times anew`);
        t.diagnostic(JSON.stringify(seen));
      });
});
