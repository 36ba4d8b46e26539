// A Neovim for a test: the real program, on a terminal in tmux or without one, with the plugin as
// people have it (a clone whose folder is added as a package), and nothing else.
// Owned by a test; ends with the world, which finds all its processes.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { poll } from '../lib/until.mjs';
import { bin, bin_dir, root } from '../lib/world.mjs';
import { run, screen } from '../editors/drivers/screen.mjs';

export const plugin = path.join(root, 'clients/neovim');
export const shots = path.join(root, 'build/editors/shots');

/** Debian 13's Neovim, the oldest that is supported; NVIM_SUITE names another. */
export function nvim_program(suite = process.env.NVIM_SUITE ?? 'trixie') {
  const script = path.join(root, 'tests/editors/neovim.sh');
  return execFileSync(script, [suite], { encoding: 'utf8' }).trim();
}
