// What only an agent of ACP v2 says, for scripted_v2.mjs: on top of directives.mjs, or instead.
import fs from 'node:fs';

import { all_v2_updates } from '../protocol/updates.mjs';

const text = (t) => ({ type: 'text', text: t });
const content = (t) => ({ type: 'content', content: text(t) });
const base64 = (t) => Buffer.from(t).toString('base64');
const options = [
  { optionId: 'yes', name: 'Allow', kind: 'allow_once' },
  { optionId: 'no', name: 'Reject', kind: 'reject_once' },
];

/** Asks, blocked: a tool call by default, a command, or nothing but the title. */
async function permission([about = 'call'], t) {
  const toolCallId = `perm-${process.pid}`;
  const subjects = {
    call: { type: 'tool_call', toolCall: { toolCallId, title: 'Run make', kind: 'execute' } },
    command: { type: 'command', command: 'make all', cwd: t.session.params.cwd },
    custom: { type: '_budget', limit: 5 },
  };
  t.session.say_state('requires_action');
  const answer = await t.ask('session/request_permission', {
    title: 'May I run make?',
    description: 'It builds everything.',
    ...(subjects[about] ? { subject: subjects[about] } : {}),
    options,
  });
  t.session.say_state('running');
  const outcome = answer.result?.outcome ?? { outcome: `error ${answer.error?.code}` };
  t.say(`permission: ${outcome.outcome} ${outcome.optionId ?? ''}`.trim());
}

async function withdraw(_, t) {
  const answer = t.ask('session/request_permission',
    { title: 'Never mind', options }, 'to-withdraw');
  while (!fs.existsSync(process.env.ACPD_TEST_GATE) && !t.session.cancelled) await t.pause(5);
  t.link.notify('$/cancel_request', { requestId: 'to-withdraw' });
  t.say(`withdrawn: ${JSON.stringify((await answer).result ?? (await answer).error?.code)}`);
}

/** A call whose content comes in pieces, with a diff and an end. */
function tool(_, t) {
  const toolCallId = `call-${process.pid}`;
  const update = (more) => t.update({ sessionUpdate: 'tool_call_update', toolCallId, ...more });
  update({ title: 'Edit a.txt', kind: 'edit', status: 'pending', rawInput: { count: 1.0 } });
  update({ status: 'in_progress' });
  for (const part of ['reading ', 'a.txt'])
    t.update({ sessionUpdate: 'tool_call_content_chunk', toolCallId, content: content(part) });
  const patch = 'diff --git /tmp/a.txt /tmp/a.txt\n--- /tmp/a.txt\n+++ /tmp/a.txt\n'
    + '@@ -1 +1 @@\n-old\n+new\n';
  t.update({ sessionUpdate: 'tool_call_content_chunk', toolCallId, content: { type: 'diff',
    changes: [{ operation: 'modify', path: '/tmp/a.txt' }],
    patch: { format: 'git_patch', text: patch } } });
  update({ status: 'completed', rawOutput: { ok: true } });
}

/** A terminal that the agent runs and only shows. */
function terminal([...words], t) {
  const toolCallId = `term-${process.pid}`, terminalId = `T-${process.pid}`;
  const command = words.join(' ') || 'make';
  t.update({ sessionUpdate: 'terminal_update', terminalId, command, cwd: '/tmp' });
  t.update({ sessionUpdate: 'tool_call_update', toolCallId, title: command, kind: 'execute',
    status: 'in_progress', content: [{ type: 'terminal', terminalId }] });
  for (const part of ['compiling\n', 'linking\n'])
    t.update({ sessionUpdate: 'terminal_output_chunk', terminalId, data: base64(part) });
  t.update({ sessionUpdate: 'terminal_update', terminalId, exitStatus: { exitCode: 0 } });
  t.update({ sessionUpdate: 'tool_call_update', toolCallId, status: 'completed' });
}

function plan(_, t) {
  const entries = (status) => [
    { content: 'first', priority: 'high', status: 'completed' },
    { content: 'second', priority: 'low', status },
  ];
  for (const status of ['in_progress', 'cancelled'])
    t.update({ sessionUpdate: 'plan_update', plan: { type: 'items', planId: 'p1',
      entries: entries(status) } });
}

/** A terminal that goes on when the turn is over, until the gate is there. */
function background(_, t) {
  const s = t.session, terminalId = `B-${process.pid}`;
  t.update({ sessionUpdate: 'terminal_update', terminalId, command: 'watch', cwd: '/tmp',
    capabilities: { cancel: {} } });
  s.background = [{ type: 'terminal', terminalId }];
  const end = (exitStatus) => {
    clearInterval(timer);
    if (!s.background.length) return;
    t.update({ sessionUpdate: 'terminal_update', terminalId, exitStatus, capabilities: null });
    s.background = [];
    s.tell_state();
  };
  s.cancel_terminal = () => end({ signal: 'SIGTERM' });
  const timer = setInterval(() => {
    if (fs.existsSync(process.env.ACPD_TEST_GATE)) end({ exitCode: 0 });
  }, 5);
}

/** When the turn is over and the gate is there: work that nobody asked for. */
function unasked(words, t) {
  const s = t.session;
  s.after = async () => {
    while (!fs.existsSync(process.env.ACPD_TEST_GATE)) await new Promise((r) => setTimeout(r, 5));
    s.cancelled = false;
    s.say_state('running');
    t.say(`unasked ${words.join(' ')}`);
    const on = `${process.env.ACPD_TEST_GATE}.2`;
    while (!fs.existsSync(on) && !s.cancelled) await t.pause(5);
    s.say_state('idle', { stopReason: s.cancelled ? 'cancelled' : 'end_turn' });
  };
}

export const directives_v2 = {
  permission, withdraw, tool, terminal, plan, background, unasked,
  custom: (_, t) => t.update({ sessionUpdate: '_acme/progress', done: 1.0, of: 3 }),
  'all-updates': (_, t) => {
    for (const u of all_v2_updates())
      if (u.sessionUpdate !== 'state_update') t.update(u);
  },
  'all-options': (_, t) => t.update({ sessionUpdate: 'config_option_update',
    configOptions: t.session.options() }),
  state: ([name], t) => t.session.say_state(name),
};
