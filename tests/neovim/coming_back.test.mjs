// Neovim is killed in the middle of a job, and comes back to it: what it shows is what it showed,
// and what it missed, once.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { poll } from '../lib/until.mjs';
import { world } from '../lib/world.mjs';
import { cursor, log_of, missed_since } from './log.mjs';
import { neovim } from './nvim.mjs';

/** A job of thirty files that waits after ten, and after twenty, for a file of that name. */
function thirty_files(place) {
  for (let i = 0; i < 30; i++)
    fs.writeFileSync(path.join(place.cwd, `f${String(i).padStart(2, '0')}.txt`), 'x');
  fs.writeFileSync(path.join(place.cwd, 'job.sh'), `case "$1" in
f0*) ;;
f1*) while [ ! -e ten ]; do sleep 0.02; done ;;
*) while [ ! -e twenty ]; do sleep 0.02; done ;;
esac
`);
  return '/each *.txt --jobs 1 -- sh job.sh {}';
}

const go_on = (place, gate) => fs.writeFileSync(path.resolve(place.cwd, gate), '');

/** How far the daemon says that the job is. */
async function done(place, id, wanted) {
  return poll(async () => {
    const said = JSON.parse((await place.ctl('ls', '--json')).stdout);
    const one = (said.sessions ?? said).find((s) => s.sessionId === id);
    return one?._meta.acpd.progress?.done === wanted;
  }, `the job to be at ${wanted}`);
}

describe('Neovim comes back', () => {
  it('to a job that went on', async () => {
    const place = new world();
    try {
      const prompt = thirty_files(place);
      const editor = new neovim(place);
      await editor.open('Acpd new runner');
      const id = await editor.opened();
      await editor.keys('Escape');
      await editor.command(`Acpd prompt ${prompt}`);
      await editor.shown(/10\/30/);
      editor.shot('running');
      await editor.keys(':', 'Acpd prompt', 'Enter', 'half a thought');
      await editor.wait(
        `return (require('acpd.ui.conversation').remembered(require('acpd.session').open['${id}']).prompt or {})[1] == 'half a thought'`,
        'the prompt to be kept');
      await editor.kill();
      const before = cursor(editor, id);

      go_on(place, 'ten');
      await done(place, id, 20);
      const log = await log_of(place, id);
      await editor.open('Acpd attach');
      await editor.live(id);
      const missed = missed_since(log, before);
      assert.ok(missed > 0, JSON.stringify(log.slice(-3)));
      const since = log.find((e) => e.seq === before).at.slice(11, 16);
      const banner = `replayed ${missed} update${missed === 1 ? '' : 's'} since ${since}`;
      assert.equal(await editor.session(id, 'banner'), banner);
      await editor.shown(new RegExp(banner));
      await editor.shown(/20\/30/);
      await editor.shown(/half a thought/);
      assert.equal(await editor.session(id, 'journal.kept'), true);
      editor.shot('back');

      go_on(place, 'twenty');
      await editor.shown(/30\/30/);
      await editor.shown(/finished/);
      // As one sees it who was never away: another Neovim, without anything kept.
      const fresh = new neovim(place, 'fresh', { keep: false });
      await fresh.open(`Acpd attach ${id}`);
      await fresh.live(id);
      const name = `acpd://session/${id}`;
      assert.deepEqual(await editor.lines(name), await fresh.lines(name));
    } finally {
      await place.end();
    }
  });

  it('in the middle of a stream: no line twice, none missing, the place in the text kept', async () => {
    const place = new world();
    try {
      const editor = new neovim(place);
      await editor.open('Acpd new scripted');
      const id = await editor.opened();
      const third = path.join(place.dir, 'third');
      await editor.command(`Acpd prompt rate 400 400; gate ${third}; rate 200 800; ` +
        `gate ${place.gate}; say end`);
      await editor.reached(id, 400);
      await editor.keys('Escape', 'C-w', 'k', '4', 'G', '5', 'l');
      const where = `return vim.fn.winsaveview()`;
      await editor.wait(
        `local v = require('acpd.session').open['${id}'].remembered.view return v and v.lnum == 4`,
        'the place to be kept');
      const before = await editor.lua(where);
      go_on(place, third);  // it streams when Neovim ends, however slow this machine is
      await editor.kill();
      const kept = cursor(editor, id);
      const log = await poll(async () => {
        const now = await log_of(place, id);
        return JSON.stringify(now.at(-1)).includes('#1200 ') && now;
      }, 'the rest of the stream');
      await editor.open('Acpd attach');
      await editor.live(id);
      const missed = missed_since(log, kept);
      assert.ok(missed > 0 && missed < 1200, `${missed} were missed`);
      editor.shot('back-in-the-text');
      go_on(place, place.gate);
      await editor.wait(`return require('acpd.session').open['${id}'].model.state == 'idle'`, 'idle');
      const after = await editor.lua(where);
      assert.deepEqual([after.lnum, after.col, after.topline],
        [before.lnum, before.col, before.topline]);
      const text = (await editor.lines(`acpd://session/${id}`)).join('\n');
      const numbers = [...text.matchAll(/#(\d+) /g)].map((m) => Number(m[1]));
      assert.deepEqual(numbers, Array.from({ length: 1201 }, (_, i) => i + 1));
      const banner = await editor.session(id, 'banner');
      assert.match(banner, /^replayed \d+ updates since \d\d:\d\d$/);
      assert.equal(Number(banner.split(' ')[1]), missed);
    } finally {
      await place.end();
    }
  });
});
