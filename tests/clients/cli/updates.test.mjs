// What people see of every update of both versions, in `acpctl log` and `acpctl attach`.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { stable } from '../../lib/schema.mjs';
import { world } from '../../lib/world.mjs';

const told = { 1: [/#\d+ variant/, /Edit a\.txt/], 2: [/do it/, /Something else/, /Edit/] };
const without_text = new Set(['session_info_update']); // where it has no title

for (const version of [1, 2])
  describe(`updates of a v${version} agent`, () => {
    let w, lines;
    before(async () => {
      w = new world({ v2: version === 2 });
      await w.serve();
      const editor = w.connect([], { version });
      const sessionId = await editor.open(w.cwd);
      await editor.turn(sessionId, 'all-updates');
      await editor.leave();
      lines = (await w.ctl('log')).stdout.trim().split('\n');
    });
    after(() => w.end());

    it('acpctl log names each kind, with what it says', () => {
      for (const variant of stable[version].variants) {
        const of_it = lines.filter((l) => new RegExp(`  ${variant}(  |$)`).test(l));
        assert.ok(of_it.length > 0, `${variant} in\n${lines.join('\n')}`);
        const said = of_it.some((l) => new RegExp(`  ${variant}  \\S`).test(l));
        assert.ok(said || without_text.has(variant), of_it.join('\n'));
      }
    });
    it('the prompt is shown with its text', () =>
      assert.ok(lines.some((l) => /user_message(_chunk)?  all-updates/.test(l)), lines.join('\n')));
    it('acpctl attach shows the conversation', async () => {
      const { stdout, code } = await w.ctl('attach', '--wait');
      assert.equal(code, 0);
      assert.match(stdout, /^> .*all-updates/m);
      for (const text of told[version]) assert.match(stdout, text);
    });
  });
