// What an answer may be relied on for: a save just before, files not indexed yet, progress.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, it } from 'node:test';

import { told } from '../lib/extensions.mjs';
import { begin, index_world, store_py } from './rig.mjs';

describe('the index is honest', { timeout: 120_000 }, () => {
  it('a question right after a save sees the save, each time', async (t) => {
    const place = await begin(t);
    const editor = await place.editor();
    await place.complete(editor);
    for (let i = 0; i < 50; i++) {
      place.write('store.py', `${store_py}\n\ndef added_${i}():\n    pass\n`);
      const found = await editor.ask('symbol', { cwd: place.cwd, name: `added_${i}` });
      const places = found.definitions.map((d) => [d.path, d.stale]);
      assert.deepEqual(places, [['store.py', false]], `${i}`);
      const before = await editor.ask('symbol', { cwd: place.cwd, name: `added_${i - 1}` });
      assert.deepEqual(before.definitions, []);
    }
  });

  for (const who of ['the editor', 'acpd'])
    it(`an agent's fs/write_text_file is found at once, whoever writes: ${who}`, async (t) => {
      const place = await begin(t);
      const editor = await place.editor({}, {}, who === 'acpd' ? { fs: {} } : undefined);
      await place.complete(editor);
      const { c, sessionId } = editor;
      const turn = c.prompt(sessionId, `fs write ${place.cwd}/made.py def made_by_agent(): pass`);
      if (who === 'the editor') {
        await c.until(() => c.asked.length === 1, 'the write');
        place.write('made.py', c.asked[0].params.content);
        c.answer(c.asked[0].id, {});
      }
      await turn;
      const made = await editor.ask('symbol', { cwd: place.cwd, name: 'made_by_agent' });
      assert.equal(made.definitions[0]?.path, 'made.py');
    });

  it('nothing found and not indexed yet are different answers', async (t) => {
    const place = await begin(t);
    for (let i = 0; i < 3000; i++)
      place.write(`d${i % 50}/m${i}.py`, `def number_${i}():\n    pass\n`);
    const editor = await place.editor();
    const early = await editor.ask('search', { cwd: place.cwd, query: 'no_such_word_at_all' });
    if (!early.coverage.complete || early.coverage.pending > 0)
      assert.match(early.note, /^not indexed yet/);
    await place.complete(editor);
    const late = await editor.ask('search', { cwd: place.cwd, query: 'no_such_word_at_all' });
    assert.equal(late.note, 'nothing found in 3001 indexed files');
    assert.deepEqual(late.hits, []);
  });

  it('progress is told to who asks for it, and stands in the list', async (t) => {
    const place = await begin(t);
    for (let i = 0; i < 2000; i++) place.write(`m${i}.py`, `def number_${i}():\n    pass\n`);
    const quiet = place.connect();
    await quiet.start();
    const editor = await place.editor({ index: true });
    const last = () => told(editor.c, 'index/progress').at(-1);
    const over = () => last()?.coverage?.complete && last().coverage.pending === 0;
    await editor.c.until(over, 'the end');
    const counts = told(editor.c, 'index/progress').map((f) => f.coverage?.indexed ?? 0);
    assert.deepEqual(counts, [...counts].sort((a, b) => a - b), 'progress goes up');
    assert.equal(counts.at(-1), 2001);
    const [item] = (await editor.c.request('session/list', {})).sessions;
    assert.equal(item._meta.acpd.index.indexed, 2001);
    assert.deepEqual(told(quiet, 'index/progress'), []);
  });

  it('the home folder is refused, with a reason, and the session works', async (t) => {
    const place = new index_world();
    t.after(() => place.end());
    place.env.HOME = place.cwd;
    await place.serve();
    const editor = await place.editor();
    const answer = await editor.c.call('_acpd/index/search', { cwd: place.cwd, query: 'x' });
    assert.match(answer.error.message, /refusing to index .*home folder/);
    await editor.c.prompt(editor.sessionId, 'tool code_search {"query":"x"}');
    assert.ok(editor.c.texts().some((text) => /tool failed: .*home folder/.test(text)));
    const wide = await editor.ask('add', { cwd: place.cwd, wide: true });
    assert.equal(wide.state, 'open');
  });

  it('a file that vanishes is no hit any more', async (t) => {
    const place = await begin(t);
    const editor = await place.editor();
    await place.complete(editor);
    fs.rmSync(`${place.cwd}/store.py`);
    const { hits } = await editor.ask('search', { cwd: place.cwd, query: 'open store' });
    assert.deepEqual(hits.filter((h) => !h.stale), []);
  });
});
