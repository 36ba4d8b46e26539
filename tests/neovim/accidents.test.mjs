// What happens to windows, files and terminals all day, in a terminal of 80 columns: nothing of the
// person's is lost, and nothing is left behind.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { on_small_disk, root_only } from '../lib/small_disk.mjs';
import { poll } from '../lib/until.mjs';
import { alive, world } from '../lib/world.mjs';
import { neovim } from './nvim.mjs';

/** The names of the windows' buffers in the tab, and which lines they have. */
const windows = `return vim.tbl_map(function(window)
    return vim.fn.fnamemodify(vim.api.nvim_buf_get_name(vim.api.nvim_win_get_buf(window)), ':.')
  end, vim.api.nvim_tabpage_list_wins(0))`;

describe('windows of acpd', () => {
  let place, editor, id;
  const run = (command) => editor.lua(`vim.cmd(${JSON.stringify(command)})`);
  const are = (...names) => editor.wait(`${windows.replace('return', 'local now =')}
    table.sort(now)
    return vim.deep_equal(now, vim.json.decode([==[${JSON.stringify(names.sort())}]==]))`,
  `the windows ${names.join(', ')}`);
  const text = async () => (await editor.lines(`acpd://session/${id}`)).join('\n');
  const says = (pattern) => poll(async () => pattern.test(await text()), `the text ${pattern}`);
  const both = () => [`acpd://session/${id}`, `acpd://prompt/${id}`];

  before(async () => {
    place = new world();
    editor = new neovim(place, 'one', {}, [80, 24]);
    await editor.open('Acpd new scripted');
    id = await editor.opened();
    await editor.keys('Escape');
    await run('Acpd prompt say hello');
    await says(/finished/);
  });
  after(() => place.end());

  it('the bar begins with the state, though the rest does not fit', async () => {
    await run('Acpd rename A title that is much too long for a window of eighty columns, by far');
    await editor.shown(/^○ idle/m);
    editor.shot('small');
  });

  it('a line that is higher than the window is followed to its end', async () => {
    await run(`Acpd prompt flood 60 100; gate ${path.join(place.dir, 'on')}; say end`);
    await editor.shown(/#61\b/);
    fs.writeFileSync(path.join(place.dir, 'on'), '');
    await editor.shown(/#62 end/);
    await editor.shown(/finished/);
    // Higher than the room above the end, too: what was said last is seen.
    assert.match(editor.screen.text(), /#62 end/);
    editor.shot('high-line');
  });

  it('what came while somebody typed is folded when they stop', async () => {
    const closed = (title) => editor.lua(`
      local window = vim.fn.bufwinid('acpd://session/${id}')
      return vim.api.nvim_win_call(window, function()
        return vim.fn.foldclosed(vim.fn.search([[${title}]], 'bcnw')) ~= -1
      end)`);
    const call = (title) => Buffer.from(JSON.stringify({ sessionUpdate: 'tool_call', title,
      toolCallId: title, kind: 'read', status: 'completed', content: [{ type: 'content',
        content: { type: 'text', text: 'one\ntwo\nthree' } }] })).toString('base64');
    await run('Acpd prompt');
    await editor.keys('x');
    await editor.wait(`return vim.fn.mode() == 'i'`, 'Insert mode');
    await editor.lua(`require('acpd.ui.prompt').deliver(require('acpd.session').open['${id}'],
      'update ${call('A call')}; say later', function() end)`);
    await says(/A call[^]*#\d+ later[^]*finished/);
    await editor.keys('BSpace', 'Escape');
    await editor.wait(`return vim.fn.mode() == 'n'`, 'Normal mode');
    await poll(() => closed('A call'), 'the call to be folded');
  });

  it('the box goes with its conversation, and comes back with it', async () => {
    await are(...both());
    await editor.keys('C-w', 'k', 'g', 'l');
    await are('acpd://sessions');
    await editor.keys('G');
    await editor.wait(`return vim.bo.filetype == 'acpdsessions'`, 'the list');
    await editor.keys('Enter');
    await editor.shown(/there is no session on this line/);
    await run(`Acpd attach ${id}`);
    await are(...both());
    await run('Acpd prompt');
    await run('stopinsert');
    await run('Acpd sessions');
    await are('acpd://sessions', ...both());
    await run('close');
    await are(...both());
    await run(`execute bufwinnr('acpd://session/${id}') .. 'wincmd w'`);
    await run('vsplit');
    await are(...both(), both()[0]);
    await run('close');
    await are(...both());
  });

  it('a conversation that is deleted from the list of buffers, or edited again, goes on', async () => {
    await run('Acpd prompt');
    await editor.keys('half a thought', 'Escape');
    for (const end of ['bdelete!', 'bunload!', 'bwipeout!', 'edit']) {
      await run(`execute bufwinnr('acpd://session/${id}') .. 'wincmd w'`);
      await run(end);
      if (end !== 'edit')
        await editor.wait(`return require('acpd.session').open['${id}'] == nil`, 'it to be closed');
      await run(`Acpd attach ${id}`);
      await editor.live(id);
      await are(...both());
      await run(`Acpd prompt say after ${end}`);
      await says(new RegExp(`#\\d+ after ${end}[^]*finished`));
      assert.equal((await text()).match(/#\d+ hello/g).length, 1, end);
      assert.deepEqual(await editor.lines(`acpd://prompt/${id}`), ['half a thought'], end);
    }
    // What is typed since is what is kept: by the session that is open now.
    await run('Acpd prompt');
    await editor.keys(' and more', 'Escape');
    const kept = path.join(editor.state, fs.readdirSync(editor.state)[0], `${id}.ui.json`);
    const on_disk = (text) => fs.readFileSync(kept, 'utf8').includes(text);
    await poll(() => on_disk('half a thought and more'), 'it on disk');
    await run(`execute bufwinnr('acpd://session/${id}') .. 'wincmd w'`);
    await editor.keys('g', 'g');
    await poll(() => /"lnum":1\b/.test(fs.readFileSync(kept, 'utf8')), 'the place on disk');
    assert.ok(on_disk('half a thought and more'));
  });

  it('a window that showed a conversation shows a file as any other does', async () => {
    await run(`Acpd attach ${id}`);
    await editor.lua('vim.o.number, vim.o.signcolumn = true, "yes"');
    for (const name of both()) {
      await run(`Acpd attach ${id}`);
      await run(`execute bufwinnr('${name}') .. 'wincmd w'`);
      await run(`edit ${path.join(place.dir, 'a file')}`.replace('a file', 'file.txt'));
      assert.deepEqual(await editor.lua(
        'return { vim.wo.winbar, vim.wo.foldmethod, vim.wo.number, vim.wo.signcolumn }'),
      ['', 'manual', true, 'yes'], name);
      await run('bwipeout');
    }
  });

  it('the address under the cursor is opened, and a web page only', async () => {
    await run(`Acpd attach ${id}`);
    await run('Acpd prompt say see [it](https://example.org/x), file:///etc/passwd');
    await says(/#\d+ see[^]*finished/);
    const opened = await editor.lua(`
      local opened = {}
      vim.ui.open = function(address) table.insert(opened, address) end
      vim.ui.select = function(_, _, done) done(nil) end
      vim.api.nvim_set_current_win(vim.fn.bufwinid('acpd://session/${id}'))
      for _, word in ipairs({ 'example.org', 'etc/passwd' }) do
        vim.fn.search(word, 'bw')
        vim.api.nvim_feedkeys('gx', 'xm', false)
      end
      return opened`);
    assert.deepEqual(opened, ['https://example.org/x']);
  });

  it(':q in the conversation ends Neovim, when nothing else is open', async () => {
    await run('tabonly');
    await run(`only | buffer acpd://session/${id}`);
    await run(`Acpd attach ${id}`);
    await are(...both());
    await editor.keys('Escape', ':q', 'Enter');
    const ours = (p) => p.args.includes(editor.socket) || p.args[1] === 'connect';
    await poll(() => !place.processes().some(ours), 'Neovim and its bridge to end');
  });
});

describe('a file that an agent and a person change', () => {
  it('is read again where the person has not changed it; else both are told apart', async () => {
    const place = new world();
    try {
      const editor = new neovim(place, 'one', {}, [80, 24]);
      for (const name of ['theirs.txt', 'both.txt'])
        fs.writeFileSync(path.join(place.cwd, name), 'as it was\n');
      await editor.open('edit theirs.txt', 'split both.txt', 'Acpd new scripted');
      const id = await editor.opened();
      await editor.lua(`vim.api.nvim_buf_set_lines(vim.fn.bufnr('both.txt'), 0, -1, false, { 'mine' })`);
      await editor.lua(`vim.cmd('Acpd attach ${id}')`);
      await editor.live(id);
      await editor.lua(`vim.cmd('Acpd prompt fs write ${place.cwd}/theirs.txt agent; '
        .. 'fs write ${place.cwd}/both.txt agent')`);
      await editor.wait(`return vim.api.nvim_buf_get_lines(vim.fn.bufnr('theirs.txt'), 0, -1, false)[1] == 'agent'`,
        'the file to be read again');
      await editor.wait(`return vim.iter(vim.g.said):any(function(said)
        return said:find('changed on disk and here, yours stays', 1, true) ~= nil end)`,
      'it to be said');
      assert.deepEqual(await editor.lines('both.txt'), ['mine']);
      assert.match(fs.readFileSync(path.join(place.cwd, 'both.txt'), 'utf8'), /^agent/);
      assert.equal(await editor.lua(`return vim.api.nvim_get_mode().blocking`), false);
      editor.shot('both-changed');
    } finally {
      await place.end();
    }
  });
});

describe("a disk that is full under Neovim's state folder", () => {
  it('is said once; the conversation goes on, and comes back whole', root_only, async (t) => {
    const place = new world();
    try {
      const editor = new neovim(place, 'one', {}, [80, 24]);
      const state = path.dirname(path.dirname(editor.state));
      fs.mkdirSync(state, { recursive: true });
      const no_right = await on_small_disk(state, '128k', async (disk) => {
        await editor.open('Acpd new scripted');
        const id = await editor.opened();
        await editor.command(`Acpd prompt flood 2000 200; gate ${place.gate}; say end`);
        await editor.reached(id, 2000);
        const told = `return #vim.tbl_filter(function(said)
          return said:find('a conversation cannot be kept', 1, true) ~= nil end, vim.g.said)`;
        await editor.keys('still typed');
        await editor.shown(/still typed/);
        assert.equal(await editor.lua(told), 1);
        assert.equal(await editor.session(id, 'journal.kept'), false);
        editor.shot('disk-full');
        await editor.kill();
        disk.grow('8m');
        fs.writeFileSync(place.gate, '');
        await editor.open(`Acpd attach ${id}`);
        await editor.live(id);
        await editor.shown(/#2001 end/);
        const text = (await editor.lines(`acpd://session/${id}`)).join('');
        const numbers = [...text.matchAll(/#(\d+) /g)].map((m) => Number(m[1]));
        assert.deepEqual(numbers, Array.from({ length: 2001 }, (_, i) => i + 1));
        assert.equal(await editor.session(id, 'journal.kept'), true);
        await editor.quit();
      });
      if (no_right) t.skip(`no small disk: ${no_right.message}`);
    } finally {
      await place.end();
    }
  });
});

describe('Neovim ends, or is put aside', () => {
  const ways = {
    ':qall!': (editor) => editor.keys('Escape', ':qall!', 'Enter'),
    ':wqall': (editor) => editor.keys('Escape', ':wqall', 'Enter'),
    'the terminal is closed': (editor) => editor.screen.close(),
    SIGTERM: (editor) => process.kill(editor.screen.pid(), 'SIGTERM'),
  };
  for (const [name, end] of Object.entries(ways))
    it(`${name}: the turn goes on, the unsent prompt is kept, no process stays`, async () => {
      const place = new world();
      try {
        const editor = new neovim(place, 'one', {}, [80, 24]);
        await editor.open('Acpd new scripted');
        const id = await editor.opened();
        await editor.command(`Acpd prompt say before; gate ${place.gate}; say end`);
        await editor.shown(/#1 before/);
        await editor.keys('not sent yet');
        await editor.shown(/not sent yet/);
        const ours = (p) => p.args.includes(editor.socket) || p.args[1] === 'connect';
        await end(editor);
        await poll(() => !place.processes().some(ours), 'Neovim and its bridge to end');
        fs.writeFileSync(place.gate, '');
        await editor.open('Acpd attach');
        await editor.live(id);
        await editor.shown(/#2 end/);
        await editor.shown(/not sent yet/);
        assert.equal(await editor.session(id, 'journal.kept'), true);
      } finally {
        await place.end();
      }
    });

  it('Ctrl-Z: what came meanwhile is there when it is back', async () => {
    const place = new world();
    try {
      const editor = new neovim(place, 'one', {}, [80, 24]);
      editor.from_shell = true;
      await editor.open('Acpd new scripted');
      const id = await editor.opened();
      await editor.command(`Acpd prompt say before; gate ${place.gate}; rate 200 400; say end`);
      await editor.shown(/#1 before/);
      await editor.keys('Escape', 'C-z');
      await editor.shown(/Stopped/);
      fs.writeFileSync(place.gate, '');
      await poll(async () => /"state":"idle"/.test((await place.ctl('ls', '--json')).stdout), 'the end');
      await editor.keys('fg', 'Enter');
      await editor.shown(/#402 end/);
      assert.ok(alive(editor.screen.pid()));
      const text = (await editor.lines(`acpd://session/${id}`)).join('\n');
      const numbers = [...text.matchAll(/#(\d+) /g)].map((m) => Number(m[1]));
      assert.deepEqual(numbers, Array.from({ length: 402 }, (_, i) => i + 1));
    } finally {
      await place.end();
    }
  });
});
