// One side of ACP on raw stdio, without the SDK, so that a test can write exactly what it wants:
// whole lines, half lines, bytes that are no JSON. Owned by scripted.mjs, one for its process.
import fs from 'node:fs';

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Writes all bytes to stdout before it returns: what was written is known when it does. */
export function write_raw(bytes) {
  const data = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
  for (let done = 0; done < data.length;) {
    try {
      done += fs.writeSync(1, data, done);
    } catch (error) {
      if (error.code !== 'EAGAIN') process.exit(0);  // EPIPE: nobody reads any more
      Atomics.wait(sleeper, 0, 0, 1);
    }
  }
}

export class wire {
  #next_id = 0;
  #waiting = new Map();
  #log = process.env.ACPD_TEST_AGENT_LOG;

  constructor(handlers) {
    this.handlers = handlers;  // {request(method, params, id), notification(method, params)}
    let rest = '';
    process.stdin.setEncoding('utf8');
    process.stdin.on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      for (const line of lines) if (line) this.#line(line);
    });
    process.stdin.on('end', () => { if (!process.env.ACPD_TEST_STAY) process.exit(0); });
  }

  send(message) { write_raw(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n'); }
  notify(method, params) { this.send({ method, params }); }
  request(method, params, id = `agent-${this.#next_id++}`) {
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.send({ id, method, params });
    });
  }

  #line(line) {
    // Appended before it is acted on: tests count here what reached an agent, and how often.
    if (this.#log) fs.appendFileSync(this.#log, line + '\n');
    const message = JSON.parse(line);
    if (message.method === undefined) {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    } else if ('id' in message) {
      this.#answer(message);
    } else {
      this.handlers.notification(message.method, message.params);
    }
  }

  async #answer({ id, method, params }) {
    try {
      this.send({ id, result: await this.handlers.request(method, params, id) });
    } catch (error) {
      if (typeof error.code !== 'number') throw error;
      this.send({ id, error: { code: error.code, message: error.message, data: error.data } });
    }
  }
}

export class rpc_error extends Error {
  constructor(code, message, data) {
    super(message);
    this.code = code;
    this.data = data;
  }
}
