// VS Code (code-server, in Chromium) with the extension formulahendry/vscode-acp.
import { execFileSync } from 'node:child_process';
import path from 'node:path';

import { poll } from '../../lib/until.mjs';
import { code_server } from '../code_server.mjs';
import { here, kill_tree } from '../machine.mjs';

class vscode {
  constructor(place, agent) {
    this.place = place;
    this.server = new code_server(place, { 'acp.agents': { acpd: agent } });
  }
  async start() {
    const extension = execFileSync(path.join(here, 'vscode_acp.sh'), { encoding: 'utf8' }).trim();
    await this.server.install(extension);
    await this.server.start();
    this.page = await this.server.open();
    await this.page.getByRole('tab', { name: 'ACP Client' }).first().click({ force: true });
    await this.server.command('ACP: Connect to Agent');
    await this.server.pick('acpd');
    const chat = await this.chat();
    await chat.locator('#promptInput').fill('work');
    await chat.locator('#sendStopBtn').click();
  }
  /** The chat's frame, once it is connected. */
  chat() {
    return poll(async () => {
      for (const frame of this.page.frames()) {
        const button = frame.locator('#sendStopBtn');
        if (
          (await button.isVisible({ timeout: 100 }).catch(() => false)) &&
          (await button.isEnabled())
        )
          return frame;
      }
    }, 'the chat to be connected', 40_000);
  }
  evidence() { return this.server.evidence(); }
  close() { return this.server.end(); }
}

const ends = {
  'chat view hidden': (e) => e.server.command('View: Toggle Primary Side Bar Visibility'),
  'another view in its place': (e) =>
    e.page
      .getByRole('tab', { name: /^Explorer/ })
      .first()
      .click({ force: true }),
  'disconnected by its command': (e) => e.server.command('ACP: Disconnect Agent'),
  'turn cancelled by its command': (e) => e.server.command('ACP: Cancel Current Turn'),
  'window reloaded': (e) => e.page.reload(),
  'browser page closed': (e) => e.page.close(),
  'SIGTERM of code-server': (e) => e.server.child.kill('SIGTERM'),
  'SIGKILL of code-server': (e) => e.server.child.kill('SIGKILL'),
  'SIGKILL of the tree': (e) => kill_tree(e.place, e.server.child.pid),
};

export const clients = {
  vscode: {
    title: 'VS Code 1.100.3 (code-server), formulahendry/vscode-acp',
    open: (place, agent) => new vscode(place, agent),
    ends,
  },
};
