// The four things that are measured side by side: a bare pipe to the agent, the same through three
// `cat`s (the least that any three processes in between can cost), acpx, and acpd.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { pss_mb } from '../lib/memory.mjs';
import { poll } from '../lib/until.mjs';
import { bin, root, scripted, scripted_v2, world } from '../lib/world.mjs';
import { cpu_seconds } from './proc.mjs';

const tools = path.resolve(process.env.ACPD_BENCH_TOOLS ?? path.join(root, 'build/release/bin'));
const reader = path.join(tools, 'bench-reader');
const acpx = path.join(root, 'node_modules/acpx/dist/cli.js');

/** What the agents are started as. */
export const agents = {
  node: [process.execPath, scripted],
  'C++': [path.join(tools, 'flood-agent')],
};

export class bench_world extends world {
  /** options.toml: further configuration. */
  constructor(options = {}) {
    super({ ...options, agents: {
      node: { command: agents.node },
      cpp: { command: agents['C++'] },
      node_v2: { command: [process.execPath, scripted_v2], acp_version: 2 },
    } });
  }

  /** Runs bench-reader; `during` is called while it holds its connection open. */
  async read(args, command, during) {
    const hold = path.join(this.dir, `hold-${Math.random()}`);
    const all = [
      '--cwd',
      this.cwd,
      ...(during ? ['--hold', hold] : []),
      ...args,
      ...(command ? ['--', ...command] : []),
    ];
    let measured = '';
    const child = execFile(reader, all, {
      env: this.env,
      cwd: this.cwd,
      timeout: 120_000,
      maxBuffer: 1 << 24,
    });
    const end = new Promise((resolve) =>
      child.on('exit', (code, signal) => resolve(code ?? signal)),
    );
    let wrong = '';
    child.stderr.on('data', (d) => {
      wrong += d;
    });
    child.stdout.on('data', (d) => {
      measured += d;
    });
    let ended = false;
    end.then(() => {
      ended = true;
    });
    await poll(() => ended || measured.endsWith('\n'), 'bench-reader', 120_000);
    if (during && !ended) await during(JSON.parse(measured), child.pid);
    fs.writeFileSync(hold, '');
    const code = await end;
    if (code !== 0) throw new Error(`bench-reader ${all.join(' ')}: ${code} ${wrong}`);
    return JSON.parse(measured);
  }

  async bare(kind, prompt) {
    return this.read(['--prompt', prompt], agents[kind]);
  }

  async cats(kind, prompt) {
    const agent = agents[kind].map((a) => `'${a}'`).join(' ');
    return this.read(
      ['--prompt', prompt],
      ['sh', '-c', `cat | cat | cat | ${agent} | cat | cat | cat`],
    );
  }

  async acpx(kind, prompt) {
    const command = [
      process.execPath,
      acpx,
      '--agent',
      agents[kind].join(' '),
      '--format',
      'json',
      '--approve-all',
      'exec',
      prompt,
    ];
    return this.read(['--listen-only'], command);
  }

  /** Through acpd; what the turn cost each process is in `cpu` (µs a line) and `pss` (MB).
   * `remote`: further arguments of the bridge, for a daemon that is reached over a network. */
  async acpd(kind, prompt, { keep = false, v2 = false, remote = [] } = {}) {
    const cpu = {},
      pss = {};
    const before = { daemon: cpu_seconds(this.daemon.pid) };
    const name = kind === 'C++' ? 'cpp' : kind;
    const result = await this.read(
      [...(v2 ? ['--v2'] : []), '--prompt', prompt],
      [bin('acpctl'), 'connect', '--agent', name, ...remote],
      async (r) => {
        const pids = {
          daemon: this.daemon.pid,
          shim: this.shims().at(-1)?.pid,
          bridge: this.bridge_pid(),
        };
        for (const [part, pid] of Object.entries(pids)) {
          cpu[part] = ((cpu_seconds(pid) - (before[part] ?? 0)) * 1e6) / r.updates;
          pss[part] = pss_mb(pid);
        }
      },
    );
    if (!keep) await this.ctl('rm', result.session);
    return { ...result, cpu, pss };
  }

  /** A client of the daemon's own WebSocket; the default agent is the one that runs. */
  async web_socket(prompt) {
    const result = await this.read(['--ws', String(this.port), '--prompt', prompt]);
    await this.ctl('rm', result.session);
    return result;
  }

  bridge_pid() {
    return this.processes().find((p) => p.args[1] === 'connect' && p.args[0].endsWith('acpctl'))
      ?.pid;
  }
}
