// What a client of either version holds after a conversation, in one form: two conversations are
// equivalent when this is equal. Text is compared as it reads, not as it was cut; a diff by its
// changed lines, as v2's patch keeps only three lines around each; null and absent are one.
const plain = (block) =>
  block.type === 'text' ? block.text : `\u0000${JSON.stringify(block)}\u0000`;

/** Changed lines of a v1 diff or of a v2 patch, without the context. */
function changed_lines(before, after) {
  const split = (t) => (t ?? '').split(/(?<=\n)/);
  let a = split(before); let b = split(after);
  while (a.length && b.length && a[0] === b[0]) { a = a.slice(1); b = b.slice(1); }
  while (a.length && b.length && a.at(-1) === b.at(-1)) { a.pop(); b.pop(); }
  return { a: a.join(''), b: b.join('') };
}

/** Both sides of each hunk, as v1 shows them. */
export function hunks_of(patch) {
  const hunks = [];
  for (const line of patch.split(/(?<=\n)/)) {
    if (line.startsWith('@@')) hunks.push({ before: '', after: '', last: ' ' });
    const h = hunks.at(-1);
    if (!h || line.startsWith('@@')) continue;
    if (line[0] === '\\') {
      if (h.last !== '+') h.before = h.before.slice(0, -1);
      if (h.last !== '-') h.after = h.after.slice(0, -1);
      continue;
    }
    h.last = line[0];
    if (line[0] !== '+') h.before += line.slice(1);
    if (line[0] !== '-') h.after += line.slice(1);
  }
  return hunks;
}

function item_of(item, version) {
  if (item.type !== 'diff') return [item];
  if (version === 1) {
    const { a, b } = changed_lines(item.oldText, item.newText);
    return a === b ? [] : [{ diff: item.path, a, b }];
  }
  return hunks_of(item.patch?.text ?? '').map((h) => ({
    diff: item.changes[0].path,
    ...changed_lines(h.before, h.after),
  }));
}

export function shown(updates, version) {
  const state = { messages: [], calls: {} };
  const message = (kind, id) => {
    let m = state.messages.find((x) => x.kind === kind && x.id === id);
    if (!m) state.messages.push((m = { kind, id, text: '' }));
    return m;
  };
  for (const u of updates) {
    const name = u.sessionUpdate;
    if (name.endsWith('message_chunk') || name === 'agent_thought_chunk') {
      message(name.replace('_chunk', ''), u.messageId).text += plain(u.content);
    } else if (name === 'tool_call' || name === 'tool_call_update') {
      if (name === 'tool_call') state.calls[u.toolCallId] = {};
      const call = (state.calls[u.toolCallId] ??= {});
      for (const key of [
        'title',
        'name',
        'kind',
        'status',
        'content',
        'locations',
        'rawInput',
        'rawOutput',
      ]) {
        if (u[key] === undefined || (version === 1 && u[key] === null)) continue;
        if (u[key] === null) delete call[key];
        else call[key] = key === 'content' ? u.content.flatMap((i) => item_of(i, version)) : u[key];
      }
    } else if (name === 'tool_call_content_chunk') {
      const call = (state.calls[u.toolCallId] ??= {});
      call.content = [...(call.content ?? []), ...item_of(u.content, version)];
    } else if (name === 'plan' || name === 'plan_update') {
      state.plan = u.entries ?? u.plan.entries;
    } else if (name === 'available_commands_update') {
      state.commands = u.availableCommands.map(({ type: _, input, ...c }) => ({
        ...c,
        ...(input && { hint: input.hint }),
      }));
    } else if (name === 'config_option_update') {
      state.options = u.configOptions.map(({ id, configId, ...o }) => ({
        id: id ?? configId,
        ...o,
        options: o.options?.map(({ group, groupId, ...c }) => ({ group: group ?? groupId, ...c })),
      }));
    } else {
      const { _meta, ...rest } = u;
      state[name] = { ...state[name], ...rest };
    }
  }
  for (const c of Object.values(state.calls)) {
    for (const key of ['content', 'locations']) if (c[key]?.length === 0) delete c[key];
    if (c.kind === 'other') delete c.kind;
    if (c.status === 'pending') delete c.status;
  }
  state.messages = state.messages.filter((m) => m.text !== '');
  return JSON.parse(JSON.stringify(state));
}
