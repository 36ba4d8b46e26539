// `_acpd/index/search` and `_acpd/index/status`, as people read them. Pure.
import { number_in, object_in, objects_in, text_in, type json } from './json';
import type { index_state, search_hit } from './messages_between';
import { formatted_count } from './words';

export const search_params = (cwd: string, query: string, limit: number) => ({ cwd, query, limit });

export const no_index: index_state = { searchable: false,
  words: 'This acpd has no code index: a newer one has.' };

export const hits_of = (result: json): search_hit[] => objects_in(result, 'hits').map((hit) => {
  const name = text_in(hit, 'name') ?? text_in(hit, 'symbol'), kind = text_in(hit, 'kind');
  const line = number_in(hit, 'line') ?? number_in(hit, 'startLine') ?? 1;
  return { path: text_in(hit, 'path') ?? '', line, end_line: number_in(hit, 'endLine') ?? line,
    text: text_in(hit, 'text') ?? '', stale: hit['stale'] === true,
    ...(name !== undefined && { name }), ...(kind !== undefined && { kind }) };
});

/** Nothing found and not indexed yet are two things. */
export function note_for(result: json, count: number): string {
  const found = count === 0 ? 'Nothing found' : formatted_count(count, 'hit');
  const coverage = object_in(result, 'coverage');
  const indexed = coverage && number_in(coverage, 'indexed');
  const files = coverage && number_in(coverage, 'files');
  if (indexed === undefined || files === undefined || indexed >= files) return `${found}.`;
  return `${found} so far: ${indexed.toLocaleString('en-US')} of `
    + `${formatted_count(files, 'file')} are indexed.`;
}

export function state_of(result: json, cwd: string): index_state {
  const all = objects_in(result, 'workspaces');
  const own = all.find((one) => text_in(one, 'root') === cwd)
    ?? (all.length === 0 ? result : all[0]);
  const indexed = number_in(own ?? {}, 'indexed'), files = number_in(own ?? {}, 'files');
  if (indexed === undefined || files === undefined)
    return { words: 'This folder is not indexed yet.', searchable: true };
  const words = indexed < files
    ? `Indexing: ${indexed.toLocaleString('en-US')}/${formatted_count(files, 'file')}`
    : `${formatted_count(files, 'file')} indexed`;
  const stale = number_in(own ?? {}, 'stale') ?? 0;
  return { words, searchable: true, ...(stale > 0 && {
    warning: `${formatted_count(stale, 'file')} changed since` }) };
}
