// The daemon ends under an open Neovim: what a person sees of that, and what not.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, it } from 'node:test';

import { poll } from '../lib/until.mjs';
import { world } from '../lib/world.mjs';
import { neovim } from './nvim.mjs';

const numbers = (lines) =>
  [...lines.join('\n').matchAll(/#(\d+) /g)].map((m) => Number(m[1]));
const up_to = (count) => Array.from({ length: count }, (_, i) => i + 1);

describe('the daemon ends under an open Neovim', () => {
  it('and is started again: the stream goes on without a gap', async () => {
    const place = new world();
    try {
      const editor = new neovim(place);
      await editor.open('Acpd new scripted');
      const id = await editor.opened();
      await editor.command('Acpd prompt rate 300 600; say end');
      for (const seen of [100, 300]) {
        await editor.reached(id, seen);
        await place.kill_daemon();
      }
      await editor.shown(/#601 end/);
      await editor.shown(/finished/);
      assert.deepEqual(numbers(await editor.lines(`acpd://session/${id}`)), up_to(601));
      editor.shot('daemon-killed-twice');
    } finally {
      await place.end();
    }
  });

  it('and cannot be started: that is said, nothing typed is lost, and a key tries again', async () => {
    const place = new world();
    try {
      const editor = new neovim(place);
      await editor.open('Acpd new scripted');
      const id = await editor.opened();
      await editor.command('Acpd prompt say before');
      await editor.shown(/#1 before/);
      const config = fs.readFileSync(place.config);
      fs.writeFileSync(place.config, 'this is = no [configuration');
      await place.kill_daemon();
      await editor.shown(/acpd is not reachable \(gR: try again\): /);
      await editor.shown(/this is no TOML/);
      editor.shot('unreachable');
      // Typed and sent meanwhile: it stays in the box.
      await editor.keys('Escape', 'C-w', 'k', 'i');
      await editor.keys('say kept', 'C-s');
      await editor.wait(`return #vim.g.said > 0 and vim.g.said[#vim.g.said]:find('not sent') ~= nil`,
        'the refusal to be said');
      assert.deepEqual(await editor.lines(`acpd://prompt/${id}`), ['say kept']);
      assert.match(await editor.lua(`return require('acpd').statusline()`), /not reachable/);

      fs.writeFileSync(place.config, config);
      await editor.keys('Escape', 'g', 'R');
      await editor.wait(`return require('acpd.client').state == 'up'`, 'acpd to be back');
      await editor.keys('Enter');
      await editor.shown(/#2 kept|#1 kept/);
      assert.deepEqual(await editor.lines(`acpd://prompt/${id}`), ['']);
    } finally {
      await place.end();
    }
  });

  it('and the bridge with it: the session is attached again where it was', async () => {
    const place = new world();
    try {
      const editor = new neovim(place);
      await editor.open('Acpd new scripted');
      const id = await editor.opened();
      await editor.command(`Acpd prompt rate 300 600; gate ${place.gate}; say end`);
      await editor.reached(id, 200);
      const bridge = place.processes().find((p) => p.args[1] === 'connect');
      process.kill(bridge.pid, 'SIGKILL');
      fs.writeFileSync(place.gate, '');
      await editor.shown(/#601 end/);
      await poll(async () => numbers(await editor.lines(`acpd://session/${id}`)).length >= 601,
        'the whole stream');
      assert.deepEqual(numbers(await editor.lines(`acpd://session/${id}`)), up_to(601));
      editor.shot('bridge-killed');
    } finally {
      await place.end();
    }
  });
});
