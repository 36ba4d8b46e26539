// The daemon is not here: on another machine, or not installed at all.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { remote_world, token_file } from '../remote/servers.mjs';
import { world } from '../lib/world.mjs';
import { neovim } from './nvim.mjs';

/** Everything that Neovim wrote below the test's home. */
function written(editor) {
  const home = path.join(editor.place.dir, 'home');
  return fs.readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

const arguments_of = (place) => place.processes().flatMap((p) => p.args).join('\n');

describe('a daemon on another machine', () => {
  for (const how of ['from a file', 'typed'])
    it(`is reached with a token ${how}, which is in no argument and in nothing kept`, async () => {
      const place = await remote_world();
      try {
        const remote = `ws://127.0.0.1:${place.port}`;
        const typed = how === 'typed';
        const settings = typed ? { remote }
          : { remote, token_file: token_file(place, place.controller) };
        const editor = new neovim(place, 'one', settings);
        await editor.open();
        // What inputsecret() is given; what is typed there is never shown.
        await editor.lua(`vim.fn.inputsecret = function(text)
          vim.g.asked = text
          return '${typed ? place.controller : 'not asked for'}'
        end`);
        await editor.command('Acpd new scripted');
        const id = await editor.opened();
        await editor.command('Acpd prompt say from afar');
        await editor.shown(/#1 from afar/);
        assert.equal(await editor.lua('return vim.g.asked'), typed ? `Token for ${remote}: ` : undefined);
        await editor.command('qall!');
        await editor.gone();
        const kept = written(editor);
        assert.ok(kept.includes('from afar'), 'the conversation is kept');
        assert.ok(!kept.includes(place.controller), 'a token on disk');
        assert.ok(!arguments_of(place).includes(place.controller), 'a token among arguments');
        // And back, after a good end.
        await editor.open();
        await editor.lua(`vim.fn.inputsecret = function() return '${place.controller}' end`);
        await editor.command('Acpd attach');
        await editor.live(id);
        await editor.shown(/#1 from afar/);
        assert.ok(!arguments_of(place).includes(place.controller), 'a token among arguments');
      } finally {
        await place.end();
      }
    });
});

describe('no acpd', () => {
  it('is said, with how to get it; nothing is started', async () => {
    const place = new world();
    try {
      const editor = new neovim(place, 'one', { command: '/nowhere/acpctl' });
      await editor.open('Acpd');
      await editor.shown(/not reachable \(gR: try again\): there is no program \/nowhere\/acpctl: :Acpd install/);
      const shown = await editor.lua(`return vim.fn.execute('Acpd install')`);
      assert.match(shown, /server\/demo/);
      const health = await editor.lua(`vim.cmd('checkhealth acpd')
        return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')`);
      assert.match(health, /ERROR there is no program \/nowhere\/acpctl/);
      assert.ok(!place.processes().some((p) => /acpd|acpctl/.test(path.basename(p.args[0]))));
    } finally {
      await place.end();
    }
  });
});
