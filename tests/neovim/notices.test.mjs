// Somebody looks elsewhere: what Neovim, the terminal and the desktop are told.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { poll } from '../lib/until.mjs';
import { world } from '../lib/world.mjs';
import { neovim } from './nvim.mjs';

const read = (file) => (fs.existsSync(file) ? fs.readFileSync(file, 'latin1') : '');

/** A program that writes its arguments down, one a line. */
function stand_in(place, name) {
  const bin = path.join(place.dir, 'bin'), said = path.join(place.dir, `${name}.said`);
  fs.mkdirSync(bin);
  fs.writeFileSync(path.join(bin, name), `#!/bin/sh\nprintf '%s\\n' "$@" >>'${said}'\n`,
    { mode: 0o755 });
  return { said, path: `${bin}:${process.env.PATH}` };
}

const ways = {
  osc9: (title) => `\x1b]9;${title}\x1b\\`,
  osc777: (title) => `\x1b]777;notify;acpd;${title}\x1b\\`,
  'notify-send': (title) => `--\nacpd\n${title}\n`,
};

describe('a notice', () => {
  for (const [desktop, sequence] of Object.entries(ways))
    it(`of a question, an end and a failure, by ${desktop}`, async () => {
      const place = new world();
      try {
        const program = stand_in(place, 'notify-send');
        const editor = new neovim(place, 'one', { desktop });
        editor.env.PATH = program.path;
        await editor.open('Acpd new scripted');
        await editor.opened();
        const terminal = path.join(place.dir, 'terminal');
        await editor.screen.tmux('pipe-pane', '-o', `cat >>'${terminal}'`);
        const told = desktop === 'notify-send' ? program.said : terminal;
        const is_told = (title) =>
          poll(() => read(told).includes(sequence(title)), `${desktop} to say "${title}"`);
        await editor.command('Acpd rename Work; done');
        await editor.command(`Acpd prompt gate ${place.gate}; permission make; say done`);
        // Looked at, nothing is said; in another buffer, it is.
        await editor.command('Acpd sessions');
        await editor.shown(/running +Work; done/);
        fs.writeFileSync(place.gate, '');
        const plain = (title) => (desktop === 'notify-send' ? title : title.replace(';', ','));
        await is_told('needs you: Run make');
        await editor.command('Acpd inbox');
        await editor.shown(/\[1\] Allow/);
        await editor.keys('Escape', '1');
        await is_told(plain('finished: Work; done'));
        await editor.lua(`vim.cmd('Acpd attach') vim.cmd('Acpd prompt error -32603 no more')
          vim.cmd('Acpd sessions')`);
        await is_told(plain('failed: Work; done'));
        const said = await editor.lua('return vim.g.said');
        assert.ok(said.includes('acpd: finished: Work; done'), JSON.stringify(said));
        const events = await editor.lua('return vim.g.events');
        for (const event of ['State', 'NeedsYou', 'Answered', 'Finished', 'Failed'])
          assert.ok(events.includes(`Acpd${event}`), `${event} in ${events}`);
      } finally {
        await place.end();
      }
    });

  it('of new sessions of others that are over at once; of none that was there before', async () => {
    const place = new world();
    const run = (text) => place.ctl('run', '--agent', 'scripted', '--cwd', place.cwd, text);
    try {
      await run('say earlier');
      const editor = new neovim(place);
      await editor.open('Acpd sessions');
      await editor.shown(/say earlier/);
      const names = ['one', 'two', 'three', 'four'].map((name) => `say ${name}`);
      for (const name of names) await run(name);
      await editor.shown(/say four/);
      const ends = () => editor.lua(`return vim.tbl_filter(function(said)
        return said:find('finished', 1, true) ~= nil end, vim.g.said)`);
      await poll(async () => (await ends()).length >= names.length, 'each to be told');
      assert.deepEqual(await ends(), names.map((name) => `acpd: finished: ${name}`));
    } finally {
      await place.end();
    }
  });
});
