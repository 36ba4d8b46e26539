// The official SDK as the client of `acpctl connect`, ACP v1; both hops recorded and judged.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { judge, print, table } from './coverage.mjs';
import { asking_flows } from './flows_asks.mjs';
import { basic_flows } from './flows_basic.mjs';
import { closing_flows, session_flows } from './flows_sessions.mjs';
import { rig } from './rig.mjs';

/** One flow never holds up the run. */
const bounded = (name, flow) => test(name, { timeout: 20_000 }, flow);
const limits = '[limits]\npage_size = 3\n';
const detached = new rig({ toml: limits });
const stopping = new rig({ toml: limits, close: 'stop' });
const loading = new rig({ agent_env: { ACPD_TEST_NO: 'resume' } });  // its agent can only load
const rigs = [detached, stopping, loading];

before(async () => {
  if (!process.env.ACPD_CONFORMANCE_DIRECT) for (const r of rigs) await r.world.serve();
});
after(async () => { for (const r of rigs) await r.world.end(); });

describe('SDK over acpctl connect', () => {
  basic_flows(bounded, detached);
  asking_flows(bounded, detached);
  session_flows(bounded, detached);
  closing_flows(bounded, stopping);

  bounded(
    'close = "detach", the default: the capability is off, and a close all the same ends nothing',
    async () => {
      const editor = detached.open();
      const { agentCapabilities } = await editor.start();
      assert.equal(agentCapabilities.sessionCapabilities.close ?? undefined, undefined);
      const { sessionId } = await editor.request('session/new', {
        cwd: detached.world.cwd,
        mcpServers: [],
      });
      const answer = editor.prompt(sessionId, 'say running; sleep 300; say still here');
      await editor.until(() => editor.said('running'), 'the turn to run');
      await editor
        .request('session/close', { sessionId })
        .catch((error) => assert.equal(error.code, -32601));
      assert.equal((await answer).stopReason, 'end_turn');
      await editor.leave();
    },
  );

  bounded('a login in a terminal is offered only to clients that can show one', async () => {
    const editor = detached.open();
    const { authMethods } = await editor.start({});
    assert.deepEqual(authMethods.map((m) => m.id), ['token']);
    await editor.leave();
  });

  bounded('an agent without resume is loaded after its end', async () => {
    const [editor, id] = await loading.session();
    await assert.rejects(editor.prompt(id, 'die 1'), { code: -32603 });
    assert.equal((await editor.prompt(id, 'say again')).stopReason, 'end_turn');
    await editor.until(() => editor.said('again'), 'the new process');
    assert.ok(!editor.said('agent\'s own replay'));
    await editor.leave();
  });

  test('every frame that acpd wrote is valid, every v1 stable method and variant travelled', () => {
    const { seen, invalid } = judge(rigs.flatMap((r) => r.taps));
    const rows = table(seen);
    print(rows);
    assert.deepEqual(invalid, [], 'frames that break the official schema');
    assert.deepEqual(
      rows.filter((r) => r.gap).map((r) => r.name),
      [],
      'never seen on a hop where they should be',
    );
  });
});
