import { isDeepStrictEqual } from 'node:util';

// What was shown against what the log holds: the three counts that acpd promises are zero.
export const number_of = (update) => {
  const found = /^#(\d+) /.exec(update.content?.text ?? '');
  return found ? Number(found[1]) : undefined;
};

/**
 * shown: params of each session/update in the order seen, log: entries of `_acpd/log`.
 * total: how many numbered updates there must be, undefined when the agent was cut off;
 * at_least: how many the log must hold then; rendered: the editor speaks another version than the
 * agent, so that only texts are the same. Returns what is wrong, in words.
 */
export function compare(shown, log, { total, at_least = 0, rendered = false }) {
  const problems = [];
  const in_log = new Map(
    log.filter((e) => e.frame?.method === 'session/update').map((e) => [e.seq, e.frame.params]),
  );
  const count = (what, list) => {
    if (list.length) problems.push(`${what}: ${list.length} (first: ${list[0]})`);
  };

  const seqs = shown.map((u) => u._meta?.['acpd/seq']);
  const is_logged = (u) => u._meta?.['acpd/seq'] !== undefined && u.update.state === undefined;
  const lost = (u) => is_logged(u) && !same(in_log.get(u._meta['acpd/seq']), u, rendered);
  count('shown but lost', shown.filter(lost).map((u) => u._meta['acpd/seq']));
  count(
    'repeated',
    seqs.filter(
      (s, i) => s !== undefined && seqs.indexOf(s, Math.max(0, i - 3)) < i && seqs.indexOf(s) < i,
    ),
  );
  // v2: the state before a resume's answer stands in no log, and has no number
  const numbered = seqs.filter((s) => s !== undefined);
  count('out of order', numbered.filter((s, i) => i > 0 && s <= numbered[i - 1]));

  const numbers = shown.map((u) => number_of(u.update)).filter((n) => n !== undefined);
  const unique = new Set(numbers);
  count('numbers repeated', numbers.filter((n, i) => i > 0 && n <= numbers[i - 1]));
  const kept = log
    .filter((e) => e.kind === 'update')
    .map((e) => number_of(e.frame.params.update))
    .filter((n) => n !== undefined);
  count('in the log, never shown', kept.filter((n) => !unique.has(n)));
  count('the log has gaps', kept.filter((n, i) => n !== i + 1));
  if (total !== undefined && kept.length !== total)
    problems.push(`missing: the log holds ${kept.length} of ${total}`);
  if (kept.length < at_least)
    problems.push(`missing: the log holds ${kept.length}, at least ${at_least} were written`);
  return problems;
}

/** Equal, but for the message id that v2 editors are given where a v1 agent named none; or, of what
 * is rendered, in its text. */
function same(logged, seen, rendered) {
  if (logged === undefined) return false;
  const { messageId, ...rest } = seen.update;
  const update = 'messageId' in logged.update ? { ...rest, messageId } : rest;
  return isDeepStrictEqual(logged.update, update)
    || (rendered && logged.update.content?.text === seen.update.content?.text);
}
