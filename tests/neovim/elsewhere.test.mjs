// The daemon is not here: on another machine, or not installed at all.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { remote_world, tls_world, token_file } from '../remote/servers.mjs';
import { bin, world } from '../lib/world.mjs';
import { neovim } from './nvim.mjs';

/** Everything that Neovim wrote below the test's home. */
function written(editor) {
  const home = path.join(editor.place.dir, 'home');
  return fs.readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

const arguments_of = (place) => place.processes().flatMap((p) => p.args).join('\n');

/** Works in a session, ends in good order, comes back. typed: as the token, when it is asked. */
async function there_and_back(editor, typed = 'not asked for') {
  const asks = `vim.fn.inputsecret = function(text) vim.g.asked = text return '${typed}' end`;
  await editor.open();
  // What inputsecret() is given; what is typed there is never shown.
  await editor.lua(asks);
  await editor.command('Acpd new scripted');
  const id = await editor.opened();
  await editor.command('Acpd prompt say from afar');
  await editor.shown(/#1 from afar/);
  const asked = await editor.lua('return vim.g.asked');
  await editor.quit();
  await editor.open();
  await editor.lua(asks);
  await editor.command('Acpd attach');
  await editor.live(id);
  await editor.shown(/#1 from afar/);
  return asked;
}

/** A token is nowhere but where a person has put it. */
function is_kept_apart(editor) {
  const kept = written(editor), { place } = editor;
  assert.ok(kept.includes('from afar'), 'the conversation is kept');
  assert.ok(!kept.includes(place.controller), 'a token on disk');
  assert.ok(!arguments_of(place).includes(place.controller), 'a token among arguments');
  const log = fs.readFileSync(path.join(place.state, 'acpd.log'), 'utf8');
  assert.ok(!log.includes(place.controller), "a token in the daemon's log");
}

/** Runs `body` in a world that ends with it. */
async function inside(made, body) {
  const place = await made;
  try {
    await body(place);
  } finally {
    await place.end();
  }
}

describe('a daemon on another machine', () => {
  it('is reached over TLS with a token from a file', () => inside(tls_world(), async (place) => {
    const editor = new neovim(place, 'one', { remote: `wss://127.0.0.1:${place.port}`,
      ca: place.cert, token_file: token_file(place, place.controller) });
    assert.equal(await there_and_back(editor), undefined);
    is_kept_apart(editor);
    editor.shot('remote');
  }));
  it('with a token from the environment', () => inside(remote_world(), async (place) => {
    const editor = new neovim(place, 'one', { remote: `ws://127.0.0.1:${place.port}` });
    editor.env.ACPD_TOKEN = place.controller;
    assert.equal(await there_and_back(editor), undefined);
    is_kept_apart(editor);
  }));
  it('with a token that is typed', () => inside(remote_world(), async (place) => {
    const remote = `ws://127.0.0.1:${place.port}`;
    const editor = new neovim(place, 'one', { remote });
    assert.equal(await there_and_back(editor, place.controller), `Token for ${remote}: `);
    is_kept_apart(editor);
  }));
  it("over a person's own ssh", () => inside(new world(), async (place) => {
    // Stands in for ssh: runs its last argument here, as sshd's shell would.
    const fake = path.join(place.dir, 'ssh-bin');
    fs.mkdirSync(fake);
    fs.writeFileSync(path.join(fake, 'ssh'), `#!/bin/sh
printf '%s\\n' "$@" >'${place.dir}/ssh.args'
for last; do :; done
exec sh -c "$last"
`, { mode: 0o755 });
    const editor = new neovim(place, 'one', { remote: 'ssh://me@box' });
    editor.env.PATH = `${fake}:${path.dirname(bin('acpctl'))}:${process.env.PATH}`;
    assert.equal(await there_and_back(editor), undefined);
    assert.match(fs.readFileSync(path.join(place.dir, 'ssh.args'), 'utf8'), /^-l\nme\n--\nbox\n/m);
  }));
  it('that cannot be reached is said, with why', () => inside(new world(), async (place) => {
    const editor = new neovim(place, 'one', { remote: 'ws://127.0.0.1:1' });
    editor.env.ACPD_TOKEN = 'of no use';
    await editor.open('Acpd sessions');
    await editor.shown(/not reachable \(gR: try again\): .*127\.0\.0\.1:1/);
    editor.shot('remote-unreachable');
  }));
});

describe('no acpd', () => {
  it('is said, with how to get it; nothing is started', async () => {
    const place = new world();
    try {
      const editor = new neovim(place, 'one', { command: '/nowhere/acpctl' });
      await editor.open('Acpd');
      await editor.shown(/not reachable .*: there is no program \/nowhere\/acpctl: :Acpd install/);
      await editor.shown(/^ *cd .*&& server\/demo/m);  // how to get it, at once
      const shown = await editor.lua(`return vim.fn.execute('Acpd install')`);
      assert.match(shown, /server\/demo/);
      editor.shot('no-acpd');
      const health = await editor.lua(`vim.cmd('checkhealth acpd')
        return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')`);
      assert.match(health, /ERROR there is no program \/nowhere\/acpctl/);
      assert.ok(!place.processes().some((p) => /acpd|acpctl/.test(path.basename(p.args[0]))));
    } finally {
      await place.end();
    }
  });
});
