// A real VS Code window and a real Neovim on one session of one daemon: each sees what the other
// does, what waits is seen in both, and what is asked is answered once.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';

import { scripted } from '../lib/world.mjs';
import { poll } from '../lib/until.mjs';
import { neovim } from '../neovim/nvim.mjs';
import { numbers } from './checks.mjs';
import { vscode_window } from './window.mjs';

describe('VS Code and Neovim on one session', { timeout: 560_000 }, () => {
  let w, nvim, s, tab;
  const gate = (name) => path.join(w.place.dir, name);
  const open_gate = (name) => fs.writeFileSync(gate(name), '');
  const in_nvim = async () => (await nvim.lines(`acpd://session/${s.id}`)).join('\n');
  const nvim_says = (text) => poll(async () => (await in_nvim()).includes(text),
    `Neovim to show "${text}"`);
  const asked = (count) => nvim.wait(
    `return vim.tbl_count(require('acpd.watch').asked) == ${count}`, `${count} questions in Neovim`);
  const pictures = async (name) => {
    await w.shot(`both-${name}`);
    nvim.shot(`both-${name}`);
  };

  before(async () => {
    w = await vscode_window.open({
      agents: { scripted: { command: [process.execPath, scripted] } } });
    await w.status('0 sessions').waitFor();
    nvim = new neovim(w.place);
    await nvim.open('Acpd new scripted');
    s = { id: await nvim.opened(), name: 'say from Neovim' };
  });
  afterEach(async (t) => {
    if (t.error ?? t.failed) console.error(await w.evidence(), nvim.screen.text());
  });
  after(() => w?.end());

  it("a prompt of Neovim's appears in VS Code, with its answer", async () => {
    await nvim.command('Acpd prompt say from Neovim');
    await nvim_says('#1 from Neovim');
    tab = await w.open_in_editor(s);
    await w.conversation(s, 'say from Neovim', '#1 from Neovim');
  });

  it("and one of VS Code's in Neovim, while it streams", async () => {
    await w.prompt(tab, `say from VS Code\nrate 100 100\ngate ${gate('go')}\nrate 100 100`);
    await nvim_says('say from VS Code');
    await nvim.reached(s.id, 100);
    await w.conversation(s, '#100 ');
    await pictures('streaming');
    open_gate('go');
    await nvim_says('#202 ');
    await w.conversation(s, '#202 ');
    assert.deepEqual(numbers([await in_nvim()]), Array.from({ length: 202 }, (_, i) => i + 1));
    assert.deepEqual(numbers(await w.read_rows(tab)), numbers([await in_nvim()]));
  });

  it('what waits is in both, with its place and whose it is; one withdraws, it goes in both',
    async () => {
      await w.prompt(tab, `say first\ngate ${gate('queue')}`);
      await nvim_says('first');
      await w.prompt(tab, 'say second');
      await nvim.shown(/1 queued \(gq: change\) · 1\. say second/);
      await nvim.command('Acpd prompt say third');
      await nvim.shown(
        /2 queued \(gq: change\) · 1\. say second \(of another editor\) · 2\. say third/);
      await w.conversation(s, 'say second', 'say third');
      await pictures('queue');
      // Neovim withdraws what VS Code has asked for.
      await nvim.lua(`
        local wanted = { 'say second', 'withdraw' }
        vim.ui.select = function(items, options, done)
          local text = table.remove(wanted, 1)
          for _, item in ipairs(items) do
            local shown = (options.format_item or tostring)(item)
            if shown:find(text, 1, true) then return done(item) end
          end
        end
        vim.cmd('Acpd queue')`);
      await nvim.shown(/1 queued \(gq: change\) · 1\. say third/);
      await w.frame('conversation', (body, [id]) => body.dataset.opened === id
        && body.innerText.includes('say third') && !body.innerText.includes('say second'), [s.id]);
      open_gate('queue');
      await nvim_says(' third');
      await w.conversation(s, '#204 third');
      assert.ok(!(await in_nvim()).includes('second'));
    });

  it('what is asked stands in both; VS Code answers, and it is gone in Neovim', async () => {
    await nvim.command('Acpd prompt permission make -j2');
    await nvim.command('Acpd inbox');
    await nvim.shown(/Run make -j2[\s\S]*\[1\] Allow/);
    await w.conversation(s, 'Run make -j2', 'Reject');
    await pictures('question');
    await tab.getByRole('button', { name: 'Allow' }).click();
    await nvim.shown(/Nothing waits for you/);
    await asked(0);
    await nvim_says('permission: selected yes');
    await w.conversation(s, 'permission: selected yes');
  });

  it('Neovim answers, and it is gone in VS Code: conversation, inbox and count', async () => {
    await w.prompt(tab, 'permission rm -r build');
    await w.conversation(s, 'Run rm -r build', 'Reject');
    await w.status('1 needs you').waitFor();
    await nvim.shown(/Run rm -r build[\s\S]*\[3\] Reject/);
    await nvim.lua(`vim.api.nvim_set_current_win(vim.fn.bufwinid('acpd://inbox'))
      vim.cmd('normal! gg')`);
    await nvim.keys('Escape', '3');
    const told = await w.conversation(s, 'permission: selected no');
    await told.locator('.question').waitFor({ state: 'detached' });
    await w.status('1 needs you').waitFor({ state: 'detached' });
    await nvim_says('permission: selected no');
    await asked(0);
  });

  it('Neovim is killed while VS Code goes on, and comes back to what it missed', async () => {
    await nvim.kill();
    await w.prompt(tab, 'say while Neovim was gone');
    await w.conversation(s, 'while Neovim was gone', 'finished');
    await nvim.open('Acpd attach');
    await nvim.live(s.id);
    await nvim_says('while Neovim was gone');
    assert.match(await nvim.session(s.id, 'banner'), /^replayed \d+ updates? since /);
    await pictures('back');
  });
});
