// Makes build/acpd-VERSION.vsix, with acpd's own programs for linux-x64 inside: stripped copies of
// what lies in $ACPD_BIN, else in the tree's build/release/bin.
//   npm run package [-- --out FILE]
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(fs.readFileSync(path.join(here, 'package.json'), 'utf8'));
const from = path.resolve(
  process.env.ACPD_BIN ?? path.join(here, '../../build/release/bin'));
const into = path.join(here, 'build/bin/linux-x64');
const programs = ['acpd', 'acpctl', 'acpd-shim', 'acpd-front.so', 'acpd-wss', 'acpd-index'];
const at = process.argv.indexOf('--out');
const out = at < 0 ? path.join(here, `build/acpd-${version}.vsix`)
  : path.resolve(process.argv[at + 1]);

function take(program) {
  const source = path.join(from, program);
  if (!fs.existsSync(source))
    throw new Error(`${source} is missing: build it (tests/run does), or say where with ACPD_BIN`);
  const target = path.join(into, program);
  fs.copyFileSync(source, target);
  execFileSync('strip', ['--strip-unneeded', target]);
  fs.chmodSync(target, 0o755);
}

fs.rmSync(into, { recursive: true, force: true });
fs.mkdirSync(into, { recursive: true });
programs.forEach(take);
const said = execFileSync(path.join(into, 'acpctl'), ['--version'], { encoding: 'utf8' });
fs.writeFileSync(path.join(into, 'version'), said.trim().split(' ').at(-1) + '\n');
fs.copyFileSync(path.join(here, '../../LICENSE'), path.join(here, 'build/LICENSE'));
fs.mkdirSync(path.dirname(out), { recursive: true });
const vsce = path.join(here, 'node_modules/@vscode/vsce/vsce');
execFileSync(process.execPath, [vsce, 'package', '--no-dependencies', '--target', 'linux-x64',
  '--allow-missing-repository', '--skip-license', '--no-rewrite-relative-links', '-o', out],
{ cwd: here, stdio: ['ignore', 'ignore', 'inherit'] });
process.stdout.write(`${out}\n`);
