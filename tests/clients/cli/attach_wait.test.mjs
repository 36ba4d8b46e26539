// `acpctl attach --wait` ends when the work has, whatever of the log's end ACP v1 has no word for.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, it } from 'node:test';

import { poll } from '../../lib/until.mjs';
import { world } from '../../lib/world.mjs';

describe('attach --wait', { timeout: 60_000 }, () => {
  for (const agent of [1, 2])
    it(`from the middle of a turn of an agent of ACP v${agent}`, async (t) => {
      const w = new world({ v2: agent === 2 });
      t.after(() => w.end());
      await w.serve();
      const c = w.connect();
      const sessionId = await c.open(w.cwd);
      const end = c.prompt(sessionId, `say on; gate ${w.gate}; say last; background echo hi`);
      await c.until(() => c.said('on'), 'the turn');
      const watched = w.ctl('attach', '--wait', sessionId);
      const attached = async () =>
        (await c.request('_acpd/session/clients', { sessionId })).clients.length === 2;
      await poll(attached, 'acpctl to attach');
      fs.writeFileSync(w.gate, '');
      await end;
      const { code, stdout } = await watched;
      assert.equal(code, 0);
      assert.match(stdout, /last/);
      await c.leave();
    });
});
