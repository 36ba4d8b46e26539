// The install lines of the help, as they stand there, tried: a plugin manager's clone comes from a
// repository on this machine, and what lies in it is the plugin as it is here.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { run } from '../editors/drivers/screen.mjs';
import { root } from '../lib/world.mjs';
import { nvim_program, plugin } from './nvim.mjs';

const help = fs.readFileSync(path.join(plugin, 'doc/acpd.txt'), 'utf8');
const lazy = path.join(root, 'build/editors/lazy.nvim');

/** The lines of code below a line of the help that begins with `title`. */
function lines_below(title) {
  const from = help.indexOf(`\n${title}`);
  assert.ok(from > 0, `the help has no "${title}"`);
  return help.slice(from).match(/>(?:lua|sh)\n([^<]*)</)[1];
}

/** What a person has afterwards, said by Neovim. */
const look = `
vim.api.nvim_create_autocmd('VimEnter', { nested = true, callback = function()
  vim.schedule(function()
    local ok, shown = pcall(vim.fn.execute, 'Acpd install')
    local said = { install = ok and shown or tostring(shown) }
    said.map = vim.fn.maparg('<Plug>(acpd-inbox)', 'n')
    said.help = pcall(vim.cmd.help, 'acpd-back') and vim.fn.expand('%:p') or ''
    io.stdout:write('SAID ', vim.json.encode(said), '\\n')
    vim.cmd('qall!')
  end)
end })
`;

describe('the install lines of the help', () => {
  let dir, clone;
  before(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'acpd-install-'));
    const origin = path.join(dir, 'acpd');
    fs.cpSync(plugin, path.join(origin, 'clients/neovim'), { recursive: true,
      filter: (from) => path.basename(from) !== 'tags' });
    const git = (...args) => execFileSync('git', args, { cwd: origin, stdio: 'pipe' });
    git('init', '-q', '-b', 'main');
    git('add', '-A');
    git('-c', 'user.name=a', '-c', 'user.email=a@localhost', 'commit', '-q', '-m', 'all');
    clone = path.join(dir, 'clone');
    execFileSync('git', ['clone', '-q', `file://${origin}`, clone]);
  });
  after(() => fs.rmSync(dir, { recursive: true, force: true }));

  /** Starts Neovim with an init.lua in a home of its own: what `look` says. */
  async function started(name, suite, init, prepare = () => {}) {
    const home = path.join(dir, name), config = path.join(home, '.config/nvim');
    fs.mkdirSync(config, { recursive: true });
    prepare(home);
    fs.writeFileSync(path.join(config, 'init.lua'), `${init}\n${look}`);
    const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: path.join(home, '.config'),
      XDG_DATA_HOME: path.join(home, '.local/share'), XDG_STATE_HOME: path.join(home, 'state'),
      XDG_CACHE_HOME: path.join(home, 'cache') };
    const args = ['--headless', '-i', 'NONE', '-n'];
    const { stdout, stderr } = await run(nvim_program(suite), args, { env, timeout: 60_000 });
    const said = stdout.match(/^SAID (.*)$/m);
    assert.ok(said, stdout + stderr);
    return JSON.parse(said[1]);
  }
  function is_there({ install, map, help: page }, below) {
    assert.match(install, /acpd keeps coding agents working/);
    assert.match(map, /Acpd inbox/);
    assert.match(page, /\/doc\/acpd\.txt$/);
    if (below) assert.ok(fs.realpathSync(page).startsWith(fs.realpathSync(below)), page);
  }
  const with_paths = (text) => text.replaceAll('/path/to/acpd', clone)
    .replaceAll("'URL'", `'file://${path.join(dir, 'acpd')}'`);

  for (const suite of ['trixie', 'forky'])
    it(`:packadd from a clone, ${suite}`, async () => {
      const link = with_paths(lines_below('|packages|'));
      const init = `${lines_below('<   and in your init.lua')}\nvim.cmd('silent! helptags ALL')`;
      is_there(await started(`packadd-${suite}`, suite, init,
        (home) => execFileSync('sh', ['-c', link], { env: { ...process.env, HOME: home } })), clone);
    });
  it('vim.pack, 0.12', async () => {
    // The person says yes to the clone.
    const init = `vim.fn.confirm = function() return 1 end\n${with_paths(lines_below('|vim.pack|'))}`;
    is_there(await started('pack', 'forky', init));
  });

  const skip = !fs.existsSync(lazy) &&
    'there is no lazy.nvim: tests/editors/plugin.sh folke/lazy.nvim gets it from GitHub';
  const by_lazy = (title) => `
    vim.opt.rtp:prepend('${lazy}')
    require('lazy').setup({ ${with_paths(lines_below(title))} })`;
  for (const [title, how] of [['lazy.nvim:', 'dir'], ['or, when lazy.nvim clones', 'url']])
    it(`lazy.nvim, ${how}`, { skip }, async () => {
      is_there(await started(`lazy-${how}`, 'trixie', by_lazy(title)),
        how === 'dir' ? clone : undefined);
    });
});
