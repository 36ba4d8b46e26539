// A disk that fills up: a small tmpfs on a folder, which only root may mount.
import { execFileSync } from 'node:child_process';

export const root_only = {
  skip: process.getuid() !== 0 && 'only root can mount a small disk', timeout: 90_000,
};

/**
 * Runs `run(disk)` while `folder` is a disk of `size`; disk.grow(SIZE) and disk.remount(OPTION)
 * change it. Gives the error of a machine that does not allow such a disk.
 */
export async function on_small_disk(folder, size, run) {
  const mount = (...options) => execFileSync('mount', [...options, folder], { stdio: 'pipe' });
  try {
    mount('-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs');
  } catch (error) {
    return error;
  }
  const remount = (option) => mount('-o', `remount,${option}`);
  try {
    await run({ remount, grow: (to) => remount(`size=${to}`) });
  } finally {
    execFileSync('umount', ['-l', folder]);
  }
  return undefined;
}
