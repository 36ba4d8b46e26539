// One trial of the kill matrix: a turn of numbered updates, one `kill -9` in it, and a comparison
// of what was shown with what the daemon's log holds afterwards.
import fs from 'node:fs';

import { poll } from '../lib/until.mjs';
import { alive, world } from '../lib/world.mjs';
import { compare, number_of } from './compare.mjs';
import { read_log } from './log.mjs';

export const speeds = [
  { name: '50/s', total: 500, script: 'rate 50 500 120' },
  { name: '500/s', total: 3000, script: 'rate 500 3000 120' },
  { name: 'flood', total: 10_000, script: 'flood 10000 200' },
];

/** Who is killed. `whole`: the agent goes on, so nothing may be missing and the turn ends
 * normally. */
export const victims = {
  client: { whole: true, client: true, kill: (t) => t.editor.kill() },
  daemon: { whole: true, kill: (t) => t.kill(t.daemon) },
  'client and daemon': {
    whole: true,
    client: true,
    kill: (t) => {
      t.kill(t.daemon);
      return t.editor.kill();
    },
  },
  agent: { whole: false, kill: (t) => t.kill(t.agent) },
  shim: { whole: false, kill: (t) => t.kill(t.shim) },
  'daemon, shim and agent': {
    whole: false,
    kill: (t) => {
      t.kill(t.daemon);
      t.kill(t.shim);
      t.kill(t.agent);
    },
  },
};

class trial {
  constructor(speed, victim, { editor = 1, agent = 1 }) {
    this.speed = speed;
    this.victim = victim;
    this.version = editor; // of ACP, the editors'
    this.rendered = editor !== agent;
    this.place = new world({ v2: agent === 2 });
    this.shown = [];  // what each editor was shown, in order
  }

  connect() { return this.place.connect([], { version: this.version }); }
  kill(pid) { process.kill(pid, 'SIGKILL'); }

  async start() {
    await this.place.serve();
    this.editor = this.connect();
    this.id = await this.editor.open(this.place.cwd);
    // cut off, a turn must be open when the kill comes, however fast the agent wrote
    this.turn = this.editor.turn(
      this.id,
      this.victim.whole ? this.speed.script : `${this.speed.script}; wait`,
    );
    await this.editor.until(() => this.editor.said('#'), 'the first update');
    this.daemon = this.place.daemon.pid;
    this.agent = this.place.agents()[0].pid;
    this.shim = this.place.shims()[0].pid;
  }

  /** The moment: so many updates shown, or, in a flood, written; the agent is far ahead of a
   * reader then. */
  async reached(at) {
    if (this.speed.name !== 'flood')
      return this.editor.until(() => this.editor.updates.length >= at, `${at} updates`, 60_000);
    while (this.written() < at) await new Promise((resolve) => setImmediate(resolve));
    return undefined;
  }

  /** The turn's end as its author sees it, or, when the author is gone, as a later editor does. */
  async finish() {
    if (!this.victim.client) {
      const answer = await bounded(this.turn, 60_000, 'the answer to the prompt');
      this.shown.push(...this.editor.updates);
      return answer;
    }
    await this.editor.until(() => this.editor.ended, 'the end of the killed client\'s output');
    this.shown.push(...this.editor.updates);
    const last = this.shown.at(-1)._meta;
    this.editor = this.connect();
    await this.editor.start();
    await this.continue_from({ epoch: last['acpd/epoch'], seq: last['acpd/seq'] + 1 });
    let log;
    const end = await poll(
      async () => {
        log = await read_log(this.editor, this.id);
        return log.find((e) => e.kind === 'turn_ended');
      },
      'the turn to end',
      60_000,
    );
    // A v1 editor is not shown the states of a v2 agent.
    const last_shown = log.findLast((e) => e.seq < end.seq && e.frame?.params?.update
      && e.frame.params.update.sessionUpdate !== 'state_update');
    await this.editor.until(
      () => this.editor.updates.some((u) => u._meta?.['acpd/seq'] >= last_shown.seq),
      'the last update',
    );
    this.shown.push(...this.editor.updates);
    return { ended_in_log: end };
  }

  /** How many of the agent's numbered updates were shown. */
  numbered() { return this.shown.filter((u) => number_of(u.update) !== undefined).length; }
  continue_from(cursor) {
    const session = { sessionId: this.id, cwd: this.place.cwd, mcpServers: [] };
    if (this.version === 2)
      return this.editor.request('session/resume', {
        ...session,
        replayFrom: { type: '_acpd/seq', ...cursor },
      });
    const _meta = { 'acpd/replayFrom': cursor };
    return this.editor.request('session/load', { ...session, _meta });
  }

  /** How many updates the agent wrote whole: it counts in a file that outlives it. */
  written() {
    const bytes = fs.readFileSync(this.place.witness);
    return bytes.length < 8 ? 0 : Number(bytes.readBigUInt64LE(0));
  }
  prompts_read() { return this.place.agent_read('session/prompt').length; }
}

const bounded = (promise, ms, what) => Promise.race([promise, new Promise((_, reject) =>
  setTimeout(() => reject(new Error(`waited ${ms} ms for ${what}`)), ms).unref())]);

/** Runs one trial; `moment` in (0, 1): how far the turn is, as shown, when the kill comes.
 * `versions`: of ACP, the editor's and the agent's. */
export async function run_trial(speed, victim_name, moment, versions = {}) {
  const victim = victims[victim_name];
  const t = new trial(speed, victim, versions);
  const problems = [];
  try {
    await t.start();
    const at = Math.max(1, Math.floor(moment * speed.total));
    await t.reached(at);
    await victim.kill(t);
    const answer = await t.finish();
    const log = await read_log(t.editor.ended ? await fresh(t.place) : t.editor, t.id);
    problems.push(...compare(t.shown, log, { total: victim.whole ? speed.total : undefined,
      at_least: victim_name === 'agent' ? t.written() : t.numbered(), rendered: t.rendered }));
    problems.push(...judge_end(t, victim, answer, log));
  } catch (error) {
    problems.push(`${error.message}\n${t.place.traces()}`);
  } finally {
    await t.place.end();
  }
  const what = `v${t.version} editor, ${victim_name}, ${speed.name}, at ${moment.toFixed(4)}`;
  return problems.map((p) => `${what}: ${p}`);
}

async function fresh(place) {
  const made = place.connect();
  await made.start();
  return made;
}

function judge_end(t, victim, answer, log) {
  const problems = [];
  if (t.prompts_read() !== 1) problems.push(`the agent read the prompt ${t.prompts_read()} times`);
  const stopped = answer.ended_in_log
    ? JSON.stringify(answer.ended_in_log)
    : JSON.stringify(answer.result ?? answer.error);
  if (victim.whole) {
    if (!alive(t.agent) || t.place.agents().some((p) => p.pid !== t.agent))
      problems.push('the agent is not the same process');
    if (
      answer.ended_in_log ? !stopped.includes('end_turn') : answer.result?.stopReason !== 'end_turn'
    )
      problems.push(`the turn ended with ${stopped}`);
    return problems;
  }
  const outcome = answer.error?.data?.acpd?.outcome;
  if (answer.error?.code !== -32603 || !['interrupted', 'outcome_unknown'].includes(outcome))
    problems.push(`the interrupted prompt was answered ${stopped}`);
  const last = t.shown.map((u) => u.update).findLast((u) => u.state === undefined);
  if (last?.sessionUpdate !== 'agent_message_chunk' || /^#\d/.test(last.content.text))
    problems.push(`the interruption is not said: the last update is ${JSON.stringify(last)}`);
  if (!log.some((e) => e.kind === 'turn_ended')) problems.push('no turn_ended in the log');
  return problems;
}
