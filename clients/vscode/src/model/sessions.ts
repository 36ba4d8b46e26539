// All sessions of the daemon, as `_acpd/watch` tells them. Pure.
import { number_in, object_in, objects_in, text_in, texts_in, type json } from './json';
import type { asked } from './inbox';
import { asked_of } from './inbox';
import { formatted_count } from './words';

/** As a person is told it. `unknown`: what the daemon says has no name here, or there is none. */
export type state = 'running' | 'needs you' | 'idle' | 'interrupted' | 'unknown';
export interface progress { done: number; total: number; unit: string }
export interface session {
  id: string; cwd: string; title?: string; updated_at: string; agent: string; state: state;
  turn: number; queued: number; pending: number; progress?: progress; outcome?: string;
  takes?: readonly string[];  // in prompts, besides text and links; absent: nobody knows yet
}

const states: Record<string, state> = {
  running: 'running', requires_action: 'needs you', idle: 'idle', interrupted: 'interrupted',
};
export const state_of = (said: string | undefined): state =>
  (said !== undefined && states[said]) || 'unknown';

export function progress_of(said: json | undefined): progress | undefined {
  const done = said && number_in(said, 'done'), total = said && number_in(said, 'total');
  return done === undefined || total === undefined ? undefined
    : { done, total, unit: text_in(said ?? {}, 'unit') ?? '' };
}

/** An item of session/list. */
export function session_of(item: json): session | undefined {
  const id = text_in(item, 'sessionId');
  const facts = object_in(object_in(item, '_meta') ?? {}, 'acpd') ?? {};
  if (id === undefined) return undefined;
  const title = text_in(item, 'title'), outcome = text_in(facts, 'outcome');
  const progress = progress_of(object_in(facts, 'progress'));
  return { id, cwd: text_in(item, 'cwd') ?? '', updated_at: text_in(item, 'updatedAt') ?? '',
    agent: text_in(facts, 'agent') ?? 'unknown agent', state: state_of(text_in(facts, 'state')),
    turn: number_in(facts, 'turn') ?? 0, queued: number_in(facts, 'queued') ?? 0,
    pending: number_in(facts, 'pending') ?? 0, ...(title !== undefined && { title }),
    ...(progress && { progress }), ...(outcome !== undefined && { outcome }),
    ...(Array.isArray(facts['prompt']) && { takes: texts_in(facts, 'prompt') }) };
}

/** What happened to a session between two tellings, for notices. */
export type happening =
  | { what: 'needs you' | 'finished' | 'failed'; session: session }
  | { what: 'removed'; id: string };

export interface overview {
  sessions: ReadonlyMap<string, session>;
  asked: ReadonlyMap<string, asked>;
}
export const nothing: overview = { sessions: new Map(), asked: new Map() };

/** `_acpd/watch`'s result and `{reset: true}` say everything; else what changed. */
export function overview_after(was: overview, said: json, everything: boolean): overview {
  const sessions = new Map(everything ? [] : was.sessions);
  const questions = new Map(everything ? [] : was.asked);
  for (const item of objects_in(said, 'sessions')) {
    const s = session_of(item);
    if (s && item['archived'] === true) sessions.delete(s.id);
    else if (s) sessions.set(s.id, s);
  }
  for (const a of objects_in(said, 'asked').flatMap((item) => asked_of(item) ?? []))
    questions.set(a.id, a);
  for (const id of texts_in(said, 'removed')) {
    sessions.delete(id);
    for (const question of [...questions.values()])
      if (question.session === id) questions.delete(question.id);
  }
  for (const id of texts_in(said, 'settled')) questions.delete(id);
  return { sessions, asked: questions };
}

export const is_busy = (s: session | undefined): boolean =>
  s?.state === 'running' || s?.state === 'needs you';
/** Only what was seen to happen: the first telling and a reset are no news. A turn may be over
 * before anybody was told that it runs: its number says that there was one. So may a session's
 * first be before the session was told of, but one that is told of now and has done nothing since
 * `began` (ISO 8601; undefined: this is a reset) only comes back from the archive. */
export function happenings(was: overview, now: overview, began?: string): happening[] {
  const out: happening[] = [];
  for (const session of now.sessions.values()) {
    const is_new = began !== undefined && session.updated_at >= began;
    const before = was.sessions.get(session.id)
      ?? (is_new ? { ...session, state: 'unknown' as const, turn: 0 } : session);
    const another_turn = before.turn !== session.turn;
    if (before.state === session.state && !another_turn) continue;
    if (session.state === 'needs you') out.push({ what: 'needs you', session });
    if (session.state === 'interrupted') out.push({ what: 'failed', session });
    if (session.state === 'idle' && (is_busy(before) || another_turn))
      out.push({ what: failed(session) ? 'failed' : 'finished', session });
  }
  return out;
}
const failed = (s: session): boolean =>
  s.outcome !== undefined && !['end_turn', 'cancelled'].includes(s.outcome);

const bar_width = 10;
/** `█████░░░░░ 45/100 files`. */
export function progress_words(p: progress, with_bar = true): string {
  const unit = p.unit === '' ? '' : ` ${p.unit}`;
  const words = `${p.done.toLocaleString('en-US')}/${p.total.toLocaleString('en-US')}${unit}`;
  if (!with_bar || p.total <= 0) return words;
  const full = Math.max(0, Math.min(bar_width, Math.round((p.done / p.total) * bar_width)));
  return `${'█'.repeat(full)}${'░'.repeat(bar_width - full)} ${words}`;
}

export const title_of = (s: session): string => s.title ?? `new session with ${s.agent}`;

/** The line beside a session's title. */
export function description_of(s: session): string {
  const parts: string[] = [s.state];
  if (s.progress && s.state !== 'idle') parts.push(progress_words(s.progress));
  if (s.queued > 0) parts.push(`${s.queued} queued`);
  if (s.outcome !== undefined && s.state !== 'running' && s.outcome !== 'end_turn')
    parts.push(s.outcome.replace('_', ' '));
  parts.push(s.agent);
  return parts.join(' · ');
}

/** One line for the status bar. */
export function summary(o: overview): string {
  const all = [...o.sessions.values()];
  const running = all.filter((s) => s.state === 'running').length;
  const parts = [
    o.asked.size > 0 ? `${o.asked.size} need${o.asked.size === 1 ? 's' : ''} you` : '',
    running > 0 ? `${running} running` : '',
  ].filter((part) => part !== '');
  return parts.length > 0 ? parts.join(', ') : formatted_count(all.length, 'session');
}

export const newest_first = (all: Iterable<session>): session[] =>
  [...all].sort((a, b) => b.updated_at.localeCompare(a.updated_at));

/** What is busy is on top, in an order that stays while it is: no row moves under somebody's hand
 * with each update; below, the newest first. */
const in_tree_order = (all: session[]): session[] =>
  [...all.filter(is_busy).sort((a, b) => a.id.localeCompare(b.id)),
    ...newest_first(all.filter((s) => !is_busy(s)))];
/** By folder, the workspace's own first. */
export function by_folder(all: Iterable<session>, own: readonly string[]): [string, session[]][] {
  const folders = new Map<string, session[]>();
  for (const s of all) folders.set(s.cwd, [...(folders.get(s.cwd) ?? []), s]);
  const rank = (cwd: string): number => (own.includes(cwd) ? 0 : 1);
  return [...folders]
    .map(([cwd, list]): [string, session[]] => [cwd, in_tree_order(list)])
    .sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b));
}
