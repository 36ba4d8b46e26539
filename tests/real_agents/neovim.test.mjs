// A real agent in a real Neovim: a plan, a question, a file edit, Neovim killed in the middle of
// the turn, another question while nobody is there, and back. Opt-in: tests/run --real-agents.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { poll } from '../lib/until.mjs';
import { cursor, log_of, missed_since } from '../neovim/log.mjs';
import { neovim } from '../neovim/nvim.mjs';
import { agents, install } from './setup.mjs';
import { stage } from './stage.mjs';

const long = 90_000;  // an agent's start, beside others
const asks = new Set(['codex', 'claude', 'qwen']);
const numbers = /one two three four five six seven eight nine ten .*nineteen twenty/s;

/** Answers in the inbox what is asked until `enough`; how often it was asked. */
async function allow_until(editor, enough, what) {
  let answered = 0;
  await poll(async () => {
    if (await enough()) return true;
    const option = await editor.lua(`
      local question = require('acpd.watch').questions()[1]
      for index, one in ipairs(question and question.params.options or {}) do
        if one.kind == 'allow_once' then return index end
      end`);
    if (!option) return false;
    await editor.lua(`vim.cmd('stopinsert | Acpd inbox')`);
    await editor.shown(new RegExp(`\\[${option}\\]`));
    await editor.keys('Escape', 'g', 'g', String(option));
    await editor.wait(`return #require('acpd.watch').questions() == 0`, 'the answer');
    answered++;
    return false;
  }, what, long);
  return answered;
}

async function work(s) {
  const { place } = s, has_plans = s.name !== 'opencode';  // its plans are a tool's output
  await (await s.editor()).kill();  // logged in, where the agent wants that
  const editor = new neovim(place);
  await editor.open(`Acpd new ${s.name}`);
  const id = await poll(() => editor.lua(
    `for id, s in pairs(require('acpd.session').open) do if s.phase == 'live' then return id end end`),
  'the session', long);
  const name = `acpd://session/${id}`;
  const text = async (one = editor) => (await one.lines(name)).join('\n');
  await editor.keys('SCENARIO:work please', 'C-s');
  const before = await allow_until(editor, async () => /one two three/.test(await text()),
    'the text to run');
  if (has_plans) assert.match(await text(), /Plan\n- \[>\] Write the note\n- \[ \] Check it/);
  assert.match(fs.readFileSync(path.join(place.cwd, 'note.txt'), 'utf8'), /alpha beta/);
  await editor.kill();
  const seen = cursor(editor, id);

  const state = async () =>
    /"state":\s*"(\w+)"/.exec((await place.ctl('ls', '--json')).stdout)[1];
  await poll(async () => await state() !== 'running', 'the question, or the end', long);
  const waits = await state();
  const log = await log_of(place, id);
  await editor.open('Acpd attach');
  await editor.live(id);
  const banner = await editor.session(id, 'banner');
  assert.equal(Number(/^replayed (\d+) updates? since/.exec(banner)?.[1]), missed_since(log, seen));
  const back = await text();
  assert.match(back, numbers);
  for (const once of ['First a plan', 'I will edit the file', 'nineteen'])
    assert.equal(back.split(once).length, 2, `${once} in ${back}`);
  assert.match(back, /alpha beta/);
  editor.shot(`real-${s.name}`);
  const after = await allow_until(editor, async () => /finished ·/.test(await text()), 'the end');
  assert.match(await text(), /Done: note\.txt written and checked/);
  if (has_plans) assert.match(await text(), /- \[x\] Write the note\n- \[x\] Check it/);
  assert.match(fs.readFileSync(path.join(place.cwd, 'shell.txt'), 'utf8'), /shell-ran/);
  assert.equal(after > 0, waits === 'requires_action');
  const fresh = new neovim(place, 'fresh', { keep: false });
  await fresh.open(`Acpd attach ${id}`);
  await fresh.live(id);
  assert.equal(await text(fresh), await text());
  return before + after;
}

for (const name of Object.keys(agents)) {
  const missing = install(name);
  test(`${name} in Neovim: a plan, a question, an edit, killed in mid-turn, and back`,
    { timeout: 300_000, skip: missing && `SKIPPED: ${missing}` }, async (t) => {
      const s = await stage.open(name);
      try {
        const asked = await work(s);
        if (asks.has(name)) assert.ok(asked > 0, 'it asks before it writes');
        t.diagnostic(`questions answered: ${asked}`);
      } catch (error) {
        error.message += `\n${s.place.traces()}`;
        throw error;
      } finally {
        await s.end();
      }
    });
}
