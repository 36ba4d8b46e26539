// The kill matrix: each victim at each speed, at random moments, daemons side by side; with v1
// editors, and once a case with v2 editors.
// ACPD_KILLS: trials a case (3); "long": 1,000 in total. ACPD_SIDE_BY_SIDE: how many at once (4).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { run_trial, speeds, victims } from './trial.mjs';

const cases = speeds.flatMap((speed) => Object.keys(victims).map((victim) => ({ speed, victim })));
const asked = process.env.ACPD_KILLS ?? '3';
const trials = asked === 'long' ? Math.ceil(1000 / cases.length) : Number(asked);
const side_by_side = Number(process.env.ACPD_SIDE_BY_SIDE ?? 4);

/** Spread over the turn, random within each part, so that few trials do not all fall together. */
const moment = (i) => 0.02 + 0.96 * (i + Math.random()) / trials;

describe(`kill -9, ${trials} moments a case`, { concurrency: side_by_side }, () => {
  for (const { speed, victim } of cases) {
    test(`of ${victim} at ${speed.name}`, { timeout: trials * 180_000 }, async () => {
      const problems = [];
      for (let i = 0; i < trials; i++) problems.push(...await run_trial(speed, victim, moment(i)));
      problems.push(...await run_trial(speed, victim, 0.05 + 0.9 * Math.random(), { editor: 2 }));
      assert.deepEqual(problems, []);
    });
  }
});
