// Trees to index: real files, copied until there are enough, each copy with names of its own.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const kinds =
  /\.(c|h|cc|cpp|hpp|cs|go|java|js|mjs|jsx|ts|tsx|py|rb|rs|php|lua|kt|scala|sh|md|json)$/;
const largest = 400_000; // bytes; larger files are data

/** [name in a tree, file] of the source files below the folders, in a fixed order that mixes the
 * folders: a part of them is a sample, so that trees of different sizes are alike. */
export function real_files(folders) {
  const found = [];
  for (const folder of folders)
    for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      if (!entry.isFile() || !kinds.test(entry.name) || /\/(\.git|build)\//.test(file)) continue;
      if (fs.statSync(file).size > largest) continue;
      found.push([path.relative(folder, file).replaceAll('node_modules', 'packages'), file]);
    }
  const place = new Map();
  for (const [name] of found) place.set(name, createHash('sha1').update(name).digest('hex'));
  return found.sort(([a], [b]) => (place.get(a) < place.get(b) ? -1 : 1));
}

/** Writes `count` files below `to`; returns their paths and how many bytes they have. The k-th
 * copy's longer identifiers end in _k: a tree of equal copies would be unlike any other. */
export function make_tree(to, files, count) {
  const paths = [];
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const copy = Math.floor(i / files.length), [name, source] = files[i % files.length];
    const text = fs.readFileSync(source, 'latin1');
    const own = copy === 0 ? text : text.replace(/\b[A-Za-z]\w{7,}\b/g, (id) => `${id}_${copy}`);
    const file = path.join(`copy${copy}`, name);
    fs.mkdirSync(path.join(to, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(to, file), own, 'latin1');
    paths.push(file);
    bytes += own.length;
  }
  return { root: to, paths, mb: bytes / 1e6 };
}
