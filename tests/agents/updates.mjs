// Every v1 stable session/update variant and content block, once, for coverage and passing through.
const text = (t) => ({ type: 'text', text: t });
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';

export const modes = {
  currentModeId: 'ask',
  availableModes: [
    { id: 'ask', name: 'Ask' },
    { id: 'code', name: 'Code', description: 'Writes files' },
  ],
};

export const config_options = (model = 'small', thorough = false) => [
  { id: 'model', name: 'Model', category: 'model', type: 'select', currentValue: model,
    options: [{ value: 'small', name: 'Small' }, { value: 'large', name: 'Large' }] },
  { id: 'thorough', name: 'Thorough', type: 'boolean', currentValue: thorough },
];

const blocks = [
  { ...text('annotated'), annotations: { audience: ['user'], priority: 0.5 } },
  { type: 'image', data: pixel, mimeType: 'image/png' },
  { type: 'audio', data: 'UklGRg==', mimeType: 'audio/wav' },
  { type: 'resource_link', uri: 'file:///tmp/a.txt', name: 'a.txt', size: 12 },
  {
    type: 'resource',
    resource: { uri: 'file:///tmp/a.txt', text: 'content', mimeType: 'text/plain' },
  },
];

const tool = {
  toolCallId: 'call-1',
  title: 'Edit a.txt',
  kind: 'edit',
  status: 'pending',
  name: 'edit_file',
  locations: [{ path: '/tmp/a.txt', line: 3 }],
  rawInput: { path: '/tmp/a.txt', count: 1.0 },
};

/** `say(text)` numbers a text; the rest are whole updates. */
export function all_updates(numbered) {
  return [
    { sessionUpdate: 'user_message_chunk', content: numbered(), messageId: 'u-1' },
    { sessionUpdate: 'agent_thought_chunk', content: numbered(), messageId: 't-1' },
    { sessionUpdate: 'agent_message_chunk', content: numbered(), messageId: 'm-1' },
    ...blocks.map((content) => (
      { sessionUpdate: 'agent_message_chunk', content, messageId: 'm-1' }
    )),
    { sessionUpdate: 'tool_call', ...tool },
    { sessionUpdate: 'tool_call_update', toolCallId: 'call-1', status: 'in_progress',
      content: [{ type: 'content', content: text('reading') }] },
    { sessionUpdate: 'tool_call_update', toolCallId: 'call-1', status: 'completed', rawOutput: { ok: true },
      content: [{ type: 'diff', path: '/tmp/a.txt', oldText: 'old\n', newText: 'new\n' }] },
    { sessionUpdate: 'plan', entries: [
      { content: 'first', priority: 'high', status: 'completed' },
      { content: 'second', priority: 'low', status: 'in_progress' }] },
    { sessionUpdate: 'available_commands_update', availableCommands: [
      { name: 'test', description: 'Run the tests', input: { hint: 'which' } }, { name: 'stop', description: 'Stop' }] },
    { sessionUpdate: 'current_mode_update', currentModeId: 'code' },
    { sessionUpdate: 'config_option_update', configOptions: config_options('large', true) },
    { sessionUpdate: 'session_info_update', title: 'All updates', updatedAt: '2026-11-22T18:02:11Z' },
    { sessionUpdate: 'usage_update', used: 1200, size: 200000, cost: { amount: 0.25, currency: 'USD' } },
    { sessionUpdate: 'notice', severity: 'warning', title: 'Low on credits', description: '10 % left' },
    { sessionUpdate: 'compaction_update', compactionId: 'c-1', status: 'in_progress' },
    { sessionUpdate: 'compaction_summary_chunk', compactionId: 'c-1', content: text('so far') },
    { sessionUpdate: 'compaction_update', compactionId: 'c-1', status: 'completed', summary: [text('all of it')] },
  ];
}
