// An editor in one network namespace, the daemon in another, and between them a link that is cut,
// delayed, halved and re-addressed in the middle of a turn: the editor's bridge shows every update
// once and never ends.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';

const inside = path.join(import.meta.dirname, 'roaming_inside.mjs');
const possible = spawnSync('unshare', ['-rn', 'true']).status === 0;

describe('roaming', () => {
  it(
    'a turn over a link that is cut, delayed, halved and re-addressed',
    { skip: possible ? false : 'no network namespaces here (unshare -rn)' },
    async () => {
      const child = spawn('unshare', ['-rn', process.execPath, inside], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      const code = await new Promise((resolve) => child.on('exit', resolve));
      assert.equal(code, 0, text);
      const seen = JSON.parse(text.trim().split('\n').pop());
      assert.equal(seen.missing, 0);
      assert.equal(seen.repeated, 0);
      assert.equal(seen.numbers, seen.expected);
      assert.equal(seen.stopReason, 'end_turn');
      assert.equal(seen.bridge_ended, false);
      assert.ok(seen.reconnects >= 2, `the link was only made ${seen.reconnects} times anew`);
      console.log(text.trim().split('\n').pop());
    },
  );
});
