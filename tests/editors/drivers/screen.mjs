// An editor in a terminal that nobody looks at: tmux with a server of its own in the world's
// folder.
// Owned by a driver; the terminal ends with close(), as a terminal window does.
import { execFile, spawnSync } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import { poll } from '../../lib/until.mjs';

export const run = promisify(execFile);

export class screen {
  constructor(place, name) {
    this.place = place;
    this.name = name;
    this.socket = path.join(place.dir, 'tmux');
  }
  async open(command, [columns, lines] = [160, 50]) {
    await this.tmux('-f', '/dev/null', 'new-session', '-d', '-x', String(columns),
      '-y', String(lines), ...command);
    await poll(() => this.pid(), `${this.name} to start`);
  }
  tmux(...args) {
    return run('tmux', ['-S', this.socket, ...args], {
      env: { ...this.place.env, TERM: 'xterm-256color' },
      cwd: this.place.cwd,
    });
  }
  keys(...keys) { return this.tmux('send-keys', ...keys); }
  text() { return String(spawnSync('tmux', ['-S', this.socket, 'capture-pane', '-p']).stdout); }
  /** The process in the terminal: tmux runs the command in place of a shell. */
  pid() {
    const said = spawnSync('tmux', ['-S', this.socket, 'list-panes', '-F', '#{pane_pid}']);
    return Number(String(said.stdout).trim());
  }
  /** The terminal goes away: SIGHUP from the kernel. */
  close() { return this.tmux('kill-server'); }
}
