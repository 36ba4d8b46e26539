// What a person does all day: lists, names, queues, modes, mentions, diffs. One Neovim, one daemon.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { poll } from '../lib/until.mjs';
import { world } from '../lib/world.mjs';
import { neovim } from './nvim.mjs';

/** People's pickers, as a test: what is chosen is the entry that contains a text. */
const choose = (...texts) => `
  local wanted = vim.json.decode([==[${JSON.stringify(texts)}]==])
  vim.ui.select = function(items, options, done)
    local text = table.remove(wanted, 1)
    for _, item in ipairs(items) do
      local shown = (options.format_item or tostring)(item)
      if text and shown:find(text, 1, true) then return done(item) end
    end
    done(nil)
  end`;
/** What is typed where they are asked; '': what is offered. */
const type = (...texts) => `
  local typed = vim.json.decode([==[${JSON.stringify(texts)}]==])
  vim.ui.input = function(options, done)
    local text = table.remove(typed, 1)
    done(text == '' and options.default or text)
  end`;
const store_py = `def open_store(path):
    """Opens the store that lies at a path."""
    return path
`;
/** The smallest picture that there is. */
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';

describe('a day in Neovim', () => {
  let place, editor, id;
  const run = (command, picks = '') => editor.lua(`${picks} vim.cmd(${JSON.stringify(command)})`);
  const text = async () => (await editor.lines(`acpd://session/${id}`)).join('\n');
  const says = (pattern) => poll(async () => pattern.test(await text()), `the text ${pattern}`);
  /** Runs in the conversation's window. */
  const inside = (code) => editor.lua(`
    vim.api.nvim_set_current_win(vim.fn.bufwinid('acpd://session/${id}')) ${code}`);

  before(async () => {
    place = new world({ agent_env: { ACPD_TEST_EARLIER: 'before-acpd' } });
    fs.mkdirSync(path.join(place.cwd, 'src'));
    fs.writeFileSync(path.join(place.cwd, 'src/parser.lua'), 'one\ntwo\nthree\n');
    fs.writeFileSync(path.join(place.cwd, 'src/store.py'), store_py);
    fs.writeFileSync(path.join(place.cwd, 'dot.png'), Buffer.from(pixel, 'base64'));
    editor = new neovim(place);
    await editor.open('Acpd new scripted');
    id = await editor.opened();
    await editor.keys('Escape');
  });
  after(() => place.end());

  it('the list shows a session with its state, and renames it', async () => {
    await run('Acpd prompt say hello');
    await says(/#1 hello/);
    await run('Acpd sessions');
    await editor.shown(/idle +say hello +scripted/);
    await editor.lua(type('My session'));
    await editor.keys('/', 'say hello', 'Enter', 'r');
    await editor.shown(/idle +My session +scripted/);
    await editor.keys('Enter');
    await editor.shown(/hello/);
  });

  it('a key of the list cancels what runs there', async () => {
    await run(`Acpd prompt say endless; gate ${path.join(place.dir, 'no gate')}`);
    await says(/endless/);
    await run('Acpd sessions');
    await editor.shown(/running +My session +scripted/);
    await editor.keys('/', 'My session', 'Enter', 'c');
    await editor.shown(/idle +My session +scripted/);
    await editor.keys('Enter');
    await says(/cancelled/);
  });

  it('prompts wait in a queue: edited, withdrawn, sent now', async () => {
    const queue = (count) => editor.wait(
      `return #(require('acpd.watch').queues['${id}'] or {}) == ${count}`, `a queue of ${count}`);
    await run(`Acpd prompt say first; gate ${place.gate}`);
    await says(/first/);
    for (const one of ['second', 'third', 'fourth']) await run(`Acpd prompt say ${one}`);
    await queue(3);
    await editor.shown(/3 queued \(gq: change\) · 1\. say second · 2\. say third · 3\. say fourth/);
    editor.shot('queue');
    await run('Acpd queue', choose('say third', 'withdraw'));
    await queue(2);
    await run('Acpd queue', choose('say second', 'edit') + type('say changed'));
    await editor.shown(/2 queued \(gq: change\) · 1\. say changed · 2\. say fourth/);
    await run('Acpd queue', choose('say fourth', 'send now'));
    await says(/fourth[\s\S]*changed/);
    const whole = await text();
    assert.ok(!/second|third/.test(whole.replace(/say first.*/, '')), whole);
    assert.match(whole, /cancelled/);
    await editor.wait(`return require('acpd.session').open['${id}'].model.state == 'idle'`, 'idle');
  });

  it('what is sent now goes first, and what another editor waits with stays that', async () => {
    const other = place.connect();
    await other.start();
    await other.request('session/load', { sessionId: id, cwd: place.cwd, mcpServers: [] });
    const theirs = (said) => other.request('_acpd/session/prompt',
      { sessionId: id, prompt: [{ type: 'text', text: said }] });
    await run(`Acpd prompt say holding; gate ${path.join(place.dir, 'not yet')}`);
    await says(/holding/);
    await theirs('say theirs');
    await run(`Acpd prompt say mine; gate ${path.join(place.dir, 'mine')}`);
    await editor.shown(/2 queued \(gq: change\) · 1\. say theirs \(of another editor\)/);
    await run('Acpd queue', choose('say mine', 'send now'));
    await says(/#\d+ holding[^]*cancelled[^]*#\d+ mine/);
    const { queue } = await other.request('_acpd/queue/list', { sessionId: id });
    assert.deepEqual(queue.map((one) => [one.prompt[0].text, one.own]), [['say theirs', true]]);
    // The same from the box, in front of them.
    await run('Acpd prompt');
    await editor.keys('say boxed', 'Escape', 'g', 'n');
    await says(/#\d+ boxed[^]*#\d+ theirs[^]*finished/);
    await other.kill();
  });

  it('a waiting prompt of several lines is edited in a buffer', async () => {
    await run(`Acpd prompt say holding again; gate ${path.join(place.dir, 'not now')}`);
    await says(/holding again/);
    await editor.lua(`require('acpd.ui.prompt').deliver(require('acpd.session').open['${id}'],
      'say one\\nsay two', function() end)`);
    await editor.shown(/1 queued/);
    await run('Acpd queue', choose('say one', 'edit'));
    await editor.wait(`return vim.api.nvim_buf_get_name(0):find('acpd://queued/', 1, true) == 1`,
      'the buffer');
    assert.deepEqual(await editor.lua('return vim.api.nvim_buf_get_lines(0, 0, -1, false)'),
      ['say one', 'say two']);
    await editor.keys('G', 'o', 'say three', 'Escape', ':wq', 'Enter');
    await editor.wait(`local all = require('acpd.watch').queues['${id}']
      return all[1].prompt[1].text == 'say one\\nsay two\\nsay three'`, 'the change');
    await run('Acpd attach');
    await run('Acpd cancel');
    await editor.wait(`return require('acpd.session').open['${id}'].model.state == 'idle'`, 'idle');
  });

  it('the box is sent now, though a turn runs', async () => {
    const gate = path.join(place.dir, 'never');
    await run(`Acpd prompt say waiting; gate ${gate}`);
    await says(/waiting/);
    await run('Acpd prompt');
    await editor.keys('say urgent', 'Escape', 'g', 'n');
    await says(/cancelled[\s\S]*urgent[\s\S]*finished/);
    assert.deepEqual(await editor.lines(`acpd://prompt/${id}`), ['']);
  });

  it('modes, models and options are chosen', async () => {
    await run('Acpd mode', choose('Code'));
    await editor.shown(/idle +code +small/);
    await run('Acpd model', choose('Large'));
    const chosen = (option, value) => editor.wait(
      `return vim.iter(require('acpd.session').open['${id}'].model.options)
        :any(function(o) return o.configId == '${option}' and o.currentValue == ${value} end)`,
      `${option} to be ${value}`);
    await chosen('model', '"large"');
    await run('Acpd config', choose('Thorough', 'on'));
    await chosen('thorough', 'true');
  });

  it('a diff opens side by side, whole where the file fits', async () => {
    await run('Acpd prompt all-updates');
    await says(/Edit a\.txt/);
    editor.shot('all-updates');
    await editor.wait(`return require('acpd.session').open['${id}'].model.state == 'idle'`, 'idle');
    const panes = await inside(`
      vim.fn.search('Edit a.txt')
      vim.cmd('Acpd diff')
      local shown = {}
      for _, window in ipairs(vim.api.nvim_tabpage_list_wins(0)) do
        table.insert(shown, { vim.wo[window].diff,
          vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false) })
      end
      return shown`);
    assert.deepEqual(panes, [[true, ['old']], [true, ['new']]]);
    editor.shot('diff');
    await run('tabclose');
  });

  it('who attaches has its commands, mode, model, usage and title: kept, and from the start',
    async () => {
      const facts = (one) => one.wait(`local s = require('acpd.session').open['${id}']
        if not s or s.phase ~= 'live' then return nil end
        local found = { commands = vim.iter(s.model.commands):map(function(c) return c.name end)
          :totable(), title = s.model.title, cost = s.model.usage.cost.amount }
        for _, option in ipairs(s.model.options) do
          found[option.configId] = option.currentValue
        end
        return found`, 'the facts');
      const wanted = await facts(editor);
      assert.deepEqual(wanted, { commands: ['test', 'stop'], title: 'All updates', cost: 0.25,
        mode: 'code', model: 'large', thorough: true });
      const others = [new neovim(place, 'kept'), new neovim(place, 'fresh', { keep: false })];
      await editor.kill();
      for (const one of [...others, editor]) {
        await one.open(`Acpd attach ${id}`);
        assert.deepEqual(await facts(one), wanted, one.name);
        await one.shown(/idle {2}code {2}large {2}1\.2k\/200k tokens, 0\.25 USD {2}All updates/);
        if (one !== editor) await one.quit();
      }
      await editor.live(id);
    });

  /** What the agent was given besides its text, in the prompt with these words. */
  const given = (words) => poll(() => place.agent_read('session/prompt').map((m) => m.params.prompt)
    .find(([{ text: said }]) => said?.includes(words))?.slice(1), `the agent to read "${words}"`);

  it('a mention of a file becomes a link, of a picture the picture; both complete', async () => {
    await run('Acpd prompt say look at @src/parser.lua, please, not me@example.org');
    const uri = `file://${fs.realpathSync(place.cwd)}/src/parser.lua`;
    assert.deepEqual(await given('look at'),
      [{ type: 'resource_link', name: 'src/parser.lua', uri }]);
    await run('Acpd prompt say what is on @dot.png');
    assert.deepEqual(await given('what is on'),
      [{ type: 'image', mimeType: 'image/png', data: pixel }]);
    await says(/what is on[^]*finished ·/);
    await run('Acpd prompt');
    await editor.wait(`return vim.fn.mode() == 'i'`, 'the box');
    await editor.keys('see @pars', 'C-x', 'C-u');
    await editor.shown(/see @src\/parser\.lua/);
    await editor.keys('C-e', 'Escape', 'c', 'c', '/st', 'C-x', 'C-u');
    await editor.shown(/^\/stop/m);
    await editor.keys('C-e', 'Escape', 'c', 'c', 'Escape');
  });

  it('symbols of the code index complete as places in files', async () => {
    await poll(async () => {
      const { stdout } = await place.ctl('search', 'open_store', '-C', place.cwd, '--json');
      return JSON.parse(stdout || '{}').hits?.length;
    }, 'the index');
    await run('Acpd prompt rate 100 300');
    await run('Acpd prompt');
    await editor.wait(`return vim.fn.mode() == 'i'`, 'the box');
    await editor.keys('see @open_st', 'C-x', 'C-u');
    const line = (text) => editor.wait(`return vim.api.nvim_get_current_line() == '${text}'`, text);
    await line('see @src/store.py#L1-L3');
    editor.shot('completion');
    // It streams meanwhile; what was typed comes back.
    await says(/rate 100 300[^]*finished ·/);
    await line('see @src/store.py#L1-L3');
    await editor.keys('C-e');
    await line('see @open_st');
    await editor.keys('Escape', 'c', 'c', 'Escape');
  });

  it('a path of the agent outside the workspace is not opened without a word', async () => {
    const outside = path.join(place.dir, 'outside.txt');
    fs.writeFileSync(outside, 'secret');
    fs.symlinkSync(outside, path.join(place.cwd, 'inside.txt'));
    await run(`Acpd prompt say ${outside} and inside.txt and src/parser.lua:2`);
    await says(/outside\.txt and/);
    const open = (word, pick) => inside(`
      ${choose(...pick)}
      vim.fn.search([[${word}]], 'bw')
      vim.cmd('Acpd open')
      return vim.api.nvim_buf_get_name(0)`);
    assert.match(await open('outside.txt and', ['no']), /acpd:/);
    assert.match(await open('inside.txt and src', ['no']), /acpd:/);
    const parser = path.join(fs.realpathSync(place.cwd), 'src/parser.lua');
    assert.equal(await open('src/parser.lua:2', []), parser);
    assert.equal(await editor.lua('return vim.fn.line(".")'), 2);
    assert.equal(await open('outside.txt and', ['open it']), outside);
  });

  it("an agent's own session is imported", async () => {
    await inside('return nil');
    await run('Acpd import scripted', choose('Earlier'));
    await editor.wait(`return vim.tbl_count(require('acpd.session').open) == 2`, 'the import');
    await editor.shown(/agent's own replay/);
  });

  it('the code index answers with the text itself, as it is now, and says how fresh it is', async () => {
    const found = async (pattern) => poll(async () =>
      pattern.test((await editor.lines('acpd://search')).join('\n')), `the answer ${pattern}`);
    await run('Acpd search open the store');
    await found(/^search: open the store\nindex: 3 files\n/);
    await found(/\nsrc\/store\.py:1 {2}open_store\n {2}def open_store\(path\):\n/);
    editor.shot('search');
    // Changed a moment ago: the answer has it.
    fs.writeFileSync(path.join(place.cwd, 'src/store.py'), `\n\n${store_py.replace('path', 'place')}`);
    await run('Acpd search open the store');
    await found(/\nsrc\/store\.py:3 .*\n {2}def open_store\(place\):\n/);
    await editor.keys('/', '(place)', 'Enter', 'Enter');
    await editor.wait(`return vim.fn.expand('%:t') == 'store.py' and vim.fn.line('.') == 3`,
      'the place');
    await run('Acpd index');
    await editor.wait(`return vim.iter(vim.g.said):any(function(said)
      return said:find('work: index: 3 files', 1, true) ~= nil end)`, 'its status');
    await run('Acpd search qqqzzz');
    await found(/\n.*nothing found/i);
  });

  it('a new session is asked for its folder and agent, and both complete', async () => {
    const other = path.join(place.dir, 'other');
    fs.mkdirSync(other);
    const complete = (text) => editor.lua(`return vim.fn.getcompletion('${text}', 'cmdline')`);
    assert.deepEqual(await complete('Acpd new scr'), ['scripted']);
    assert.deepEqual(await complete(`Acpd new scripted ${other.slice(0, -2)}`), [`${other}/`]);
    await run('Acpd new', type(other) + choose('runner'));
    const made = await editor.wait(`for id, s in pairs(require('acpd.session').open) do
      if s.cwd == '${other}' and s.phase == 'live' then return id end end`, 'the session');
    await run('Acpd sessions');
    await poll(async () => /other {2}index: .*\n {2}○ idle/.test(
      (await editor.lines('acpd://sessions')).join('\n')), 'it in the list');
    await run(`Acpd delete! ${made}`);
    await editor.wait(`return require('acpd.watch').sessions['${made}'] == nil`, 'it to be gone');
  });

  it('an archived session leaves the list, and comes back into it', async () => {
    const listed = () => editor.lines('acpd://sessions').then((lines) => lines.join('\n'));
    const shows = (pattern) =>
      poll(async () => pattern.test(await listed()), `the list ${pattern}`);
    await run(`Acpd attach ${id}`);
    await run('Acpd rename Old work');
    await run('Acpd sessions');
    await shows(/Old work/);
    await run(`Acpd archive ${id}`);
    await poll(async () => !/Old work/.test(await listed()), 'it to leave the list');
    await run('Acpd sessions!');
    await shows(/Old work.*archived/);
    await run(`Acpd archive! ${id}`);
    await run('Acpd sessions');
    await shows(/Old work/);
  });

  it('a closed session says so, and a prompt opens it again', async () => {
    await run(`Acpd attach ${id}`);
    await run(`Acpd close ${id}`);
    await editor.shown(/closed: a prompt opens it again/);
    await run('Acpd prompt say open again');
    await says(/#\d+ open again[\s\S]*finished/);
    assert.equal(await editor.session(id, 'phase'), 'live');
    assert.equal((await text()).match(/#\d+ open again/g).length, 1);
  });

  it('close stops, delete takes what Neovim kept along', async () => {
    await run(`Acpd close ${id}`);
    await editor.wait(`return require('acpd.watch').sessions['${id}'] ~= nil`, 'it in the list');
    await run(`Acpd delete! ${id}`);
    await editor.wait(`return require('acpd.watch').sessions['${id}'] == nil`, 'it to be gone');
    await editor.wait(`return vim.fn.bufnr('acpd://session/${id}') == -1`, 'its buffer to be gone');
    const [folder] = fs.readdirSync(editor.state);
    const kept = fs.readdirSync(path.join(editor.state, folder));
    assert.deepEqual(kept.filter((name) => name.startsWith(id)), []);
  });

  it('a buffer is opened by its name, as a session file does', async () => {
    await run('edit acpd://inbox');
    await editor.shown(/Nothing waits for you/);
    await run('edit acpd://sessions');
    await editor.shown(/n new/);
    assert.equal(await editor.lua('return vim.bo.filetype'), 'acpdsessions');
  });

  it('what can be typed is completed, and :checkhealth says that all is well', async () => {
    assert.deepEqual(await editor.lua(`return vim.fn.getcompletion('Acpd que', 'cmdline')`), ['queue']);
    const sessions = await editor.lua(`return vim.fn.getcompletion('Acpd attach ', 'cmdline')`);
    assert.equal(sessions.length, 1);
    const health = await editor.lua(`vim.cmd('checkhealth acpd')
      return vim.api.nvim_buf_get_lines(0, 0, -1, false)`);
    assert.ok(health.some((l) => /OK.*daemon/.test(l)), health.join('\n'));
    assert.ok(!health.some((l) => /ERROR/.test(l)), health.join('\n'));
  });
});
