// Tool calls and plans: upserts with patch semantics (absent: unchanged; null: cleared).
import { is_object, number_in, object_in, objects_in, shown_json, text_in, type json }
  from './json';
import { call_name, plan_name, type row_list } from './row_list';
import type { plan_row, tool_row } from './rows';

const text_limit = 64 * 1024;
const final = new Set(['completed', 'failed', 'cancelled']);
export const is_final = (status: string): boolean => final.has(status);

/** The call's row: of this turn, or of an earlier one if it still runs; a reused id is a new
 * call. */
function find_call(rows: row_list, call: string): tool_row | undefined {
  const newest = rows.newest(call_name(call));
  if (newest?.kind !== 'tool') return undefined;
  return rows.in_this_turn(newest.key) || !is_final(newest.status) ? newest : undefined;
}

const patched = (update: json, key: string, before: string, initial: string): string => {
  const value = update[key];
  if (value === null) return initial;
  return typeof value === 'string' ? value : before;
};
const patched_list = (update: json, key: string, before: json[]): json[] =>
  key in update ? objects_in(update, key) : before;
const patched_raw = (update: json, key: string, before: string | undefined): string | undefined => {
  if (!(key in update)) return before;
  return update[key] === null ? undefined : shown_json(update[key]);
};

/** A text that grew too long keeps its end. */
function bounded(item: json): json {
  const block = object_in(item, 'content');
  const text = block && text_in(block, 'text');
  if (text === undefined || text.length <= text_limit) return item;
  return { ...item, content: { ...block, text: `… ${text.slice(-text_limit)}` } };
}

export function put_call(rows: row_list, update: json): void {
  const call = text_in(update, 'toolCallId');
  if (call === undefined) return;
  const was = find_call(rows, call) ?? { key: rows.new_key(), kind: 'tool', call,
    title: '', tool: 'other', status: 'pending', content: [], locations: [], cancel: false };
  const { input: old_input, output: old_output, ...rest } = was;
  const input = patched_raw(update, 'rawInput', old_input);
  const output = patched_raw(update, 'rawOutput', old_output);
  rows.put({
    ...rest,
    title: patched(update, 'title', was.title, ''),
    tool: patched(update, 'kind', was.tool, 'other'),
    status: patched(update, 'status', was.status, 'pending'),
    content: patched_list(update, 'content', was.content).map(bounded),
    locations: patched_list(update, 'locations', was.locations),
    cancel: 'capabilities' in update
      ? is_object(object_in(update, 'capabilities')?.['cancel']) : was.cancel,
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
  });
}

export function add_call_content(rows: row_list, update: json): void {
  const call = text_in(update, 'toolCallId');
  const content = object_in(update, 'content');
  const was = call === undefined ? undefined : find_call(rows, call);
  if (was && content) rows.put({ ...was, content: [...was.content, bounded(content)] });
}

/** A plan is one row a turn, so that a new turn's plan stands where it was made. */
export function put_plan(rows: row_list, update: json): void {
  const plan = object_in(update, 'plan') ?? {};
  const id = text_in(plan, 'planId') ?? '';
  const key = find_plan(rows, id)?.key ?? rows.new_key();
  const entries = objects_in(plan, 'entries').map((entry) => ({
    content: text_in(entry, 'content') ?? '', status: text_in(entry, 'status') ?? 'pending',
    priority: text_in(entry, 'priority') ?? 'medium' }));
  const type = text_in(plan, 'type');
  const text = type === 'items' ? undefined : (text_in(plan, 'content') ?? text_in(plan, 'uri'));
  rows.put({ key, kind: 'plan', plan: id, entries, ...(text !== undefined && { text }) });
}
export function remove_plan(rows: row_list, update: json): void {
  const found = find_plan(rows, text_in(update, 'planId') ?? '');
  if (found) rows.put({ key: found.key, kind: 'gone' });
}
function find_plan(rows: row_list, plan: string): plan_row | undefined {
  const newest = rows.newest(plan_name(plan));
  return newest?.kind === 'plan' && rows.in_this_turn(newest.key) ? newest : undefined;
}

export const exit_words = (status: json): string =>
  text_in(status, 'signal') ?? String(number_in(status, 'exitCode') ?? '?');
