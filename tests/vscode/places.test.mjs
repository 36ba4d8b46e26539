// Where a conversation stands (side bar, tab, another group, another folder) and how one gets there
// and through a whole session without the mouse.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';

import { store_py } from '../index/rig.mjs';
import { poll } from '../lib/until.mjs';
import { scripted } from '../lib/world.mjs';
import { encoded, numbers } from './checks.mjs';
import { vscode_window } from './window.mjs';

let w;
const count_to = (n) => Array.from({ length: n }, (_, i) => i + 1);
const state_is = (s, state) => poll(async () => (await w.facts(s.id)).state === state,
  `"${s.name}" to be ${state}`);

const has_focus = (frame) =>
  poll(() => frame.evaluate(() => document.hasFocus()), 'the conversation to have the focus');
/** Goes on with Tab (or Shift+Tab) to what has this name. */
async function tab_to(frame, name, key = 'Tab') {
  const named = () => frame.evaluate(() => document.activeElement.ariaLabel
    ?? document.activeElement.innerText);
  const seen = [];
  for (let i = 0; i < 30 && seen.at(-1) !== name; i++) {
    await w.keys(key);
    seen.push(await named());
  }
  assert.equal(seen.at(-1), name, seen.join(' → '));
}
/** The tree has the focus, on this row. */
async function to_row(name) {
  await w.chord('s');
  await w.page.locator('.monaco-list:focus').waitFor();
  await w.keys('Home');
  const row = w.page.locator('.monaco-list:focus .monaco-list-row.focused', { hasText: name });
  for (let i = 0; i < 20 && await row.count() === 0; i++) await w.keys('ArrowDown');
  await row.waitFor();
}

describe('VS Code, from place to place', { timeout: 560_000 }, () => {
  before(async () => {
    w = await vscode_window.open({
      agents: { scripted: { command: [process.execPath, scripted] } } });
    fs.writeFileSync(path.join(w.place.cwd, 'store.py'), store_py);
    await w.status('0 sessions').waitFor();
  });
  afterEach(async (t) => {
    if (t.error ?? t.failed) console.error(await w.evidence());
  });
  after(() => w?.end());

  it('a whole session without the mouse: new, prompt, diff, answer, rename, close', async () => {
    const { id, chat } = await w.first_by_keys('scripted');
    const call = encoded({ toolCallId: 'w', title: 'Write store.py', kind: 'edit',
      status: 'pending', content: [{ type: 'diff', path: path.join(w.place.cwd, 'store.py'),
        oldText: store_py, newText: store_py.replace('return path', 'return str(path)') }] });
    await w.page.keyboard.type(`permission-for ${call}`);
    await w.keys('Enter');
    await w.conversation({ id }, 'Write store.py', 'Reject');
    await tab_to(chat, 'Open diff', 'Shift+Tab');
    await w.keys('Enter');
    await w.tab('store.py (what the agent wants to change)').waitFor();
    // It takes the focus when it has been read.
    await w.page.locator('.monaco-diff-editor :focus').waitFor({ state: 'attached' });
    await w.chord('c');
    await has_focus(chat);
    await tab_to(chat, 'Allow');
    await w.keys('Enter');
    await w.conversation({ id }, 'permission: yes', 'finished');
    await w.chord('s');
    await w.page.locator('.monaco-list:focus').waitFor();
    await w.keys('F2');
    await w.choose('permission-for');
    await w.page.locator('.quick-input-title', { hasText: 'Name of the session' }).waitFor();
    await w.keys('Control+a');
    await w.page.keyboard.type('by keys alone');
    await w.keys('Enter');
    await to_row('by keys alone');
    assert.equal(w.place.agents().length, 1);
    await w.keys('Shift+F10');
    await w.take('Close Session');
    await poll(() => w.place.agents().length === 0, 'its agent to end');
    await w.chord('o');
    await w.choose('by keys alone');
    await chat.locator('textarea.prompt:focus').waitFor();
  });

  it('the side bar\'s buttons and keys mean its own session, whatever tab is in front', async () => {
    const tab = await w.begin('scripted', 'wait; say in a tab');
    const in_tab = await w.open_in_editor(tab);
    const side = await w.begin('scripted', 'wait; say in the side bar');
    const chat = await w.open_session(side);
    const stop = w.page.locator('.pane-header', { hasText: 'wait; say in the side bar' })
      .getByRole('button', { name: 'Cancel the Turn' });
    await stop.click({ force: true });
    await state_is(side, 'idle');
    await stop.waitFor({ state: 'detached' });  // there is nothing to cancel
    await w.prompt(chat, 'wait; say again');
    await w.conversation(side, 'running');
    await w.chord('x');
    await state_is(side, 'idle');
    assert.equal((await w.facts(tab.id)).state, 'running');
    await w.tab('wait; say in a tab').click();
    await has_focus(in_tab);
    await w.chord('x');
    await state_is(tab, 'idle');
    await Promise.all([tab.run, side.run]);
  });

  it('a tab is dragged to another group while its turn runs: all of it is there, once', async () => {
    const s = await w.begin('scripted', 'say dragged\nrate 50 150');
    await w.open_in_editor(s);
    await w.conversation(s, '#20 ');
    await w.page.mouse.move(900, 450);
    const { x, y, width, height } = await w.tab(s.name).boundingBox();
    await w.page.mouse.move(x + width / 3, y + height / 2);
    await w.page.mouse.down();
    await w.page.mouse.move(900, 450, { steps: 5 });
    await w.page.mouse.move(1340, 450, { steps: 10 });
    await w.page.locator('#monaco-workbench-editor-drop-overlay').waitFor();
    await w.page.mouse.up();
    await w.page.locator('.editor-group-container').nth(1).locator('.tab', { hasText: s.name })
      .waitFor();
    await s.run;
    const moved = await w.conversation(s, '#151 ');
    assert.deepEqual(numbers(await w.read_rows(moved)), count_to(151));
    const frames = await Promise.all(w.page.frames().map((frame) =>
      frame.evaluate((id) => document.body?.dataset.opened === id, s.id).catch(() => false)));
    assert.equal(frames.filter(Boolean).length, 1);
    await w.shot('18-in-another-group');
    await w.prompt(moved, 'say still here');
    await w.conversation(s, '#152 still here');
  });

  it('an attach brings back title, usage, mode, model, options and commands', async () => {
    const s = await w.begin('scripted', 'all-updates');
    await s.run;
    const chat = await w.open_session({ ...s, name: 'All updates' });
    const chosen = (name) => chat.getByRole('combobox', { name }).locator('option:checked');
    await chosen('Model').filter({ hasText: 'Large' }).waitFor({ state: 'attached' });
    await chosen('Mode').filter({ hasText: 'Code' }).waitFor({ state: 'attached' });
    assert.ok(await chat.getByRole('checkbox', { name: 'Thorough' }).isChecked());
    assert.match(await chat.locator('.usage').innerText(), /^1,200 of 200,000 tokens, 0\.25 USD$/);
    assert.equal(await chat.getByRole('heading', { name: 'All updates' }).count(), 1);
    await chat.locator('textarea.prompt').pressSequentially('/te');
    await chat.getByRole('option', { name: '/test Run the tests <which>' }).waitFor();
    await chat.locator('textarea.prompt').fill('');
  });

  it('a session of another folder offers that folder\'s files and symbols', async () => {
    const elsewhere = path.join(w.place.dir, 'elsewhere');
    fs.mkdirSync(path.join(elsewhere, 'lib'), { recursive: true });
    fs.writeFileSync(path.join(elsewhere, 'lib/other.py'), 'def far_away(path):\n    return 1\n');
    const s = await w.begin('scripted', 'say elsewhere', { cwd: elsewhere });
    await s.run;
    await w.row('elsewhere').waitFor();  // its folder, closed
    await w.chord('o');
    await w.choose(s.name);
    const chat = await w.conversation(s);
    const box = chat.locator('textarea.prompt');
    await box.pressSequentially('@oth');
    await chat.getByRole('option', { name: 'lib/other.py file' }).waitFor();
    await box.press('Enter');
    await poll(async () => {  // the index may be on its way
      await box.fill('@lib/other.py ');
      await box.pressSequentially('@far_a');
      return chat.getByRole('option', { name: /^far_away/ }).waitFor({ timeout: 1000 })
        .then(() => true, () => false);
    }, 'the symbol to be offered');
    await box.press('Tab');
    assert.equal(await box.inputValue(), '@lib/other.py @far_away ');
    await box.press('Enter');
    const file = `file://${elsewhere}/lib/other.py`;
    assert.deepEqual((await w.sent(s, 'resource_link')).map((link) => link.uri),
      [file, `${file}#L1`]);
  });
});
