// Neovim with one of its ACP plugins, in a real terminal, told what to do through its own socket.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { poll } from '../../lib/until.mjs';
import { here, kill_tree } from '../machine.mjs';
import { kill_nvim, lua_in } from './remote.mjs';
import { screen } from './screen.mjs';

const script = (name, ...args) =>
  execFileSync(path.join(here, name), args, { encoding: 'utf8' }).trim();
const repositories = {
  codecompanion: ['olimorris/codecompanion.nvim', 'nvim-lua/plenary.nvim'],
  agentic: ['carlos-algms/agentic.nvim'],
  avante: ['yetone/avante.nvim', 'nvim-lua/plenary.nvim', 'MunifTanjim/nui.nvim'],
};

class neovim {
  constructor(plugin, place, agent) {
    this.plugin = plugin;
    this.place = place;
    this.nvim = script('neovim.sh', 'forky');
    this.socket = path.join(place.dir, 'nvim');
    this.screen = new screen(place, 'Neovim');
    const paths = repositories[plugin].map((name) => script('plugin.sh', name));
    this.settings = path.join(place.dir, 'measure.json');
    fs.writeFileSync(this.settings, JSON.stringify({ paths, agent }));
  }
  async start() {
    await this.screen.open([
      'env',
      `ACP_MEASURE=${this.settings}`,
      this.nvim,
      '--listen',
      this.socket,
      '-n',
      '-u',
      path.join(here, 'drivers', `${this.plugin}.lua`),
      'notes.txt',
    ]);
    await poll(() => fs.existsSync(this.socket), 'Neovim to listen');
    await poll(
      () =>
        this.lua('return vim.g.ready').then(
          (said) => said.includes('true'),
          () => false,
        ),
      `${this.plugin} to be ready`,
    );
    await this.type('lua Prompt()');
  }
  lua(code) {
    return lua_in(this.nvim, this.socket, code);
  }
  /** Typed, as a person would: a command that ends Neovim never answers. */
  async type(command) {
    await this.screen.keys('C-\\', 'C-n', `:${command}`, 'Enter');
  }
  pid() {
    return this.screen.pid();
  }
  kill() {
    kill_nvim(this.place, this.socket);
  }
  evidence() {
    return this.screen.text();
  }
}

const signal = (name) => (editor) => process.kill(editor.pid(), name);
const ends = {
  'chat buffer deleted (`:bdelete!`)': (e) => e.type('lua Close_chat()'),
  '`:qa!`': (e) => e.type('qa!'),
  SIGTERM: signal('SIGTERM'),
  'terminal closed (SIGHUP)': (e) => e.screen.close(),
  'SIGKILL of the process on the terminal': signal('SIGKILL'),
  'SIGKILL of both processes of Neovim': (e) => e.kill(),
  'SIGKILL of the tree': (e) => kill_tree(e.place, e.pid()),
};
const more = {
  codecompanion: { 'chat closed (its key)': (e) => e.type('lua Close_by_key()') },
  agentic: { 'tab closed (`:tabclose`)': (e) => e.type('tabnew | tabprevious | tabclose!') },
  avante: {
    'sidebar closed (`:AvanteToggle`)': (e) => e.type('AvanteToggle'),
    'stop (`:AvanteStop`)': (e) => e.type('AvanteStop'),
  },
};

export const clients = Object.fromEntries(Object.keys(repositories).map((plugin) => [plugin, {
  title: `Neovim 0.12.4, ${repositories[plugin][0]}`,
  open: (place, agent) => new neovim(plugin, place, agent),
  ends: { ...more[plugin], ...ends },
}]));
