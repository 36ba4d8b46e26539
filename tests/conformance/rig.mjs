// What the conformance flows share: a daemon whose agent and whose editors are both tapped, and
// editors that are the official SDK's client.
import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';

import * as v1 from '@agentclientprotocol/sdk';
import * as v2 from '@agentclientprotocol/sdk/experimental/v2';

import { capabilities, capabilities_v2, introduction } from '../lib/client.mjs';
import { until } from '../lib/until.mjs';
import { bin, root, scripted, scripted_v2, world } from '../lib/world.mjs';

const tap = path.join(root, 'tests/lib/tap.mjs');

const sdk = { 1: v1, 2: v2 };

/** A child's stdio as an editor's link: {stream, child, exited, leave}. */
export function over_stdio(command, args, options) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], ...options });
  const exited = new Promise((resolve) =>
    child.on('exit', (code, signal) => resolve({ code, signal })),
  );
  const stream = v1.ndJsonStream(Writable.toWeb(child.stdin), Readable.toWeb(child.stdout));
  return { stream, child, exited, leave: () => { child.stdin.end(); return exited; } };
}

/** An SDK client of ACP v1 or v2 on a link ({stream, leave}). Its handlers can be replaced by a
 * flow (`editor.on_permission = …`). */
export class editor extends EventEmitter {
  updates = [];
  withdrawn = 0;
  completed = [];
  on_permission = () => ({ outcome: { outcome: 'selected', optionId: 'yes' } });
  on_elicitation = () => ({ action: 'accept', content: { name: 'Ada', count: 2 } });
  on_read = ({ path: file }) => ({ content: `unsaved text of ${file}` });
  on_write = () => ({});

  constructor(link, version = 1) {
    super();
    const acp = sdk[version];
    this.version = version;
    this.link = link;
    const app = acp.client({ name: 'acpd-conformance' });
    const { client } = acp.methods;
    app.onNotification(client.session.update, ({ params }) => {
      this.updates.push(params);
      this.emit('moved');
    });
    app.onNotification(client.elicitation.complete, ({ params }) => {
      this.completed.push(params);
      this.emit('moved');
    });
    app.onRequest(client.session.requestPermission, (call) =>
      this.#watched(call, this.on_permission),
    );
    app.onRequest(client.elicitation.create, (call) => this.#watched(call, this.on_elicitation));
    if (client.fs) this.#serve_files(app, client.fs);
    this.connection = app.connect(link.stream);
    this.agent = this.connection.agent;
  }

  #serve_files(app, fs) {
    app.onRequest(fs.readTextFile, ({ params }) => this.on_read(params));
    app.onRequest(fs.writeTextFile, ({ params }) => this.on_write(params));
  }

  #watched({ params, signal }, handler) {
    signal.addEventListener('abort', () => { this.withdrawn++; this.emit('moved'); });
    return handler(params, signal);
  }

  request(method, params, options) { return this.agent.request(method, params, options); }
  notify(method, params) { return this.agent.notify(method, params); }
  until(condition, what) { return until(this, condition, what); }
  texts() { return this.updates.map((u) => u.update.content?.text).filter((t) => t !== undefined); }
  said(part) { return this.texts().some((t) => t.includes(part)); }

  start(caps = this.version === 1 ? capabilities : capabilities_v2) {
    return this.request('initialize', introduction(this.version, 'sdk', caps));
  }
  prompt(sessionId, text, options) {
    return this.request('session/prompt', { sessionId, prompt: [{ type: 'text', text }] }, options);
  }
  /** v2: what of the session's state was told, in order. */
  states() { return this.updates.map((u) => u.update).filter((u) => u.state !== undefined); }
  /** v2: a prompt, and the idle state that ends its turn. */
  async turn(sessionId, text) {
    const before = this.states().length;
    const ended = () => this.states().slice(before).find((s) => s.state === 'idle');
    const { messageId } = await this.prompt(sessionId, text);
    await this.until(ended, `the end of "${text}"`);
    return { messageId, ...ended() };
  }
  leave() { return this.link.leave(); }
}

export class rig {
  taps = [];  // {hop: 'editor'|'agent', file}

  constructor(options = {}) {
    this.world = new world(options);
    const file = path.join(this.world.dir, 'agent.tap');
    const version = options.v2 ? 2 : 1;  // that the agent speaks
    const program = options.v2 ? scripted_v2 : scripted;
    this.taps.push({ hop: 'agent', file, version });
    // the recorder stands between the shim and the agent
    const env = {
      ACPD_TEST_AGENT_LOG: this.world.agent_log,
      ACPD_TEST_GATE: this.world.gate,
      ...options.agent_env,
    };
    this.world.write_config(
      { scripted: {
        command: [process.execPath, tap, file, process.execPath, program],
        acp_version: options.acp_version ?? version,
        env,
      } },
      options,
    );
  }

  /** A new editor process with a recorder in front of it. */
  open(version = 1) {
    const file = path.join(this.world.dir, `editor-${this.taps.length}.tap`);
    this.taps.push({ hop: 'editor', file, version });
    const agent = process.env.ACPD_CONFORMANCE_DIRECT
      ? [process.execPath, scripted]
      : [bin('acpctl'), 'connect'];
    const place = { env: this.world.env, cwd: this.world.cwd };
    return new editor(over_stdio(process.execPath, [tap, file, ...agent], place), version);
  }

  async started(caps, version = 1) {
    const made = this.open(version);
    await made.start(caps);
    return made;
  }

  /** An editor with a new session. */
  async session(caps, version = 1) {
    const made = await this.started(caps, version);
    const { sessionId } = await made.request('session/new', {
      cwd: this.world.cwd,
      ...(version === 1 && { mcpServers: [] }),
    });
    return [made, sessionId];
  }
}

/** The error that a request must end with. */
export async function error_of(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('the request succeeded, an error was expected');
}
