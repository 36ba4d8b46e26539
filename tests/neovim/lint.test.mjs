// The Lua of the plugin and of its tests: formatted by stylua, nothing found by luacheck.
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';

import { run } from '../editors/drivers/screen.mjs';
import { root } from '../lib/world.mjs';
import { plugin } from './nvim.mjs';

const folders = [plugin, path.join(import.meta.dirname, 'unit')];

/** What a program says against the files; '' when it is content. */
const against = (program, ...args) =>
  run(program, [...args, ...folders], { cwd: plugin }).then(() => '', (error) => {
    if (error.code === 'ENOENT') throw error;  // not installed is not content
    return error.stdout + error.stderr;
  });

describe('the Lua', () => {
  it('is formatted', async () => {
    const stylua = path.join(root, 'node_modules/.bin/stylua');
    const config = path.join(plugin, 'stylua.toml');
    assert.equal(await against(stylua, '--check', '--color=Never', '--config-path', config), '');
  });
  it('has nothing unused, shadowed or unknown in it', async () => {
    const config = path.join(plugin, '.luacheckrc');
    assert.equal(await against('luacheck', '-q', '--no-color', '--config', config), '');
  });
});
