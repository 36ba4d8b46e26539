// The kill matrix with an agent that speaks ACP v2, whose turns end by what it says of its state:
// each victim at a few moments, with editors of both versions, and where a turn begins.
// ACPD_KILLS: as in kills.test.mjs.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, test } from 'node:test';

import { poll } from '../lib/until.mjs';
import { world } from '../lib/world.mjs';
import { read_log } from './log.mjs';
import { run_trial, speeds, victims } from './trial.mjs';

const asked = process.env.ACPD_KILLS ?? '2';
const trials = asked === 'long' ? 20 : Number(asked);
const side_by_side = Number(process.env.ACPD_SIDE_BY_SIDE ?? 4);
const steady = speeds.filter((s) => s.name !== '50/s');

describe(`kill -9 with a v2 agent, ${trials} moments a case`, { concurrency: side_by_side }, () => {
  for (const speed of steady)
    for (const victim of Object.keys(victims))
      test(`of ${victim} at ${speed.name}`, { timeout: trials * 360_000 }, async () => {
        const problems = [];
        for (let i = 0; i < trials; i++) {
          const moment = 0.02 + 0.96 * (i + Math.random()) / trials;
          for (const editor of [1, 2])
            problems.push(...await run_trial(speed, victim, moment, { editor, agent: 2 }));
        }
        assert.deepEqual(problems, []);
      });
});

/** A daemon is killed where `script` holds the turn, as the log shows by an entry of that kind; the
 * next one goes on. */
async function over_a_restart(script, kind) {
  const place = new world({ v2: true });
  try {
    await place.serve();
    const editor = place.connect();
    const id = await editor.open(place.cwd);
    const answer = editor.prompt(id, script(place.gate));
    const is_there = async () => (await read_log(editor, id)).some((e) => e.kind === kind);
    await poll(is_there, kind);
    await place.kill_daemon();
    await poll(() => place.daemon_pid(), 'the bridge to start the next daemon');
    fs.writeFileSync(place.gate, '');
    assert.equal((await answer).result?.stopReason, 'end_turn');
    const log = await read_log(editor, id);
    for (const once of ['turn_started', 'prompt_inserted', 'user_message', 'turn_ended'])
      assert.equal(log.filter((e) => e.kind === once).length, 1, `${once} in the log`);
    await editor.leave();
  } finally {
    await place.end();
  }
}

describe('the daemon is killed while a v2 agent', { concurrency: side_by_side }, () => {
  const bounded = { timeout: 60_000 };
  test('has the prompt and has not taken it', bounded, () =>
    over_a_restart(() => '@hold\nsay taken', 'turn_started'));
  test('has taken it and works', bounded, () =>
    over_a_restart((gate) => `gate ${gate}; say worked`, 'user_message'));
  test('has told the prompt and not answered it', bounded, () =>
    over_a_restart((gate) => `@answer-last\ngate ${gate}; say late`, 'user_message'));
  test('works on a prompt that it does not tell', bounded, () =>
    over_a_restart((gate) => `@no-echo\ngate ${gate}; say silent`, 'prompt_inserted'));
});
