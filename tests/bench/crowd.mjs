// A thousand sessions and two hundred attached clients, on plain sockets from this one process.
import net from 'node:net';

import { pss_mb } from '../lib/memory.mjs';
import { until } from '../lib/until.mjs';
import { client } from '../lib/client.mjs';

/** A client on the daemon's socket: the same lines as on stdio. Connected one after the other: Node's
 *  connect does not wait for room in the listener's queue. */
async function on_socket(path) {
  const socket = net.connect(path);
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const child = { stdin: socket, stdout: socket, on: () => {}, kill: () => socket.destroy() };
  return new client(child);
}

export async function crowd(w, t, { sessions = 1000, clients = 200 } = {}) {
  process.stderr.write(`${sessions} sessions, ${clients} clients\n`);
  const main = await on_socket(w.env.ACPD_SOCKET);
  await main.start();
  const before = pss_mb(w.daemon.pid);
  const ids = [];
  for (let i = 0; i < sessions; i++) {
    const made = await main.request('session/new', {
      cwd: w.cwd,
      mcpServers: [],
      _meta: { 'acpd/agent': 'cpp' },
    });
    ids.push(made.sessionId);
    // its agent ends, it stays
    if (i > 0) await main.request('_acpd/session/close', { sessionId: made.sessionId });
  }
  const each = (pss_mb(w.daemon.pid) - before) * 1024 / sessions;
  t.add(
    `memory for each of ${sessions} idle sessions without an agent, kB`,
    { acpd: each },
    { at_most: 50 },
  );

  const watching = [];
  for (let i = 0; i < clients; i++) watching.push(await on_socket(w.env.ACPD_SOCKET));
  await Promise.all(watching.map(async (c) => {
    await c.start();
    await c.request('session/resume', { sessionId: ids[0], cwd: w.cwd, mcpServers: [] });
  }));
  const { result } = await main.prompt(ids[0], 'rate 200 400 100');
  const agent_chunks = (c) =>
    c.updates.filter((u) => u.update.sessionUpdate === 'agent_message_chunk').length;
  await Promise.all(
    watching.map((c) => until(c, () => agent_chunks(c) >= 400, '400 updates', 30_000)),
  );
  const complete = watching.filter((c) => agent_chunks(c) === 400 && !c.ended).length;
  t.add(
    `of ${clients} clients on one session at 200/s, those that got all 400 updates once`,
    { acpd: complete },
    { at_least: result?.stopReason === 'end_turn' ? clients : clients + 1 },
  );
  for (const c of [...watching, main]) c.kill();
}
