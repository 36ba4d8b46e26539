// Updates for tests of rendering: lists that have every variant, and conversations made by dice.
import fs from 'node:fs';
import path from 'node:path';

import { root } from '../lib/world.mjs';

export { all_updates } from '../agents/updates.mjs';

const text = (t) => ({ type: 'text', text: t });
export const base64 = (t) => Buffer.from(t).toString('base64');

/** Every variant of v2 stable at least once, and what only v2 may say. */
export const all_v2_updates = () => [
  { sessionUpdate: 'user_message', messageId: 'u1', content: [text('do it')] },
  { sessionUpdate: 'user_message_chunk', messageId: 'u2', content: text('and this') },
  { sessionUpdate: 'agent_thought_chunk', messageId: 't1', content: text('hm') },
  { sessionUpdate: 'agent_thought', messageId: 't1', content: [text('hm, yes')] },
  { sessionUpdate: 'agent_message_chunk', messageId: 'a1', content: text('Hel') },
  { sessionUpdate: 'agent_message_chunk', messageId: 'a1', content: { ...text('lo'),
    annotations: { audience: ['_robot', 'user'] } } },
  { sessionUpdate: 'agent_message', messageId: 'a1', content: [text('Hello "world"\n'), {
    type: '_x', y: 1 }] },
  { sessionUpdate: 'agent_message', messageId: 'a1', content: [text('Something else')] },
  { sessionUpdate: 'agent_message_chunk', messageId: 'a1', content: text(', and more') },
  { sessionUpdate: 'agent_message', messageId: 'a1', _meta: { x: 1 } },
  { sessionUpdate: 'agent_message', messageId: 'a2', content: null },
  { sessionUpdate: 'state_update', state: 'running', background: [] },
  { sessionUpdate: 'state_update', state: 'requires_action' },
  { sessionUpdate: 'state_update', state: 'idle', stopReason: 'error', error: { code: -32603,
    message: 'no' } },
  { sessionUpdate: 'tool_call_update', toolCallId: 'c1', kind: '_paint', status: 'pending',
    capabilities: { cancel: {} } },
  { sessionUpdate: 'tool_call_update', toolCallId: 'c1', title: 'Paint', status: 'paused',
    locations: [{ path: '/a', line: 2 }] },
  { sessionUpdate: 'tool_call_content_chunk', toolCallId: 'c1', content: { type: 'content',
    content: text('blue') } },
  { sessionUpdate: 'tool_call_content_chunk', toolCallId: 'c1', content: { type: 'terminal',
    terminalId: 'T' } },
  { sessionUpdate: 'terminal_update', terminalId: 'T', command: 'make', cwd: '/p', size: {
    cols: 80, rows: 24 } },
  { sessionUpdate: 'terminal_output_chunk', terminalId: 'T',
    data: base64('\u001b[31mred\u001b[0m ```\n') },
  { sessionUpdate: 'terminal_update', terminalId: 'T', output: { data: base64('all of it') },
    exitStatus: { exitCode: 0 } },
  { sessionUpdate: 'tool_call_update', toolCallId: 'c1', status: 'cancelled', title: null,
    kind: null, content: null,
    rawInput: null, name: null, capabilities: null, locations: null },
  { sessionUpdate: 'tool_call_update', toolCallId: 'c2', title: 'Edit', kind: 'edit',
    status: 'completed', rawInput: { a: 1 }, content: [
    { type: 'diff', changes: [{ operation: 'modify', path: '/f', fileType: 'text' }, {
      operation: 'move', oldPath: '/o', path: '/n' },
      { operation: 'delete', path: '/gone' }, { operation: 'add', path: '/pic',
        fileType: 'binary' }, { operation: '_x' }],
    patch: { format: 'git_patch',
      text: 'diff --git /f /f\n--- /f\n+++ /f\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n' } },
    { type: 'diff', changes: [{ operation: 'add', path: '/h' }] }, { type: '_x', z: 1 },
    { type: 'content', content: { type: 'image', data: 'AA==', mimeType: 'image/png' } }] },
  { sessionUpdate: 'plan_update', plan: { type: 'items', planId: 'p', entries: [
    { content: 'one', priority: 'high', status: 'cancelled' }, { content: 'two',
      priority: '_odd', status: '_odd' }] } },
  { sessionUpdate: 'plan_update', plan: { type: 'items', planId: 'q', entries: [{
    content: 'three', priority: 'low', status: 'pending' }] } },
  { sessionUpdate: 'plan_update', plan: { type: 'markdown', planId: 'm', content: '# Plan' } },
  { sessionUpdate: 'plan_removed', planId: 'q' },
  { sessionUpdate: 'available_commands_update', availableCommands: [
    { type: 'command', name: 'a', description: 'A', input: { type: 'text', hint: 'what' } }, {
      type: 'command', name: 'b', description: 'B' },
    { type: 'command', name: 'c', description: 'C', input: { type: '_form' } }, { type: '_x',
      name: 'd', description: 'D' }] },
  { sessionUpdate: 'config_option_update', configOptions: [
    { configId: 'mode', name: 'Mode', category: 'mode', type: 'select', currentValue: 'ask',
      options: [
      { groupId: 'g', name: 'G', options: [{ value: 'ask', name: 'Ask' }, { value: 'do',
        name: 'Do' }] }] },
    { configId: 'deep', name: 'Deep', type: 'boolean', currentValue: true }, { configId: 'x',
      name: 'X', type: '_x' }] },
  { sessionUpdate: 'session_info_update', title: 'A title', updatedAt: null },
  { sessionUpdate: 'usage_update', used: 1, size: 2, cost: null },
  { sessionUpdate: 'notice', severity: 'error', title: 'Low', description: 'very' },
  { sessionUpdate: 'compaction_update', compactionId: 'k', status: 'completed',
    summary: [text('short'), { type: '_x' }] },
  { sessionUpdate: 'compaction_summary_chunk', compactionId: 'k', content: { type: '_x' } },
  { sessionUpdate: '_acpd/anything', x: 1 },
  { sessionUpdate: 'a_future_one', x: 1 },
];

/** Every update that real agents sent in the recorded conversations. */
export function transcript_updates() {
  const folder = path.join(root, 'tests/data/transcripts');
  return fs
    .readdirSync(folder)
    .flatMap((file) => fs.readFileSync(path.join(folder, file), 'utf8').split('\n'))
    .filter(Boolean)
    .map((l) => JSON.parse(l).msg)
    .filter((m) => m?.method === 'session/update');
}

/** Repeatable dice (mulberry32). */
export function dice(seed) {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const roll = (n) => Math.floor(next() * n);
  return { roll, pick: (list) => list[roll(list.length)], chance: (p) => next() < p };
}

const words = ['alpha ', 'beta\n', '"gamma" ', 'δέλτα ', '\\ ', '🙂', '', 'x'];
const block = (d) =>
  d.chance(0.85)
    ? text(d.pick(words))
    : { type: 'resource_link', uri: 'file:///a', name: d.pick(['a', 'b']) };
const lines = (d) =>
  Array.from({ length: d.roll(12) }, () => d.pick(['one\n', 'two\n', 'three\n', 'four'])).join('');
const statuses = ['pending', 'in_progress', 'completed', 'failed'];
const kinds = ['read', 'edit', 'execute', 'other'];
const entry = (d) => ({
  content: d.pick(['wash', 'cook', 'eat']),
  priority: d.pick(['high', 'medium', 'low']),
  status: d.pick(statuses.slice(0, 3)),
});
const some = (d, most, make) => Array.from({ length: d.roll(most + 1) }, () => make(d));

const fields = (d, content) => ({
  ...(d.chance(0.5) && { status: d.pick(statuses) }),
  ...(d.chance(0.3) && { kind: d.pick(kinds) }),
  ...(d.chance(0.4) && { content: some(d, 3, content) }),
  ...(d.chance(0.2) && { locations: [{ path: '/a', line: 1 + d.roll(9) }] }),
  ...(d.chance(0.2) && { rawInput: { n: d.roll(9) } }),
  ...(d.chance(0.2) && { rawOutput: d.roll(9) }),
  ...(d.chance(0.2) && { name: d.pick(['grep', 'sed']) }),
});
const v1_content = (d) => (d.chance(0.5) ? { type: 'content', content: block(d) }
  : { type: 'diff', path: '/f', ...(d.chance(0.7) && { oldText: lines(d) }), newText: lines(d) });
const options = (d, id, group) => [
  {
    [id]: 'model',
    name: 'Model',
    category: 'model',
    type: 'select',
    currentValue: 'a',
    options: d.chance(0.5)
      ? [{ value: 'a', name: 'A' }]
      : [{ [group]: 'g', name: 'G', options: [{ value: 'a', name: 'A' }] }],
  },
  { [id]: 'fast', name: 'Fast', type: 'boolean', currentValue: d.chance(0.5) },
];

/** A v1 agent's conversation; `again`: whether a call's id may be announced anew. */
export function v1_conversation(d, length, again = true) {
  const known = new Set();
  return Array.from({ length }, () => {
    const id = `c${d.roll(4)}`;
    return d.pick([
      () => ({
        sessionUpdate: d.pick(['user_message_chunk', 'agent_message_chunk', 'agent_thought_chunk']),
        content: block(d),
        messageId: `m${d.roll(3)}`,
      }),
      () => {
        if (known.has(id) && (!again || d.chance(0.9)))
          return {
            sessionUpdate: 'tool_call_update',
            toolCallId: id,
            ...(d.chance(0.2) && { title: 'Renamed', kind: null }),
            ...fields(d, v1_content),
          };
        known.add(id);
        return {
          sessionUpdate: 'tool_call',
          toolCallId: id,
          title: `Call ${id}`,
          ...fields(d, v1_content),
        };
      },
      () => ({ sessionUpdate: 'plan', entries: some(d, 3, entry) }),
      () => ({ sessionUpdate: 'usage_update', used: d.roll(100), size: 100 }),
      () => ({ sessionUpdate: 'session_info_update', title: d.pick(['one', null]) }),
      () => ({
        sessionUpdate: 'available_commands_update',
        availableCommands: some(d, 2, () => ({
          name: 'n',
          description: 'd',
          ...(d.chance(0.5) && { input: { hint: 'h' } }),
        })),
      }),
      () => ({ sessionUpdate: 'config_option_update', configOptions: options(d, 'id', 'group') }),
    ])();
  });
}

/** A v2 agent's; `common`: only what v1 can say, too. */
export function v2_conversation(d, length, common = false) {
  const v2_content = (x) =>
    x.chance(0.6) || common
      ? { type: 'content', content: block(x) }
      : x.chance(0.6)
        ? { type: 'terminal', terminalId: `t${x.roll(2)}` }
        : { type: '_x' };
  const made = new Set();
  const call = () => {
    const id = `c${d.roll(4)}`;
    const first = !made.has(id);
    made.add(id);
    return {
      sessionUpdate: 'tool_call_update',
      toolCallId: id,
      ...((common ? first : d.chance(0.5)) && { title: `Call ${id}` }),
      ...(!common && d.chance(0.2) && { title: null, content: null }),
      ...fields(d, v2_content),
      ...(!common &&
        d.chance(0.2) && {
          status: d.pick(['paused', 'cancelled', '_odd']),
          capabilities: { cancel: {} },
        }),
    };
  };
  const shared = [
    () => ({ sessionUpdate: d.pick(['user_message_chunk', 'agent_message_chunk',
      'agent_thought_chunk']), content: block(d), messageId: `m${d.roll(3)}` }),
    call, call,
    () => (common && !made.size ? call() // v1 would need a title
      : { sessionUpdate: 'tool_call_content_chunk', toolCallId: common ? d.pick([...made])
        : `c${d.roll(4)}`, content: v2_content(d) }),
    () => ({ sessionUpdate: 'plan_update', plan: { type: 'items', planId: common ? 'main'
      : d.pick(['p', 'q']), entries: some(d, 3, entry) } }),
    () => ({ sessionUpdate: 'usage_update', used: d.roll(100), size: 100 }),
    () => ({ sessionUpdate: 'config_option_update', configOptions: options(d, 'configId',
      'groupId') }),
    () => ({ sessionUpdate: 'available_commands_update', availableCommands: some(d, 2, () => ({
      type: 'command', name: 'n', description: 'd', ...(d.chance(0.5) && { input: { type: 'text',
        hint: 'h' } }) })) }),
  ];
  const own = [
    () => ({ sessionUpdate: d.pick(['user_message', 'agent_message', 'agent_thought']),
      messageId: `m${d.roll(3)}`, ...(d.chance(0.9) && { content: d.chance(0.1) ? null : some(d,
        3, block) }) }),
    () => ({ sessionUpdate: 'terminal_update', terminalId: `t${d.roll(2)}`,
      ...(d.chance(0.4) && { command: 'ls' }), ...(d.chance(0.3) && { output: {
        data: base64(lines(d)) } }),
      ...(d.chance(0.2) && { exitStatus: d.chance(0.8) ? { exitCode: d.roll(3) } : null }) }),
    () => ({ sessionUpdate: 'terminal_output_chunk', terminalId: `t${d.roll(2)}`,
      data: base64(lines(d)) }),
    () => ({ sessionUpdate: 'plan_removed', planId: d.pick(['p', 'q']) }),
    () => ({ sessionUpdate: 'state_update', ...d.pick([{ state: 'running' }, { state: 'idle',
      stopReason: 'end_turn' }, { state: '_odd' }]) }),
  ];
  return Array.from({ length }, () => d.pick(common ? shared : [...shared, ...own])());
}
