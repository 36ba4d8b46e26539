// The completion scripts in real shells: an interactive bash and zsh on a terminal, with the keys
// that insert everything that would be offered.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { poll } from '../../lib/until.mjs';
import { bin, bin_dir, world } from '../../lib/world.mjs';

const commands =
  ('agents attach cancel close completion connect doctor index log ls permit relay rm run search ' +
    'status stop token').split(' ');
const sorted = (list) => [...list].sort();
// bash puts a slash behind a folder, zsh when it is chosen.
const plain = (list) => sorted(list.map((word) => word.replace(/(.)\/$/, '$1')));

// How each shell is made to insert all matches (ESC *), and to run a line when it is ready for one.
const shells = {
  bash: { argv: ['bash', '--norc', '--noprofile', '-i'], setup: () => [
    "bind 'set enable-bracketed-paste off'", 'source <(acpctl completion bash)'] },
  zsh: { argv: ['zsh', '-f', '-i'], setup: (folder) => [
    'unsetopt zle_bracketed_paste 2>/dev/null; unset zle_bracketed_paste',
    `acpctl completion zsh > ${folder}/_acpctl`, `fpath=(${folder} $fpath)`,
    'autoload -Uz compinit && compinit -u -D', 'setopt interactive_comments; LISTMAX=10000',
    "zstyle ':completion:all-matches::::' completer _all_matches _complete",
    "zstyle ':completion:all-matches:*' insert true",
    'zle -C all-matches complete-word _generic', "bindkey '\\e*' all-matches"] },
};

/** A shell on a terminal of its own. */
class terminal {
  shown = '';
  constructor(place, name) {
    const { argv, setup } = shells[name];
    this.place = place;
    this.out = path.join(place.dir, `${name}.out`);
    this.env = { ...place.env, PATH: `${bin_dir}:${process.env.PATH}`, TERM: 'dumb' };
    this.child = spawn('script', ['-qec', argv.join(' '), '/dev/null'], {
      env: this.env,
      cwd: place.cwd,
    });
    this.child.stdout.setEncoding('utf8').on('data', (text) => { this.shown += text; });
    this.lines = ['stty cols 4000', ...setup(place.dir)];
  }

  async start() {
    await poll(() => this.shown !== '', 'the first prompt');
    for (const line of this.lines) await this.line(line);
  }

  /** Types a line and waits until the shell has run it. */
  async line(text) {
    fs.rmSync(this.out, { force: true });
    this.child.stdin.write(`${text}\r`);
    this.child.stdin.write(`: > ${this.out}\r`);
    await poll(() => fs.existsSync(this.out), `the shell to run: ${text}\n${this.shown}`);
  }

  /** The words of the line after all matches for `typed` were put into it. */
  async matches(typed) {
    const temporary = `${this.out}.words`;
    fs.rmSync(this.out, { force: true });
    // ^A: to the beginning of the line. What is written counts when it is whole: mv.
    this.child.stdin.write(`${typed}\x1b*`);
    this.child.stdin.write(`\x05 > ${temporary}; mv ${temporary} ${this.out}\x01printf '%s\\n' \r`);
    await poll(() => fs.existsSync(this.out), `the words of: ${typed}\n${this.shown.slice(-2000)}`);
    const words = fs.readFileSync(this.out, 'utf8').split('\n').slice(0, -1);
    return words.slice(typed.split(/\s+/).length - 1);
  }

  end() { this.child.kill('SIGKILL'); }
}

for (const name of Object.keys(shells)) {
  const missing =
    spawnSync(name, ['--version']).error && `${name} is not installed: apt-get install ${name}`;
  describe(`completion in ${name}`, { skip: missing, timeout: 120_000 }, () => {
    const place = new world();
    let shell, session;
    before(async () => {
      await place.serve();
      const ran = await place.ctl('run', '--detach', 'say hello');
      session = ran.stdout.trim();
      fs.mkdirSync(path.join(place.cwd, 'a folder'));
      fs.writeFileSync(path.join(place.cwd, 'a file'), '');
      shell = new terminal(place, name);
      await shell.start();
    });
    after(async () => {
      shell?.end();
      await place.end();
    });
    const offers = (typed, expected) => it(`acpctl ${typed}…`, async () => {
      const found = await shell.matches(`acpctl ${typed}`);
      const want = typeof expected === 'function' ? expected() : expected;
      if (want instanceof Set)
        for (const one of want) assert.ok(found.includes(one), `${one} in ${found}`);
      else assert.deepEqual(plain(found), sorted(want));
    });

    offers('c', commands.filter((c) => c.startsWith('c')));
    offers('', new Set(commands));
    offers('run --ag', ['--agent']);
    offers('run --agent run', ['runner']);
    offers('run --agent=run', ['--agent=runner']);
    offers('connect --agent clau', ['claude']);
    offers('permit --a', ['--all', '--allow', '--answer']);
    offers('attach ', () => [session]);
    offers('--json log ', () => [session]);
    offers('--socket=nowhere rm --j', ['--json']);
    offers('--socket nowhere stop --ag', ['--agents']);
    offers('run --cwd a', ['a folder']);
    offers('--config a', ['a file', 'a folder']);
    offers('completion z', ['zsh']);
    offers('agents update --y', ['--yes']);
    offers('token new --role o', ['observer']);

    it('the sessions are those of the daemon that the line names', async () => {
      const other = new world();
      try {
        await other.serve();
        const theirs = (await other.ctl('run', '--detach', 'say hello')).stdout.trim();
        const socket = other.env.ACPD_SOCKET;
        for (const option of [`--socket ${socket}`, `--socket=${socket}`, `--socket '${socket}'`])
          assert.deepEqual(await shell.matches(`acpctl ${option} attach `), [theirs], option);
        assert.deepEqual(await shell.matches('acpctl attach '), [session]);
      } finally {
        await other.end();
      }
    });
  });
}

it('every flag of every command is offered by both scripts', () => {
  const help = (...args) =>
    spawnSync(bin('acpctl'), [...args, '--help'], { encoding: 'utf8' }).stdout;
  const long = (text) => [...text.matchAll(/^\s+(?:-\w,)?(--[a-z-]+)/gm)].map((m) => m[1]);
  // `token new` and `agents update` have flags of their own
  const below = (n) => [...(help(n).split('Subcommands:')[1] ?? '').matchAll(/^ {2}([a-z-]+) /gm)]
    .flatMap((m) => long(help(n, m[1])));
  const names = [...help().split('Subcommands:')[1].matchAll(/^ {2}([a-z-]+) /gm)].map((m) => m[1]);
  assert.deepEqual(sorted(names), sorted(commands));
  for (const name of ['bash', 'zsh']) {
    const script = spawnSync(bin('acpctl'), ['completion', name], { encoding: 'utf8' }).stdout;
    for (const flag of new Set([
      ...long(help()),
      ...names.flatMap((n) => [...long(help(n)), ...below(n)]),
    ]))
      assert.match(script, new RegExp(`${flag}\\b`), `${name} does not offer ${flag}`);
  }
});
