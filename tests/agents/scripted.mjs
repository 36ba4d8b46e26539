#!/usr/bin/env node
// An ACP v1 agent that does what the prompt's text says: one directive a line or between `;`, in
// order (directives.mjs). Each text it streams is numbered ("#17 …") from 1 in its process, so that
// a client can see gaps and repeats. Environment:
//   ACPD_TEST_AGENT_LOG   file to which every line it reads is appended
//   ACPD_TEST_WITNESS     file whose first 8 bytes hold the number of the last update written whole
//   ACPD_TEST_AUTH        "required": session/new fails with -32000 until authenticate; "asks": the
//                         same, and authenticate asks for a token by elicitation
//   ACPD_TEST_NO          capabilities that it does not have, with commas: load, resume, list …
//   ACPD_TEST_EARLIER     ids, with commas: sessions of its own that it lists, and can load
//   ACPD_TEST_STAY        stay when stdin ends
import crypto from 'node:crypto';
import fs from 'node:fs';

import { run_directives } from './directives.mjs';
import { ask_for_token, serve, session_map } from './sessions.mjs';
import { config_options, modes } from './updates.mjs';
import { rpc_error } from './wire.mjs';

const without = new Set((process.env.ACPD_TEST_NO ?? '').split(','));
const earlier = (process.env.ACPD_TEST_EARLIER ?? '').split(',').filter(Boolean);

if (process.argv[2] === 'login') {
  // terminal login: the same program with arguments, on a terminal
  fs.writeSync(
    1,
    `Logged in with ${process.argv.slice(2).join(' ')}; terminal: ${process.stdout.isTTY === true}\n`,
  );
  process.exit(0);
}

class session {
  constructor(id, params) {
    this.id = id;
    this.params = params;
    this.model = 'small';
    this.thorough = false;
    this.mode = 'ask';
    this.cancelled = false;
    this.wake = [];  // called on cancel
  }
  cancel() {
    this.cancelled = true;
    for (const f of this.wake.splice(0)) f();
  }
  state() {
    return {
      modes: { ...modes, currentModeId: this.mode },
      configOptions: config_options(this.model, this.thorough),
    };
  }
}

const sessions = new session_map(
  (id, params) => new session(id, params),
  !['required', 'asks'].includes(process.env.ACPD_TEST_AUTH),
);

const capabilities = () => ({
  loadSession: !without.has('load'),
  promptCapabilities: { image: true, audio: true, embeddedContext: true },
  mcpCapabilities: without.has('mcp') ? {} : { http: true, sse: true, acp: true },
  sessionCapabilities: {
    ...(without.has('list') ? {} : { list: {} }),
    ...(without.has('resume') ? {} : { resume: {} }),
    ...(without.has('delete') ? {} : { delete: {} }),
    ...(without.has('close') ? {} : { close: {} }),
    ...(without.has('title') ? {} : { title: {} }),
    additionalDirectories: {},
  },
  auth: { logout: {}, status: {} },
  _meta: { 'example.org/agent': { scripted: true } },
});

const on_request = {
  initialize: () => ({
    protocolVersion: 1, agentCapabilities: capabilities(),
    agentInfo: { name: 'scripted', title: 'Scripted agent', version: '1.0.0' },
    authMethods: [{ id: 'token', name: 'Token' },
      { type: 'terminal', id: 'terminal', name: 'In a terminal', args: ['login', '--quick'] }] }),
  async authenticate(params, id) {
    if (process.env.ACPD_TEST_AUTH === 'asks') await ask_for_token(link, id);
    if (params.methodId !== 'token') throw new rpc_error(-32602, `no method "${params.methodId}"`);
    sessions.logged_in = true;
    return {};
  },
  logout() { sessions.logged_in = false; return {}; },
  'session/new'(params) {
    const made = sessions.open(`agent-session-${crypto.randomUUID()}`, params);
    return { sessionId: made.id, ...made.state() };
  },
  'session/load'(params) {
    if (without.has('load')) throw new rpc_error(-32601, 'Method not found');
    const made = sessions.open(params.sessionId, params);
    for (const kind of ['user', 'agent'])
      link.notify('session/update', {
        sessionId: made.id,
        update: {
          sessionUpdate: `${kind}_message_chunk`,
          content: { type: 'text', text: `agent's own replay (${kind})` },
        },
      });
    return made.state();
  },
  'session/resume'(params) {
    if (without.has('resume')) throw new rpc_error(-32601, 'Method not found');
    return sessions.open(params.sessionId, params).state();
  },
  'session/list': () => ({
    sessions: [
      ...[...sessions.values()].map((s) => ({ sessionId: s.id, cwd: s.params.cwd })),
      ...earlier.map((id) => ({ sessionId: id, cwd: process.cwd(), title: `Earlier: ${id}` })),
    ],
  }),
  'session/delete'(params) { sessions.delete(params.sessionId); return {}; },
  'session/close'(params) {
    sessions.find(params).cancel();
    sessions.delete(params.sessionId);
    return {};
  },
  'session/set_title': ({ title }) => ({ title }),
  'session/set_mode'(params) { sessions.find(params).mode = params.modeId; return {}; },
  'session/set_config_option'(params) {
    const s = sessions.find(params);
    if (params.configId === 'model') s.model = params.value;
    else if (params.configId === 'thorough') s.thorough = params.value;
    else throw new rpc_error(-32602, `no option "${params.configId}"`);
    return { configOptions: s.state().configOptions };
  },
  async 'session/prompt'(params, id) {
    const s = sessions.find(params);
    s.cancelled = false;
    s.prompt_id = id;
    const script = params.prompt.map((block) => block.text ?? '').join('\n');
    return run_directives(script, s, link);
  },
};

const link = serve(on_request, sessions, (method, params) => {
  if (method === 'mcp/message')
    for (const s of sessions.values()) s.heard?.(params);
  if (method.startsWith('_x/')) link.notify(method, { ...params, echoed: true });
});
