// retrieval.mjs QUERIES TREES NAME=GIT_DIR…
// Writes TREES/base/NAME (the files at the base commit) and TREES/masked/NAME (the same with every
// doc comment of masks.jsonl blanked: those questions are made of them, so they must not be there
// to be found).
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const largest = 400_000; // bytes; larger files are data
const [queries, trees, ...pairs] = process.argv.slice(2);

function fail(text) {
  console.error(`error: ${text}`);
  process.exit(1);
}

function git(dir, args, input) {
  const run = spawnSync("git", ["--git-dir", dir, ...args], { input, maxBuffer: 1 << 30 });
  if (run.status !== 0)
    fail(`git ${args[0]} in ${dir}: ${run.error ?? run.stderr.toString().trim()}`);
  return run.stdout;
}

/// [path, blob] of the files that belong to the benchmark.
function list(dir, { commit, endings }) {
  const rows = git(dir, ['ls-tree', '-r', '-l', '-z', commit])
    .toString()
    .split('\0')
    .filter(Boolean);
  return rows.flatMap((row) => {
    const [info, path] = [row.slice(0, row.indexOf("\t")), row.slice(row.indexOf("\t") + 1)];
    const [, kind, blob, size] = info.split(/ +/);
    const taken = kind === "blob" && Number(size) < largest && !path.includes("/testdata/") &&
      endings.some((e) => path.endsWith(e));
    return taken ? [[path, blob]] : [];
  });
}

/// Contents in the order of the list; undefined: the git directory does not hold it.
function contents(dir, files) {
  const out = git(dir, ["cat-file", "--batch"], files.map(([, blob]) => `${blob}\n`).join(""));
  let at = 0;
  return files.map(() => {
    const end = out.indexOf(10, at);
    const [, kind, size] = out.subarray(at, end).toString().split(" ");
    at = end + 1;
    if (kind !== "blob") return undefined;
    const bytes = out.subarray(at, at + Number(size));
    at += Number(size) + 1;
    return bytes;
  });
}

function read_masks() {
  const file = join(queries, "masks.jsonl");
  const masks = new Map();
  if (!existsSync(file)) return masks;
  for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
    const { repo, path, ranges } = JSON.parse(line);
    masks.set(`${repo}/${path}`, ranges);
  }
  return masks;
}

/// Spaces for everything but line ends, so that lines and offsets stay.
function blank(bytes, ranges) {
  const copy = Buffer.from(bytes);
  for (const [begin, end] of ranges ?? [])
    for (let i = begin; i < Math.min(end, copy.length); ++i)
      if (copy[i] !== 10 && copy[i] !== 13) copy[i] = 32;
  return copy;
}

function write(path, bytes) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

const known = JSON.parse(readFileSync(join(queries, "repositories.json"), "utf8"));
const masks = read_masks();
for (const pair of pairs) {
  const name = pair.slice(0, pair.indexOf("="));
  const dir = pair.slice(pair.indexOf("=") + 1);
  if (!known[name])
    fail(`${name} is not in ${queries}/repositories.json: add its "commit" and "endings" there`);
  const files = list(dir, known[name]);
  const bytes = contents(dir, files);
  for (const kind of ["base", "masked"]) {
    rmSync(join(trees, kind, name), { recursive: true, force: true });
    files.forEach(([path], i) => {
      if (bytes[i] === undefined) return;
      write(
        join(trees, kind, name, path),
        kind === 'base' ? bytes[i] : blank(bytes[i], masks.get(`${name}/${path}`)),
      );
    });
  }
  console.log(`${name}: ${bytes.filter(Boolean).length} files`);
}
