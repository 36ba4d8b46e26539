// The official SDK's v2 client over `acpctl connect` on a v1 agent; both hops recorded and judged.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { judge } from './coverage.mjs';
import { background_flows } from './flows_background.mjs';
import { cancel_flows, prompt_flows, session_flows_v2 } from './flows_v2.mjs';
import { asking_flows_v2 } from './flows_v2_asks.mjs';
import { rig } from './rig.mjs';

/** One flow never holds up the run. */
const bounded = (name, flow) => test(name, { timeout: 20_000 }, flow);
const main = new rig({ toml: '[limits]\npage_size = 3\n' });
const rigs = [main];

before(async () => { for (const r of rigs) await r.world.serve(); });
after(async () => { for (const r of rigs) await r.world.end(); });

describe('SDK v2 over acpctl connect', () => {
  prompt_flows(bounded, main);
  cancel_flows(bounded, main);
  session_flows_v2(bounded, main);
  asking_flows_v2(bounded, main);
  background_flows(bounded, main);

  test('every frame that acpd wrote is valid', () => {
    const { invalid } = judge(rigs.flatMap((r) => r.taps));
    assert.deepEqual(invalid, [], 'frames that break the official schema');
  });
});
