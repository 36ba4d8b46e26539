// Each way in which a named client ends (CLIENTS.md) as a script: a turn is running, the client
// goes, the turn survives. The daemon is the one that the bridge started, as it is in an editor.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { capabilities, client } from '../lib/client.mjs';
import { poll } from '../lib/until.mjs';
import { alive, bin, signal, world } from '../lib/world.mjs';
import { compare } from './compare.mjs';
import { read_log } from './log.mjs';

const total = 200;
const parent_of = (pid) => {
  try {
    return Number(/\) \S (\d+)/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))[1]);
  } catch {
    return 0;
  }
};
/** A process and what descends from it, as an editor's tree-kill finds them. */
function tree(place, top) {
  const below = [top];
  const all = place.processes().map((p) => p.pid);
  for (let i = 0; i < below.length; i++)
    below.push(...all.filter((pid) => parent_of(pid) === below[i]));
  return below;
}

/** Resolves when the pipe has the line, which is before anybody reads it. */
const written = (c, method, sessionId) => new Promise((resolve) => {
  c.child.stdin.write(
    JSON.stringify({ jsonrpc: '2.0', method, params: { sessionId } }) + '\n',
    resolve,
  );
});

/** name → {start?: how the bridge is run, as?: (place) → start and info, end: what the client does,
 *  cancelled?: true} */
const ways = {
  'nothing is sent (panel hidden)': { end: () => {} },
  'end of stdin': { end: (c) => c.child.stdin.end() },
  SIGTERM: { end: (c) => c.child.kill('SIGTERM') },
  SIGINT: { end: (c) => c.child.kill('SIGINT') },
  SIGHUP: { end: (c) => process.kill(-c.child.pid, 'SIGHUP') },
  'SIGTERM to a login shell': {
    start: ['/bin/sh', ['-l', '-c', `${bin('acpctl')} connect`]],
    end: (c) => c.child.kill('SIGTERM'),
  },
  'SIGTERM and at once SIGKILL': { end: (c) => {
    c.child.kill('SIGTERM');
    c.child.kill('SIGKILL');
    c.child.stdin.destroy();
  } },
  SIGKILL: { end: (c) => c.child.kill('SIGKILL') },
  'SIGKILL of the group': { end: (c) => process.kill(-c.child.pid, 'SIGKILL') },
  'SIGKILL of the tree': { end: (c, place) => {
    for (const pid of tree(place, c.child.pid)) process.kill(pid, 'SIGKILL');
  } },
  'session/close, then SIGKILL of the group': { end: async (c, place, id) => {
    // the capability is off: an error, or nothing done
    await c.call('session/close', { sessionId: id });
    process.kill(-c.child.pid, 'SIGKILL');
  } },
  'session/cancel, end of stdin, SIGTERM (Ctrl-C in acpx)': { cancelled: true, end: (c, place, id) => {
    c.notify('session/cancel', { sessionId: id });
    c.child.stdin.end();
    c.child.stdin.on('finish', () => c.child.kill('SIGTERM'));
  } },
  'SIGTERM, then end of stdin (CodeCompanion)': { end: (c) => { c.child.kill('SIGTERM'); c.child.stdin.destroy(); } },
  'SIGHUP, then end of stdin (acp.el)': { end: (c) => { c.child.kill('SIGHUP'); c.child.stdin.destroy(); } },
  'session/cancel alone (tab closed in agentic.nvim)': { cancelled: true, end: (c, place, id) => {
    c.notify('session/cancel', { sessionId: id });
  } },
};

// Clients that cancel when they only quit (server/wire/quirks.h): the cancel is held back a moment.
const codecompanion = { info: { name: 'CodeCompanion.nvim', version: '1.0.0' } };
// avante.nvim gives no name and is known by the program that starts the bridge. A shell of that
// name stands in for Neovim; `exit` keeps it from becoming the bridge itself.
const avante = (place) => {
  const nvim = path.join(place.dir, 'nvim');
  fs.symlinkSync('/bin/sh', nvim);
  return { start: [nvim, ['-c', `${bin('acpctl')} connect; exit`]], info: null };
};
const bridge_of = (c, place) => tree(place, c.child.pid)
  .find((pid) => fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'acpctl');

const quits = {
  'end of stdin': (c) => c.child.stdin.end(),
  SIGTERM: (c, place) => process.kill(bridge_of(c, place), 'SIGTERM'),
  SIGKILL: (c, place) => process.kill(bridge_of(c, place), 'SIGKILL'),
  'SIGTERM, SIGKILL and end of stdin': (c, place) => {
    const bridge = bridge_of(c, place);
    signal(bridge, 'SIGTERM');
    signal(bridge, 'SIGKILL'); // it may have ended at the first
    c.child.stdin.destroy();
  },
};
for (const [who, as] of [['CodeCompanion', () => codecompanion], ['avante.nvim', avante]]) {
  for (const [name, quit] of Object.entries(quits))
    ways[`session/cancel, then ${name} (${who})`] = { as, end: async (c, place, id) => {
      await written(c, 'session/cancel', id);
      quit(c, place);
    } };
  ways[`session/cancel alone (${who})`] = { as, cancelled: true, end: (c, place, id) => {
    c.notify('session/cancel', { sessionId: id });
  } };
}

async function survives({ start = [bin('acpctl'), ['connect']], as, end, cancelled = false }) {
  const place = new world();
  try {
    const who = { start, info: { name: 'acpd-tests', version: '1' }, ...as?.(place) };
    const first = new client(...who.start, { env: place.env, cwd: place.cwd, detached: true });
    await first.request('initialize', { protocolVersion: 1, clientCapabilities: capabilities,
      ...(who.info && { clientInfo: who.info }) });
    const id = (await first.request('session/new', { cwd: place.cwd, mcpServers: [] })).sessionId;
    first.prompt(id, `rate 200 ${total} 80`);
    await first.until(() => first.updates.length >= 20, 'the turn to run');
    const agent = place.agents()[0].pid;
    await end(first, place, id);

    const second = place.connect();
    await second.start();
    const turn_end = await poll(
      async () => (await read_log(second, id)).find((e) => e.kind === 'turn_ended'),
      'the turn to end',
    );
    const stopped = /"cancelled"/.test(JSON.stringify(turn_end));
    assert.equal(stopped, cancelled);
    if (!stopped) assert.match(JSON.stringify(turn_end), /"end_turn"/);
    assert.ok(alive(agent), 'the agent is the same process');
    const log = await read_log(second, id);
    await second.request('session/load', {
      sessionId: id,
      cwd: place.cwd,
      mcpServers: [],
      _meta: {
        'acpd/replayFrom': {
          epoch: epoch_of(first),
          seq: first.updates.at(-1)._meta['acpd/seq'] + 1,
        },
      },
    });
    const last = log.filter((e) => e.frame?.method === 'session/update').at(-1).seq;
    await second.until(
      () => [...first.updates, ...second.updates].at(-1)._meta['acpd/seq'] >= last,
      'the last update',
    );
    assert.deepEqual(
      compare([...first.updates, ...second.updates], log, stopped ? {} : { total }),
      [],
    );
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
  for (const [name, way] of Object.entries(ways))
    test(name, { timeout: 60_000 }, () => survives(way));
});
