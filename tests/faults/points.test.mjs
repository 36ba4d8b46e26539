// The daemon or the shim ends at a named point (`_exit`, as kill -9 does), comes back, and
// nothing is lost or doubled: updates, prompts and cancels. Needs a build with ACPD_FAULTS (dev,
// asan).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { alive, scripted, world } from '../lib/world.mjs';
import { compare } from '../crash/compare.mjs';
import { read_log } from '../crash/log.mjs';

/** Which passes of each point: the first are in session/new, later ones in the turns and the
 * flood. */
const daemon_points = {
  'store.before_commit': [1, 2, 3, 5, 8, 20],
  'store.after_commit': [1, 2, 3, 5, 8, 20],
  'store.before_checkpoint': [1, 3],
  'store.after_checkpoint': [1, 3],
  'net.append': [1, 2, 3, 5, 8, 20],
  'net.ack': [1, 2, 3, 5, 8, 20],
  'net.reply': [1, 2, 3, 4, 5],
  'net.forward': [1, 2, 3, 4, 5],
};
/** The same for a shim, counted in a new one: 3 and more are the prompt's. */
const shim_points = ['shim.received', 'shim.spooled', 'shim.started', 'shim.wrote'];

/** A session, two prompts, a cancelled one, through a bridge that hides the daemon's end. */
async function conversation(place, editor) {
  const id = await editor.open(place.cwd);
  const answers = [
    await editor.prompt(id, 'flood 300 100'),
    await editor.prompt(id, 'rate 300 60 100'),
  ];
  const running = editor.prompt(id, 'say waiting; wait');
  await editor.until(() => editor.said('waiting'), 'the third prompt to run', 30_000);
  editor.notify('session/cancel', { sessionId: id });
  answers.push(await running, await editor.prompt(id, 'say last'));
  return [id, answers.map((a) => a.result?.stopReason ?? JSON.stringify(a.error))];
}

describe('the daemon ends at a named point', { concurrency: 4 }, () => {
  for (const [point, passes] of Object.entries(daemon_points)) for (const pass of passes)
    test(`${point}:${pass}`, { timeout: 90_000 }, async () => {
      const place = new world();
      try {
        await place.serve({ ACPD_CRASH: `${point}:${pass}` });
        const editor = place.connect();
        const [id, stops] = await conversation(place, editor);
        assert.deepEqual(stops, ['end_turn', 'end_turn', 'cancelled', 'end_turn']);
        assert.equal(
          place.agent_read('session/prompt').length,
          4,
          'each prompt reached the agent once',
        );
        assert.equal(
          place.agent_read('session/cancel').length,
          1,
          'the cancel reached the agent once',
        );
        assert.deepEqual(
          compare(editor.updates, await read_log(editor, id), { total: 300 + 60 + 1 + 1 }),
          [],
        );
        if (!point.includes('checkpoint'))
          assert.ok(place.daemon.end, 'the point was never passed: the test proved nothing');
        await editor.leave();
      } finally {
        await place.end();
      }
    });
});

/** An agent in the configuration whose shim ends at a point, or, for the next one, does not. */
function configure(place, crash) {
  place.write_config({
    scripted: {
      command: [process.execPath, scripted],
      env: { ACPD_TEST_AGENT_LOG: place.agent_log, ...(crash ? { ACPD_CRASH: crash } : {}) },
    },
  });
}

describe('the shim ends at a named point', { concurrency: 4 }, () => {
  for (const point of shim_points)
    for (const pass of [1, 2])
      test(
        `${point}:${pass}, before there is a session: an error, not a hang`,
        { timeout: 60_000 },
        async () => {
          const place = new world();
          configure(place, `${point}:${pass}`);
          try {
            await place.serve();
            const editor = place.connect();
            const answer = await editor
              .call('initialize', { protocolVersion: 1 })
              .then((a) =>
                a.error ? a : editor.call('session/new', { cwd: place.cwd, mcpServers: [] }),
              );
            assert.ok(answer.error || answer.result.sessionId, JSON.stringify(answer));
            await editor.leave();
          } finally {
            await place.end();
          }
        },
      );

  for (const point of shim_points) for (const pass of [3, 4, 5])
    test(`${point}:${pass}, in a turn`, { timeout: 60_000 }, async () => {
      const place = new world();
      configure(place, `${point}:${pass}`);
      try {
        await place.serve();
        const editor = place.connect();
        const id = await editor.open(place.cwd);
        const first_shim = place.shims()[0].pid;
        // the daemon that the bridge starts now gives the next shim no such point
        configure(place, undefined);
        await place.kill_daemon();
        const answer = await editor.prompt(id, 'say one; say two; say three');
        const stop = answer.result?.stopReason ?? answer.error?.data?.acpd?.outcome;
        assert.ok(
          ['end_turn', 'interrupted', 'outcome_unknown'].includes(stop),
          JSON.stringify(answer),
        );
        assert.deepEqual(compare(editor.updates, await read_log(editor, id), {}), []);
        const prompts = place.agent_read('session/prompt').length;
        assert.ok(prompts <= 1, `sent ${prompts} times`);
        if (stop === 'end_turn') assert.equal(prompts, 1);
        // the point may lie in this one, but then not in the next
        const again = await editor.prompt(id, 'say again');
        if (again.error)
          assert.equal(
            (await editor.prompt(id, 'say again')).result?.stopReason,
            'end_turn',
            'the session goes on',
          );
        assert.ok(!alive(first_shim) || stop === 'end_turn');
        await editor.leave();
      } finally {
        await place.end();
      }
    });
});
