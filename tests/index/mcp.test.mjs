// `acpd mcp` and the official MCP client: the tools, and an agent that uses them.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { poll } from '../lib/until.mjs';
import { alive } from '../lib/world.mjs';
import { index_world, store_py } from './rig.mjs';

describe('the MCP server', { timeout: 120_000 }, () => {
  const place = new index_world();
  let editor, server;
  before(async () => {
    place.write('src/store.py', store_py);
    place.write('src/wire.py', 'from store import open_store\n\ndef send(x):\n    open_store(x)\n');
    await place.serve();
    editor = await place.editor();
    await place.complete(editor);
    server = await place.server(editor);
  });
  after(async () => {
    await server?.close();
    await place.end();
  });

  it('offers its tools, each with a description and a schema', async () => {
    const { tools } = await server.client.listTools();
    assert.deepEqual(tools.map((t) => t.name),
      ['code_search', 'symbol', 'outline', 'related', 'repo_map', 'index_status']);
    for (const tool of tools) {
      assert.ok(tool.description.length > 80, tool.name);
      assert.equal(tool.inputSchema.type, 'object');
      assert.equal(tool.annotations.readOnlyHint, true);
    }
    await server.client.ping();
    assert.match(server.client.getInstructions(), /code_search/);
  });

  it('code_search: paths, lines and text', async () => {
    const { text } = await server.call('code_search', { query: 'where is the store opened' });
    assert.match(text, /^src\/store\.py:1-3 {2}function open_store\ndef open_store\(path\):/);
    const elsewhere = await server.call('code_search', { query: 'store', path_glob: 'src/wire*' });
    assert.match(elsewhere.text, /src\/wire\.py/);
    assert.doesNotMatch(elsewhere.text, /src\/store\.py/);
  });

  it('symbol, outline, related, repo_map, index_status', async () => {
    const { text } = await server.call('symbol', { name: 'open_store' });
    assert.match(text, /defined: src\/store\.py:1-3/);
    assert.match(text, /callers:\n {2}src\/store\.py:8 {2}call in Writer\.flush\n/);
    assert.match(text, /\n {2}src\/wire\.py:4 {2}call in send\n/);
    assert.match((await server.call('outline', { path: 'src/store.py' })).text,
      /6-6 {2}class Writer\n {2}7-8 {2}method Writer\.flush/);
    const outline = await server.call('outline', { path: path.join(place.cwd, 'src/wire.py') });
    assert.match(outline.text, /function send/);
    for (const given of [{ path: 'src/wire.py' }, { symbol: 'send' }])
      assert.match((await server.call('related', given)).text,
        /related to src\/wire\.py:\n {2}src\/store\.py {2}is used by it/);
    assert.match((await server.call('repo_map', { budget: 500 })).text, /open_store/);
    assert.match((await server.call('index_status')).text, /: 2 files indexed, 0 waiting.*complete/);
  });

  it('a session in a link: the same index, by either path', async () => {
    const link = path.join(place.dir, 'link-to-work');
    fs.symlinkSync(place.cwd, link);
    const second = await place.editor({}, { cwd: link });
    const linked = await place.server(second);
    for (const folder of [link, place.cwd])
      assert.match((await linked.call('outline', { path: path.join(folder, 'src/wire.py') })).text,
        /function send/, folder);
    assert.match((await linked.call('index_status')).text, new RegExp(`^${place.cwd}: 2 files`));
    await linked.close();
    const { folders } = await editor.ask('status', {});
    assert.deepEqual(folders.map((f) => f.root), [place.cwd]);
  });

  it('what cannot be asked is said as an error of the tool', async () => {
    for (const [name, given, why] of [
      ['code_search', {}, /"query" must be a string/],
      ['code_search', { query: 'x', kind: 'song' }, /"kind" must be function/],
      ['outline', { path: '/etc/passwd' }, /none of this session's folders/],
    ]) {
      const { text, failed } = await server.call(name, given);
      assert.equal(failed, true, name);
      assert.match(text, why);
    }
    await assert.rejects(server.call('remove'), /there is no tool "remove"/);
  });

  it('a file of ignored ones is not found, and its outline says why', async () => {
    place.write('.gitignore', 'secret.py\n');
    place.write('secret.py', 'def hidden_thing():\n    pass\n');
    const { text } = await server.call('outline', { path: 'secret.py' });
    assert.match(text, /not in the index: .*gitignore/);
    assert.doesNotMatch((await server.call('symbol', { name: 'hidden_thing' })).text, /secret\.py/);
  });

  it('an agent finds the server in its list and uses it, in a turn', async () => {
    const { c, sessionId } = editor;
    await c.prompt(sessionId, 'tool code_search {"query":"flush the writer"}');
    const said = c.texts().findLast((text) => text.includes('tool: '));
    assert.match(said, /src\/store\.py:7-8 {2}function Writer\.flush/);
  });

  it('editors never see it: not in lists, not in what is kept of theirs', async () => {
    const { c } = editor;
    const { token } = { token: (await place.given(editor)).env[0].value };
    const shown = JSON.stringify(c.frames.filter((f) => !JSON.stringify(f).includes('mcp [')));
    assert.ok(!shown.includes(token));
    assert.ok(!fs.readFileSync(path.join(place.state, 'acpd.log'), 'utf8').includes(token));
    assert.ok(!JSON.stringify(await c.request('session/list', {})).includes('ACPD_MCP_TOKEN'));
  });

  it('it ends with its input', async () => {
    const other = await place.server(editor);
    const { pid } = other;
    assert.ok(alive(pid));
    await other.close();
    await poll(() => !alive(pid), 'the server to end');
  });

  it('a new daemon is asked on, with the token of the old one', async () => {
    const daemon = place.daemon_pid();
    await place.kill_daemon();
    const asked = server.call('symbol', { name: 'flush' });
    await place.serve();
    assert.notEqual(place.daemon_pid(), daemon);
    assert.match((await asked).text, /defined: src\/store\.py:7-8/);
    const { c, sessionId } = editor;
    await c.prompt(sessionId, 'tool symbol {"name":"send"}');
    assert.ok(c.texts().some((text) => /tool: defined: src\/wire\.py:3-4/.test(text)));
  });
});

describe('the MCP server, otherwise', { timeout: 120_000 }, () => {
  it('is left out when the configuration says so', async (t) => {
    const place = new index_world({ toml: '[index]\nmcp = false\n' });
    t.after(() => place.end());
    await place.serve();
    const editor = await place.editor();
    assert.equal(await place.given(editor), undefined);
    await place.complete(editor);
  });

  it('with the index switched off there is neither', async (t) => {
    const place = new index_world({ toml: '[index]\nenabled = false\n' });
    t.after(() => place.end());
    await place.serve();
    const editor = await place.editor();
    assert.equal(await place.given(editor), undefined);
    await assert.rejects(editor.ask('search', { cwd: place.cwd, query: 'x' }), /switched off/);
    assert.equal(place.worker(), undefined);
  });

  it('further folders of the session are searched, too, and no others', async (t) => {
    const place = new index_world();
    t.after(() => place.end());
    const lib = path.join(place.dir, 'lib');
    fs.mkdirSync(lib);
    fs.writeFileSync(path.join(lib, 'deep.py'), 'def deep_thought():\n    return 42\n');
    await place.serve();
    const editor = await place.editor({}, { additionalDirectories: [lib] });
    await place.complete(editor, lib);
    const server = await place.server(editor);
    const { text } = await server.call('code_search', { query: 'deep thought' });
    assert.ok(text.startsWith(`${lib}/deep.py:1-2  function deep_thought`), text);
    assert.match((await server.call('outline', { path: `${lib}/deep.py` })).text, /deep_thought/);
    await server.close();
  });

  it('ends with its parent, though somebody else holds its input open', async (t) => {
    const place = new index_world();
    t.after(() => place.end());
    await place.serve();
    const editor = await place.editor();
    const { command, env } = await place.given(editor);
    const fifo = path.join(place.dir, 'fifo');
    execFileSync('mkfifo', [fifo]);
    // Opened for both ways the pipe has a writer as long as the server lives: its input never ends.
    const parent = spawn('sh', ['-c', `${command} mcp 0<>${fifo} & wait`],
      { env: { ...place.env, ...Object.fromEntries(env.map((e) => [e.name, e.value])) } });
    const servers = () => place.processes().filter((p) => p.args[1] === 'mcp');
    const watches = ({ pid }) => fs.readdirSync(`/proc/${pid}/fd`)
      .some((fd) => fs.readlinkSync(`/proc/${pid}/fd/${fd}`).includes('pidfd'));
    const ready = () => servers().length === 1 && watches(servers()[0]);
    await poll(ready, 'the server to see its parent');
    parent.kill('SIGKILL');
    await poll(() => servers().length === 0, 'the server to end');
  });
});
