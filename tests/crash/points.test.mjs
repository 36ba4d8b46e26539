// The daemon or the shim ends at a named point (`_exit`, as kill -9 does), comes back, and nothing is
// lost or doubled: updates, prompts and cancels. Needs a build with ACPD_FAULTS (dev, asan).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, test } from 'node:test';

import { poll } from '../lib/until.mjs';
import { world } from '../lib/world.mjs';
import { compare } from './compare.mjs';
import { read_log } from './log.mjs';

const daemon_points = ['store.before_commit', 'store.after_commit', 'store.before_checkpoint', 'store.after_checkpoint',
  'net.append', 'net.ack', 'net.reply', 'net.forward'];
const shim_points = ['shim.received', 'shim.spooled', 'shim.started', 'shim.wrote'];
/** Which pass of the point: the first ones are in session/new, later ones in the turn, then in the flood. */
const passes = [1, 2, 3, 5, 8, 20];

const lines_of = (place, method) => fs.readFileSync(place.agent_log, 'utf8').split('\n').filter((l) => l.includes(`"${method}"`));
const crashed = (place) => poll(() => place.daemon.end, 'the daemon to end at the point', 30_000).then(() => true, () => false);

/** A session, two prompts, a cancelled one, through a bridge that hides the daemon's end. */
async function conversation(place, editor) {
  const id = await editor.open(place.cwd);
  const answers = [await editor.prompt(id, 'flood 300 100'), await editor.prompt(id, 'rate 300 60 100')];
  const running = editor.prompt(id, 'say waiting; wait');
  await editor.until(() => editor.said('waiting'), 'the third prompt to run', 30_000);
  editor.notify('session/cancel', { sessionId: id });
  answers.push(await running, await editor.prompt(id, 'say last'));
  return [id, answers.map((a) => a.result?.stopReason ?? JSON.stringify(a.error))];
}

describe('the daemon ends at a named point', { concurrency: 4 }, () => {
  for (const point of daemon_points) for (const pass of passes)
    test(`${point}:${pass}`, { timeout: 90_000 }, async () => {
      const place = new world();
      try {
        await place.serve({ ACPD_CRASH: `${point}:${pass}` });
        const editor = place.connect();
        const [id, stops] = await conversation(place, editor);
        assert.deepEqual(stops, ['end_turn', 'end_turn', 'cancelled', 'end_turn']);
        assert.equal(lines_of(place, 'session/prompt').length, 4, 'each prompt reached the agent once');
        assert.equal(lines_of(place, 'session/cancel').length, 1, 'the cancel reached the agent once');
        assert.deepEqual(compare(editor.updates, await read_log(editor, id), { total: 300 + 60 + 1 + 1 }), []);
        if (!point.includes('checkpoint')) assert.ok(await crashed(place), 'the point was never passed: the test proved nothing');
        await editor.leave();
      } finally {
        await place.end();
      }
    });
});

describe('the shim ends at a named point', { concurrency: 4 }, () => {
  for (const point of shim_points) for (const pass of [1, 2, 3, 4])
    test(`${point}:${pass}`, { timeout: 90_000 }, async () => {
      const place = new world({ agent_env: { ACPD_CRASH: `${point}:${pass}` } });
      try {
        await place.serve();
        const editor = place.connect();
        const opened = await editor.open(place.cwd).catch((error) => error);
        if (opened instanceof Error) return;  // it ended before there was a session: an error, not a hang
        const answer = await editor.prompt(opened, 'say one; say two; say three');
        const log = await read_log(editor, opened);
        const ended = answer.result?.stopReason === 'end_turn'
          || (answer.error?.code === -32603 && ['interrupted', 'outcome_unknown'].includes(answer.error.data?.acpd?.outcome));
        assert.ok(ended, JSON.stringify(answer));
        assert.deepEqual(compare(editor.updates, log, {}), []);
        assert.ok(lines_of(place, 'session/prompt').length <= 1, 'never sent twice');
        await editor.leave();
      } finally {
        await place.end();
      }
    });
});
