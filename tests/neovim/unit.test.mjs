// The plugin's pieces, each without a daemon, in Neovim itself.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { nvim_program, plugin } from './nvim.mjs';
import { run } from '../editors/drivers/screen.mjs';

const specs = path.join(import.meta.dirname, 'unit');
const names = fs.readdirSync(specs).filter((name) => name.endsWith('_spec.lua'));

// The oldest Neovim that is supported, and the newest that Debian has.
for (const suite of process.env.NVIM_SUITE ? [process.env.NVIM_SUITE] : ['trixie', 'forky'])
  describe(`the plugin, piece by piece, in the Neovim of ${suite}`, () => {
    let nvim, state;
    before(() => {
      nvim = nvim_program(suite);
      state = fs.mkdtempSync('/tmp/acpd-nvim-');
    });
    after(() => fs.rmSync(state, { recursive: true, force: true }));
    for (const name of names) {
      it(name, async () => {
        const args = ['--headless', '-u', 'NONE', '-i', 'NONE', '-n', '-l',
          path.join(specs, 'run.lua'), plugin, path.join(specs, name)];
        const env = { ...process.env, XDG_STATE_HOME: path.join(state, name), ACPD_SOCKET: 'none' };
        const said = await run(nvim, args, { env, timeout: 120_000, cwd: specs });
        const lines = said.stdout.split('\n').filter((line) => line.startsWith('{'));
        const cases = lines.map((line) => JSON.parse(line));
        assert.ok(cases.length > 0, said.stderr);
        assert.deepEqual(cases.filter((c) => !c.ok).map((c) => `${c.name}: ${c.message}`), []);
      });
    }
  });
