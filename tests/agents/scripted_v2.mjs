#!/usr/bin/env node
// An ACP v2 agent that does what the prompt's text says (directives.mjs, directives_v2.mjs). By
// itself it answers a prompt with its message's id, tells the message, says that it runs, works,
// and says that it is idle. Lines of the prompt that begin with @ change that:
//   @echo-first    the message is told before the answer
//   @no-echo       the message is not told
//   @answer-last   the answer comes when the work is done
//   @refuse CODE   the prompt is refused with that error
//   @hold          the prompt is held back until it is cancelled, or the gate is there
//   @silent        it never says that it runs
// Environment: as scripted.mjs; ACPD_TEST_AUTH, ACPD_TEST_NO=fork.
import crypto from 'node:crypto';
import fs from 'node:fs';

import { run_directives } from './directives.mjs';
import { directives_v2 } from './directives_v2.mjs';
import { ask_for_token, serve, session_map } from './sessions.mjs';
import { rpc_error } from './wire.mjs';

const without = new Set((process.env.ACPD_TEST_NO ?? '').split(','));

const commands = [{ type: 'command', name: 'test', description: 'Run the tests',
  input: { type: 'text', hint: 'which' } }];
const options = (s) => [
  { configId: 'mode', name: 'Mode', category: 'mode', type: 'select', currentValue: s.mode,
    options: [{ value: 'ask', name: 'Ask' }, { value: 'code', name: 'Code' }] },
  { configId: 'model', name: 'Model', category: 'model', type: 'select', currentValue: s.model,
    options: [{ value: 'small', name: 'Small' }, { value: 'large', name: 'Large' }] },
  { configId: 'thorough', name: 'Thorough', type: 'boolean', currentValue: s.thorough },
];

class session {
  cancelled = false;
  wake = [];  // called on cancel
  background = [];
  mode = 'ask';
  model = 'small';
  thorough = false;
  now = { state: 'idle' };

  constructor(id, params) {
    this.id = id;
    this.params = params;
  }
  cancel() {
    this.cancelled = true;
    for (const f of this.wake.splice(0)) f();
  }
  options() { return options(this); }
  update(update) { link.notify('session/update', { sessionId: this.id, update }); }
  /** Says what it does in the foreground, and what goes on beside it. */
  say_state(state, more = {}) {
    this.now = { state, ...more };
    this.tell_state();
  }
  tell_state() {
    this.update({ sessionUpdate: 'state_update', ...this.now, background: this.background });
  }
}

const sessions = new session_map(
  (id, params) => new session(id, params),
  !['required', 'asks'].includes(process.env.ACPD_TEST_AUTH),
);

const on_request = {
  initialize: () => ({
    protocolVersion: 2,
    info: { name: 'scripted-v2', title: 'Scripted agent, v2', version: '1.0.0' },
    capabilities: {
      session: {
        prompt: { image: {}, audio: {}, embeddedContext: {} },
        mcp: { stdio: {}, http: {}, ...(without.has('mcp') ? {} : { acp: {} }) },
        title: {},
        delete: {},
        additionalDirectories: {},
        ...(without.has('fork') ? {} : { fork: {} }),
      },
    },
    authMethods: [{ type: 'agent', methodId: 'token', name: 'Token' }],
  }),
  async 'auth/login'(params, id) {
    if (process.env.ACPD_TEST_AUTH === 'asks') await ask_for_token(link, id);
    if (params.methodId !== 'token') throw new rpc_error(-32602, `no method "${params.methodId}"`);
    sessions.logged_in = true;
    return {};
  },
  'auth/logout'() { sessions.logged_in = false; return {}; },
  'session/new'(params) {
    const made = sessions.open(`v2-session-${crypto.randomUUID()}`, params);
    return { sessionId: made.id, configOptions: options(made), availableCommands: commands };
  },
  'session/resume'(params) {
    const made = sessions.open(params.sessionId, params);
    if (params.replayFrom)
      made.update({ sessionUpdate: 'agent_message', messageId: 'old',
        content: [{ type: 'text', text: 'agent\'s own replay' }] });
    made.tell_state();
    return { configOptions: options(made), availableCommands: commands };
  },
  'session/fork'(params) {
    if (without.has('fork')) throw new rpc_error(-32601, 'Method not found');
    const made = sessions.open(`v2-fork-of-${params.sessionId}`, params);
    return { sessionId: made.id, configOptions: options(made) };
  },
  'session/set_title': ({ title }) => ({ title }),
  'session/set_config_option'(params) {
    const s = sessions.find(params);
    if (!options(s).some((o) => o.configId === params.configId))
      throw new rpc_error(-32602, `no option "${params.configId}"`);
    if ((params.type === 'boolean') !== (typeof params.value === 'boolean'))
      throw new rpc_error(-32602, `type ${params.type} with value ${params.value}`);
    s[params.configId] = params.value;
    return { configOptions: options(s) };
  },
  'tool_call/cancel'(params) {
    sessions.find(params).cancel_call?.(params.toolCallId);
    return {};
  },
  'terminal/cancel'(params) {
    sessions.find(params).cancel_terminal?.(params.terminalId);
    return {};
  },
  'session/prompt'(params, id) { return prompted(sessions.find(params), params.prompt, id); },
};

/** Waits for the gate; false: cancelled before. */
async function held(s) {
  while (!fs.existsSync(process.env.ACPD_TEST_GATE ?? '/') && !s.cancelled)
    await new Promise((resolve) => setTimeout(resolve, 5));
  return !s.cancelled;
}

async function prompted(s, blocks, id) {
  s.cancelled = false;
  s.prompt_id = id;
  const lines = blocks.map((block) => block.text ?? '').join('\n').split(/[\n;]/);
  const how = new Map();
  for (const line of lines.map((l) => l.trim()).filter((l) => l.startsWith('@'))) {
    const [name, ...words] = line.slice(1).split(/\s+/);
    how.set(name, words);
  }
  if (how.has('refuse')) throw new rpc_error(Number(how.get('refuse')[0]), 'refused');
  if (how.has('hold') && !await held(s))
    throw new rpc_error(-32800, 'cancelled before it was inserted');
  const messageId = `u-${crypto.randomUUID()}`;
  const echo = () => {
    if (!how.has('no-echo'))
      s.update({ sessionUpdate: 'user_message', messageId, content: blocks });
  };
  const script = lines.filter((l) => !l.trim().startsWith('@')).join('\n');
  if (how.has('echo-first') || how.has('answer-last')) echo();
  if (how.has('answer-last')) await work(s, script, how);
  else
    setImmediate(async () => {
      if (!how.has('echo-first')) echo();
      await work(s, script, how);
    });
  return { messageId };
}

/** Foreground work, from "running" to "idle". */
async function work(s, script, how) {
  if (!how.has('silent')) s.say_state('running');
  let end;
  try {
    end = await run_directives(script, s, link, directives_v2);
  } catch (error) {
    if (typeof error.code !== 'number') throw error;
    end = { stopReason: 'error', error: { code: error.code, message: error.message } };
  }
  s.say_state('idle', end);
  s.after?.();  // what goes on without a prompt
  s.after = undefined;
}

const link = serve(on_request, sessions, (method, params) => {
  if (method === 'mcp/message')
    for (const s of sessions.values()) s.heard?.(params);
});
