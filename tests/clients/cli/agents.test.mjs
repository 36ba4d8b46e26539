// `acpctl agents` and `acpctl agents update`, from a file and through a stand-in for curl.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { poll } from '../../lib/until.mjs';
import { bin, world } from '../../lib/world.mjs';

const entry = (id, distribution) =>
  ({ id, name: `The ${id}`, version: '2.0.0', description: 'x', distribution });
const registry = JSON.stringify({ version: '1.0.0', agents: [
  entry('fresh', { npx: { package: '@a/fresh@2.0.0', args: ['acp'], env: { FRESH: '1' } } }),
  entry('gemini', { npx: { package: '@google/gemini-cli@9.0.0', args: ['--changed'] } }),
  entry('auggie', { npx: { package: '@augmentcode/auggie@9.0.0', args: ['--acp'] } }),
  entry('elsewhere', { binary: { 'darwin-aarch64': { archive: 'https://x/y.zip', cmd: './e' } } }),
] }, null, 2);

/** A world with a registry's file in it; programs: what is on PATH besides the system's. */
function place_for(t, programs = {}) {
  const place = new world();
  t.after(() => place.end());
  const folder = path.join(place.dir, 'bin');
  fs.mkdirSync(folder);
  for (const [name, script] of Object.entries(programs))
    fs.writeFileSync(path.join(folder, name), script, { mode: 0o755 });
  place.env.PATH = `${folder}:/usr/bin:/bin`;
  place.file = path.join(place.dir, 'registry.json');
  fs.writeFileSync(place.file, registry);
  place.agents_json = path.join(place.state, 'agents.json');
  return place;
}
const agents = async (place) => {
  const ran = await place.ctl('agents', '--json');
  assert.equal(ran.code, 0, ran.stderr);
  return Object.fromEntries(JSON.parse(ran.stdout).map((a) => [a.name, a]));
};

describe('acpctl agents', { timeout: 60_000 }, () => {
  it('says which are installed, which is the default, and how to get the others', async (t) => {
    const place = place_for(t, { 'codex-acp': '#!/bin/sh\n' });
    const all = await agents(place);
    assert.deepEqual([all.scripted.configured, all.scripted.default, all.scripted.installed],
      [true, true, true]);
    assert.equal(all.codex.program, path.join(place.dir, 'bin/codex-acp'));
    assert.deepEqual([all.goose.installed, all.goose.program], [false, null]);
    assert.match(all.gemini.install, /^npm i -g /);
    const shown = (await place.ctl('agents')).stdout;
    assert.match(shown, /✓ +scripted \(default\)/);
    assert.match(shown, /· +gemini +npm i -g/);
  });

  it('update shows the difference and writes nothing without consent', async (t) => {
    const place = place_for(t);
    const ran = await place.ctl('agents', 'update', place.file);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /new +fresh +FRESH=1 npx --yes @a\/fresh@2\.0\.0 acp/);
    assert.match(ran.stdout, /changed +gemini +gemini --changed\n +was +gemini --acp/);
    assert.match(ran.stdout, /left out +elsewhere/);
    assert.doesNotMatch(ran.stdout, /auggie/);
    assert.match(ran.stderr, /nothing was changed: --yes/);
    assert.ok(!fs.existsSync(place.agents_json));
    const json = JSON.parse((await place.ctl('agents', 'update', place.file, '--json')).stdout);
    assert.deepEqual([json.written, json.unchanged, json.new.length, json.changed[0].from],
      [false, 1, 1, ['gemini', '--acp']]);
    assert.ok(!fs.existsSync(place.agents_json));
  });

  it('with --yes they are written, listed, and nothing is new the next time', async (t) => {
    const place = place_for(t);
    assert.equal((await place.ctl('agents', 'update', '--yes', place.file)).code, 0);
    assert.equal(fs.statSync(place.agents_json).mode & 0o777, 0o600);
    const all = await agents(place);
    assert.deepEqual(all.gemini.command, ['gemini', '--changed']);
    assert.match(all.fresh.note, /ACP registry, version 2\.0\.0/);
    assert.match((await place.ctl('agents', 'update', place.file)).stderr, /nothing is new/);
    assert.match((await place.ctl('agent-names')).stdout, /^fresh$/m);
  });

  it('on a terminal it asks, and takes only a yes', async (t) => {
    const place = place_for(t);
    for (const [word, written] of [['', false], ['n', false], ['y', true]]) {
      const child = spawn('script', ['-qec', `${bin('acpctl')} agents update ${place.file}`, '/dev/null'],
        { env: place.env });
      let shown = '';
      child.stdout.setEncoding('utf8').on('data', (text) => { shown += text; });
      const ended = new Promise((resolve) => child.on('exit', resolve));
      await poll(() => shown.includes('[y/N]'), 'the question');
      child.stdin.write(`${word}\r`);
      await ended;
      assert.equal(fs.existsSync(place.agents_json), written, `"${word}": ${shown}`);
    }
  });

  it('a daemon that runs takes them at once, and starts them', async (t) => {
    const place = place_for(t);
    await place.serve();
    const unknown = await place.ctl('run', '--agent', 'fresh', 'say x');
    assert.match(unknown.stderr, /there is no agent "fresh"/);
    const started = path.join(place.dir, 'started');
    fs.writeFileSync(path.join(place.dir, 'bin/npx'),
      `#!/bin/sh\necho "$FRESH $@" > ${started}\nexec ${process.execPath} ` +
      `${path.resolve('tests/agents/scripted.mjs')}\n`, { mode: 0o755 });
    assert.equal((await place.ctl('agents', 'update', '--yes', place.file)).code, 0);
    const ran = await place.ctl('run', '--agent', 'fresh', 'say it works');
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /it works/);
    assert.equal(fs.readFileSync(started, 'utf8'), '1 --yes @a/fresh@2.0.0 acp\n');
  });

  it('an address is fetched by curl, over https only', async (t) => {
    const place = place_for(t);
    const words = path.join(place.dir, 'words');
    fs.writeFileSync(path.join(place.dir, 'bin/curl'),
      `#!/bin/sh\nprintf '%s\\n' "$@" > ${words}\ncat ${place.file}\n`, { mode: 0o755 });
    const ran = await place.ctl('agents', 'update', 'https://example.org/r.json');
    assert.match(ran.stdout, /new +fresh/);
    const given = fs.readFileSync(words, 'utf8').split('\n');
    for (const [option, value] of [['--proto', '=https'], ['--proto-redir', '=https'],
      ['--max-time', '30'], ['--max-filesize', '8388608'], ['--', 'https://example.org/r.json']])
      assert.equal(given[given.indexOf(option) + 1], value, option);
    fs.rmSync(words);
    const plain = await place.ctl('agents', 'update', 'http://example.org/r.json');
    assert.notEqual(plain.code, 0);
    assert.match(plain.stderr, /only taken over https/);
    assert.ok(!fs.existsSync(words), 'nothing was fetched');
    assert.equal((await place.ctl('agents', 'update', '--yes', 'https://-o/tmp/x')).code, 0,
      'an address is no option');
  });

  it('what cannot be fetched or is too large is said, and ends', async (t) => {
    const place = place_for(t, { curl: '#!/bin/sh\necho "curl: (22) 404" >&2; exit 22\n' });
    const failed = await place.ctl('agents', 'update', '--yes', 'https://example.org/r.json');
    assert.notEqual(failed.code, 0);
    assert.match(failed.stderr, /404[^]*could not be fetched/);
    fs.writeFileSync(path.join(place.dir, 'bin/curl'), '#!/bin/sh\nexec cat /dev/zero\n');
    const large = await place.ctl('agents', 'update', '--yes', 'https://example.org/r.json');
    assert.notEqual(large.code, 0);
    assert.match(large.stderr, /larger than 8 MiB/);
    assert.notEqual((await place.ctl('agents', 'update', `${place.dir}/nothing`)).code, 0);
    assert.ok(!fs.existsSync(place.agents_json));
  });

  it('a table that is broken is said; the built-in one is used, and nothing overwrites it', async (t) => {
    const place = place_for(t);
    fs.mkdirSync(place.state, { mode: 0o700 });
    fs.writeFileSync(place.agents_json, '{"version":1,"agents":[{"id":"fresh"}]}');
    const listed = await place.ctl('agents');
    assert.equal(listed.code, 0);
    assert.match(listed.stderr, /agents\.json: fresh\.command/);
    assert.notEqual((await place.ctl('agents', 'update', '--yes', place.file)).code, 0);
    assert.match((await place.ctl('doctor')).stdout, /✗ +agents\.json/);
    await place.serve();
    assert.equal((await place.ctl('run', 'say x')).code, 0);
  });

  it('without a PATH programs are looked for where a shell without one looks', async (t) => {
    const place = new world({ agents: { plain: { command: ['sh', '-c',
      `exec ${process.execPath} ${path.resolve('tests/agents/scripted.mjs')}`] } } });
    t.after(() => place.end());
    delete place.env.PATH;
    await place.serve();
    assert.equal((await agents(place)).plain.installed, true);
    const editor = place.connect();
    t.after(() => editor.kill());
    const told = (await editor.start(), await editor.request('_acpd/agents/list', {})).agents;
    assert.equal(told.find((a) => a.name === 'plain').installed, true);
    const ran = await place.ctl('run', 'env PATH');
    assert.match(ran.stdout, /env PATH=\/usr\/local\/bin:\/usr\/bin:\/bin/);
  });

  it('curl that is not there is said', async (t) => {
    const place = place_for(t);
    const acpctl = bin('acpctl');
    place.env.PATH = path.join(place.dir, 'bin');
    assert.throws(() => execFileSync(acpctl, ['agents', 'update', 'https://example.org/r.json'],
      { env: place.env, encoding: 'utf8', stdio: 'pipe' }), /curl, which is not installed/);
  });
});
