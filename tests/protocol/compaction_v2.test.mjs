// A compacted v2 log against the log itself: what a client holds in the end must be equal.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { v2_held } from './held.mjs';
import { problem_of_notification } from './judge.mjs';
import { line_of, program } from './program.mjs';
import { dice, v2_conversation } from './updates.mjs';

const render = new program();
after(() => render.end());

test('a compacted v2 log shows the same conversation, in frames that are valid', async () => {
  for (let seed = 1; seed <= 60; ++seed) {
    const said = v2_conversation(dice(seed), 60);
    const entries = said.map((u, i) => ({
      from: 2,
      seq: i + 1,
      turn: 1 + Math.floor(i / 30),
      line: line_of(u),
    }));
    const frames = await render.order({ do: 'fold', entries });
    for (const f of frames)
      assert.equal(problem_of_notification(2, f.line), undefined, JSON.stringify(f));
    assert.deepEqual(
      v2_held(frames.map((f) => f.line.params.update)),
      v2_held(said),
      `seed ${seed}`,
    );
    assert.ok(frames.length < said.length);
  }
});

test('the judge sees what is missing', () => {
  const said = [{ sessionUpdate: 'terminal_output_chunk', terminalId: 't', data: 'YQ==' }];
  assert.notDeepEqual(v2_held(said), v2_held([]));
});
