// Emacs with acp.el, the library that agent-shell stands on, in a real terminal.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { poll } from '../../lib/until.mjs';
import { here, kill_tree } from '../machine.mjs';
import { run, screen } from './screen.mjs';

class emacs {
  constructor(place, agent) {
    this.place = place;
    this.socket = path.join(place.dir, 'emacs');
    this.screen = new screen(place, 'Emacs');
    const library = execFileSync(path.join(here, 'plugin.sh'), ['xenodium/acp.el'], {
      encoding: 'utf8',
    }).trim();
    this.command = [
      'env',
      `ACP_MEASURE=${JSON.stringify([agent.command, ...agent.args])}`,
      `ACP_MEASURE_SOCKET=${this.socket}`,
      'emacs',
      '-nw',
      '-Q',
      '-L',
      library,
      '-l',
      path.join(here, 'drivers', 'emacs.el'),
    ];
  }
  async start() {
    await this.screen.open(this.command);
    await poll(() => fs.existsSync(this.socket), 'Emacs to listen');
  }
  lisp(code) { return run('emacsclient', ['-s', this.socket, '-e', code], { timeout: 10_000 }); }
  evidence() { return this.screen.text(); }
}

const signal = (name) => (editor) => process.kill(editor.screen.pid(), name);
export const clients = {
  emacs: {
    title: 'Emacs 28.2, acp.el',
    open: (place, agent) => new emacs(place, agent),
    ends: {
      'client shut down (`acp-shutdown`)': (e) => e.lisp('(acp-shutdown :client measured)'),
      '`C-x C-c`': (e) => e.screen.keys('C-x', 'C-c'),
      SIGTERM: signal('SIGTERM'),
      'terminal closed (SIGHUP)': (e) => e.screen.close(),
      'SIGKILL of Emacs': signal('SIGKILL'),
      'SIGKILL of the tree': (e) => kill_tree(e.place, e.screen.pid()),
    },
  },
};
