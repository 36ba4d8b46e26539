// A daemon of a test's own: state folder, configuration and socket in a temporary folder, so that
// tests run side by side, and an end that finds every process that was started in it.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { client } from './client.mjs';
import { poll } from './until.mjs';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const bin_dir = path.resolve(process.env.ACPD_BIN ?? path.join(root, 'build/dev/bin'));
export const bin = (name) => path.join(bin_dir, name);
export const scripted = path.join(root, 'tests/agents/scripted.mjs');
export const scripted_v2 = path.join(root, 'tests/agents/scripted_v2.mjs');

const inode = (file) => fs.statSync(file, { throwIfNoEntry: false })?.ino;
const quoted = (s) => JSON.stringify(String(s));
const table = (o) =>
  `{ ${Object.entries(o)
    .map(([k, v]) => `${quoted(k)} = ${quoted(v)}`)
    .join(', ')} }`;

export class world {
  /** options: agents {NAME: {command, env?, acp_version?}}, agent: the default one, toml: further
   * text, env, v2: the scripted agent is the one of ACP v2. */
  constructor(options = {}) {
    this.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'acpd-'));
    this.cwd = path.join(this.dir, 'work');
    fs.mkdirSync(this.cwd);
    this.agent_log = path.join(this.dir, 'agent.log');
    this.witness = path.join(this.dir, 'witness');
    this.gate = path.join(this.dir, 'gate');
    const agents = options.agents ?? {
      scripted: {
        command: [process.execPath, options.v2 ? scripted_v2 : scripted],
        ...(options.v2 ? { acp_version: 2 } : {}),
        env: {
          ACPD_TEST_AGENT_LOG: this.agent_log,
          ACPD_TEST_WITNESS: this.witness,
          ACPD_TEST_GATE: this.gate,
          ...options.agent_env,
        },
      },
    };
    this.config = path.join(this.dir, 'config.toml');
    this.write_config(agents, options);
    this.state = path.join(this.dir, 'state');
    this.env = { ...clean_env(), ACPD_CONFIG: this.config, ACPD_STATE_DIR: this.state,
      ACPD_SOCKET: path.join(this.dir, 's'), XDG_RUNTIME_DIR: this.dir, HOME: this.dir,
      TEST_WORLD: this.dir, ...options.env };
  }

  write_config(agents, options = {}) { fs.writeFileSync(this.config, world.toml(agents, options)); }

  static toml(agents, { agent, close, acp_v2, toml = '' }) {
    const lines = ['[defaults]'];
    const chosen = agent ?? Object.keys(agents)[0];
    if (chosen) lines.push(`agent = ${quoted(chosen)}`);  // none: the built-in runner
    if (close) lines.push(`close = ${quoted(close)}`);
    if (acp_v2 !== undefined) lines.push(`acp_v2 = ${acp_v2}`);
    for (const [name, a] of Object.entries(agents)) {
      lines.push(`[agents.${name}]`, `command = [${a.command.map(quoted).join(', ')}]`);
      if (a.acp_version) lines.push(`acp_version = ${a.acp_version}`);
      if (a.env) lines.push(`env = ${table(a.env)}`);
    }
    return lines.join('\n') + '\n' + toml;
  }

  /** Starts `acpd serve` and waits until one listens: a bridge may have started one first. */
  async serve(env = {}) {
    const log = fs.openSync(path.join(this.dir, 'daemon.err'), 'a');
    const daemon = spawn(bin('acpd'), ['serve'], {
      env: { ...this.env, ...env },
      stdio: ['ignore', 'ignore', log],
      detached: true,
    });
    fs.closeSync(log);
    daemon.gone = new Promise((resolve) =>
      daemon.on('exit', (code, signal) => resolve({ code, signal })),
    );
    daemon.gone.then((end) => { daemon.end = end; });
    this.daemon = daemon;
    await poll(() => daemon.end || this.listens(), 'acpd serve to listen', 15_000);
    if (daemon.end && this.errors().includes('another acpd has the state folder'))
      await poll(() => this.listens(), 'the other acpd to listen', 15_000);
    else if (daemon.end)
      throw new Error(`acpd serve ended (${JSON.stringify(daemon.end)}): ${this.errors()}`);
    return daemon;
  }
  listens() { return fs.existsSync(this.env.ACPD_SOCKET); }
  errors() { return fs.readFileSync(path.join(this.dir, 'daemon.err'), 'utf8').slice(-2000); }

  errors_size() { return fs.statSync(path.join(this.dir, 'daemon.err')).size; }
  /** The ends of what daemon and bridges said, for a failure's message. */
  traces() {
    return ['daemon.err', 'bridge.err', 'state/acpd.log'].map((name) => {
      const text = read(path.join(this.dir, name));
      return text ? `${name}: …${text.slice(-800)}` : '';
    }).join('\n');
  }

  /** The messages that the scripted agents have read: of one method, or all. */
  agent_read(method) {
    const lines = fs.readFileSync(this.agent_log, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line))
      .filter((message) => method === undefined || message.method === method);
  }

  async kill_daemon(signal = 'SIGKILL') {
    const pid = this.daemon_pid();
    const socket = inode(this.env.ACPD_SOCKET);
    if (pid) process.kill(pid, signal);
    await poll(() => !pid || !alive(pid), 'the daemon to end');
    // what it left behind, not what a bridge's new daemon has made meanwhile
    if (inode(this.env.ACPD_SOCKET) === socket) fs.rmSync(this.env.ACPD_SOCKET, { force: true });
  }
  /** The daemon that runs now, whoever started it. */
  daemon_pid() {
    const serves = (p) => p.args[1] === 'serve' && p.args[0].endsWith('acpd');
    return this.processes().find(serves)?.pid;
  }

  connect(args = [], options = {}) {
    const stderr = fs.openSync(path.join(this.dir, 'bridge.err'), 'a');
    const made = new client(bin('acpctl'), ['connect', ...args], {
      env: { ...this.env, ...options.env },
      stderr,
      cwd: this.cwd,
      version: options.version,
    });
    fs.closeSync(stderr);
    return made;
  }

  /** Runs acpctl to its end: {code, stdout, stderr}. */
  ctl(...args) {
    return new Promise((resolve) => {
      execFile(
        bin('acpctl'),
        args,
        { env: this.env, timeout: 60_000, maxBuffer: 1 << 28 },
        (error, stdout, stderr) =>
          resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr }),
      );
    });
  }

  /** What every process of this world is: found by a variable that all of them inherit. */
  processes() {
    const found = [];
    for (const pid of fs.readdirSync('/proc').filter((n) => /^\d+$/.test(n)).map(Number)) {
      if (pid === process.pid) continue;
      const environ = read(`/proc/${pid}/environ`);
      if (!environ.split('\0').includes(`TEST_WORLD=${this.dir}`)) continue;
      const args = read(`/proc/${pid}/cmdline`).split('\0').slice(0, -1);
      if (args.length) found.push({ pid, args });
    }
    return found;
  }
  shims() { return this.processes().filter((p) => p.args[0].endsWith('acpd-shim')); }
  agents() {
    const is_agent = (p) => !p.args[0].endsWith('acpd-shim')
      && (p.args.includes(scripted) || p.args.includes(scripted_v2));
    return this.processes().filter(is_agent);
  }

  /** Ends everything that was started here, and says what was there. */
  async end() {
    const left = [];
    // Bridges first, or they start another daemon; and twice nothing, since a process that is just
    // being started shows no environment.
    for (let round = 0, quiet = 0; round < 200 && quiet < 3; round++) {
      const now = this.processes();
      quiet = now.length === 0 ? quiet + 1 : 0;
      if (round === 0) left.push(...now.map((p) => p.args.slice(0, 3).join(' ')));
      const bridges = now.filter((p) => p.args[1] === 'connect');
      for (const { pid } of bridges.length ? bridges : now) signal(pid, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    if (!process.env.ACPD_TEST_KEEP) fs.rmSync(this.dir, { recursive: true, force: true });
    return left;
  }
}

const read = (file) => { try { return fs.readFileSync(file, 'utf8'); } catch { return ''; } };
/** A signal for a process that may have ended meanwhile. */
export function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
/** Zombies count as gone: nobody may have waited for them yet. */
export const alive = (pid) => {
  const stat = read(`/proc/${pid}/stat`);
  return stat !== '' && !/\) Z /.test(stat);
};
const clean_env = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(([k]) => !/^(ACPD_|XDG_|NODE_TEST_)/.test(k)),
  );
