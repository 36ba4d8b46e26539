// The whole log of a session, read by pages.
export async function read_log(editor, sessionId) {
  const entries = [];
  for (let from = 1; ;) {
    const page = await editor.request('_acpd/log', { sessionId, from, limit: 2000 });
    entries.push(...page.entries);
    if (page.entries.length === 0 || entries.at(-1).seq >= page.head) return entries;
    from = entries.at(-1).seq + 1;
  }
}
