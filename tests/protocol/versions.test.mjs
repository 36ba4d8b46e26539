// protocol/VERSIONS.md names everything that either schema has, and nothing that neither has.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { root } from '../lib/world.mjs';
import { methods_of, variants_of } from './judge.mjs';

const rows = fs
  .readFileSync(path.join(root, 'protocol/VERSIONS.md'), 'utf8')
  .split('\n')
  .filter((l) => l.startsWith('| `'));
const named = new Set(
  rows.flatMap((row) => [...row.split('|')[1].matchAll(/`([^`]+)`/g)].map((m) => m[1])),
);

for (const version of [1, 2]) {
  test(`every update and method of v${version} has its row`, () => {
    const all = [...variants_of(version), ...methods_of(version)];
    assert.ok(all.length > 40);
    assert.deepEqual(all.filter((name) => !named.has(name)), []);
  });
}

test('every row is about something that exists', () => {
  const known = new Set([1, 2].flatMap((v) => [...variants_of(v), ...methods_of(v)]));
  assert.deepEqual([...named].filter((name) => !known.has(name)), []);
});
