// `_acpd/index/search` and `_acpd/index/status`, as people read them. Pure.
import { number_in, object_in, objects_in, text_in, type json } from './json';
import type { index_state, search_hit } from './messages_between';
import { formatted_count } from './words';

export const search_params = (cwd: string, query: string, limit: number) =>
  ({ cwd, query, limit, text: true });

export const no_index: index_state = { searchable: false,
  words: 'This acpd has no code index: a newer one has.' };

/** Paths of hits are relative to the folder that is indexed; here they are whole. */
export function hits_of(result: json): search_hit[] {
  const root = text_in(result, 'root') ?? '';
  return objects_in(result, 'hits').map((hit) => {
    const name = text_in(hit, 'qname') ?? text_in(hit, 'name'), kind = text_in(hit, 'kind');
    const line = number_in(hit, 'start_line') ?? number_in(hit, 'line') ?? 1;
    const path = text_in(hit, 'path') ?? '';
    return { path: root === '' ? path : `${root}/${path}`, shown: path, line,
      text: text_in(hit, 'text') ?? '', stale: hit['stale'] === true,
      ...(name !== undefined && { name }), ...(kind !== undefined && { kind }) };
  });
}

/** Of several folders, the best hit of each first, then the second of each: how good a hit is means
 * nothing beside another folder's. names: of the folders. */
export function hits_of_all(results: readonly json[], names: readonly string[]): search_hit[] {
  if (results.length === 1) return hits_of(results[0] ?? {});
  return results.flatMap((result, i) => hits_of(result).map((hit, rank) => (
    { rank, hit: { ...hit, shown: `${names[i] ?? ''}/${hit.shown}` } })))
    .sort((a, b) => a.rank - b.rank).map(({ hit }) => hit);
}
/** The states of several folders as one. */
export function state_of_all(states: readonly index_state[], names: readonly string[])
  : index_state {
  const warning = states.map((s) => s.warning).find((text) => text !== undefined);
  return { searchable: states.some((s) => s.searchable),
    words: states.length === 1 ? states[0]?.words ?? ''
      : states.map((s, i) => `${names[i] ?? ''}: ${s.words}`).join(' · '),
    ...(warning !== undefined && { warning }) };
}

/** Nothing found and not indexed yet are two things: the index says which in its note. */
export function note_for(result: json, count: number): string {
  const coverage = object_in(result, 'coverage');
  const found = count === 0 ? 'Nothing found' : formatted_count(count, 'hit');
  const words = coverage && !is_whole(coverage)
    ? `${found} so far. ${coverage_words(coverage)}.` : `${found}.`;
  const note = text_in(result, 'note');
  return note === undefined ? words : `${words} ${note}`;
}

const is_whole = (coverage: json): boolean =>
  coverage['complete'] === true && (number_in(coverage, 'pending') ?? 0) === 0;

function coverage_words(coverage: json): string {
  const indexed = number_in(coverage, 'indexed') ?? 0, total = number_in(coverage, 'total') ?? 0;
  return is_whole(coverage) ? `${formatted_count(indexed, 'file')} indexed`
    : `Indexing: ${indexed.toLocaleString('en-US')}/${formatted_count(total, 'file')}`;
}

/** The answer about one folder, or what `_acpd/index/progress` tells of it. */
export function state_of(said: json): index_state {
  if (said['enabled'] === false)
    return { words: 'The code index is turned off in acpd\'s configuration.', searchable: false };
  const folder = objects_in(said, 'folders')[0] ?? said;
  const coverage = object_in(folder, 'coverage');
  const problem = text_in(folder, 'problem') ?? text_in(coverage ?? {}, 'problem')
    ?? text_in(coverage ?? {}, 'reason') ?? text_in(said, 'problem');
  const words = coverage ? coverage_words(coverage)
    : 'This folder is not indexed yet: a search begins it.';
  return { words, searchable: true, ...(problem !== undefined && { warning: problem }) };
}
