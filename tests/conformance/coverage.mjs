// From the recorded frames of both hops: is each valid, and did every v1 stable method and update
// variant travel where the design sends it?
import fs from 'node:fs';

import { conversation, methods, variants } from '../lib/schema.mjs';

/** Why a method does not travel a hop. Everything else must. */
const stays_home = {
  editor: {
    'terminal/create': 'terminals run under the shim: nothing changes when the editor leaves',
    'terminal/output': 'as terminal/create', 'terminal/wait_for_exit': 'as terminal/create',
    'terminal/kill': 'as terminal/create', 'terminal/release': 'as terminal/create',
  },
  agent: {
    'session/list': 'acpd lists its own sessions, of all agents',
    'session/delete': 'acpd stops the agent and deletes its own log',
    'session/close': 'acpd cancels, then ends the agent\'s process: one process a session',
  },
};

/** Frames that acpd wrote are judged, the others only counted. */
export function judge(taps) {
  const seen = { editor: new Map(), agent: new Map() };
  const invalid = [];
  for (const { hop, file, version } of taps) {
    if (!fs.existsSync(file)) continue;
    const talk = new conversation(version);
    const by_acpd = hop === 'editor' ? 'client' : 'agent';
    for (const record of fs.readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
      const { to, line } = JSON.parse(record);
      const found = frame_of(talk, to, line);
      if (found.problem && to === by_acpd)
        invalid.push(`${hop}: ${found.method ?? '?'}: ${found.problem}: ${line.slice(0, 300)}`);
      const key = found.variant
        ? `${found.method} ${found.variant}`
        : `${found.method} ${found.kind}`;
      seen[hop].set(key, (seen[hop].get(key) ?? 0) + 1);
    }
  }
  return { seen, invalid };
}

function frame_of(talk, to, line) {
  try {
    return talk.frame(to, JSON.parse(line));
  } catch (error) {
    return { problem: error.message };
  }
}

/** One row for each method, kind and variant: {name, editor, agent, gap}. */
export function table(seen) {
  const rows = [];
  const add = (name, key, method) => {
    const row = { name, gap: false };
    for (const hop of ['editor', 'agent']) {
      const count = seen[hop].get(key) ?? 0;
      const reason = stays_home[hop][method];
      row[hop] = count || (reason ? `– (${reason})` : 'MISSING');
      row.gap ||= count === 0 && !reason;
    }
    rows.push(row);
  };
  for (const [method, kinds] of Object.entries(methods)) {
    if (method === 'session/update') continue;
    for (const kind of ['request', 'response', 'notification'])
      if (kinds[kind]) add(`${method} ${kind}`, `${method} ${kind}`, method);
  }
  for (const variant of variants)
    add(`session/update ${variant}`, `session/update ${variant}`, 'session/update');
  return rows;
}

export function print(rows) {
  const width = Math.max(...rows.map((r) => r.name.length));
  console.log(`${'v1 stable'.padEnd(width)}  ${'editor ⇄ acpd'.padEnd(14)}  acpd ⇄ agent`);
  for (const r of rows)
    console.log(`${r.name.padEnd(width)}  ${String(r.editor).padEnd(14)}  ${r.agent}`);
}
