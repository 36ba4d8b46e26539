// Each way in which a named client ends (CLIENTS.md) as a script: a turn is running, the client goes,
// the turn survives. The daemon is the one that the bridge started, as it is in an editor.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, test } from 'node:test';

import { client } from '../lib/client.mjs';
import { poll } from '../lib/until.mjs';
import { alive, bin, world } from '../lib/world.mjs';
import { compare } from './compare.mjs';
import { read_log } from './log.mjs';

const total = 200;
const parent_of = (pid) => {
  try { return Number(/\) \S (\d+)/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))[1]); } catch { return 0; }
};
/** A process and what descends from it, as an editor's tree-kill finds them. */
function tree(place, top) {
  const below = [top];
  const all = place.processes().map((p) => p.pid);
  for (let i = 0; i < below.length; i++) below.push(...all.filter((pid) => parent_of(pid) === below[i]));
  return below;
}

/** name → {start?: how the bridge is run, end: what the client does, cancelled?} */
const ways = {
  'nothing is sent (panel hidden)': { end: () => {} },
  'end of stdin': { end: (c) => c.child.stdin.end() },
  SIGTERM: { end: (c) => c.child.kill('SIGTERM') },
  SIGINT: { end: (c) => c.child.kill('SIGINT') },
  SIGHUP: { end: (c) => process.kill(-c.child.pid, 'SIGHUP') },
  'SIGTERM to a login shell': { start: ['/bin/sh', ['-l', '-c', `${bin('acpctl')} connect`]], end: (c) => c.child.kill('SIGTERM') },
  'SIGTERM and at once SIGKILL': { end: (c) => { c.child.kill('SIGTERM'); c.child.kill('SIGKILL'); c.child.stdin.destroy(); } },
  SIGKILL: { end: (c) => c.child.kill('SIGKILL') },
  'SIGKILL of the group': { end: (c) => process.kill(-c.child.pid, 'SIGKILL') },
  'SIGKILL of the tree': { end: (c, place) => { for (const pid of tree(place, c.child.pid)) process.kill(pid, 'SIGKILL'); } },
  'session/close, then SIGKILL of the group': { end: async (c, place, id) => {
    await c.call('session/close', { sessionId: id });  // the capability is off: an error, or nothing done
    process.kill(-c.child.pid, 'SIGKILL');
  } },
  'session/cancel, end of stdin, SIGTERM (Ctrl-C in acpx)': { cancelled: true, end: (c, place, id) => {
    c.notify('session/cancel', { sessionId: id });
    c.child.stdin.end();
    c.child.stdin.on('finish', () => c.child.kill('SIGTERM'));
  } },
};

async function survives({ start = [bin('acpctl'), ['connect']], end, cancelled = false }) {
  const place = new world();
  try {
    const first = new client(...start, { env: place.env, cwd: place.cwd, detached: true });
    const id = await first.open(place.cwd);
    first.prompt(id, `rate 200 ${total} 80`);
    await first.until(() => first.updates.length >= 20, 'the turn to run');
    const agent = place.agents()[0].pid;
    await end(first, place, id);

    const second = place.connect();
    await second.start();
    const turn_end = await poll(async () => (await read_log(second, id)).find((e) => e.kind === 'turn_ended'), 'the turn to end');
    assert.match(JSON.stringify(turn_end), cancelled ? /cancelled/ : /end_turn/);
    assert.ok(alive(agent), 'the agent is the same process');
    const log = await read_log(second, id);
    await second.request('session/load', { sessionId: id, cwd: place.cwd, mcpServers: [],
      _meta: { 'acpd/replayFrom': { epoch: epoch_of(first), seq: first.updates.at(-1)._meta['acpd/seq'] + 1 } } });
    const last = log.filter((e) => e.frame?.method === 'session/update').at(-1).seq;
    await second.until(() => [...first.updates, ...second.updates].at(-1)._meta['acpd/seq'] >= last, 'the last update');
    assert.deepEqual(compare([...first.updates, ...second.updates], log, cancelled ? {} : { total }), []);
    await second.leave();
    first.child.kill('SIGKILL');
    assert.equal((await place.ctl('stop', '--agents')).code, 0);
    await poll(() => place.processes().length === 0, 'everything to end: no leaked process');
  } finally {
    await place.end();
  }
}
const epoch_of = (first) => first.updates.at(-1)._meta['acpd/epoch'];

describe('a client that ends leaves the turn running', { concurrency: 3 }, () => {
  for (const [name, way] of Object.entries(ways)) test(name, { timeout: 60_000 }, () => survives(way));
});
