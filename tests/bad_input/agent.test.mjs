// An agent that writes what none should: the session goes on, the daemon says so in its log, and
// memory stays bounded.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';

import { bad_kinds } from '../agents/bad.mjs';
import { peak_mb } from '../lib/memory.mjs';
import { alive, world } from '../lib/world.mjs';

const place = new world({ toml: '[limits]\nline_bytes = 4194304\n' });
const standard = new world();
before(async () => { await place.serve(); await standard.serve(); });
after(async () => { await place.end(); await standard.end(); });
const bounded = (name, flow) => test(name, { timeout: 90_000 }, flow);

/** Kinds whose bytes end in a newline: what follows is a line of its own. */
const kinds = Object.keys(bad_kinds).filter(
  (k) => !['endless-line', 'end-line', 'long-line'].includes(k),
);
/** Not bad enough to be mentioned: blank lines, what is answered with an error, what passes
 * through. */
const quiet = new Set([
  'empty-lines',
  'crlf',
  'unknown-method',
  'null-id',
  'unknown-variant',
  'wrong-session',
]);

for (const kind of kinds) {
  bounded(`an agent writes ${kind}: the turn goes on`, async () => {
    const editor = place.connect();
    const id = await editor.open(place.cwd);
    const before = place.errors_size();
    const { result, error } = await editor.prompt(id, `say before; bad ${kind}; say after`);
    assert.equal(result?.stopReason, 'end_turn', JSON.stringify(error));
    assert.ok(editor.said('before') && editor.said('after'), editor.texts().join('\n'));
    assert.ok(alive(place.daemon.pid));
    for (const u of editor.updates)
      assert.equal(u?.sessionId, id, 'an update that is none reached the editor');
    if (!quiet.has(kind))
      assert.ok(place.errors_size() > before, "the daemon's log says what was wrong");
    await editor.leave();
  });
}

bounded('a line above the limit is dropped, said, and what follows goes on', async () => {
  const editor = place.connect();
  const id = await editor.open(place.cwd);
  const { result, error } = await editor.prompt(id, 'bad long-line 9000000; say after');
  assert.equal(result?.stopReason, 'end_turn', JSON.stringify(error));
  assert.ok(editor.said('after'));
  assert.match(place.errors(), /above 4194304 bytes/);
  await editor.leave();
});

bounded('a line that never ends costs no memory', async () => {
  const editor = standard.connect();
  const id = await editor.open(standard.cwd);
  const { result, error } = await editor.prompt(
    id,
    'bad endless-line 200000000; bad end-line; say after',
  );
  assert.equal(result?.stopReason, 'end_turn', JSON.stringify(error));
  assert.ok(editor.said('after'));
  const daemon = peak_mb(standard.daemon.pid), shim = peak_mb(standard.shims()[0].pid);
  assert.ok(daemon < 150, `the daemon's peak is ${daemon} MB for a limit of 32 MB`);
  assert.ok(shim < 100, `the shim's peak is ${shim} MB`);
  await editor.leave();
});

bounded('a long line below the limit arrives whole', async () => {
  const editor = standard.connect();
  const id = await editor.open(standard.cwd);
  await editor.prompt(id, 'bad long-line 20000000; say after');
  assert.ok(editor.texts().some((t) => t.length === 20_000_000));
  await editor.leave();
});

bounded('an agent that never stops can be cancelled, and memory stays bounded', async () => {
  const editor = standard.connect();
  const id = await editor.open(standard.cwd);
  const answer = editor.prompt(id, 'flood 1000000000 200');
  await editor.until(() => editor.updates.length > 20_000, '20,000 updates', 60_000);
  editor.notify('session/cancel', { sessionId: id });
  assert.equal((await answer).result?.stopReason, 'cancelled');
  assert.ok(peak_mb(standard.daemon.pid) < 150);
  await editor.request('session/delete', { sessionId: id });
  await editor.leave();
});

bounded('an agent that dies at once is an error, not a hang', async () => {
  const broken = new world({
    agents: { broken: { command: ['/bin/false'] }, missing: { command: ['/nonexistent/agent'] } },
  });
  try {
    await broken.serve();
    for (const name of ['broken', 'missing']) {
      const editor = broken.connect(['--agent', name]);
      const answer = await editor
        .call('initialize', { protocolVersion: 1 })
        .then((a) =>
          a.error ? a : editor.call('session/new', { cwd: broken.cwd, mcpServers: [] }),
        );
      assert.ok(answer.error, JSON.stringify(answer));
      assert.ok(answer.error.message.includes(name), `it names the agent: ${answer.error.message}`);
      await editor.kill();
    }
    assert.ok(alive(broken.daemon.pid));
    assert.ok(fs.existsSync(broken.env.ACPD_SOCKET));
  } finally {
    await broken.end();
  }
});
