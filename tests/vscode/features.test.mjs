// What people do with sessions all day, in a real window, by keyboard wherever there is a key.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';

import { store_py } from '../index/rig.mjs';
import { poll } from '../lib/until.mjs';
import { scripted } from '../lib/world.mjs';
import { encoded, v2_client } from './checks.mjs';
import { vscode_window } from './window.mjs';

const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YA'
  + 'AAAASUVORK5CYII=', 'base64');

let w, chat, session;
const rows = (text) => chat.locator('.row', { hasText: text });
/** The conversation, once a turn that has said the text has ended. */
const ended = (text) => w.frame('conversation', (body, [id, said]) => {
  const shown = body.innerText, at = shown.indexOf(said);
  return body.dataset.opened === id && at >= 0 && shown.includes('finished', at);
}, [session.id, text]);
/** Its tab again, after another one was in front: the page is made anew. */
async function to_front() {
  await w.tab('All updates').click();
  chat = await w.conversation(session);
}
async function to_the_tree() {
  await w.chord('s');
  await w.page.locator('.monaco-list:focus').waitFor();
}

describe('VS Code, day by day', { timeout: 560_000 }, () => {
  before(async () => {
    w = await vscode_window.open({ agents: { scripted: { command: [process.execPath, scripted],
      env: { ACPD_TEST_EARLIER: 'old-1,old-2' } } } });
    fs.writeFileSync(path.join(w.place.cwd, 'store.py'), store_py);
    await w.status('0 sessions').waitFor();
  });
  afterEach(async (t) => {
    if (t.error ?? t.failed) console.error(await w.evidence());
  });
  after(() => w?.end());

  it('a new session without the mouse: agent, folder, prompt', async () => {
    const made = await w.first_by_keys('scripted');
    session = { id: made.id };
    chat = made.chat;
    await w.page.keyboard.type('all-updates');
    await w.keys('Enter');
    await ended('Low on credits');
  });

  it('all that an agent can send has its place', async () => {
    await w.open_in_editor({ ...session, name: 'All updates' });
    chat = await ended('Low on credits');
    await rows('Thought: #2 variant').waitFor();
    assert.equal(await chat.locator('details.thought[open]').count(), 0);
    await rows('Plan, 1 of 2 done').waitFor();
    await rows('warning: Low on credits').waitFor();
    await rows('The agent shortened its memory (completed)').waitFor();
    assert.equal(await chat.locator('.row.agent img[src^="data:image/png;base64,"]').count(), 1);
    const call = chat.locator('details.tool.completed[open]', { hasText: 'Edit a.txt' });
    assert.equal(await call.locator('.patch .remove').innerText(), '−old');
    assert.equal(await call.locator('.patch .add').innerText(), '+new');
    assert.match(await chat.locator('.usage').innerText(), /^1,200 of 200,000 tokens, 0\.25 USD$/);
    await w.shot('8-all-updates');
    await call.getByRole('button', { name: 'Open diff' }).click();
    await w.tab('a.txt (excerpt)').waitFor();  // VS Code's own; /tmp/a.txt is not the workspace's
    await w.page.locator('.diff-editor, .monaco-diff-editor').first().waitFor();
    await w.shot('9-diff');
    await to_front();
  });

  it('a terminal\'s output stands in its call', async () => {
    await w.prompt(chat, 'terminal printf %s from-the-terminal');
    await ended('terminal: exit 0');
    const call = chat.locator('details.tool', { hasText: 'printf' });
    await call.locator('summary').first().click();
    assert.match(await call.innerText(), /\$ printf[^]*from-the-terminal/);
  });

  it('slash commands, files and symbols are offered; what is chosen goes as a link', async () => {
    const box = chat.locator('textarea.prompt');
    await box.pressSequentially('/te');
    await chat.getByRole('option', { name: '/test Run the tests <which>' }).waitFor();
    await box.press('Tab');
    assert.equal(await box.inputValue(), '/test ');
    await box.fill('');
    await box.pressSequentially('say @stor');
    await chat.getByRole('option', { name: 'store.py file' }).waitFor();
    await box.press('Enter');
    await poll(async () => {  // the index may be on its way
      await box.fill('say @store.py ');
      await box.pressSequentially('@open_st');
      return chat.getByRole('option', { name: /^open_store/ }).waitFor({ timeout: 1000 })
        .then(() => true, () => false);
    }, 'the symbol to be offered');
    await box.press('Tab');
    assert.equal(await box.inputValue(), 'say @store.py @open_store ');
    await box.press('Enter');
    await ended('@store.py @open_store');
    const file = `file://${w.place.cwd}/store.py`;
    assert.deepEqual((await w.sent(session, 'resource_link')).map((link) => link.uri),
      [file, `${file}#L1`]);
  });

  it('a picture goes with the prompt, and is shown in it', async () => {
    await chat.locator('input[type=file]').setInputFiles(
      { name: 'dot.png', mimeType: 'image/png', buffer: pixel });
    await chat.getByRole('button', { name: 'dot.png ✕' }).waitFor();
    await w.prompt(chat, 'say looked at it');
    await ended('looked at it');
    await chat.locator('.row.user img').waitFor();
    const [image] = await w.sent(session, 'image');
    assert.deepEqual(Buffer.from(image.data, 'base64'), pixel);
  });

  it('modes and options are set where they are shown', async () => {
    await chat.getByRole('combobox', { name: 'Model' }).selectOption('Small');
    await chat.getByRole('checkbox', { name: 'Thorough' }).uncheck();
    await poll(async () => {
      const other = await v2_client(w.place, session.id);
      await other.leave();
      const now = (id) => other.attached.configOptions.find((o) => o.configId === id).currentValue;
      return now('model') === 'small' && now('thorough') === false;
    }, 'the daemon to have them');
  });

  it('prompts that wait have a place, can be changed, withdrawn, and sent at once', async () => {
    await w.prompt(chat, 'wait');
    await w.conversation(session, 'running');
    for (const text of ['say second', 'say third', 'say fourth']) await w.prompt(chat, text);
    const queue = chat.locator('.queue li');
    await queue.filter({ hasText: /queued: 2nd in line\s+say third/ }).waitFor();
    await queue.filter({ hasText: /queued: 3rd in line\s+say fourth/ }).waitFor();
    await w.shot('10-queue');
    await queue.nth(0).getByRole('button', { name: 'Edit' }).click();
    await queue.nth(0).locator('textarea').fill('say changed');
    await queue.nth(0).getByRole('button', { name: 'Save' }).click();
    await chat.locator('.queue li', { hasText: 'say changed' }).waitFor();
    await queue.nth(1).getByRole('button', { name: 'Withdraw' }).click();
    await chat.locator('.queue li', { hasText: 'say third' }).waitFor({ state: 'detached' });
    await queue.nth(1).getByRole('button', { name: 'Cancel and send now' }).click();
    // In this order, and answered: the texts alone stand in the queue, too.
    const shown = await w.frame('conversation', (body, [id]) => body.dataset.opened === id
      && /cancelled[^]*#\d+ fourth[^]*#\d+ changed/.test(body.innerText), [session.id]);
    await poll(async () => await queue.count() === 0, 'the queue to be empty');
    const order = (await w.read_rows(shown)).join('\n');
    assert.ok(!order.includes('say third'));
  });

  it('Ctrl+Enter cancels what runs and sends at once; what waits stays', async () => {
    await w.prompt(chat, 'wait');
    await w.conversation(session, 'running');
    await w.prompt(chat, 'say patient');
    await chat.locator('.queue li', { hasText: 'say patient' }).waitFor();
    await chat.locator('textarea.prompt').fill('say at once');
    await chat.locator('textarea.prompt').press('Control+Enter');
    await w.frame('conversation', (body, [id]) => body.dataset.opened === id
      && /cancelled[^]*#\d+ at once[^]*#\d+ patient[^]*finished/.test(body.innerText),
    [session.id]);
  });

  it('a form is filled in and sent with the keyboard', async () => {
    await w.prompt(chat, 'elicitation form');
    const form = chat.locator('.question form');
    await form.getByLabel('Name (needed)').focus();
    await w.page.keyboard.type('Ada');
    await w.keys('Tab');
    await w.page.keyboard.type('3');
    await w.keys('Tab', 'Space', 'Enter');
    await ended('elicitation: accept {"name":"Ada","count":3,"sure":true}');
    await form.waitFor({ state: 'detached' });
  });

  it('a question says what it is about: command, place and diff; the icon counts it', async () => {
    const call = encoded({ toolCallId: 'w-1', title: 'Write store.py', kind: 'edit',
      status: 'pending', rawInput: { command: 'tee store.py' },
      locations: [{ path: path.join(w.place.cwd, 'store.py') }],
      content: [{ type: 'diff', path: path.join(w.place.cwd, 'store.py'), oldText: store_py,
        newText: store_py.replace('return path', 'return str(path)') }] });
    const asked = await w.begin('scripted', `say safer paths\npermission-for ${call}`);
    const inbox = await w.frame('inbox', (body) => body.querySelector('.question'));
    const text = await inbox.locator('.question').innerText();
    for (const part of ['Write store.py', 'scripted, asked ', 'tee store.py', 'return str(path)'])
      assert.ok(text.includes(part), text);
    await w.page.locator('.activitybar .badge-content', { hasText: '1' }).first().waitFor();
    await inbox.getByRole('button', { name: 'Open diff' }).click();
    await w.tab('store.py (what the agent wants to change)').waitFor();
    await w.page.locator('.monaco-diff-editor .view-line', { hasText: 'str(path)' }).waitFor();
    await w.shot('11-inbox-with-diff');
    await inbox.getByRole('button', { name: 'Reject' }).click();
    await w.frame('inbox', (body) => body.innerText.includes('Nothing needs you.'));
    assert.match((await asked.run).stdout, /permission: no/);
    await w.page.locator('.activitybar .badge-content', { hasText: '1' }).first()
      .waitFor({ state: 'hidden' });
  });

  it('what ends, fails or needs somebody unseen is told', async () => {
    await w.server.command('Notifications: Show Notifications');  // of many, some are held back
    const gate = path.join(w.place.dir, 'go');
    const unseen = await w.begin('scripted', `say told\ngate ${gate}`);
    await w.row('say told').waitFor();
    fs.writeFileSync(gate, '');
    await unseen.run;
    await w.notice('say told has finished (scripted)').waitFor();
    const failing = await w.begin('scripted', 'end refusal');
    await w.notice('end refusal has failed (scripted)').waitFor();
    const asking = await w.begin('scripted', 'permission make -j2');
    await w.notice('permission make -j2 needs you (scripted)').waitFor();
    for (const { id, run } of [failing, asking]) {
      await w.place.ctl('rm', id);
      await run;
    }
    await w.row('permission make -j2').waitFor({ state: 'detached' });
    await w.server.command('Notifications: Clear All Notifications');
  });

  it('the tree without the mouse: rename, archive, delete', async () => {
    await to_the_tree();
    await w.keys('F2');  // VS Code does not tell on which row: it asks
    await w.choose('say told');
    await w.page.locator('.quick-input-title', { hasText: 'Name of the session' }).waitFor();
    await w.page.locator('.quick-input-widget input').first().fill('a better name');
    await w.keys('Enter');
    await w.row('a better name').waitFor();
    assert.match(await w.row('a better name').getAttribute('aria-label'), /idle · scripted/);
    await to_the_tree();
    await w.keys('Delete');
    await w.choose('a better name');
    await w.notice('Delete "a better name"? Its conversation is gone for good.').waitFor();
    await w.page.getByRole('button', { name: 'Delete', exact: true }).click();
    await w.row('a better name').waitFor({ state: 'detached' });
    const titles = (await w.sessions()).map((s) => s.title);
    assert.ok(!titles.includes('a better name'), titles.join());
    await w.menu(w.row('say safer paths'), 'Archive Session');
    await w.row('say safer paths').waitFor({ state: 'detached' });
    await w.command('Bring Back an Archived Session…', 'say safer paths');
    await w.row('say safer paths').waitFor();
  });

  it('a turn is cancelled, a session is closed and opened again', async () => {
    await to_front();
    await w.prompt(chat, 'wait');
    await w.conversation(session, 'running');
    await w.press_in_row('All updates', 'Cancel the Turn');
    await poll(async () => (await w.facts(session.id)).state === 'idle', 'the turn to end');
    const agents = w.place.agents().length;
    await w.menu(w.row('All updates'), 'Close Session');
    await poll(() => w.place.agents().length < agents, 'its agent to end');
    await w.prompt(chat, 'say open again');
    await ended('open again');
  });

  it('an agent\'s earlier session is taken over', async () => {
    await w.command('Import an Agent\'s Own Session…', 'scripted');
    await w.choose('Earlier: old-1');
    await w.frame('conversation', (body) => body.innerText.includes('agent\'s own replay (agent)'));
    const titles = (await w.sessions()).map((s) => s.title);
    assert.ok(titles.includes('Earlier: old-1'), titles.join());
  });

  it('the index is searched; a hit shows its lines and opens', async () => {
    await w.chord('f');
    const index = await w.frame('index', (body) => body.innerText.includes('1 file indexed'));
    await index.getByRole('searchbox').fill('open_store');
    const hit = index.locator('.hit', { hasText: 'store.py:1' });
    await hit.waitFor();
    assert.match(await hit.innerText(), /def open_store\(path\):/);
    const others = ['Needs You', 'Earlier: old-1'].map((text) =>
      w.page.locator('.pane-header', { hasText: text }));
    for (const header of others) await header.click();  // closed: there is room for the hits
    await w.shot('12-index');
    for (const header of others) await header.click();
    await hit.press('Enter');
    await w.page.locator('.tab.active .label-name', { hasText: /^store\.py$/ }).waitFor();
  });

  it('light, dark and high contrast: what is written can be read', async () => {
    const themes = [['Dark Modern', 'vscode-dark'], ['Dark High Contrast', 'vscode-high-contrast'],
      ['Light High Contrast', 'vscode-high-contrast-light'], ['Light Modern', 'vscode-light']];
    await to_front();
    for (const [theme, name] of themes) {
      await w.server.command('Preferences: Color Theme', theme);
      chat = await w.frame('conversation', (body, [id, kind]) => body.dataset.opened === id
        && body.classList.contains(kind), [session.id, name]);
      const [own, whole] = await chat.evaluate(() => ['.row.agent', 'body'].map((which) =>
        getComputedStyle(document.querySelector(which)).color));
      assert.equal(own, whole, `${theme}: what the agent says is as clear as the rest`);
      for (const page of ['conversation', 'inbox', 'index'])
        assert.deepEqual(await w.axe(page, ['color-contrast']), [], theme);
      await w.shot(`14-${name}`);
    }
  });

  it('screen readers: axe-core finds nothing; rows have names, news are said', async () => {
    await to_front();
    for (const page of ['conversation', 'inbox', 'index']) {
      assert.deepEqual(await w.axe(page), [], page);
      const news = (await w.frame(page)).locator('[aria-live="polite"][role="status"]');
      assert.equal(await news.count(), 1, page);
    }
    await chat.getByRole('feed', { name: 'Conversation' }).waitFor();
    const rows_of = await chat.locator('.list article').evaluateAll((all) =>
      all.map((e) => [e.getAttribute('aria-label'), e.getAttribute('aria-posinset')]));
    assert.ok(rows_of.length > 5 && rows_of.every(([label, at]) => label && at));
  });
});
