// The daemon's worker: killed, it comes back and every question is answered; nothing is leaked.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { poll } from '../lib/until.mjs';
import { alive } from '../lib/world.mjs';
import { begin } from './rig.mjs';

describe('the index worker', { timeout: 120_000 }, () => {
  it('is started when a session exists, not before', async (t) => {
    const place = await begin(t);
    assert.equal(place.worker(), undefined);
    await place.complete(await place.editor());
    assert.ok(place.worker());
  });

  it('kill -9 while it is asked: every question is answered, and rightly', async (t) => {
    const place = await begin(t);
    for (let i = 0; i < 300; i++)
      place.write(`m${i}.py`, `def number_${i}():\n    return open_store("${i}")\n`);
    const editor = await place.editor();
    const { ask } = editor;
    await place.complete(editor);
    for (let round = 0; round < 5; round++) {
      const answers = [];
      for (let i = 0; i < 40; i++) {
        answers.push(ask('symbol', { cwd: place.cwd, name: `number_${i}` }));
        if (i === 20) process.kill(await poll(() => place.worker(), 'a worker'), 'SIGKILL');
      }
      for (const [i, { definitions }] of (await Promise.all(answers)).entries())
        assert.deepEqual(definitions.map((d) => d.path), [`m${i}.py`]);
    }
    assert.ok((await ask('status')).restarts >= 5);
  });

  it('a question that ends it each time is answered with what happened', async (t) => {
    const place = await begin(t);
    const editor = await place.editor();
    await place.complete(editor);
    const killer = setInterval(() => {
      const pid = place.worker();
      if (pid && alive(pid)) process.kill(pid, 'SIGKILL');
    }, 1);
    t.after(() => clearInterval(killer));
    const answer = await editor.c.call('_acpd/index/search', { cwd: place.cwd, query: 'store' });
    clearInterval(killer);
    if (answer.error) assert.match(answer.error.message, /index worker|did not answer/);
    else assert.equal(answer.result.hits[0].path, 'store.py');
    await place.complete(editor);
  });

  for (const signal of ['SIGKILL', 'SIGTERM'])
    it(`ends with the daemon: ${signal}`, async (t) => {
      const place = await begin(t);
      await place.complete(await place.editor());
      const pid = place.worker();
      await place.kill_daemon(signal);
      await poll(() => !alive(pid), 'the worker to end');
    });

  it('is ended when nobody has used a folder for a while, and a question brings it back', async (t) => {
    const place = await begin(t, { toml: '[index]\nidle_seconds = 1\n' });
    const editor = await place.editor();
    await place.complete(editor);
    const state = async () => (await editor.ask('status', { cwd: place.cwd })).state;
    await poll(async () => (await state()) === 'closed', 'the folder to be closed', 60_000);
    await poll(() => !place.worker(), 'the worker to end', 60_000);
    const { hits } = await editor.ask('search', { cwd: place.cwd, query: 'open store' });
    assert.equal(hits[0].path, 'store.py');
    assert.equal(await state(), 'open');
  });

  it('a restart of the daemon finds the index again', async (t) => {
    const place = await begin(t);
    assert.equal((await place.ctl('index', 'add', place.cwd)).code, 0);
    await place.kill_daemon('SIGTERM');
    await place.serve();
    const editor = await place.editor();
    const folder = await editor.ask('status', { cwd: place.cwd });
    assert.equal(folder.kept, true);
    await place.complete(editor);
  });
});
