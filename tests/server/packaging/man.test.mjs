// The manual pages: well-formed, and complete against --help and the configuration's keys.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { bin, root } from '../../lib/world.mjs';

const folder = path.join(root, 'server/packaging/man');
const page = (name) => fs.readFileSync(path.join(folder, name), 'utf8');
const sorted = (list) => [...new Set(list)].sort();
const missing = (program) => spawnSync(program, ['--version']).error?.code === 'ENOENT';

// How each tool is made to say what is wrong with a page; a good page leaves it silent.
const checkers = {
  mandoc: ['-Tlint', '-Wwarning'],
  man: ['--warnings', '-E', 'UTF-8', '-Tutf8', '-Z', '-l'],
};

describe('manual pages are well-formed', () => {
  for (const [program, options] of Object.entries(checkers)) {
    const skip = missing(program) && `${program} is not installed: apt-get install mandoc man-db`;
    const check = (file) => {
      const env = { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '80' };
      const ran = spawnSync(program, [...options, file], { encoding: 'utf8', env });
      return (program === 'mandoc' ? ran.stdout : '') + ran.stderr;
    };
    for (const name of fs.readdirSync(folder))
      it(`${name}, by ${program}`, { skip }, () => assert.equal(check(path.join(folder, name)), ''));
    it(`and ${program} would see a bad one`, { skip }, (t) => {
      const bad = path.join(fs.mkdtempSync('/tmp/acpd-man-'), 'bad.1');
      t.after(() => fs.rmSync(path.dirname(bad), { recursive: true }));
      fs.writeFileSync(bad, page('acpd.1').replace('.Sh DESCRIPTION', '.Bl -tag\n.Nonsense'));
      assert.notEqual(check(bad), '');
    });
  }
});

/** Commands and flags that a --help text names. */
function read_help(text) {
  const commands = text.split('Subcommands:')[1] ?? '';
  return {
    commands: [...commands.matchAll(/^ {2}([a-z-]+)(?= |$)/gm)].map((m) => m[1]),
    flags: [...text.matchAll(/^ +((?:-\w,)?--[a-z-]+|-\w)/gm)].flatMap((m) => m[1].split(',')),
  };
}

/** Flags that the `.It` lines of a piece of a page define. */
const flags_in = (text) =>
  [...text.matchAll(/^\.It Fl .*$/gm)].flatMap(([line]) =>
    [...line.matchAll(/(?:Fl|,) (\\-)?([a-z][a-z\\-]*|[A-Z])(?= |$)/g)]
      .map((m) => (m[1] ? '--' : '-') + m[2].replaceAll('\\-', '-')));

/** A page in pieces: what stands before the commands, and the text of each command. */
function pieces(text) {
  const found = { '': '' };
  let at = '';
  for (const line of text.split('\n')) {
    const name = /^\.It (?:Xo|Cm (\S+))/.exec(line);
    if (name?.[1]) at = name[1];
    else if (/^\.Cm \S+$/.test(line) && found[at]?.endsWith('.It Xo\n')) at = line.slice(4);
    else if (/^\.(Sh|Ss) /.test(line)) at = '';
    found[at] = (found[at] ?? '') + line + '\n';
  }
  return found;
}

const help = (program, ...words) =>
  read_help(spawnSync(bin(program), [...words, '--help'], { encoding: 'utf8' }).stdout);

for (const program of ['acpctl', 'acpd']) {
  describe(`${program}.1 and ${program} --help name the same`, () => {
    const top = help(program);
    const text = pieces(page(`${program}.1`));
    it('commands', () => {
      assert.ok(top.commands.length > 1, 'help was understood');
      assert.deepEqual(sorted(Object.keys(text).filter(Boolean)), sorted(top.commands));
    });
    it('options of all commands', () => {
      assert.deepEqual(sorted(flags_in(text[''])), sorted(top.flags));
    });
    for (const name of top.commands)
      it(`options of ${name}`, () => {
        const { flags } = help(program, name);
        const own = flags.filter((f) => !top.flags.includes(f));
        assert.deepEqual(sorted(flags_in(text[name] ?? '')), sorted(own));
      });
  });
}

it('acpd.toml.5 has every key of the configuration, and no other', () => {
  const wire = path.join(root, 'server/wire');
  const source = fs.readdirSync(wire).filter((name) => name.endsWith('config.cpp'))
    .map((name) => fs.readFileSync(path.join(wire, name), 'utf8')).join('\n');
  const keys = [...source.matchAll(/table\([^{;]*\{([^}]*)\}\)/g)]
    .flatMap((m) => [...m[1].matchAll(/"(\w+)"/g)].map((k) => k[1]));
  const shown = [...page('acpd.toml.5').matchAll(/^\.It Li (\w+) = /gm)].map((m) => m[1]);
  assert.ok(keys.length > 5, 'the source was understood');
  assert.deepEqual(sorted(shown), sorted(keys));
  const tables = /config_reader top\(.*?\{([^}]*)\}\);/s.exec(source.replace('{file, {}}', ''))[1];
  const shown_tables = [...page('acpd.toml.5').matchAll(/^\.Ss \[(\w+)/gm)].map((m) => m[1]);
  assert.deepEqual(sorted(shown_tables), sorted([...tables.matchAll(/"(\w+)"/g)].map((m) => m[1])));
});
