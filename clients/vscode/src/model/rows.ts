// What a conversation consists of: one row is one part of the list that a person scrolls. Rows are
// plain data: the same in the model, in the journal on disk and in the webview.
import type { json } from './json';

export type role = 'user' | 'agent' | 'thought';

/** A part of a message. A long message is several parts, so that the old ones can be unloaded. */
export interface text_row {
  key: string; kind: 'text'; role: role; message: string; text: string;
  prefix?: string;  // the code fence that the part before this one left open
  at?: string;
}
/** A block of a message that is no text: an image, a link, a resource. */
export interface block_row {
  key: string; kind: 'block'; role: role; message: string; block: json; at?: string;
}
export interface terminal {
  command?: string; cwd?: string;
  output: string;   // its end, without escape sequences
  cut: boolean;     // there was more output before
  exit?: string;    // "0", "SIGTERM"; absent while it runs
}
export interface tool_row {
  key: string; kind: 'tool'; call: string;
  title: string; tool: string; status: string;
  content: json[];      // content, diff, terminal, as the protocol has them
  locations: json[];
  input?: string; output?: string;  // JSON text, cut
  cancel: boolean;      // the agent lets a person cancel it
  terminals?: Record<string, terminal>;  // filled in for showing only
}
export interface plan_row {
  key: string; kind: 'plan'; plan: string; text?: string;
  entries: { content: string; status: string; priority: string }[];
}
export interface notice_row {
  key: string; kind: 'notice'; severity: string; title: string; description?: string;
}
/** A turn's end. */
export interface end_row { key: string; kind: 'end'; words: string; failed: boolean; at?: string }
/** "replayed N updates since HH:MM". */
export interface banner_row {
  key: string; kind: 'banner'; count: number; since?: string;
  after: number; to: number;  // entries of the log: what was missed is (after, to]
  done: boolean;
}
export interface compaction_row {
  key: string; kind: 'compaction'; id: string; status: string; text: string;
}
/** What this client has no view for: shown as it came, never dropped. */
export interface other_row { key: string; kind: 'other'; name: string; raw: string }
/** A row that was taken back; it keeps its place, so that no other row's place changes. */
export interface gone_row { key: string; kind: 'gone' }

export type row = text_row | block_row | tool_row | plan_row | notice_row | end_row | banner_row
  | compaction_row | other_row | gone_row;
