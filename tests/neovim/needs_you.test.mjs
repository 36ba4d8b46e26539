// What waits for a person: asked while no editor was there, and in two editors at once.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { poll } from '../lib/until.mjs';
import { world } from '../lib/world.mjs';
import { neovim } from './nvim.mjs';

const inbox = 'acpd://inbox';
const asked = (count) =>
  `return vim.tbl_count(require('acpd.watch').asked) == ${count}`;

describe('what waits for a person', () => {
  it('was asked while Neovim was away, and is answered in the inbox', async () => {
    const place = new world();
    try {
      const editor = new neovim(place);
      await editor.open('Acpd new scripted');
      const id = await editor.opened();
      await editor.command(`Acpd prompt say before; gate ${place.gate}; permission make all; say end`);
      await editor.shown(/#1 before/);
      await editor.kill();
      fs.writeFileSync(place.gate, '');
      await poll(async () => /Run make all/.test((await place.ctl('permit', '--json')).stdout),
        'the question');

      await editor.open('Acpd sessions');
      await editor.shown(/needs you +say before/);
      editor.shot('sessions');
      await editor.command('Acpd attach');
      await editor.live(id);
      await editor.shown(/ga: answer/);
      await editor.command('Acpd inbox');
      await editor.shown(/Run make all/);
      await editor.shown(/\[1\] Allow/);
      editor.shot('inbox');
      // A click anywhere else is no answer: nothing was asked in a box.
      assert.equal(await editor.lua(asked(1)), true);
      await editor.keys('1');
      await editor.shown(/Nothing waits for you/);
      await editor.command(`Acpd attach ${id}`);
      await editor.shown(/permission: selected yes/);
      assert.ok((await editor.lua('return vim.g.events')).includes('AcpdAnswered'));
    } finally {
      await place.end();
    }
  });

  it('stands in two Neovims at once; one answers, and it is gone in the other', async () => {
    const place = new world();
    try {
      const one = new neovim(place, 'one'), two = new neovim(place, 'two');
      await one.open('Acpd new scripted');
      const id = await one.opened();
      await two.open(`Acpd attach ${id}`);
      await two.live(id);
      await one.command('Acpd prompt say both see this; permission rm -r build; say end');
      for (const editor of [one, two]) {
        await editor.shown(/#1 both see this/);
        await editor.wait(asked(1), 'the question');
      }
      await two.command('Acpd inbox');
      await two.shown(/Run rm -r build/);
      // The first answers with its own picker, `ga` in the conversation.
      await one.keys('Escape', 'C-w', 'k', 'g', 'a');
      await one.shown(/Run rm -r build/);
      await one.keys('3', 'Enter');
      for (const editor of [one, two]) await editor.wait(asked(0), 'the question to go');
      await two.shown(/Nothing waits for you/);
      await two.command(`Acpd attach ${id}`);
      for (const editor of [one, two]) await editor.shown(/permission: selected no/);
      two.shot('answered-by-the-other');
      const name = `acpd://session/${id}`;
      await poll(async () =>
        JSON.stringify(await one.lines(name)) === JSON.stringify(await two.lines(name)),
      'both to show the same');
      // Two of one person: only the first writes what is kept.
      assert.equal(await one.session(id, 'journal.kept'), true);
      assert.equal(await two.session(id, 'journal.kept'), false);
    } finally {
      await place.end();
    }
  });

  it('counts in the statusline, stands with its diff, which opens beside it', async () => {
    const place = new world();
    try {
      const editor = new neovim(place);
      await editor.open('Acpd new scripted');
      const id = await editor.opened();
      await editor.keys('Escape');
      const call = { toolCallId: 'edit-1', title: 'Edit a.txt', kind: 'edit', status: 'pending',
        content: [{ type: 'diff', path: path.join(place.cwd, 'a.txt'), oldText: 'one\ntwo\n',
          newText: 'one\nTWO\n' }] };
      const words = Buffer.from(JSON.stringify(call)).toString('base64');
      await editor.command(`Acpd prompt permission-for ${words}`);
      await editor.wait(asked(1), 'the question');
      assert.match(await editor.lua(`return require('acpd').statusline()`), /◆ 1 needs you/);
      await editor.command('Acpd inbox');
      await editor.shown(/◆ Edit a\.txt/);
      for (const line of [/ {6}-two$/m, / {6}\+TWO$/m, /\[1\] Allow/]) await editor.shown(line);
      editor.shot('inbox-diff');
      await editor.keys('g', 'd');
      await editor.wait(`return vim.wo.diff and vim.fn.winnr('$') == 2`, 'the diff');
      assert.deepEqual(await editor.lua(`return vim.tbl_map(function(window)
        return vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
      end, vim.api.nvim_tabpage_list_wins(0))`), [['one', 'two'], ['one', 'TWO']]);
      await editor.lua(`vim.cmd('tabclose')`);
      await editor.keys('1');
      await editor.wait(asked(0), 'the answer');
      await editor.command(`Acpd attach ${id}`);
      await editor.shown(/permission: yes/);
      await editor.wait(`return require('acpd').statusline() == ''`, 'nothing to go on');
    } finally {
      await place.end();
    }
  });

  it('is a form, asked field by field; one that is left is still asked', async () => {
    const place = new world();
    try {
      const editor = new neovim(place);
      await editor.open('Acpd new scripted');
      const id = await editor.opened();
      await editor.command('Acpd prompt elicitation form');
      await editor.wait(asked(1), 'the question');
      await editor.command('Acpd inbox');
      await editor.shown(/Who are you\?/);
      editor.shot('form');
      await editor.lua(`
        vim.ui.select = function(_, _, done) done(nil) end
        vim.cmd('Acpd answer')`);
      assert.equal(await editor.lua(asked(1)), true);
      await editor.lua(`
        local chosen, typed = { 'answer', 'yes' }, { 'Ada', 'x', '7' }
        vim.ui.select = function(_, _, done) done(table.remove(chosen, 1)) end
        vim.ui.input = function(_, done) done(table.remove(typed, 1)) end
        vim.cmd('Acpd answer')`);
      await editor.wait(asked(0), 'the question to go');
      await editor.wait(
        `return table.concat(vim.api.nvim_buf_get_lines(vim.fn.bufnr('acpd://session/${id}'),
          0, -1, false)):find('accept') ~= nil`, 'the answer');
      const text = (await editor.lines(`acpd://session/${id}`)).join('\n');
      assert.match(text, /elicitation: accept/);
      for (const part of ['"name":"Ada"', '"count":7', '"sure":true'])
        assert.ok(text.includes(part), text);
      const said = await editor.lua('return vim.g.said');
      const refused = 'count: x is not a whole number';
      assert.ok(said.some((s) => s.includes(refused)), JSON.stringify(said));
    } finally {
      await place.end();
    }
  });
});
