// What an agent writes cannot do anything, and no secret is left anywhere: the window is attached
// to a daemon elsewhere, with a token from the editor's secret store.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { stripTypeScriptTypes } from 'node:module';

import { serve_ssh } from '../remote/sshd.mjs';
import { tls_world } from '../remote/servers.mjs';
import { bin_dir, root, scripted } from '../lib/world.mjs';
import { poll } from '../lib/until.mjs';
import { encoded } from './checks.mjs';
import { vscode_window } from './window.mjs';

/** The list of the unit tests, tried here in the real page. */
async function read_attacks() {
  const file = path.join(root, 'clients/vscode/test/attacks.ts');
  const script = stripTypeScriptTypes(fs.readFileSync(file, 'utf8'));
  return (await import(`data:text/javascript,${encodeURIComponent(script)}`)).attacks;
}

/** Files below a folder that hold these bytes. */
function holding(folder, text) {
  return fs.readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => fs.readFileSync(file).includes(text));
}

let w, ssh, secret, chat, session;
const asked = [], dialogs = [];

describe('VS Code, attached from elsewhere', { timeout: 560_000 }, () => {
  before(async () => {
    const place = await tls_world({ agents: { scripted: {
      command: [process.execPath, scripted] } } });
    secret = place.controller;
    ssh = await serve_ssh(place);
    place.env.PATH = ssh.path;
    // VS Code asks a login shell for its environment, if it has the time.
    fs.writeFileSync(path.join(place.dir, '.profile'), `export PATH='${ssh.path}'\n`);
    w = await vscode_window.open({ place, machine: { 'acpd.path': bin_dir,
      'acpd.remote': `wss://127.0.0.1:${place.port}`, 'acpd.remoteCa': place.cert } });
    w.page.on('request', (request) => asked.push(request.url()));
    w.page.on('dialog', (dialog) => { dialogs.push(dialog.message()); void dialog.dismiss(); });
  });
  afterEach(async (t) => {
    if (t.error ?? t.failed) console.error(await w.evidence());
  });
  after(async () => {
    await w?.end();
    ssh?.end();
  });

  it('without a token it says which command asks for it; with it, it is connected', async () => {
    await w.status('not reachable').waitFor();
    await w.frame('conversation', (body) =>
      body.innerText.includes('run "acpd: Set Token of the Remote acpd"'));
    await w.command('Set Token of the Remote acpd');
    await w.page.locator('.quick-input-widget input[type=password]').first().fill(secret);
    await w.keys('Enter');
    await w.status('0 sessions').waitFor();
    const bridges = w.place.processes().filter((p) => p.args[1] === 'connect');
    assert.ok(bridges.some((p) => p.args.includes('--remote')));
    const arguments_of_all = w.place.processes().map((p) => p.args.join(' ')).join('\n');
    assert.ok(!arguments_of_all.includes(secret));
  });

  it('no Markdown of an agent runs or loads anything, and no link leaves by itself', async () => {
    const attacks = await read_attacks();
    assert.ok(attacks.length >= 25);
    const updates = attacks.map((text, i) => `update ${encoded({
      sessionUpdate: 'agent_message_chunk', messageId: `m-${i}`, content: { type: 'text', text } })}`);
    session = await w.begin('scripted', `say attacks\n${updates.join('\n')}\nsay over`);
    await session.run;
    await w.open_in_editor({ ...session, name: 'say attacks' });
    chat = await w.conversation(session, ' over');
    const before_clicks = asked.length;
    const found = await chat.evaluate(click_all_in);
    assert.ok(found.links > 10 && found.markdown >= attacks.length, JSON.stringify(found));
    assert.deepEqual(found.bad, []);
    await w.conversation(session, ' over');  // the page is still the page
    assert.deepEqual(dialogs, []);
    const own = (stack) => !stack.includes('/pre/index.html');  // VS Code's frame around a page
    assert.deepEqual(w.errors.filter(own), []);
    const outside = asked.slice(before_clicks).filter((url) => /evil|ok\.example/.test(url));
    assert.deepEqual(outside, []);
    await w.notice('This link is not opened: ').waitFor();
    await w.server.command('Notifications: Clear All Notifications');
  });

  it('each page has a policy that allows nothing, with a nonce of its own', async () => {
    const policies = await Promise.all(['conversation', 'inbox'].map(async (page) =>
      (await w.frame(page)).evaluate(() =>
        document.querySelector('meta[http-equiv="Content-Security-Policy"]').content)));
    const nonce = (text) => /nonce-([^']+)'/.exec(text)[1];
    for (const text of policies) assert.match(text, /^default-src 'none';/);
    assert.notEqual(nonce(policies[0]), nonce(policies[1]));
    const ran = await chat.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      script.remove();
      return window.ran === true;
    });
    assert.equal(ran, false);
  });

  it('a file outside of the workspace opens only when the person says so', async () => {
    const outside = path.join(w.place.dir, 'outside.txt');
    const inside = path.join(w.place.cwd, 'in.txt');
    const linked = path.join(w.place.cwd, 'looks-inside.txt');
    fs.writeFileSync(outside, 'outside');
    fs.writeFileSync(inside, 'inside');
    fs.symlinkSync(outside, linked);
    const call = { sessionUpdate: 'tool_call', toolCallId: 'c', title: 'Three files', kind: 'read',
      status: 'failed', locations: [outside, linked, inside].map((file) => ({ path: file })) };
    await w.prompt(chat, `update ${encoded(call)}`);
    const link = (file) => chat.locator('.location a', { hasText: file });
    for (const file of [outside, linked]) {
      await link(file).click();
      // Many were told a moment ago, and VS Code holds back further ones then.
      await w.server.command('Notifications: Show Notifications');
      await w.notice(`${outside} is outside of this workspace`).waitFor();
      await w.shot('13-outside-of-the-workspace');
      await w.page.getByRole('button', { name: 'No', exact: true }).click();
      await w.notice(`${outside} is outside`).waitFor({ state: 'detached' });
    }
    assert.equal(await w.tab('outside.txt').count(), 0);
    await link(inside).click();
    await w.tab('in.txt').waitFor();
  });

  it('the token is in no setting, no state and no log', async () => {
    await w.reload();  // what is kept is written by then, and it is still connected
    await w.status('acpd: 1 session').waitFor();
    assert.deepEqual(holding(w.place.dir, secret), []);
    const in_browser = await w.page.evaluate(() => JSON.stringify({ ...localStorage }));
    assert.ok(!in_browser.includes(secret));
  });

  it('over ssh it is the same daemon, with the same conversation', async () => {
    w.server.set_machine({ 'acpd.path': bin_dir, 'acpd.remote': `ssh://127.0.0.1:${ssh.port}` });
    const by_ssh = () => w.place.processes().some((p) => p.args[1] === 'connect'
      && p.args.some((word) => word.startsWith('ssh://')));
    await poll(by_ssh, 'a bridge over ssh', 60_000);
    await w.status('acpd: 1 session').waitFor();
    chat = await w.open_in_editor({ ...session, name: 'say attacks' });
    await w.prompt(chat, 'say over ssh');
    await w.conversation(session, 'over ssh', 'finished');
  });
});

/** Clicks on every link of every message; says what is there that has no place in a message. */
async function click_all_in() {
  const list = document.querySelector('.list');
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const allowed = new Set(['P', 'BR', 'HR', 'H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'UL', 'OL', 'LI',
    'A', 'BLOCKQUOTE', 'PRE', 'CODE', 'EM', 'STRONG', 'S', 'TABLE', 'THEAD', 'TBODY', 'TR', 'TH',
    'TD']);
  const bad = new Set(), seen = new Set();
  let links = 0;
  list.scrollTop = 0;
  for (let last = -1; last !== list.scrollTop;) {
    await frame();
    for (const row of list.querySelectorAll('article .markdown')) {
      const key = row.closest('article').dataset.key;
      if (seen.has(key)) continue;
      seen.add(key);
      for (const element of row.querySelectorAll('*')) {
        const names = [...element.attributes].map((a) => a.name);
        if (!allowed.has(element.nodeName) || names.some((n) => /^(on|src|style|href$)/.test(n)))
          bad.add(element.outerHTML);
        if (element.nodeName === 'A' && !/^https?:\/\/(ok|evil)/.test(element.dataset.href)) {
          element.click();
          links++;
        }
      }
    }
    last = list.scrollTop;
    list.scrollTop += list.clientHeight;
    await frame();
  }
  return { links, markdown: seen.size, bad: [...bad] };
}
