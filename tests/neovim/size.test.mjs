// A long conversation: how soon it is there, and that typing does not wait for it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, it } from 'node:test';

import { poll } from '../lib/until.mjs';
import { world } from '../lib/world.mjs';
import { neovim } from './nvim.mjs';
import { attach_ms, longest_pause_ms, watch_pauses } from './timing.mjs';

const count = 10_000;

/** Where an endless line is cut depends on how its pieces came. */
const whole_text = (lines) => lines.join('');

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
      const tail = await attach_ms(editor, id);
      assert.match(await editor.session(id, 'banner'), /^replayed 500\d updates/);
      const text = whole_text(await editor.lines(`acpd://session/${id}`));
      const seen = [...text.matchAll(/#(\d+) /g)].map((m) => Number(m[1]));
      assert.deepEqual(seen, Array.from({ length: count + 1 }, (_, i) => i + 1));
      await editor.kill();

      await editor.open('Acpd sessions');
      await editor.wait(`return require('acpd.watch').known`, 'the list');
      const kept = await attach_ms(editor, id);
      const fresh = new neovim(place, 'fresh', { keep: false });
      await fresh.open('Acpd sessions');
      await fresh.wait(`return require('acpd.watch').known`, 'the list');
      const whole = await attach_ms(fresh, id);
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
        await watch_pauses(editor);
        await editor.command(`Acpd prompt rate 2500 ${count} 200; say end`);
        await editor.reached(id, 100);
        await editor.keys('typed meanwhile');
        await editor.shown(/typed meanwhile/);
        await editor.wait(`return require('acpd.session').open['${id}'].model.state == 'idle'`, 'end');
        t.diagnostic(`longest pause of Neovim's loop: ${Math.round(await longest_pause_ms(editor))} ms`);
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
