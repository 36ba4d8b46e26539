// A scripted call ({"do": "read"|"edit"|"shell"|"search"|"plan"|"step", …}) as one of the tools
// that an agent offers: each agent names its own, and the first that is offered is taken.

const edits = (c) => ({ file_path: c.path, old_string: c.old, new_string: c.new });
const command = (c) => ({ command: c.command, description: 'scripted command' });
const query = (c) => ({ query: c.query });
const patch = (c) =>
  `*** Begin Patch\n*** Update File: ${c.path}\n@@\n-${c.old}\n+${c.new}\n*** End Patch\n`;
const patch_command = (c) => `apply_patch <<'SCRIPTED_EOF'\n${patch(c)}SCRIPTED_EOF`;

const todos = ({ steps }) => ({ todos: steps.map(([content, status], i) =>
  ({ id: String(i), content, activeForm: content, status, priority: 'medium' })) });

const whole_plan = [['TodoWrite', todos], ['todo_write', todos], ['todowrite', todos],
  ['update_plan', ({ steps }) => ({ plan: steps.map(([step, status]) => ({ step, status })) })]];

/** Operation → [[tool, (call, its parameters' names) → arguments], …]. */
const tools = {
  read: [
    ['Read', (c) => ({ file_path: c.path })],
    ['read_file', (c) => ({ file_path: c.path, absolute_path: c.path })],
    ['read', (c) => ({ filePath: c.path })],
    ['exec_command', (c) => ({ cmd: `cat '${c.path}'` })],
    ['shell_command', (c) => ({ command: `cat '${c.path}'` })],
    ['shell', (c) => ({ command: ['cat', c.path] })],
  ],
  edit: [
    ['Edit', edits],
    ['edit', (c, names) => (names.has('filePath')
      ? { filePath: c.path, oldString: c.old, newString: c.new } : edits(c))],
    ['apply_patch', (c) => ({ input: patch(c) })],
    ['shell_command', (c) => ({ command: patch_command(c) })],
    ['exec_command', (c) => ({ cmd: patch_command(c) })],
    ['shell', (c) => ({ command: ['sed', '-i', `s|${c.old}|${c.new}|`, c.path] })],
  ],
  shell: [
    ['Bash', command],
    ['run_shell_command', (c) => ({ ...command(c), is_background: false })],
    ['bash', command],
    ['exec_command', (c) => ({ cmd: c.command })],
    ['shell_command', (c) => ({ command: c.command })],
    ['shell', (c) => ({ command: ['bash', '-lc', c.command] })],
  ],
  // Most write the whole plan each time; others add one step, or say of one how far it is.
  plan: [...whole_plan, ['TaskCreate', ({ add }) => ({ subject: add, description: add })]],
  step: [...whole_plan,
    ['TaskUpdate', ({ steps, number }) => ({ taskId: String(number), status: steps[number - 1][1] })]],
  search: [
    ['mcp__acpd__code_search', query], ['acpd__code_search', query], ['acpd_code_search', query],
    ['code_search', query],
    // qwen offers another server's tools only when they were asked for
    ['tool_search', () => ({ query: 'select:mcp__acpd__code_search' })],
  ],
};

/** {name, args, namespace?}, and `raw` where the tool takes text instead of JSON. */
export function resolve(call, offered) {
  for (const [name, arguments_of] of tools[call.do] ?? []) {
    const tool = offered.find((t) => t.name === name);
    if (!tool) continue;
    const args = arguments_of(call, new Set(Object.keys(tool.schema?.properties ?? {})));
    return { name, args, namespace: tool.namespace, ...(tool.custom ? { raw: args.input } : {}) };
  }
  return { name: `no_tool_for_${call.do}`, args: {} };
}
