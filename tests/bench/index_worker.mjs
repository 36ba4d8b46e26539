// The index's worker as the daemon drives it (indexer/worker/WORKER.md), with the time of each answer.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { bin } from '../lib/world.mjs';

export class index_worker {
  #waiting = new Map();
  #next = 1;
  #text = '';

  constructor() {
    this.child = spawn(bin('acpd-index'), [], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout.setEncoding('utf8').on('data', (text) => {
      const lines = (this.#text + text).split('\n');
      this.#text = lines.pop();
      for (const line of lines) this.#line(JSON.parse(line));
    });
  }
  #line(message) {
    this.#waiting.get(message.id)?.(message);
    this.#waiting.delete(message.id);
  }

  ask(what, members = {}) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ ok, error }) => (ok ? resolve(ok) : reject(new Error(error.text))));
      this.child.stdin.write(JSON.stringify({ id, do: what, workspace: 'w', ...members }) + '\n');
    });
  }
  /** The answer, and how many milliseconds it took. */
  async timed(what, members) {
    const start = process.hrtime.bigint();
    const ok = await this.ask(what, members);
    return { ok, ms: Number(process.hrtime.bigint() - start) / 1e6 };
  }
  async complete() {
    for (;;) {
      const { coverage } = await this.ask('status');
      if (coverage.complete && coverage.pending === 0) return coverage;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  /** MB: now, and the most so far. */
  memory() {
    const text = fs.readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    const mb = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)[1]) / 1024;
    return { now: mb('VmRSS'), most: mb('VmHWM') };
  }
  end() {
    const ended = new Promise((resolve) => this.child.on('exit', resolve));
    this.child.stdin.end();
    return ended;
  }
  static db(dir) { return path.join(dir, 'worker', 'index.db'); }
}
