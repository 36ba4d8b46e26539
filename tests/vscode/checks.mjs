// What the tests compare: the banner with the daemon's log, the agent's numbered texts.

const counted = new Set(['update', 'user_message', 'own_update']);

/** The banner of a conversation: what it says, and what the log says of the same entries. */
export async function missed(frame) {
  await frame.getByRole('button', { name: 'Show what was missed' }).click();
  const banner = frame.locator('.banner[data-count]');
  const [after, to, count] = await banner.evaluate((element) =>
    [element.dataset.after, element.dataset.to, element.dataset.count].map(Number));
  return { count, text: (await banner.innerText()).trim(), counted_in: (log) =>
    log.filter((e) => e.seq > after && e.seq <= to && counted.has(e.kind)).length };
}

/** The numbers that the scripted agent gave its texts, in the order in which they are shown. */
export const numbers = (rows) =>
  [...rows.join('\n').matchAll(/#(\d+)(?=\s)/g)].map((found) => Number(found[1]));

/** Another editor on the same session, on raw lines; attached: what the daemon said to that. */
export async function v2_client(place, sessionId) {
  const made = place.connect();
  await made.request('initialize', { protocolVersion: 2, info: { name: 'other', version: '1' },
    capabilities: { elicitation: { form: {} } } });
  made.attached = await made.request('session/resume', { sessionId, cwd: place.cwd });
  return made;
}

/** An argument of the scripted agent's directives that take one whole. */
export const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64');
