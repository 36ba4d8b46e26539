// VS Code comes back to its sessions: the packaged extension in a real window, the real daemon, the
// runner and a scripted agent.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';

import { poll } from '../lib/until.mjs';
import { scripted } from '../lib/world.mjs';
import { missed, numbers, v2_client } from './checks.mjs';
import { vscode_window } from './window.mjs';

let w;
const gate = (name) => path.join(w.place.dir, name);
const count_to = (n) => Array.from({ length: n }, (_, i) => i + 1);
const open_gate = (name) => fs.writeFileSync(gate(name), '');

/** The scroll position that the extension has written down, once it is in the middle. */
function kept_place(id) {
  const user = path.join(w.place.dir, 'code-server/user');
  const [file] = fs.readdirSync(user, { recursive: true })
    .filter((name) => name.endsWith(`${id}.view.json`));
  const { scroll } = file ? JSON.parse(fs.readFileSync(path.join(user, file), 'utf8')) : {};
  return scroll && !scroll.bottom && scroll.place > 0 ? JSON.stringify(scroll) : undefined;
}
/** The row at the top, and how far it is scrolled out. */
function top_row_in() {
  const { top } = document.querySelector('.list').getBoundingClientRect();
  const row = [...document.querySelectorAll('.list article')]
    .find((e) => e.getBoundingClientRect().bottom > top + 1);
  return row && { row: row.getAttribute('aria-posinset'),
    out: Math.round((top - row.getBoundingClientRect().top) / 4) };
}

describe('VS Code', { timeout: 560_000 }, () => {
  before(async () => {
    w = await vscode_window.open({
      agents: { scripted: { command: [process.execPath, scripted] } } });
    await w.status('0 sessions').waitFor();  // it has started the daemon
  });
  afterEach(async (t) => {
    if (t.error ?? t.failed) console.error(await w.evidence());
  });
  after(() => w?.end());

  it('a job goes on while the window is away; what was missed is counted and shown once', async (t) => {
    for (let i = 0; i < 90; i++)
      fs.writeFileSync(path.join(w.place.cwd, `f${String(i).padStart(3, '0')}.txt`), '');
    const wait = (from, name) =>
      `test {} \\< f0${from}.txt || while [ ! -e ${gate(name)} ]; do sleep 0.05; done`;
    const job = await w.begin('runner',
      `/each *.txt --jobs 1 -- ${wait(30, 'go')}; ${wait(60, 'on')}; echo {}`,
      { name: '/each *.txt' });
    const tab = await w.open_in_editor(job);
    await w.conversation(job, '30/90 files');
    await tab.locator('textarea.prompt').fill('not sent yet');
    await tab.locator('textarea.prompt').press('End');
    await w.shot('1-job-at-a-third');
    await w.tabs_are_kept();
    await w.reload(async () => {
      open_gate('go');
      await poll(async () => (await w.facts(job.id)).progress?.done === 60, 'the second third');
    });
    t.diagnostic(`VS Code kept the tab: ${await w.again_in_editor(job)}`);
    const back = await w.conversation(job, '60/90 files', 'Show what was missed');
    const banner = await missed(back);
    const log = await w.log(job.id);
    assert.equal(banner.count, banner.counted_in(log));
    assert.ok(banner.count > 0);
    assert.match(banner.text, new RegExp(`^replayed ${banner.count} updates? since \\d\\d:\\d\\d$`));
    assert.equal(await back.locator('textarea.prompt').inputValue(), 'not sent yet');
    await w.shot('2-back-with-banner');
    open_gate('on');
    await w.conversation(job, 'finished');
    assert.deepEqual(await back.locator('article.tool .tool-title').allInnerTexts(),
      ['each: 90/90 files']);
    await job.run;
  });

  it('no line is missing and none is there twice after a reload in the middle', async () => {
    const s = await w.begin('scripted', `say reloaded\nrate 200 200\ngate ${gate('a')}\nrate 200 200\n`
      + `gate ${gate('b')}\nrate 200 199`);
    await w.open_session(s);
    await w.conversation(s, '#201 ');
    await w.reload(async () => {
      open_gate('a');
      await poll(async () => (await w.log(s.id)).some((e) =>
        e.frame?.params?.update?.content?.text?.startsWith('#401 ')), 'the second third');
    });
    await w.conversation(s, 'Show what was missed');
    open_gate('b');
    const back = await w.conversation(s, 'finished');
    const banner = await missed(back);
    assert.equal(banner.count, banner.counted_in(await w.log(s.id)));
    assert.deepEqual(numbers(await w.read_rows(back)), count_to(600));
    await w.shot('16-nothing-missing-nothing-twice');
    await s.run;
  });

  it('what is asked while the window is away waits in the inbox, and is answered there', async () => {
    const s = await w.begin('scripted', `gate ${gate('ask')}\npermission make -j2`);
    await w.reload(async () => {
      open_gate('ask');
      await poll(async () => (await w.facts(s.id)).pending === 1, 'the question');
    });
    const inbox = await w.frame('inbox', (body) => body.querySelector('.question'));
    assert.match(await inbox.locator('.question').innerText(), /Run make -j2[^]*scripted, asked \d\d/);
    await w.status('1 needs you').waitFor();
    await w.shot('3-inbox');
    await inbox.getByRole('button', { name: 'Allow' }).click();
    await w.frame('inbox', (body) => !body.querySelector('.question'));
    assert.match((await s.run).stdout, /permission: selected yes/);
  });

  it('the daemon is killed under the open window: nothing is missing, nothing is twice', async () => {
    const s = await w.begin('scripted', `say killed\nrate 100 150\ngate ${gate('killed')}\nrate 100 149`);
    await w.open_in_editor(s);
    await w.conversation(s, '#40 ');
    await w.place.kill_daemon();
    open_gate('killed');
    const open = await w.conversation(s, '#300 ');
    assert.deepEqual(numbers(await w.read_rows(open)), count_to(300));
    await w.shot('17-daemon-killed');
    await s.run;
  });

  it('a daemon that cannot start is said, with a button; what is typed stays', async () => {
    const s = await w.begin('scripted', 'say still here');
    await s.run;
    const tab = await w.open_in_editor(s);
    await w.conversation(s, 'still here');
    const config = fs.readFileSync(w.place.config, 'utf8');
    fs.writeFileSync(w.place.config, 'this is no [toml');
    await w.place.kill_daemon();
    await w.conversation(s, 'acpd is not reachable: ', 'Try again');
    await tab.locator('textarea.prompt').fill('typed while it was down');
    await w.shot('7-not-reachable');
    fs.writeFileSync(w.place.config, config);
    // It tries by itself, too: then the button may go before it is pressed.
    const back = tab.locator('.strip', { hasText: 'not reachable' }).waitFor({ state: 'detached' });
    await Promise.race([back, tab.getByRole('button', { name: 'Try again' }).click()]);
    await back;
    assert.equal(await tab.locator('textarea.prompt').inputValue(), 'typed while it was down');
    await w.prompt(tab, 'say back again');
    await w.conversation(s, 'back again', 'finished');
  });

  it('two clients on one session: each sees what the other does; one answers for both', async () => {
    const s = await w.begin('scripted', 'say together');
    const tab = await w.open_in_editor(s);
    const other = await v2_client(w.place, s.id);
    await w.prompt(tab, 'permission from-vscode');
    await other.until(() => other.asked.length === 1, 'the other to be asked');
    await tab.getByRole('button', { name: 'Allow' }).click();
    await other.until(() => other.withdrawn.includes(other.asked[0].id), 'its question to go');
    await other.until(() => other.said('permission: selected yes'), 'the outcome');
    other.asked = [];
    const answered = other.prompt(s.id, 'permission from-the-other');
    await w.conversation(s, 'Run from-the-other', 'Reject');
    await w.shot('4-question-in-the-conversation');
    await other.until(() => other.asked.length === 1, 'the question');
    other.answer(other.asked[0].id, { outcome: { outcome: 'selected', optionId: 'no' } });
    const told = await w.conversation(s, 'permission: selected no');
    await told.locator('.question').waitFor({ state: 'detached' });
    assert.ok((await answered).result.messageId);
    await other.leave();
  });

  it('10,000 updates: little of it is in the page, all of it can be read', async (t) => {
    const s = await w.begin('scripted', 'flood 10000 200');
    await s.run;
    const row = w.row(s.name);
    await row.waitFor();
    const before_open = Date.now();
    await row.click();
    const side = await w.conversation(s, '#10000 ');
    t.diagnostic(`shown ${Date.now() - before_open} ms after the click`);
    const kept = await side.evaluate(() => ({ kept: Number(document.body.dataset.kept),
      drawn: document.querySelectorAll('.list article').length }));
    assert.ok(kept.drawn < 100 && kept.kept <= 800, JSON.stringify(kept));
    await w.shot('5-ten-thousand-updates');
    const tab = await w.open_in_editor(s);
    assert.deepEqual(numbers(await w.read_rows(tab)), count_to(10_000));
    await tab.locator('.list').evaluate((list) => { list.scrollTop = list.scrollHeight / 3; });
    const place = await poll(() => kept_place(s.id), 'the place to be on disk');
    const top = await tab.evaluate(top_row_in);
    await w.reload();
    await w.again_in_editor(s);
    const back = await w.conversation(s);
    assert.deepEqual(await poll(() => back.evaluate(top_row_in), 'rows'), top, place);
  });
});
