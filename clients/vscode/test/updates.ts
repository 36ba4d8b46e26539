// Updates as they come from the wire, for the tests.
import { conversation, type place } from '../src/model/conversation';
import { feed } from '../src/model/feed';
import type { json } from '../src/model/json';
import type { row } from '../src/model/rows';

export const chunk = (text: string, messageId = 'm-1', name = 'agent_message_chunk'): json => (
  { sessionUpdate: name, messageId, content: { type: 'text', text } });
export const state = (state: string, more: json = {}): json => (
  { sessionUpdate: 'state_update', state, ...more });
export const params = (update: json, seq?: number, more: json = {}): json => ({ sessionId: 's',
  update, ...(seq !== undefined && { _meta: { 'acpd/seq': seq, 'acpd/epoch': 'e', 'acpd/turn': 1,
    'acpd/at': `2026-11-22T18:02:${String(seq % 60).padStart(2, '0')}.000Z`, ...more } }) });

export function talk(updates: json[], where: place = {}): row[] {
  const made = new conversation();
  for (const update of updates) made.apply(update, where);
  return [...made.rows];
}
export const texts = (rows: Iterable<row>): string[] =>
  [...rows].flatMap((r) => (r.kind === 'text' ? [r.text] : []));

/** A view that draws at once. */
export function drain(f: feed): void {
  for (let b = f.next(); b; b = f.next()) f.shown(b.number);
}
