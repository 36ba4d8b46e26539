// An agent is not a person: what it runs cannot answer its own questions, cancel or read sessions,
// nor connect to the daemon, its own shim or another session's.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { poll } from '../lib/until.mjs';
import { bin, world } from '../lib/world.mjs';

const place = new world();
before(() => place.serve());
after(() => place.end());
const bounded = (name, flow) => test(name, { timeout: 90_000 }, flow);

const guest = path.join(import.meta.dirname, 'guest.mjs');
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

/** A session, its agent's token for the index, and what the agent gets that sends these lines. */
async function indexed(cwd = place.cwd) {
  const editor = place.connect();
  const id = await editor.open(cwd);
  await editor.prompt(id, 'mcp');
  const list = editor.texts().find((text) => text.includes('mcp ['));
  const [{ env }] = JSON.parse(list.slice(list.indexOf('['))).filter((s) => s.name === 'acpd');
  const token = env.find((e) => e.name === 'ACPD_MCP_TOKEN').value;
  const get = async (first, ...lines) => {
    const command = [process.execPath, guest, place.env.ACPD_SOCKET, first, ...lines].join('\x1f');
    await editor.prompt(id, `exec-words ${command}`);
    const said = editor.texts().at(-1);
    return said.slice(said.indexOf('stdout ')).replaceAll('\\"', '"');
  };
  return { editor, id, token, get };
}
const request = (id, method, params = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });

bounded('an agent may ask the index with its own token, and do nothing else', async () => {
  const { editor, id, token, get } = await indexed();
  const opened = await get(`ACPD-MCP/1 ${token}`, request(1, '_acpd/index/status'));
  assert.match(opened, /_acpd\/index\/opened/, opened);
  assert.match(opened, /"id":1,"result":\{"root":/, opened);
  for (const method of ['initialize', 'session/list', '_acpd/status', '_acpd/log', '_acpd/stop',
    '_acpd/pending/answer', '_acpd/index/add', '_acpd/index/rm', '_acpd/index/rebuild',
    '_acpd/index/', '_acpd/index/changed', '_acpd/index/opened']) {
    const said = await get(`ACPD-MCP/1 ${token}`, request(1, method, { sessionId: id }));
    assert.match(said, /"id":1,"error":.*refused: an agent may use the daemon only to ask/, said);
  }
  assert.ok(place.listens());
  await editor.leave();
});

bounded('only about its own session\'s folders', async () => {
  const { editor, token, get } = await indexed();
  for (const root of ['/', '/etc', place.dir, `${place.cwd}/..`]) {
    const said = await get(`ACPD-MCP/1 ${token}`,
      request(1, '_acpd/index/search', { root, query: 'x', cwd: '/etc', workspace: 'x' }));
    assert.match(said, /"id":1,"error":.*is no folder of this session's/, said);
  }
  const own = request(1, '_acpd/index/search', { query: 'x', cwd: '/etc', workspace: 'other' });
  assert.match(await get(`ACPD-MCP/1 ${token}`, own), /"id":1,"result":/);
  await editor.leave();
});

bounded('a wrong token, another session\'s and one of a closed session are refused', async () => {
  const [one, two] = [await indexed(), await indexed()];
  const ask = request(1, '_acpd/index/status');
  const refused = /refused: this token belongs to no session/;
  for (const token of ['', 'x', one.token.slice(1), two.token, `${one.token}0`, '0'.repeat(64)])
    assert.match(await one.get(`ACPD-MCP/1 ${token}`, ask), refused, token);
  assert.match(await one.get(`ACPD-MCP/1 ${one.token}`, ask), /"result":/);
  const before = place.shims().length;
  await two.editor.request('_acpd/session/close', { sessionId: two.id });
  await poll(() => place.shims().length < before, 'the other agent to end');
  assert.match(await one.get(`ACPD-MCP/1 ${two.token}`, ask), refused);
  for (const begin of ['ACPD/1', 'ACPD-MCP/2 x', initialize])
    assert.match(await one.get(begin), /refused|stdout "\\n"/, begin);
  await one.editor.leave();
  await two.editor.leave();
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
