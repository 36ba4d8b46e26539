// What the programs need of a machine: no more than a bare Ubuntu 22.04 or Debian 12 has, so that
// those in the .vsix run where nothing of acpd's was ever installed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';

import { bin } from '../../lib/world.mjs';

const everywhere = ['ld-linux-x86-64.so.2', 'libc.so.6', 'libgcc_s.so.1', 'libm.so.6',
  'libstdc++.so.6'];
const tls = ['libcrypto.so.3', 'libssl.so.3'];  // only for daemons elsewhere
const libraries = { acpd: everywhere, acpctl: everywhere, 'acpd-index': everywhere,
  'acpd-shim': [], 'acpd-front.so': [...everywhere, ...tls], 'acpd-wss': [...everywhere, ...tls] };
const newest = { GLIBC: '2.34', GLIBCXX: '3.4.30', CXXABI: '1.3.13' };  // as README.md says

const readelf = (option, program) => execFileSync('readelf', ['-W', option, program],
  { encoding: 'utf8', maxBuffer: 64 << 20 });
const numbers = (version) => version.split('.').map(Number);
const newer = (a, b) => {
  const [left, right] = [numbers(a), numbers(b)];
  const at = left.findIndex((n, i) => n !== (right[i] ?? 0));
  return at >= 0 && left[at] > (right[at] ?? 0);
};

describe('what the programs need of a machine', () => {
  for (const [name, allowed] of Object.entries(libraries))
    it(name, () => {
      const needed = [...readelf('-d', bin(name)).matchAll(/\(NEEDED\).*\[(.*)\]/g)]
        .map(([, library]) => library);
      assert.deepEqual(needed.filter((library) => !allowed.includes(library)), []);
      const versions = [...readelf('-V', bin(name)).matchAll(/\b(GLIBC|GLIBCXX|CXXABI)_([\d.]+)/g)];
      assert.deepEqual(versions.filter(([, of, version]) => newer(version, newest[of]))
        .map(([text]) => text), []);
      assert.equal(needed.length > 0, allowed.length > 0);
      assert.equal(versions.length > 0, allowed.length > 0);
    });
  it('and versions are compared as numbers', () => {
    assert.ok(newer('2.36', '2.35') && newer('3.4.31', '3.4.30') && newer('2.35.1', '2.35'));
    assert.ok(!newer('2.4', '2.35') && !newer('3.4', '3.4.30') && !newer('2.35', '2.35'));
  });
});
