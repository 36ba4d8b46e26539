// Small files, short lines, short functions: in all that people read here.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { functions_of, limits, shell_functions_of, too_long } from './style.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const not_ours = new Set(['.git', 'build', 'node_modules', '.cache', 'corpus']);

/** Every file of C++, JavaScript, Lua or shell below `folder`. */
function* sources(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory() && !not_ours.has(entry.name)) yield* sources(file);
    if (entry.isFile() && is_source(file)) yield file;
  }
}

function is_source(file) {
  if (/\.(h|cpp|mjs|js|sh|bash|lua)$/.test(file)) return true;
  return path.extname(file) === '' && /^#!.*sh$/.test(first_line(file));
}

const first_line = (file) => fs.readFileSync(file, 'utf8').split('\n', 1)[0];

describe('sizes', () => {
  it(`files, lines and functions: ${JSON.stringify(limits)}`, () => {
    const files = [...sources(root)];
    assert.ok(files.length > 100, `${files.length} files`);
    const named = files.map((f) => path.relative(root, f));
    const said = named.flatMap((f) =>
      too_long(f, fs.readFileSync(path.join(root, f), 'utf8')));
    assert.deepEqual(said, []);
  });

  const body = (count) => 'x();\n'.repeat(count);
  it('what is too long is seen', () => {
    assert.deepEqual(too_long('a.cpp', '//\n'.repeat(401)), ['a.cpp: 401 lines']);
    assert.deepEqual(too_long('a.sh', `ok\n${'ä'.repeat(101)}\n`), ['a.sh:2: 101 columns']);
    assert.deepEqual(too_long('a.cpp', `int f(int x)\n    : a(1) {\n${body(59)}}\n`), [
      'a.cpp:2: a function of 61 lines',
    ]);
    assert.deepEqual(too_long('a.mjs', `const f = async (x) => {\n${body(59)}};\n`), [
      'a.mjs:1: a function of 61 lines',
    ]);
    assert.deepEqual(too_long('run', `f() {\n${body(59)}}\n`), ['run:1: a function of 61 lines']);
  });
  it('a namespace, a class and a suite of tests are no functions, their members are', () => {
    assert.deepEqual(
      functions_of('namespace a {\nclass b {\n  int f() const { return 1; }\n};\n}\n', 'cpp'),
      [{ line: 3, lines: 1 }],
    );
    assert.deepEqual(
      functions_of("describe('x', () => {\n  it('y', () => {\n    z();\n  });\n});\n", 'mjs'),
      [{ line: 2, lines: 3 }],
    );
  });
  it('braces in strings and comments do not count', () => {
    const text =
      'void f() {\n  a("}{{"); // {\n  b(R"x({{{)x"); /* { */\n  c = \'{\';\n}\nvoid g() {\n}\n';
    assert.deepEqual(functions_of(text, 'cpp'), [{ line: 1, lines: 5 }, { line: 6, lines: 2 }]);
    assert.deepEqual(functions_of('function f() {\n  return /[{}]/.test(`${a}{`);\n}\n', 'mjs'), [
      { line: 1, lines: 3 },
    ]);
    assert.deepEqual(shell_functions_of('f() {\n  g\n}\n'), [{ line: 1, lines: 3 }]);
  });
});
