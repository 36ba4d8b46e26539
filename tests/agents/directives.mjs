// What a prompt's text can ask of the scripted agent. Each directive is one function of
// (words, turn); a turn knows its session, the wire and how to number texts.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';

import { bad_kinds } from './bad.mjs';
import { all_updates } from './updates.mjs';
import { rpc_error, write_raw } from './wire.mjs';

let number = 0;
const witness_file = process.env.ACPD_TEST_WITNESS;
const witness = witness_file ? fs.openSync(witness_file, 'w') : -1;
const count = Buffer.alloc(8);

class turn {
  constructor(session, link) {
    this.session = session;
    this.link = link;
    this.message = `m-${process.pid}-${number + 1}`;
  }
  update(update, meta) {
    this.link.notify('session/update', { sessionId: this.session.id, update, ...meta });
  }
  numbered(text = '') {
    return { type: 'text', text: `#${++number} ${text}` };
  }
  say(text) {
    this.update({
      sessionUpdate: 'agent_message_chunk',
      content: this.numbered(text),
      messageId: this.message,
    });
    if (witness < 0) return;
    count.writeBigUInt64LE(BigInt(number));
    fs.writeSync(witness, count, 0, 8, 0);
  }
  ask(method, params, id) {
    return this.link.request(method, { sessionId: this.session.id, ...params }, id);
  }
  /** The result, or its error said aloud. */
  async result_of(method, params) {
    const answer = await this.ask(method, params);
    if (answer.error) this.say(`${method} failed: ${answer.error.code} ${answer.error.message}`);
    return answer.result;
  }
  /** Ends early when the turn is cancelled. */
  pause(ms) {
    return new Promise((resolve) => {
      if (this.session.cancelled) return resolve();
      const timer = setTimeout(resolve, ms);
      this.session.wake.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

const breathe = () => new Promise((resolve) => setImmediate(resolve));
const pad = (bytes) => 'x'.repeat(Math.max(0, Number(bytes) - 12));

async function rate([per_second, total, bytes = 60], t) {
  const start = process.hrtime.bigint();
  const gap = 1e9 / Number(per_second);
  for (let sent = 0; sent < Number(total) && !t.session.cancelled;) {
    const due = Math.floor(Number(process.hrtime.bigint() - start) / gap) + 1;
    for (; sent < Math.min(due, Number(total)); sent++)
      t.say(`t=${process.hrtime.bigint()} ${pad(bytes)}`);
    await t.pause(
      Math.max(0, Math.min(50, (sent * gap - Number(process.hrtime.bigint() - start)) / 1e6)),
    );
  }
}

async function permission(words, t) {
  const toolCallId = `perm-${process.pid}-${number + 1}`;
  const toolCall = {
    toolCallId,
    title: `Run ${words.join(' ') || 'make'}`,
    kind: 'execute',
    status: 'pending',
  };
  t.update({ sessionUpdate: 'tool_call', ...toolCall });
  const answer = await t.ask('session/request_permission', {
    toolCall,
    options: [
      { optionId: 'yes', name: 'Allow', kind: 'allow_once' },
      { optionId: 'always', name: 'Always', kind: 'allow_always' },
      { optionId: 'no', name: 'Reject', kind: 'reject_once' },
    ],
  });
  const outcome = answer.result?.outcome ?? { outcome: `error ${answer.error?.code}` };
  t.update({
    sessionUpdate: 'tool_call_update',
    toolCallId,
    status: outcome.optionId === 'yes' ? 'completed' : 'failed',
  });
  t.say(`permission: ${outcome.outcome} ${outcome.optionId ?? ''}`.trim());
}

const decoded = (base64) => JSON.parse(Buffer.from(base64, 'base64').toString());

/** Asks for permission for a tool call that the test gives whole. */
async function permission_for([call], t) {
  const answer = await t.ask('session/request_permission', { toolCall: decoded(call),
    options: [{ optionId: 'yes', name: 'Allow', kind: 'allow_once' },
      { optionId: 'no', name: 'Reject', kind: 'reject_once' }] });
  t.say(`permission: ${answer.result?.outcome?.optionId ?? answer.result?.outcome?.outcome}`);
}

async function elicitation([mode = 'form'], t) {
  const url = {
    mode: 'url',
    elicitationId: `e-${process.pid}-${number + 1}`,
    url: 'https://example.org/login',
  };
  const form = {
    mode: 'form',
    requestedSchema: {
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', title: 'Name' },
        count: { type: 'integer', minimum: 0 },
        sure: { type: 'boolean' },
      },
    },
  };
  const answer = await t.result_of('elicitation/create', {
    message: 'Who are you?',
    ...(mode === 'url' ? url : form),
  });
  if (mode === 'url') t.link.notify('elicitation/complete', { elicitationId: url.elicitationId });
  if (answer) t.say(`elicitation: ${answer.action} ${JSON.stringify(answer.content ?? {})}`);
}

async function file([action, path, ...content], t) {
  if (action === 'read') {
    const read = await t.result_of('fs/read_text_file', { path });
    if (read) t.say(`read: ${read.content}`);
  } else if (await t.result_of('fs/write_text_file', { path, content: content.join(' ') })) {
    t.say(`wrote: ${path}`);
  }
}

async function terminal(words, t) {
  const kill = words[0] === '--kill';
  const [command, ...args] = kill ? words.slice(1) : words;
  const made = await t.result_of('terminal/create', {
    command,
    args,
    env: [{ name: 'FROM', value: 'scripted' }],
    cwd: t.session.params.cwd,
    outputByteLimit: 65536,
  });
  if (!made) return;
  const { terminalId } = made;
  t.update({
    sessionUpdate: 'tool_call',
    toolCallId: `term-${terminalId}`,
    title: command,
    kind: 'execute',
    status: 'in_progress',
    content: [{ type: 'terminal', terminalId }],
  });
  if (kill) await t.result_of('terminal/kill', { terminalId });
  const end = await t.result_of('terminal/wait_for_exit', { terminalId });
  const shown = await t.result_of('terminal/output', { terminalId });
  await t.result_of('terminal/release', { terminalId });
  t.say(`terminal: exit ${end?.exitCode ?? end?.signal} output ${JSON.stringify(shown?.output)}`);
}

/** A command that goes on when the turn is over; its tool call has ended by then. */
async function background(words, t) {
  const made = await t.result_of('terminal/create', {
    command: words[0], args: words.slice(1), cwd: t.session.params.cwd,
  });
  if (!made) return;
  const toolCallId = `in-${made.terminalId}`;
  t.update({ sessionUpdate: 'tool_call', toolCallId, title: words[0], kind: 'execute',
    status: 'in_progress', content: [{ type: 'terminal', terminalId: made.terminalId }] });
  t.update({ sessionUpdate: 'tool_call_update', toolCallId, status: 'completed' });
  t.say(`background: ${made.terminalId}`);
}

/** A tool call that the turn leaves as it is, and that ends when the gate is there. */
function job([toolCallId, status = 'in_progress'], t) {
  t.update({ sessionUpdate: 'tool_call', toolCallId, title: `Job ${toolCallId}`, status });
  const gate = setInterval(() => {
    if (!fs.existsSync(process.env.ACPD_TEST_GATE ?? '/')) return;
    clearInterval(gate);
    t.update({ sessionUpdate: 'tool_call_update', toolCallId, status: 'completed' });
  }, 5);
}

function connect([path, ...rest], t) {
  return new Promise((resolve) => {
    let got = '', over = false;
    const done = (why) => {
      if (over) return;
      over = true;
      socket.destroy();
      t.say(`connect: ${why} ${got}`);
      resolve();
    };
    const socket = net.connect(path, () => socket.write(rest.join(' ') + '\n'));
    socket.on('data', (d) => { got += d; if (got.includes('\n')) done('answered'); });
    socket.on('close', () => done('closed'));
    socket.on('error', (e) => done(`refused ${e.code}`));
    setTimeout(() => done('silent'), 5000).unref();
  });
}

const run = (words, t) => new Promise((resolve) => {
  execFile(words[0], words.slice(1), { timeout: 20000 }, (error, stdout, stderr) => {
    t.say(
      `exec: exit ${error ? (error.code ?? error.signal) : 0} stdout ${JSON.stringify(stdout)} stderr ${JSON.stringify(stderr)}`,
    );
    resolve();
  });
});

/** Waits for a file that a test makes: how a test stops a turn where it wants it. */
async function gate([path], t) {
  while (!fs.existsSync(path) && !t.session.cancelled) await t.pause(5);
}

async function flood([total, bytes = 200], t) {
  const text = pad(bytes);
  for (let i = 1; i <= Number(total) && !t.session.cancelled; i++) {
    t.say(text);
    if (i % 256 === 0) await breathe();
  }
}

/** As when an agent works: three finished tool calls after each text, `total` updates in all. */
async function calls([total], t) {
  for (let i = 1; i <= Number(total) && !t.session.cancelled; i++) {
    const path = `/tmp/part-${i}.ts`, text = `${pad(200)} ${i}`;
    if (i % 4 === 1) t.say(text);
    else t.update({ sessionUpdate: 'tool_call', toolCallId: `call-${number}-${i}`, kind: 'read',
      title: `Read ${path}`, status: 'completed', rawInput: { path }, locations: [{ path }],
      content: [{ type: 'content', content: { type: 'text', text } }] });
    if (i % 256 === 0) await breathe();
  }
}

/** One tool call that changes every line of a file of `lines`. */
function diff([lines], t) {
  const numbers = Array.from({ length: Number(lines) }, (_, i) => i);
  const side = (word) => numbers.map((i) => `${word} line ${i}\n`).join('');
  t.update({ sessionUpdate: 'tool_call', toolCallId: `diff-${number}`, kind: 'edit',
    title: 'Write large.txt', status: 'completed', content: [{ type: 'diff',
      path: `${t.session.params.cwd}/large.txt`, oldText: side('old'), newText: side('new') }] });
}

/** The turn goes on for five updates after the cancel, as agents do that cannot stop at once. */
async function cancel_late(_, t) {
  while (!t.session.cancelled) await t.pause(10_000);
  for (let i = 0; i < 5; i++) { t.say('after the cancel'); await breathe(); }
}

/** Answers its cancelled prompt as if nothing had been, as some agents do: a stop reason, or an
 * error. */
async function deaf([reason = 'end_turn'], t) {
  while (!t.session.cancelled) await t.pause(10_000);
  if (reason === 'error') throw new rpc_error(-32603, 'aborted');
  t.forced = reason;
}

async function withdraw(_, t) {
  const toolCall = { toolCallId: 'withdrawn', title: 'Never mind', status: 'pending' };
  const answer = t.ask('session/request_permission',
    { toolCall, options: [{ optionId: 'yes', name: 'Allow', kind: 'allow_once' }] }, 'to-withdraw');
  await gate([process.env.ACPD_TEST_GATE ?? '/'], t);
  t.link.notify('$/cancel_request', { requestId: 'to-withdraw' });
  t.say(`withdrawn: ${JSON.stringify((await answer).result ?? (await answer).error?.code)}`);
}

const directives = {
  'exec-words': (words, t) => run(words.join(' ').split('\x1f'), t),  // words may have spaces
  say: (words, t) => t.say(words.join(' ')),
  // base64 of a whole update's JSON: what no word of a prompt could say
  update: ([encoded], t) => t.update(decoded(encoded)),
  'permission-for': permission_for,
  calls, diff, flood, rate, permission, elicitation, fs: file, terminal, background, job, connect,
  exec: run, gate, withdraw,
  'cancel-late': cancel_late, deaf,
  'all-updates': (_, t) => {
    for (const u of all_updates(() => t.numbered('variant'))) t.update(u);
  },
  bad: ([kind, ...rest], t) => write_raw(bad_kinds[kind](t.session.id, ...rest)),
  unknown: (_, t) => t.update({
    sessionUpdate: 'agent_message_chunk', content: t.numbered('unknown fields'),
    newField: { kept: 1.0 }, _meta: { 'example.org/x': [1, 2.50, '\u00e9'] },
  }, { _meta: { 'example.org/y': true } }),
  traced: ([traceparent], t) => t.update({ sessionUpdate: 'agent_message_chunk',
    content: t.numbered('traced'), messageId: t.message }, { _meta: { traceparent } }),
  notify: ([method], t) => t.link.notify(method, { sessionId: t.session.id, from: 'agent' }),
  ext: async ([method], t) => {
    const { error } = await t.ask(method, { n: 1 });
    t.say(`ext: ${JSON.stringify(error?.code ?? 'answered')}`);
  },
  pid: (_, t) => t.say(`pid=${process.pid}`),
  env: ([name], t) => t.say(`env ${name}=${process.env[name] ?? '(unset)'}`),
  // A call of an MCP server in the editor, with what it says of the call before it answers.
  'mcp-call': async ([serverId, name], t) => {
    t.session.heard = (params) => t.say(`mcp heard ${params.requestId} ${params.method}`);
    const answer = await t.link.request('mcp/message', { serverId, requestId: 'call-1',
      method: 'tools/call', params: { name } });
    t.say(`mcp call: ${JSON.stringify(answer.result ?? { outer: answer.error.code })}`);
  },
  // tool NAME {"argument": …}: of acpd's own MCP server, through the official client
  tool: async ([name, ...given], t) => {
    const { open_server } = await import('./mcp_client.mjs');
    const own = t.session.params.mcpServers.find((s) => s.args?.[0] === 'mcp');
    const server = await open_server(own);
    const { text, failed } = await server.call(name, JSON.parse(given.join(' ') || '{}'));
    await server.close();
    t.say(`tool${failed ? ' failed' : ''}: ${text}`);
  },
  mcp: (_, t) => t.say(`mcp ${JSON.stringify(t.session.params.mcpServers)}`),
  sleep: ([ms], t) => t.pause(Number(ms)),
  wait: async (_, t) => { while (!t.session.cancelled) await t.pause(10_000); },
  die: ([code]) => process.exit(Number(code ?? 1)),
  'kill-me': () => process.kill(process.pid, 'SIGKILL'),
  child: ([seconds], t) => {  // left behind in the group when the agent dies
    const made = execFile('sleep', [seconds], { env: { ...process.env, ACPD_TEST_LEFT: '1' } });
    t.say(`child=${made.pid}`);
  },
  error: ([code, ...words]) => {
    throw new rpc_error(Number(code), words.join(' '), { raw: true });
  },
  notice: ([severity, ...words], t) => t.update({ sessionUpdate: 'notice', severity,
    title: words.join(' ') }),
  end: ([reason], t) => { t.reason = reason; },
};

/** `others`: directives of the agent's own, before those that all have. */
export async function run_directives(script, session, link, others = {}) {
  const t = new turn(session, link);
  for (const step of script.split(/[\n;]/)) {
    const [name, ...words] = step.trim().split(/\s+/);
    if (!name || session.cancelled) continue;
    const directive = others[name] ?? directives[name];
    if (directive) await directive(words, t);
    else t.say(`you said: ${step.trim()}`);
    await breathe();  // a cancel that has arrived is seen before the next step
  }
  return { stopReason: t.forced ?? (session.cancelled ? 'cancelled' : t.reason ?? 'end_turn') };
}
