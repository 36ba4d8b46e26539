/** All that a v2 client holds after updates: patches, chunks and snapshots applied as v2 says. */
export function v2_held(updates) {
  const held = { calls: {}, terminals: {}, messages: {}, plans: {} };
  const text_of = (blocks) =>
    blocks.map((b) => (b.type === 'text' ? b.text : JSON.stringify(b))).join('');
  const patch = (entity, u, whole, skip) => {
    for (const [key, value] of Object.entries(u)) {
      if (key === 'sessionUpdate' || key === skip) continue;
      if (key === whole) entity.appended = [];
      if (value === null) delete entity[key];
      else entity[key] = value;
    }
  };
  for (const u of updates) {
    const name = u.sessionUpdate;
    const kind = name.replace('_chunk', '');
    if (['user_message', 'agent_message', 'agent_thought'].includes(kind)) {
      const m = (held.messages[`${kind} ${u.messageId}`] ??= { text: '' });
      if (name === kind) {
        if ('content' in u) m.text = text_of(u.content ?? []);
      } else m.text += text_of([u.content]);
    } else if (name === 'tool_call_update') {
      patch((held.calls[u.toolCallId] ??= { appended: [] }), u, 'content', 'toolCallId');
    } else if (name === 'tool_call_content_chunk') {
      (held.calls[u.toolCallId] ??= { appended: [] }).appended.push(u.content);
    } else if (name === 'terminal_update') {
      patch((held.terminals[u.terminalId] ??= { appended: [] }), u, 'output', 'terminalId');
    } else if (name === 'terminal_output_chunk') {
      (held.terminals[u.terminalId] ??= { appended: [] }).appended.push(
        Buffer.from(u.data, 'base64').toString(),
      );
    } else if (name === 'plan_update') held.plans[u.plan.planId] = u.plan;
    else if (name === 'plan_removed') delete held.plans[u.planId];
    else held[name] = u;
  }
  for (const c of Object.values(held.calls)) {
    c.content = [...(c.content ?? []), ...c.appended];
    delete c.appended;
  }
  for (const t of Object.values(held.terminals)) {
    t.output =
      (t.output ? Buffer.from(t.output.data, 'base64').toString() : '') + t.appended.join('');
    delete t.appended;
  }
  return held;
}
