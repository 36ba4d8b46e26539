// acpctl search and acpctl index.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { index_world, store_py } from './rig.mjs';

describe('acpctl search and index', { timeout: 120_000 }, () => {
  const place = new index_world();
  before(async () => {
    place.write('src/store.py', store_py);
    place.write('other/store_too.py', 'def open_store_too():\n    pass\n');
    await place.serve();
  });
  after(() => place.end());
  const ctl = (...args) => place.ctl(...args);

  it('without a daemon: says so, and starts none', async () => {
    const nowhere = await ctl('search', 'x', '--socket', path.join(place.dir, 'none'));
    assert.equal(nowhere.code, 3);
  });

  it('a folder that is not indexed is indexed first', async () => {
    const words = ['open', 'the', 'store'];
    const { code, stdout, stderr } = await ctl('search', ...words, '-C', place.cwd, '-n', '1');
    assert.equal(code, 0, stderr);
    const head = `${place.cwd}/src/store.py:1-3  function open_store`;
    assert.equal(stdout, `${head}\n    def open_store(path):\n`);
    assert.equal(stderr, '');
  });

  it('below an indexed folder: its index, and only what lies there', async () => {
    const { stdout } = await ctl('search', 'open store', '-C', `${place.cwd}/other`, '--json');
    const { root, hits } = JSON.parse(stdout);
    assert.equal(root, place.cwd);
    assert.deepEqual(hits.map((h) => h.path), ['other/store_too.py']);
  });

  it('a link to an indexed folder: the same index, not a second one', async () => {
    const link = path.join(place.dir, 'link');
    fs.symlinkSync(place.cwd, link);
    const { root, hits } = JSON.parse(
      (await ctl('search', 'open store', '-C', link, '-n', '1', '--json')).stdout);
    assert.equal(hits[0].path, 'src/store.py');
    assert.ok([link, place.cwd].includes(root), root);
    const { folders } = JSON.parse((await ctl('index', 'status', '--json')).stdout);
    assert.deepEqual(folders.map((f) => f.root), [place.cwd]);
    const one = JSON.parse((await ctl('index', 'status', link, '--json')).stdout);
    assert.deepEqual([one.root, one.state, one.coverage.indexed], [place.cwd, 'open', 2]);
  });

  it('nothing found is said, and is no failure', async () => {
    const { code, stdout, stderr } = await ctl('search', 'qqqzzz', '-C', place.cwd);
    assert.deepEqual([code, stdout, stderr], [0, '', 'nothing found in 2 indexed files\n']);
  });

  it('status, add, rebuild, rm', async () => {
    assert.match((await ctl('index', 'status')).stdout, /work +2 files +fresh/);
    assert.match((await ctl('index', 'add', place.cwd)).stdout, /kept +until `acpctl index rm`/);
    const one = JSON.parse((await ctl('index', 'status', place.cwd, '--json')).stdout);
    assert.deepEqual([one.state, one.kept, one.coverage.indexed], ['open', true, 2]);
    assert.equal((await ctl('index', 'rebuild', place.cwd)).code, 0);
    assert.match((await ctl('index', 'status', '--wait', place.cwd)).stdout, /files +2 files/);
    assert.equal((await ctl('index', 'rm', place.cwd)).code, 0);
    assert.deepEqual(fs.readdirSync(path.join(place.state, 'index')), []);
    for (const verb of ['rm', 'rebuild', 'status'])
      assert.equal((await ctl('index', verb, place.cwd)).code, 4, verb);
  });

  it('what cannot be indexed is said', async () => {
    const { code, stderr } = await ctl('index', 'add', '/no/such/folder');
    assert.equal(code, 1);
    assert.match(stderr, /no folder \/no\/such\/folder/);
    const relative = path.relative(process.cwd(), place.cwd);
    assert.equal((await ctl('search', 'store', '-C', relative)).code, 0, 'a relative one is fine');
  });
});
