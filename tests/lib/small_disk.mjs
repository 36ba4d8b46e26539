// A disk that fills up: a small tmpfs on a folder, which only root may mount.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

export const root_only = {
  skip: process.getuid() !== 0 && 'only root can mount a small disk', timeout: 90_000,
};

function fill(file) {
  const fd = fs.openSync(file, 'w'), page = Buffer.alloc(4096);
  try {
    for (;;) fs.writeSync(fd, page);
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error;
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * Runs `run(disk)` while `folder` is a disk of `size`; disk.grow(SIZE) and disk.remount(OPTION)
 * change it, disk.fill() takes all that is left, and disk.empty() gives it back. Gives the error of
 * a machine that does not allow such a disk.
 */
export async function on_small_disk(folder, size, run) {
  const mount = (...options) => execFileSync('mount', [...options, folder], { stdio: 'pipe' });
  try {
    mount('-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs');
  } catch (error) {
    return error;
  }
  const filler = path.join(folder, 'filler');
  const remount = (option) => mount('-o', `remount,${option}`);
  try {
    await run({ remount, grow: (to) => remount(`size=${to}`), fill: () => fill(filler),
      empty: () => fs.rmSync(filler) });
  } finally {
    execFileSync('umount', ['-l', folder]);
  }
  return undefined;
}
