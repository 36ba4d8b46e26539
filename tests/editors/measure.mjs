// Measures what a named client sends when it ends, and that the turn goes on: see `measure`.
// For each end: the client runs a turn through the recorder and acpctl connect; it ends; what the
// recorder noted after that is the row; then the daemon's log must hold the whole turn.
import fs from 'node:fs';
import path from 'node:path';

import { poll } from '../lib/until.mjs';
import { alive, bin, world } from '../lib/world.mjs';
import { clients as emacs } from './drivers/emacs.mjs';
import { clients as neovim } from './drivers/neovim.mjs';
import { clients as vscode } from './drivers/vscode.mjs';
import { here } from './machine.mjs';
import { total } from './steady_agent.mjs';

const clients = { ...vscode, ...neovim, ...emacs };
const direct = process.argv.includes('direct');
// Longer than the five seconds that VS Code's extension waits before SIGKILL.
const quiet_ms = 6500;

/** The recorder's notes of one world. */
class notes {
  constructor(place) {
    this.file = path.join(place.dir, 'ends');
    const plan = path.join(place.dir, 'plan.json');
    const env = Object.fromEntries(
      Object.entries(place.env).filter(([name]) =>
        /^(ACPD_|XDG_RUNTIME|HOME|TEST_WORLD)/.test(name),
      ),
    );
    fs.writeFileSync(
      plan,
      JSON.stringify({ file: this.file, command: [bin('acpctl'), 'connect'], env }),
    );
    fs.writeFileSync(this.file, '');
    // The world's mark also where an editor gives its agent no environment, or its end would miss
    // the recorder.
    this.agent = {
      command: process.execPath,
      args: [path.join(here, 'recorder.mjs'), plan],
      env: { TEST_WORLD: place.dir },
    };
  }
  /** Without the recorder: whether the bridge reads in time what is sent just before it is killed.
   * */
  direct() {
    const env = Object.entries(
      JSON.parse(fs.readFileSync(path.join(path.dirname(this.file), 'plan.json'), 'utf8')).env,
    );
    return {
      ...this.agent,
      command: 'env',
      args: [...env.map(([name, value]) => `${name}=${value}`), bin('acpctl'), 'connect'],
    };
  }
  all() {
    return fs.readFileSync(this.file, 'utf8').split('\n').filter(Boolean);
  }
  pids() {
    return this.all()
      .filter((line) => line.startsWith('pid '))
      .map((line) => Number(line.slice(4)));
  }
}

/** What was noted after `from`, once nothing more comes and the agent's end, if any, is known. */
async function what_came(seen, from) {
  let last = -1, since = Date.now();
  const runs = () => seen.pids().some(alive);
  await poll(() => {
    const state = seen.all().length + (runs() ? 0 : 1000);
    if (state !== last) { last = state; since = Date.now(); }
    return Date.now() - since > quiet_ms;
  }, 'the end to be quiet', 90_000);
  const came = seen
    .all()
    .slice(from)
    .filter((line) => line !== 'bridge ended' && !line.startsWith('pid '));
  return runs() ? came : [...came, 'SIGKILL'];
}

/** The entries of every session: avante.nvim opens two when it starts. */
async function log_of(place) {
  const sessions = JSON.parse((await place.ctl('ls', '--json')).stdout || '[]');
  const logs = await Promise.all(
    sessions.map(({ sessionId }) => place.ctl('log', sessionId, '--json')),
  );
  return logs.flatMap(({ stdout }) =>
    stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  );
}

const is_text = (entry) => entry.frame?.params?.update?.sessionUpdate === 'agent_message_chunk';

/** How the turn ended, by the daemon's own word; throws unless all of it is there. */
async function turn_of(place, ended_at) {
  const ended = await poll(
    async () => (await log_of(place)).find((entry) => entry.kind === 'turn_ended'),
    'the turn to end',
    30_000,
  );
  const stop = /"stopReason":"(\w+)"/.exec(JSON.stringify(ended))?.[1] ?? JSON.stringify(ended);
  const chunks = (await log_of(place)).filter(is_text);
  const later = chunks.filter((entry) => Date.parse(entry.at) > ended_at).length;
  if (stop === 'end_turn' && chunks.length !== total)
    throw new Error(`${chunks.length} of ${total} updates in the log`);
  if (stop === 'end_turn' && later === 0)
    throw new Error('the turn was over before the client ended: measure it again');
  return stop === 'end_turn'
    ? `end_turn, ${total}/${total} updates, ${later} of them after it`
    : stop;
}

async function measure(client, name) {
  const place = new world({
    agents: { steady: { command: [process.execPath, path.join(here, 'steady_agent.mjs')] } },
  });
  const seen = new notes(place);
  const editor = client.open(place, direct ? seen.direct() : seen.agent);
  try {
    await editor.start();
    await poll(async () => (await log_of(place)).some(is_text), 'the turn to run', 60_000);
    const from = seen.all().length, at = Date.now();
    await client.ends[name](editor);
    const came = direct ? ['(not recorded)'] : await what_came(seen, from);
    return { came: came.join(', ') || 'nothing', turn: await turn_of(place, at) };
  } catch (error) {
    const said = await editor.evidence?.();
    throw new Error(
      `${client.title}, ${name}: ${error.message}\nnoted: ${seen.all().join(', ')}\n${said ?? ''}`,
    );
  } finally {
    await editor.close?.();
    await place.end();
  }
}

const wanted = process.argv.slice(2).filter((word) => word !== 'direct');
const unknown = wanted.filter((name) => !name.startsWith('=') && !clients[name]);
if (unknown.length) {
  console.error(
    `no client "${unknown.join('", "')}": there are ${Object.keys(clients).join(', ')}`,
  );
  process.exit(2);
}
const only = wanted.find((name) =>
  name.startsWith('='))?.slice(1);  // =TEXT: ends that contain TEXT
const names = wanted.filter((name) => !name.startsWith('='));
let failed = 0;
console.log('| client | end | what its agent sees | the turn |\n|---|---|---|---|');
for (const name of names.length ? names : Object.keys(clients)) {
  for (const end of Object.keys(clients[name].ends).filter(
    (text) => !only || text.includes(only),
  )) {
    try {
      const { came, turn } = await measure(clients[name], end);
      console.log(`| ${clients[name].title} | ${end} | ${came} | ${turn} |`);
    } catch (error) {
      failed++;
      console.error(error.message);
    }
  }
}
process.exit(failed ? 1 : 0);
