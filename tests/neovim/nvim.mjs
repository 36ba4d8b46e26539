// A Neovim for a test: the real program on a terminal in tmux, with the plugin as people have it (a
// clone whose folder is linked as a package, then :packadd), and nothing else.
// Owned by a test; ends with the world, which finds all its processes.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

import { kill_nvim, lua_in } from '../editors/drivers/remote.mjs';
import { screen } from '../editors/drivers/screen.mjs';
import { poll } from '../lib/until.mjs';
import { alive, bin, root } from '../lib/world.mjs';

export const plugin = path.join(root, 'clients/neovim');
const shots = path.join(root, 'build/editors/shots');

/** Debian 13's Neovim, the oldest that is supported; NVIM_SUITE names another Debian's, or is the
 * path of a Neovim. */
export function nvim_program(suite = process.env.NVIM_SUITE ?? 'trixie') {
  if (suite.includes('/')) return suite;
  const script = path.join(root, 'tests/editors/neovim.sh');
  return execFileSync(script, [suite], { encoding: 'utf8' }).trim();
}

const init = (settings) => `
vim.opt.loadplugins = true
vim.cmd.packadd('acpd')
require('acpd').setup(vim.json.decode([==[${JSON.stringify(settings)}]==]))
vim.o.swapfile, vim.o.more, vim.o.laststatus = false, false, 2
vim.o.statusline = "%f %{v:lua.require'acpd'.statusline()}"
vim.g.said, vim.g.events = {}, {}
vim.on_key(function(_, typed) vim.g.escaped = typed == '\\27' end)
local notify = vim.notify
vim.notify = function(text, ...)
  vim.g.said = vim.list_extend(vim.g.said, { text })
  return notify(text, ...)
end
vim.api.nvim_create_autocmd('User', { pattern = 'Acpd*', callback = function(event)
  vim.g.events = vim.list_extend(vim.g.events, { event.match })
end })
`;

/** A socket has its name a moment before anybody listens on it. */
const answers = (file) => new Promise((resolve) => {
  const socket = net.connect(file, () => { socket.destroy(); resolve(true); });
  socket.on('error', () => resolve(false));
});

export class neovim {
  /** Two of one place share their state folder, as two Neovims of one person do. size: of the
   * terminal, columns and lines. */
  constructor(place, name = 'one', settings = {}, size = undefined) {
    this.place = place;
    this.size = size;
    this.name = name;
    this.program = nvim_program();
    this.dir = path.join(place.dir, `nvim-${name}`);
    const home = path.join(place.dir, 'home');
    const packages = path.join(home, 'data/nvim/site/pack/acpd/opt');
    fs.mkdirSync(packages, { recursive: true });
    fs.mkdirSync(this.dir, { recursive: true });
    const link = path.join(packages, 'acpd');
    if (!fs.existsSync(link)) fs.symlinkSync(plugin, link);
    const text = init({ command: bin('acpctl'), ...settings });
    fs.writeFileSync(path.join(this.dir, 'init.lua'), text);
    this.env = { ...place.env, XDG_STATE_HOME: path.join(home, 'state'),
      XDG_DATA_HOME: path.join(home, 'data'), XDG_CONFIG_HOME: path.join(home, 'config'),
      XDG_CACHE_HOME: path.join(home, 'cache'), LANG: 'C.UTF-8', TZ: 'UTC' };
    this.state = path.join(home, 'state/nvim/acpd');
  }

  /** Opens it with Ex commands as arguments; again after kill(), too. */
  async open(...commands) {
    this.round = (this.round ?? 0) + 1;
    const dir = path.join(this.dir, String(this.round));
    fs.mkdirSync(dir);
    this.socket = path.join(dir, 'nvim');
    this.screen = new screen({ dir, env: this.env, cwd: this.place.cwd }, 'Neovim');
    const command = [this.program, '--listen', this.socket, '-n', '-u',
      path.join(this.dir, 'init.lua'), ...commands.flatMap((c) => ['-c', c])];
    await (this.from_shell ? this.type_into_shell(command) : this.screen.open(command, this.size));
    await poll(() => answers(this.socket), 'Neovim to listen');
    // It listens before it has read its settings.
    await this.wait('return vim.v.vim_did_enter == 1', 'it to be ready');
  }
  /** As people start it, so that it can be put aside: what it is typed into has job control. */
  async type_into_shell(command) {
    await this.screen.open(['bash', '--norc', '-i'], this.size);
    const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    await this.keys('-l', quoted);
    await this.keys('Enter');
  }
  /** The value of a Lua function's body. */
  async lua(code) {
    const said = await lua_in(this.program, this.socket,
      `return vim.json.encode({ value = (function() ${code} end)() })`);
    return JSON.parse(said).value;
  }
  command(text) { return this.lua(`vim.schedule(function() vim.cmd(${JSON.stringify(text)}) end)`); }
  wait(code, what) { return poll(() => this.lua(code), `${this.name}: ${what}`); }
  /** Typed into the terminal. An Escape at the end is waited for: the terminal's side holds it back
   * for a moment ('ttimeoutlen'), in which what lua() says would come first. */
  async keys(...keys) {
    const held = keys.at(-1) === 'Escape';
    if (held) await this.lua('vim.g.escaped = false');
    await this.screen.keys(...keys);
    if (held) await this.wait('return vim.g.escaped', 'the Escape to come');
  }

  /** A buffer's lines; none, while there is no such buffer. */
  lines(name) {
    return this.lua(`local buffer = vim.fn.bufnr('${name}')
      return buffer == -1 and {} or vim.api.nvim_buf_get_lines(buffer, 0, -1, false)`);
  }
  session(id, member) {
    return this.lua(`local s = require('acpd.session').open['${id}'] return s and s.${member}`);
  }
  live(id) {
    return this.wait(
      `local s = require('acpd.session').open['${id}'] return s ~= nil and s.phase == 'live'`,
      `session ${id} to be attached`);
  }
  /** Until the numbered texts of the scripted agent are shown up to `number`. */
  reached(id, number) {
    return this.wait(`local last, buffer = 0, vim.fn.bufnr('acpd://session/${id}')
      for _, line in ipairs(vim.api.nvim_buf_get_lines(buffer, -20, -1, false)) do
        last = tonumber(line:match('.*#(%d+) ')) or last
      end
      return last >= ${number}`, `#${number} to be shown`);
  }
  /** The session that is open here, when its id is not known yet. */
  opened() {
    return this.wait(
      `for id, s in pairs(require('acpd.session').open) do if s.phase == 'live' then return id end end`,
      'a session to be open');
  }
  async shown(text, what = `the screen to show ${text}`) {
    return poll(() => this.screen.text().match(text), what).catch((error) => {
      throw new Error(`${error.message}; on the screen:\n${this.screen.text()}`);
    });
  }

  async kill() {
    const pids = kill_nvim(this.place, this.socket);
    await poll(() => !pids.some(alive), 'Neovim to be gone');
  }
  /** Ends it in good order, as a person does. */
  async quit() {
    await this.keys('Escape', ':qall!', 'Enter');
    const listens = (p) => p.args.includes(this.socket);
    await poll(() => !this.place.processes().some(listens), 'Neovim to end');
  }
  /** A picture of the terminal, for people. */
  shot(name) {
    fs.mkdirSync(shots, { recursive: true });
    fs.writeFileSync(path.join(shots, `neovim-${name}.txt`), this.screen.text());
  }
}
