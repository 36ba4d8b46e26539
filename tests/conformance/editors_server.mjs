// An MCP server that lives in an editor, and the one call that the scripted agent makes of it
// (`mcp-call server-1 grep`).
import assert from 'node:assert/strict';

export const own = { type: 'acp', name: 'editor', serverId: 'server-1' };

/** The editor is asked, tells of its progress and answers; the agent has seen both. */
export async function serve_a_call(editor) {
  await editor.until(() => editor.asked.length === 1, 'the call');
  const [call] = editor.asked;
  assert.equal(call.method, 'mcp/message');
  assert.deepEqual(call.params, { serverId: 'server-1', requestId: 'call-1',
    method: 'tools/call', params: { name: 'grep' } });
  editor.notify('mcp/message', { serverId: 'server-1', requestId: 'call-1',
    method: 'notifications/progress', params: { progress: 1 } });
  await editor.until(() => editor.said('mcp heard call-1 notifications/progress'),
    'the notification');
  editor.answer(call.id, { result: { content: [] } });
  await editor.until(() => editor.said('mcp call: {"result":{"content":[]}}'), 'the answer');
}
