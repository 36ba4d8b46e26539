// Somebody who has the extension and not acpd, or an acpd of another time.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';

import { bin, world } from '../lib/world.mjs';
import { vscode_window } from './window.mjs';

/** An acpctl of another time: it answers what lies beside it, whatever it is asked. */
const other_acpctl = `#!/usr/bin/env node
const result = JSON.parse(require('node:fs').readFileSync(__dirname + '/answer'));
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) =>
  console.log(JSON.stringify({ jsonrpc: '2.0', id: JSON.parse(line).id, result })));
`;
const hello = (protocolVersion, version) => JSON.stringify({ protocolVersion,
  info: { name: 'acpd', version: '0' }, capabilities: { _meta: { acpd: { version } } } });

let w, other;
describe('VS Code without acpd', { timeout: 560_000 }, () => {
  before(async () => {
    const place = new world({ agents: {} });
    other = path.join(place.dir, 'other');
    fs.mkdirSync(other);
    fs.writeFileSync(path.join(other, 'acpctl'), other_acpctl, { mode: 0o755 });
    fs.writeFileSync(path.join(other, 'answer'), hello(1, 1));
    w = await vscode_window.open({ place, machine: { 'acpd.path': other } });
  });
  afterEach(async (t) => {
    if (t.error ?? t.failed) console.error(await w.evidence());
  });
  after(() => w?.end());

  it('an acpd, or an extension, that is too old is said in one sentence', async () => {
    const said = (text) => w.frame('conversation', (body, wanted) =>
      body.innerText.includes(wanted), text);
    await w.status('not reachable').waitFor();
    await said('acpd is not reachable: The acpd here is too old for this extension');
    await w.shot('15-too-old');
    fs.writeFileSync(path.join(other, 'answer'), hello(2, 99));
    await w.command('Reconnect');
    await said('acpd is not reachable: This extension is too old for the acpd here: update the');
    w.server.set_machine({});
  });

  it('says so, installs what it carries, and goes on', async () => {
    await w.status('not installed').waitFor();
    await w.page.getByRole('button', { name: 'Install acpd' }).first().waitFor();
    await w.shot('6-not-installed');
    await w.status('not installed').click();
    await w.status('0 sessions').waitFor({ timeout: 60_000 });
    const bridge = w.place.processes().find((p) => p.args[1] === 'connect');
    assert.match(bridge.args[0], /globalStorage\/acpd\.acpd\/acpd-[\d.]+\/acpctl$/);
    const said = (program) => execFileSync(program, ['--version'], { encoding: 'utf8' });
    assert.equal(said(bridge.args[0]), said(bin('acpctl')));
    const daemon = w.place.processes().find((p) => p.args[1] === 'serve');
    assert.equal(path.dirname(daemon.args[0]), path.dirname(bridge.args[0]));
  });
  it('a session of the built-in runner needs nothing else', async () => {
    await w.command('New Session');
    await w.choose('runner');
    await w.choose(w.place.cwd);
    const chat = await w.frame('conversation', (body) => body.dataset.opened);
    await w.prompt(chat, '/help');
    await w.frame('conversation', (body) => body.innerText.includes('finished')
      && body.innerText.includes('/each'));
  });
  it('which takes no pictures: none is offered, one that is pasted is refused aloud', async () => {
    const chat = await w.frame('conversation', (body) => body.dataset.opened
      && [...body.querySelectorAll('.bar button[hidden]')].some((e) => e.innerText === 'Picture…'));
    await chat.locator('textarea.prompt').evaluate((box) => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File(['x'], 'dot.png', { type: 'image/png' }));
      box.dispatchEvent(new ClipboardEvent('paste', { clipboardData, cancelable: true }));
    });
    await chat.getByRole('alert').filter({ hasText: 'runner takes no pictures.' }).waitFor();
  });
});
