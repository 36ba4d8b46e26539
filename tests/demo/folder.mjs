// The demo's input: a folder's source files, and a fingerprint that shows that nothing was changed.
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const endings = [
  'c', 'cc', 'cpp', 'h', 'hpp', 'rs', 'go', 'py', 'js', 'mjs', 'ts', 'tsx', 'java', 'rb', 'lua',
  'sh', 'sql', 'cmake', 'md', 'txt', 'json', 'toml', 'yaml', 'yml',
];
export const source_globs = `**/*.{${endings.join(',')}}`;

function* walk(dir) {
  for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
    const file = path.join(dir, entry.name);
    if (entry.isDirectory() && entry.name !== '.git') yield* walk(file);
    else if (entry.isFile()) yield file;
  }
}

/** In a git work tree without what git ignores, as the runner does. */
function files(dir) {
  try {
    return execFileSync(
      'git',
      ['-C', dir, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
      { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] },
    )
      .split('\0')
      .filter(Boolean)
      .map((f) => path.join(dir, f))
      .filter((f) => fs.existsSync(f));
  } catch (error) {
    // no git, or no work tree
    if (error.status === undefined && error.code !== 'ENOENT') throw error;
    return [...walk(dir)];
  }
}

export const sources = (dir) =>
  [...new Set(files(dir))].filter((f) => endings.includes(path.extname(f).slice(1)));

export function fingerprint(dir) {
  const hash = crypto.createHash('sha256');
  for (const file of files(dir).sort()) {
    const s = fs.lstatSync(file);
    hash.update(`${file} ${s.size} ${s.mtimeMs} ${s.mode}\n`);
  }
  return hash.digest('hex');
}
