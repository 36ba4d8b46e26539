// Somebody who has the extension and not acpd.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { bin } from '../lib/world.mjs';
import { vscode_window } from './window.mjs';

let w;
describe('VS Code without acpd', { timeout: 560_000 }, () => {
  before(async () => { w = await vscode_window.open({ machine: {}, agents: {} }); });
  after(() => w?.end());

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
});
