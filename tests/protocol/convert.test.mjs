// Requests, answers, initialize and acpd's own v2 lines, judged by the official schemas.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { config_options, modes } from '../agents/updates.mjs';
import { definitions, problem_of, problem_of_notification } from './judge.mjs';
import { program } from './program.mjs';
import { all_v2_updates } from './updates.mjs';

const render = new program();
after(() => render.end());

function assert_valid(version, method, kind, value) {
  const name = definitions(version, method)[kind];
  assert.ok(name, `v${version} has no ${kind} ${method}`);
  assert.equal(problem_of(version, name, value), undefined, JSON.stringify(value));
}

const text = (t) => ({ type: 'text', text: t });
const stdio = {
  name: 'files',
  command: '/bin/mcp',
  args: ['-x'],
  env: [{ name: 'A', value: 'b' }],
};
const http = { type: 'http', name: 'web', url: 'http://h', headers: [] };
const sse = { type: 'sse', name: 'old', url: 'http://h', headers: [] };
const v2_options = all_v2_updates().find(
  (u) => u.sessionUpdate === 'config_option_update',
).configOptions;

test('every builder of v2 makes a valid line', async () => {
  const asked = new Map();
  const seen = await render.order({ do: 'builders' });
  for (const m of seen) {
    if (m.method && m.id === undefined) {
      assert.equal(problem_of_notification(2, m), undefined);
    } else if (m.method) {
      asked.set(m.id, m.method);
      if (m.params.protocolVersion !== 0) assert_valid(2, m.method, 'request', m.params);
    } else if (m.error) {
      assert.equal(problem_of(2, 'Error', m.error), undefined);
    } else {
      assert_valid(2, asked.get(m.id), 'response', m.result);
    }
  }
  assert.deepEqual(seen.filter((m) => m.error).map((m) => m.error.code), [-32800, -32002, -32022]);
  const states = seen
    .map((m) => m.params?.update)
    .filter((u) => u?.sessionUpdate === 'state_update');
  assert.deepEqual(
    [...new Set(states.map((u) => u.state))],
    ['running', 'idle', 'requires_action'],
  );
});

for (const [what, to, method, params, expected] of [
  ['servers for v2', 2, 'session/new', { cwd: '/', mcpServers: [stdio, http, sse] },
    { method: 'session/new', params: { cwd: '/', mcpServers: [{ ...stdio, type: 'stdio' },
      http] } }],
  ['servers for v1', 1, 'session/new', { cwd: '/', mcpServers: [{ type: 'stdio', name: 'a',
    command: '/b' }, { type: '_x', name: 'c' }, { type: 'http', name: 'd', url: 'http://h' }] },
    { method: 'session/new', params: { cwd: '/', mcpServers: [{ name: 'a', command: '/b',
      args: [], env: [] }, { type: 'http', name: 'd', url: 'http://h', headers: [] }] } }],
  ['no servers for v1', 1, 'session/new', { cwd: '/' }, { method: 'session/new', params: {
    cwd: '/', mcpServers: [] } }],
  ['a load for v2', 2, 'session/load', { sessionId: 's', cwd: '/', mcpServers: [] },
    { method: 'session/resume', params: { sessionId: 's', cwd: '/', mcpServers: [], replayFrom: {
      type: 'start' } } }],
  ['a resume from the start for v1', 1, 'session/resume', { sessionId: 's', cwd: '/',
    replayFrom: { type: 'start' } },
    { method: 'session/load', params: { sessionId: 's', cwd: '/', mcpServers: [] } }],
  ['a plain resume for v1', 1, 'session/resume', { sessionId: 's', cwd: '/', replayFrom: null },
    { method: 'session/resume', params: { sessionId: 's', cwd: '/', mcpServers: [] } }],
  ['a resume from elsewhere for v1', 1, 'session/resume', { sessionId: 's', cwd: '/',
    replayFrom: { type: '_x' } }, { error: -32602 }],
  ['a login for v2', 2, 'authenticate', { methodId: 'm' }, { method: 'auth/login', params: {
    methodId: 'm' } }],
  ['a login for v1', 1, 'auth/login', { methodId: 'm' }, { method: 'authenticate', params: {
    methodId: 'm' } }],
  ['a logout for v1', 1, 'auth/logout', {}, { method: 'logout', params: {} }],
  ['a logout for v2', 2, 'logout', {}, { method: 'auth/logout', params: {} }],
  ['a mode for v2', 2, 'session/set_mode', { sessionId: 's', modeId: 'do' },
    { method: 'session/set_config_option', params: { sessionId: 's', configId: 'mode',
      type: 'id', value: 'do' } }],
  ['a mode where there are none', 2, 'session/set_mode', { sessionId: 's', modeId: 'do' }, {
    error: -32602 }],
  ['the option that is v1\'s mode', 1, 'session/set_config_option', { sessionId: 's',
    configId: 'mode', type: 'id', value: 'code' },
    { method: 'session/set_mode', params: { sessionId: 's', modeId: 'code' } }],
  ['an option for v1', 1, 'session/set_config_option', { sessionId: 's', configId: 'model',
    type: 'id', value: 'large' },
    { method: 'session/set_config_option', params: { sessionId: 's', configId: 'model',
      value: 'large' } }],
  ['a boolean for v1', 1, 'session/set_config_option', { sessionId: 's', configId: 'x',
    type: 'boolean', value: true },
    { method: 'session/set_config_option', params: { sessionId: 's', configId: 'x',
      type: 'boolean', value: true } }],
  ['a value of a custom type for v1', 1, 'session/set_config_option', { sessionId: 's',
    configId: 'x', type: '_x', value: 1 }, { error: -32602 }],
  ['an option for v2', 2, 'session/set_config_option', { sessionId: 's', configId: 'model',
    value: 'large' },
    { method: 'session/set_config_option', params: { sessionId: 's', configId: 'model',
      type: 'id', value: 'large' } }],
  ['a prompt for v1', 1, 'session/prompt', { sessionId: 's', prompt: [text('hi'), { ...text('x'),
    annotations: { audience: ['_r', 'user'] } }] },
    { method: 'session/prompt', params: { sessionId: 's', prompt: [text('hi'), { ...text('x'),
      annotations: { audience: ['user'] } }] } }],
  ['a prompt that v1 cannot say', 1, 'session/prompt', { sessionId: 's', prompt: [{
    type: '_x' }] }, { error: -32602 }],
  ['a cancel of one tool call for v1', 1, 'tool_call/cancel', { sessionId: 's',
    toolCallId: 'c' }, { error: -32602 }],
  ['anything else', 1, '_my/method', { a: 1 }, { method: '_my/method', params: { a: 1 } }],
]) {
  test(`request: ${what}`, async () => {
    const facts =
      {
        'a mode for v2': { options: v2_options },
        "the option that is v1's mode": { modes },
        'an option for v1': { modes, options: config_options() },
      }[what] ?? {};
    const made = await render.convert('request', to, method, params, facts);
    assert.deepEqual(made, expected);
    if (made.method && !made.method.startsWith('_'))
      assert_valid(to, made.method, 'request', made.params);
  });
}

test('results of a session: modes are an option in v2, and options of category mode are modes in v1', async () => {
  const to_v2 = await render.convert('result', 2, 'session/new', {
    sessionId: 's',
    modes,
    configOptions: config_options(),
  });
  assert_valid(2, 'session/new', 'response', to_v2);
  assert.equal(to_v2.modes, undefined);
  assert.deepEqual(to_v2.configOptions.at(-1), {
    configId: 'mode',
    name: 'Mode',
    category: 'mode',
    type: 'select',
    currentValue: 'ask',
    options: [
      { value: 'ask', name: 'Ask' },
      { value: 'code', name: 'Code', description: 'Writes files' },
    ],
  });
  const v1 = await render.convert('result', 1, 'session/resume', {
    configOptions: v2_options,
    availableCommands: [],
  });
  assert_valid(1, 'session/resume', 'response', v1);
  assert.deepEqual(v1.modes, {
    currentModeId: 'ask',
    availableModes: [
      { id: 'ask', name: 'Ask' },
      { id: 'do', name: 'Do' },
    ],
  });
  assert.deepEqual(v1.configOptions.map((o) => o.id), ['mode']); // the boolean needs a capability
  const able = await render.convert(
    'result',
    1,
    'session/resume',
    { configOptions: v2_options },
    { view: { booleans: true } },
  );
  assert.deepEqual(able.configOptions.map((o) => o.id), ['mode', 'deep']);
  assert.deepEqual(await render.convert('result', 2, 'session/load', null), {});
});

const options = [
  { optionId: 'y', name: 'Yes', kind: 'allow_once' },
  { optionId: 'o', name: 'Odd', kind: '_odd' },
];
for (const [what, params, check] of [
  ['a tool call', { subject: { type: 'tool_call', toolCall: { toolCallId: 'c', title: 'rm -r x',
    status: 'paused', capabilities: null } } }, (call) => {
    assert.equal(call.toolCallId, 'c');
    assert.equal(call.title, 'rm -r x');
    assert.equal(call.content[0].content.text, 'May it?\n\nIt wants to.'); // what is asked is seen
  }],
  ['a command', { subject: { type: 'command', command: 'rm -r x', cwd: '/p' } }, (call) => {
    assert.equal(call.title, 'May it?');
    assert.equal(call.kind, 'execute');
    assert.match(call.content[0].content.text, /\$ rm -r x\nin \/p/);
  }],
  ['something unknown', { subject: { type: '_x' } }, (call) => assert.equal(call.toolCallId,
    'acpd-permission-7')],
  ['nothing', {}, (call) => assert.equal(call.title, 'May it?')],
]) {
  test(`a v2 permission about ${what} can be asked of a v1 editor`, async () => {
    const v2 = {
      sessionId: 's',
      title: 'May it?',
      description: 'It wants to.',
      ...params,
      options,
    };
    assert_valid(2, 'session/request_permission', 'request', v2);
    const v1 = await render.convert('question', 1, 'session/request_permission', v2);
    assert_valid(1, 'session/request_permission', 'request', v1);
    assert.deepEqual(
      v1.options.map((o) => o.kind),
      ['allow_once', 'reject_once'],
    ); // never looks like an approval
    check(v1.toolCall);
    const back = await render.convert('question', 2, 'session/request_permission', v1);
    assert_valid(2, 'session/request_permission', 'request', back);
    assert.equal(back.title, v1.toolCall.title);
  });
}

test('an elicitation is valid on both sides', async () => {
  const v1 = { sessionId: 's', mode: 'form', message: 'Who?', requestedSchema: {} };
  const v2 = await render.convert('question', 2, 'elicitation/create', v1);
  assert_valid(2, 'elicitation/create', 'request', v2);
  const odd = {
    ...v2,
    requestedSchema: {
      type: 'object',
      properties: { a: { type: 'string', format: 'ipv4' }, b: { type: 'string', format: 'email' } },
    },
  };
  const back = await render.convert('question', 1, 'elicitation/create', odd);
  assert_valid(1, 'elicitation/create', 'request', back);
  assert.deepEqual(back.requestedSchema.properties, {
    a: { type: 'string' },
    b: { type: 'string', format: 'email' },
  });
});

test('no answer becomes an approval on the way', async () => {
  const answer = (method, value) => render.convert('answer', 1, method, value);
  const permission = 'session/request_permission';
  assert.deepEqual(await answer(permission, { outcome: { outcome: '_yes', optionId: 'y' } }), {
    outcome: { outcome: 'cancelled' },
  });
  assert.deepEqual(await answer(permission, {}), { outcome: { outcome: 'cancelled' } });
  const yes = { outcome: { outcome: 'selected', optionId: 'y' } };
  assert.deepEqual(await answer(permission, yes), yes);
  assert.deepEqual(await answer('elicitation/create', { action: '_x' }), { action: 'cancel' });
  const accepted = { action: 'accept', content: { a: 1 } };
  assert.deepEqual(await answer('elicitation/create', accepted), accepted);
});

test('initialize, both ways and back', async () => {
  const client = {
    protocolVersion: 1,
    clientInfo: { name: 'e', version: '1' },
    clientCapabilities: {
      fs: { readTextFile: true, writeTextFile: true },
      terminal: true,
      auth: { terminal: true },
      elicitation: { form: {} },
    },
  };
  const { params } = await render.convert('request', 2, 'initialize', client);
  assert_valid(2, 'initialize', 'request', params);
  assert.deepEqual(params.capabilities, { auth: { terminal: {} }, elicitation: { form: {} } });
  assert_valid(
    1,
    'initialize',
    'request',
    (await render.convert('request', 1, 'initialize', params)).params,
  );
  const agent = {
    protocolVersion: 1,
    agentInfo: { name: 'a', version: '2' },
    agentCapabilities: {
      loadSession: true,
      promptCapabilities: { image: true, audio: false },
      mcpCapabilities: { http: true, sse: true },
      sessionCapabilities: { list: {}, delete: {} },
      auth: { logout: {} },
    },
    authMethods: [
      { id: 'm', name: 'M' },
      { id: 't', name: 'T', type: 'terminal', env: { A: 'b' } },
      { type: 'env_var', id: 'k', name: 'K' },
    ],
  };
  const v2 = await render.convert('result', 2, 'initialize', agent);
  assert_valid(2, 'initialize', 'response', v2);
  assert.deepEqual(v2.capabilities.session, {
    prompt: { image: {} },
    mcp: { stdio: {}, http: {} },
    delete: {},
  });
  assert.deepEqual(
    v2.authMethods.map((m) => [m.type, m.methodId]),
    [
      ['agent', 'm'],
      ['terminal', 't'],
      ['env_var', 'k'],
    ],
  );
  const v1 = await render.convert('result', 1, 'initialize', v2);
  assert_valid(1, 'initialize', 'response', v1);
  assert.deepEqual(v1.authMethods.map((m) => m.id), ['m', 't', 'k']);
  assert.deepEqual(v1.authMethods[1].env, { A: 'b' });
  const unknown = await render.convert('result', 2, 'initialize', { protocolVersion: 1 });
  assert_valid(2, 'initialize', 'response', unknown);
});
