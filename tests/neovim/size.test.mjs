// A long conversation: how soon it is there, and that typing does not wait for it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, it } from 'node:test';

import { poll } from '../lib/until.mjs';
import { world } from '../lib/world.mjs';
import { neovim } from './nvim.mjs';

const count = 10_000;

/** Milliseconds from the command to the whole conversation on the screen, measured inside. */
const attach = (id) => `
  local began, took = vim.uv.hrtime(), nil
  vim.cmd('Acpd attach ${id}')
  vim.wait(20000, function()
    local s = require('acpd.session').open['${id}']
    return s and s.phase == 'live'
  end, 1)
  vim.cmd.redraw()
  return (vim.uv.hrtime() - began) / 1e6`;

/** Where an endless line is cut depends on how its pieces came. */
const whole_text = (lines) => lines.join('');

/** Watches how long Neovim's loop is ever away from a timer of 5 ms. */
const longest_pause = `
  local last = vim.uv.hrtime()
  _G.longest = 0
  _G.timer = vim.uv.new_timer()
  _G.timer:start(5, 5, vim.schedule_wrap(function()
    local now = vim.uv.hrtime()
    _G.longest = math.max(_G.longest, (now - last) / 1e6)
    last = now
  end))`;

describe(`a conversation of ${count} updates`, () => {
  it('opens behind a cursor, from what is kept, and from the start', async (t) => {
    const place = new world();
    try {
      const editor = new neovim(place);
      await editor.open('Acpd new scripted');
      const id = await editor.opened();
      const half = `flood ${count / 2} 200`;
      await editor.command(`Acpd prompt ${half}; gate ${place.gate}; ${half}; say end`);
      await editor.shown(/#5000\b/);
      await editor.kill();
      fs.writeFileSync(place.gate, '');
      await poll(async () => /"state":"idle"/.test((await place.ctl('ls', '--json')).stdout), 'the end');

      // Behind a cursor: 5,000 kept, 5,000 missed, every one as it was.
      await editor.open('Acpd sessions');
      await editor.wait(`return require('acpd.watch').known`, 'the list');
      const tail = await editor.lua(attach(id));
      assert.match(await editor.session(id, 'banner'), /^replayed 500\d updates/);
      const text = whole_text(await editor.lines(`acpd://session/${id}`));
      const seen = [...text.matchAll(/#(\d+) /g)].map((m) => Number(m[1]));
      assert.deepEqual(seen, Array.from({ length: count + 1 }, (_, i) => i + 1));
      await editor.kill();

      await editor.open('Acpd sessions');
      await editor.wait(`return require('acpd.watch').known`, 'the list');
      const kept = await editor.lua(attach(id));
      const fresh = new neovim(place, 'fresh', { keep: false });
      await fresh.open('Acpd sessions');
      await fresh.wait(`return require('acpd.watch').known`, 'the list');
      const whole = await fresh.lua(attach(id));
      assert.equal(whole_text(await fresh.lines(`acpd://session/${id}`)), text);
      fresh.shot('ten-thousand-updates');
      t.diagnostic(`ms: ${Math.round(tail)} behind a cursor (${count / 2} kept, as many missed), ` +
        `${Math.round(kept)} from what is kept, ${Math.round(whole)} from the start`);
    } finally {
      await place.end();
    }
  });

  it('comes while a person types: keys are taken though it streams, and though nobody answers',
    async (t) => {
      const place = new world();
      try {
        const editor = new neovim(place);
        await editor.open('Acpd new scripted');
        const id = await editor.opened();
        await editor.lua(longest_pause);
        await editor.command(`Acpd prompt rate 2500 ${count} 200; say end`);
        await editor.reached(id, 100);
        await editor.keys('typed meanwhile');
        await editor.shown(/typed meanwhile/);
        await editor.wait(`return require('acpd.session').open['${id}'].model.state == 'idle'`, 'end');
        t.diagnostic(`longest pause of Neovim's loop: ${Math.round(await editor.lua('return _G.longest'))} ms`);
        process.kill(place.daemon_pid(), 'SIGSTOP');
        await editor.keys('Enter', 'and into silence');
        await editor.shown(/and into silence/);
        process.kill(place.daemon_pid(), 'SIGCONT');
        assert.deepEqual(await editor.lines(`acpd://prompt/${id}`),
          ['typed meanwhile', 'and into silence']);
      } finally {
        await place.end();
      }
    });
});
