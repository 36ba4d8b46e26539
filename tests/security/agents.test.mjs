// An agent is not a person: what it runs cannot answer its own questions, cancel or read sessions,
// nor connect to the daemon, its own shim or another session's.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { bin, world } from '../lib/world.mjs';

const place = new world();
before(() => place.serve());
after(() => place.end());
const bounded = (name, flow) => test(name, { timeout: 90_000 }, flow);

const shim_sockets = () =>
  fs
    .readdirSync(path.join(place.state, 'shims'))
    .map((id) => path.join(place.state, 'shims', id, 'sock'));
const initialize = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":1}}';

async function run_in_agent(directive) {
  const editor = place.connect();
  const id = await editor.open(place.cwd);
  await editor.prompt(id, directive.replaceAll('SESSION', id));
  const said = editor.texts().join('\n');
  await editor.leave();
  return said;
}

for (const args of [
  'permit SESSION',
  'cancel SESSION',
  'log SESSION --json',
  'ls',
  'close SESSION',
  'rm SESSION',
  'stop',
  'status',
]) {
  bounded(`acpctl ${args} from inside an agent is refused`, async () => {
    const said = await run_in_agent(
      `exec ${bin('acpctl')} ${args} --socket ${place.env.ACPD_SOCKET}`,
    );
    assert.match(said, /exec: exit [1-9]/, said);
    assert.match(said, /agent|refused|not allowed/i, said);
    assert.ok(place.listens());
  });
}

bounded('a daemonised grandchild of an agent is refused, too', async () => {
  const said = await run_in_agent(
    `exec setsid --wait env -i HOME=/tmp PATH=/usr/bin:/bin ${bin('acpctl')} ls --socket ${place.env.ACPD_SOCKET}`,
  );
  assert.match(said, /exec: exit [1-9]/, said);
  assert.match(said, /agent|refused|not allowed/i, said);
});

bounded('an agent cannot speak to the daemon\'s socket', async () => {
  const said = await run_in_agent(`connect ${place.env.ACPD_SOCKET} ${initialize}`);
  assert.doesNotMatch(said, /"result"/, said);
  assert.match(said, /connect: (closed|refused|answered)/, said);
});

bounded('an agent cannot speak to its own shim, nor to another session\'s', async () => {
  const other = place.connect();
  await other.open(place.cwd);
  const editor = place.connect();
  const id = await editor.open(place.cwd);
  const sockets = shim_sockets();
  assert.ok(sockets.length >= 2);
  await editor.prompt(id, sockets.map((s) => `connect ${s} x`).join('\n'));
  const said = editor.texts().filter((t) => t.includes('connect: '));
  assert.equal(said.length, sockets.length);
  for (const line of said) assert.match(line, /connect: (closed|refused \w+) *$/, line);
  await editor.leave();
  await other.leave();
});

bounded('an agent starts no daemon on the default socket', async () => {
  const runtime = path.join(place.dir, 'runtime');
  fs.mkdirSync(runtime, { mode: 0o700 });
  const said = await run_in_agent(
    `exec env -u ACPD_SOCKET -u ACPD_STATE_DIR XDG_RUNTIME_DIR=${runtime} ${bin('acpctl')} ls`,
  );
  assert.match(said, /exec: exit [1-9]/, said);
  assert.ok(!fs.existsSync(path.join(runtime, 'acpd', 'acpd.sock')));
});

bounded(
  "an agent has the environment of the editor that opened its session, and no other's",
  async () => {
    const said = [];
    for (const env of [{ EDITORS_OWN: 'first' }, {}]) {
      const editor = place.connect([], { env });
      const id = await editor.open(place.cwd);
      await editor.prompt(id, 'env EDITORS_OWN; env ACPD_TEST_GATE');
      said.push(editor.texts().join('\n'));
      await editor.leave();
    }
    assert.match(said[0], /EDITORS_OWN=first/);
    assert.match(said[1], /EDITORS_OWN=\(unset\)/);
    for (const text of said)
      assert.ok(text.includes(`ACPD_TEST_GATE=${place.gate}`), "the configuration's is added");
  },
);
