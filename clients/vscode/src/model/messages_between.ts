// What the extension and its webviews tell each other. A webview shows what agents wrote: nothing
// that it says may do more than a person could with a click; what opens, ui/opening.ts judges.
import type { batch, placed_row } from './feed';
import type { facts } from './facts';
import type { answer, asked } from './inbox';
import type { progress, state } from './sessions';

export interface mention { text: string; uri: string; name: string }  // "@src/a.ts" in the text
export interface image { name: string; mime: string; data: string }
export interface draft { text: string; mentions: mention[]; images: image[] }
export const no_draft: draft = { text: '', mentions: [], images: [] };

/** Where a person had scrolled to; bottom: it follows what comes. */
export interface scroll { place: number; offset: number; bottom: boolean }
export interface unsent { id: string; text: string; failed?: string }  // failed: why
export interface kept_unsent { id: string; draft: draft; failed?: string }
export interface queued { turn: number; place: number; own: boolean; text: string }

export interface header {
  session: string; title: string; agent: string; state: state; cwd: string; progress?: progress;
  link: 'up' | 'connecting' | 'down'; link_text?: string;
  images: boolean;  // the agent takes them
}
export interface completion { label: string; detail: string; insert: string; mention?: mention }

export interface search_hit {
  path: string; shown: string; line: number; text: string; name?: string; kind?: string;
  stale: boolean;
}
export interface index_state { words: string; searchable: boolean; warning?: string }

export type to_view =
  | { type: 'open'; header: header; length: number; rows: placed_row[]; facts: facts;
      draft: draft; scroll: scroll; questions: asked[]; queue: queued[]; unsent: unsent[] }
  | { type: 'nothing'; text: string; button?: { command: string; title: string } }
  | ({ type: 'batch'; stale: number[] } & batch)  // stale: rows that changed, far from what is seen
  | { type: 'rows'; rows: placed_row[] }
  | { type: 'header'; header: header }
  | { type: 'questions'; questions: asked[]; names: Record<string, string> }
  | { type: 'queue'; queue: queued[]; unsent: unsent[] }
  | { type: 'draft'; draft: draft }
  | { type: 'completions'; id: number; items: completion[] }
  | { type: 'say'; text: string }
  | { type: 'hits'; query: string; hits: search_hit[]; note: string }
  | { type: 'index'; state: index_state };

/** What comes from a page, with the session that it showed then: another one may be on its way. */
export type sent = from_view & { of?: string };
export type from_view =
  | { type: 'ready' }
  | { type: 'focused' }
  | { type: 'shown'; number: number }
  | { type: 'need'; from: number; to: number }
  | { type: 'draft'; draft: draft }
  | { type: 'scroll'; scroll: scroll }
  | { type: 'prompt'; draft: draft; now: boolean }   // now: cancel what runs, then send
  | { type: 'cancel' }
  | { type: 'answer'; id: string; answer: answer }
  | { type: 'option'; id: string; value: string | boolean }
  | { type: 'queue_edit'; turn: number; text: string }
  | { type: 'queue_remove'; turn: number }
  | { type: 'queue_now'; turn: number }
  | { type: 'unsent'; id: string; action: 'again' | 'back' | 'discard' }
  | { type: 'stop_call'; call: string }
  | { type: 'open_link'; href: string }
  | { type: 'open_path'; path: string; line?: number }
  | { type: 'open_diff'; patch: string; path: string; applied: boolean }
  | { type: 'complete'; id: number; text: string }
  | { type: 'command'; command: string }
  | { type: 'open_session'; session: string }
  | { type: 'search'; query: string }
  | { type: 'refresh_index' };
