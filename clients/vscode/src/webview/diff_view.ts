// A diff as lines, with a button for the editor's own.
import { diffs_of, patch_lines } from '../model/diffs';
import type { json } from '../model/json';
import { path_link } from './block_view';
import { h, text_button } from './dom';
import { send } from './page';

const signs = { add: '+', remove: '−', same: ' ', hunk: '' };
const spoken = { add: 'added', remove: 'removed', same: undefined, hunk: undefined };

/** `applied`: the files on disk have it already. */
export function diff_view(item: json, applied: boolean): HTMLElement {
  return h('div', { class: 'diffs' }, ...diffs_of(item).map((diff, i) => {
    const { patch, path } = diff;
    const from = diff.old_path === undefined ? '' : ` from ${diff.old_path}`;
    const open = () => send({ type: 'open_diff', patch: patch ?? '', path, applied });
    return h('div', { class: 'diff' },
      h('div', { class: 'diff-head' }, `${diff.operation} `, path_link(path), from,
        patch !== undefined && text_button('Open diff', open, 'secondary', `diff ${i}`)),
      patch !== undefined && h('pre',
        { class: 'patch', role: 'group', 'aria-label': `Changes of ${path}` },
        ...patch_lines(patch).map((line) => h('div', { class: line.kind },
          h('span', { class: 'sign', role: spoken[line.kind] && 'img',
            'aria-label': spoken[line.kind] }, signs[line.kind]),
          line.text))));
  }));
}
