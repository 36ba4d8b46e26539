// The program that renders, as a function: one order in, what it printed out.
import { spawn } from 'node:child_process';
import readline from 'node:readline';

import { bin } from '../lib/world.mjs';

export class program {
  #waiting = [];
  #cursors = 0;

  constructor() {
    this.child = spawn(bin('acp-render'), [], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.exited = new Promise((resolve) => this.child.on('exit', resolve));
    this.exited.then((code) =>
      this.#waiting.forEach((w) => w.reject(new Error(`acp-render ended: ${code}`))),
    );
    readline
      .createInterface({ input: this.child.stdout })
      .on('line', (l) => this.#waiting.shift().resolve(JSON.parse(l)));
  }

  order(what) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.child.stdin.write(`${JSON.stringify(what)}\n`);
    });
  }

  cursor() {
    return `c${++this.#cursors}`;
  }

  /** Renders entries {from, turn?, id?, line} for one new cursor: per entry its frames. */
  async render(to, entries, options = {}) {
    const cursor = options.cursor ?? this.cursor();
    const orders = entries.map((e, i) =>
      this.order({
        do: 'update',
        cursor,
        to,
        seq: i + 1,
        turn: 1,
        ...options,
        ...e,
        prime: i < (options.prime ?? 0),
      }),
    );
    return Promise.all(orders);
  }

  convert(what, to, method, value, more = {}) {
    return this.order({ do: what, to, method, value, ...more }).then(([r]) => r);
  }

  end() {
    this.child.stdin.end();
    return this.exited;
  }
}

export const line_of = (update, more = {}) =>
  ({ jsonrpc: '2.0', method: 'session/update', params: { sessionId: 's', ...more, update } });
