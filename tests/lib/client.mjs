// An ACP client on raw lines over a child's stdio, for tests that must know exactly which bytes
// arrived. It answers nothing by itself: what the agent asks waits in `asked`.
import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';

import { until } from './until.mjs';

export const capabilities = {
  fs: { readTextFile: true, writeTextFile: true }, terminal: true,
  elicitation: { form: {}, url: {} }, auth: { terminal: true },
  session: { notices: {}, compaction: {}, configOptions: { boolean: {} } },
};

export const capabilities_v2 = {
  elicitation: { form: {}, url: {} }, auth: { terminal: {} },
};

/** The parameters of an initialize. */
export const introduction = (version, name, caps) => {
  const who = { name, version: '1' };
  return version === 1
    ? { protocolVersion: 1, clientCapabilities: caps, clientInfo: who }
    : { protocolVersion: 2, capabilities: caps, info: who };
};

export class client extends EventEmitter {
  frames = [];       // everything that arrived whole, parsed, in order
  updates = [];      // params of each session/update
  asked = [];        // requests from the agent that wait for an answer: {id, method, params}
  withdrawn = [];    // ids named by $/cancel_request
  torn = '';         // what came after the last newline
  ended = false;
  #next = 1;
  #waiting = new Map();

  /** `command`: a program, or something with stdin, stdout, on and kill, as a child has. */
  constructor(command, args = [], options = {}) {
    super();
    this.version = options.version ?? 1;
    const stdio = ['pipe', 'pipe', options.stderr ?? 'inherit'];
    this.child =
      typeof command === 'string' ? spawn(command, args, { stdio, ...options }) : command;
    this.child.stdout.setEncoding('utf8');
    this.child.stdout.on('data', (text) => this.#read(text));
    this.child.stdout.on('end', () => this.#end());
    this.child.stdin.on('error', () => {});  // a killed child: `ended` says it
    this.exited = new Promise((resolve) =>
      this.child.on('exit', (code, signal) => resolve({ code, signal })),
    );
    this.child.on('error', () => this.#end());
  }

  #read(text) {
    const lines = (this.torn + text).split('\n');
    this.torn = lines.pop();
    for (const line of lines) this.#line(line);
    this.emit('moved');
  }

  #line(line) {
    const message = JSON.parse(line);
    this.frames.push(message);
    if (message.method === 'session/update') this.updates.push(message.params);
    else if (message.method === '$/cancel_request') this.withdrawn.push(message.params.requestId);
    else if (message.method !== undefined && 'id' in message) this.asked.push(message);
    else if (message.method === undefined) {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    }
  }

  #end() {
    this.ended = true;
    for (const done of this.#waiting.values())
      done({ error: { code: 0, message: 'the connection ended' } });
    this.emit('moved');
  }

  send(message) { this.child.stdin.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n'); }
  raw(text) { this.child.stdin.write(text); }
  notify(method, params) { this.send({ method, params }); }
  answer(id, result) {
    this.asked = this.asked.filter((a) => a.id !== id);
    this.send({ id, result });
  }
  /** The whole response, error or not. */
  call(method, params, id = this.#next++) {
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.send({ id, method, params });
    });
  }
  /** The result; an error is thrown. */
  async request(method, params) {
    const { result, error } = await this.call(method, params);
    if (!error) return result;
    throw Object.assign(new Error(`${method}: ${error.code} ${error.message}`), {
      code: error.code,
      data: error.data,
    });
  }

  /** Waits until `condition` holds, looking again whenever something arrives. */
  until(condition, what, ms = 20_000) { return until(this, condition, what, ms); }

  async open(cwd, extra = {}) {
    await this.start();
    return (await this.request('session/new', { cwd, mcpServers: [], ...extra })).sessionId;
  }
  start(caps = this.version === 1 ? capabilities : capabilities_v2) {
    return this.request('initialize', introduction(this.version, 'acpd-tests', caps));
  }
  prompt(sessionId, text) {
    return this.call('session/prompt', { sessionId, prompt: [{ type: 'text', text }] });
  }

  /** v2: what was told of the session's state, in order. */
  states() { return this.updates.map((u) => u.update).filter((u) => u.state !== undefined); }
  /** A prompt, and how its turn ended: {result} or {error}, as v1 answers it. */
  async turn(sessionId, text) {
    const answer = await this.prompt(sessionId, text);
    if (this.version === 1 || answer.error) return answer;
    const ended = () => this.states().find((s) => s.state === 'idle');
    await this.until(() => this.ended || ended(), `the end of "${text}"`, 120_000);
    const { stopReason, error } = ended() ?? { error: { code: 0, message: 'cut off' } };
    return error ? { error } : { result: { stopReason } };
  }

  texts() { return this.updates.map((u) => u.update.content?.text).filter((t) => t !== undefined); }
  said(part) { return this.texts().some((t) => t.includes(part)); }

  kill(signal = 'SIGKILL') { this.child.kill(signal); return this.exited; }
  /** Closes stdin, as an editor does that ends in order. */
  leave() { this.child.stdin.end(); return this.exited; }
}
