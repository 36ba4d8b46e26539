// server/demo's play: an editor starts a job and is killed, the daemon is killed, another editor
// attaches and is shown what it missed. What it was shown is compared with the daemon's own log.
import { poll } from '../lib/until.mjs';
import { world } from '../lib/world.mjs';
import { fingerprint, source_globs, sources } from './folder.mjs';

const dir = process.argv[2];
const say = (text) => console.log(text);
const clock = (at) => new Date(at).toTimeString().slice(0, 8);
const progress_of = (u) => u._meta?.['acpd/progress'];
const dropped = Number(/^drop:(\d+)$/.exec(process.env.ACPD_FAULT ?? '')?.[1] ?? 0);

/** The log as a separate reader sees it: entries of `acpctl log --json`. */
async function log_of(place, id) {
  const { code, stdout, stderr } = await place.ctl('log', id, '--json');
  if (code !== 0) throw new Error(`acpctl log: ${stderr}`);
  return stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
}
const updates_in = (log) => log.filter((e) => e.frame?.method === 'session/update');

/** Until the job is so far, as the log says. */
async function job_reaches(place, id, share) {
  await poll(async () => {
    const last = updates_in(await log_of(place, id))
      .map((e) => progress_of(e.frame.params))
      .filter(Boolean)
      .at(-1);
    return last && last.done >= last.total * share;
  }, `the job to reach ${Math.round(share * 100)} %`, 600_000);
}

async function start_job(place, files) {
  const pause = Math.min(0.5, 12 / files).toFixed(3);
  const command = `sha256sum {} && wc -l {} && sleep ${pause}`;
  const editor = place.connect(['--agent', 'runner']);
  const id = await editor.open(dir);
  say(`session ${id} on ${dir}: ${files} source files, each: ${command}`);
  const ended = editor.prompt(id, `/each ${source_globs} --jobs 1 -- ${command}`);
  ended.then((answer) => { editor.answered = answer; editor.emit('moved'); });
  await editor.until(() => {
    if (editor.answered)
      throw new Error(`the job ended at once: ${JSON.stringify(editor.answered)}`);
    const p = editor.updates.map(progress_of).filter(Boolean).at(-1);
    return p && p.done >= p.total / 3;
  }, 'a third of the job', 600_000);
  return [editor, id];
}

/** What two editors were shown, against the log: {replayed, missing, repeated, lost}. */
function compare(before, after, log) {
  const kept = new Map(updates_in(log).map((e) => [e.seq, JSON.stringify(e.frame.params.update)]));
  const own_prompt = new Set(log.filter((e) => e.kind === 'user_message').map((e) => e.seq));
  const seen = new Map();
  let repeated = 0, lost = 0;
  for (const u of [...before, ...after]) {
    const seq = u._meta['acpd/seq'];
    if (seen.has(seq)) repeated++;
    seen.set(seq, u);
    if (kept.get(seq) !== JSON.stringify(u.update)) lost++;
  }
  const missing = [...kept.keys()].filter((seq) => !seen.has(seq) && !own_prompt.has(seq)).length;
  return { replayed: after.length, missing, repeated, lost };
}

async function attach_again(place, id, last) {
  const editor = place.connect(['--agent', 'runner']);
  await editor.start();
  await editor.request('session/load', {
    sessionId: id,
    cwd: dir,
    mcpServers: [],
    _meta: {
      'acpd/replayFrom': { epoch: last._meta['acpd/epoch'], seq: last._meta['acpd/seq'] + 1 },
    },
  });
  const at_attach = editor.updates.length;
  say(`attached again: ${at_attach} updates replayed at once`);
  const ended = (log) => log.find((e) => e.kind === 'turn_ended');
  await poll(async () => ended(await log_of(place, id)), 'the job to end', 600_000);
  const log = await log_of(place, id);
  const final = updates_in(log).at(-1).seq;
  await editor.until(
    () => (editor.updates.at(-1)?._meta['acpd/seq'] ?? 0) >= final,
    'the last update',
  );
  return [editor, log];
}

async function play(place) {
  const files = sources(dir).length;
  if (files === 0) throw new Error(`no source files in ${dir} (looked for ${source_globs})`);
  const [first, id] = await start_job(place, files);
  const before_kill = await first
    .kill()
    .then(() => first.until(() => first.ended, 'its output to end'))
    .then(() => first.updates);
  const last = before_kill.at(-1);
  const at = progress_of(before_kill.filter(progress_of).at(-1));
  say(
    `kill -9 of the client at ${at.done}/${at.total}, ${before_kill.length} updates shown, the last at ${clock(last._meta['acpd/at'])}`,
  );

  await job_reaches(place, id, 0.55);
  const daemon = place.daemon_pid();
  await place.kill_daemon();
  say(
    `kill -9 of the daemon (pid ${daemon}) while nobody was attached; the job goes on without it`,
  );

  const [second, log] = await attach_again(place, id, last);
  const after = dropped ? second.updates.filter((_, i) => i !== dropped - 1) : second.updates;
  const found = compare(before_kill, after, log);
  const end = progress_of(second.updates.filter(progress_of).at(-1) ?? last);
  const whole = end.done === end.total && end.total > 0;
  await second.leave();
  await place.ctl('stop', '--agents');
  await poll(() => place.processes().length === 0, 'daemon and agent to stop');
  const verdict =
    `replayed ${found.replayed} updates since ${clock(last._meta['acpd/at'])}, ${found.missing} missing, ` +
    `${found.repeated} repeated; ${end.done}/${end.total} ${end.unit}`;
  return {
    verdict,
    good: whole && found.missing + found.repeated + found.lost === 0,
    lost: found.lost,
  };
}

const untouched = fingerprint(dir);
const place = new world({ agents: {} });
let result;
try {
  result = await play(place);
} catch (error) {
  result = { verdict: `the demo failed: ${error.message}\n${place.traces()}`, good: false };
} finally {
  const left = await place.end();
  if (left.length)
    result = {
      ...result,
      good: false,
      verdict: `${result.verdict}\nleft running: ${left.join('; ')}`,
    };
}
if (fingerprint(dir) !== untouched)
  result = { ...result, good: false, verdict: `${result.verdict}\n${dir} was changed` };
if (result.lost) say(`${result.lost} updates were shown that the log does not hold`);
say(result.verdict);
process.exit(result.good ? 0 : 1);
