// Diffs of tool calls: what of an agent's patch can be shown, and the two sides of it.
import { applyPatch, createTwoFilesPatch, parsePatch, reversePatch, type StructuredPatch }
  from 'diff';
import { object_in, objects_in, text_in, type json } from './json';

export interface shown_diff { path: string; operation: string; old_path?: string; patch?: string }

/** The files of one diff item; each with its own part of the patch where there is one. */
export function diffs_of(item: json): shown_diff[] {
  const path = text_in(item, 'path');
  if (path !== undefined) return [of_texts(path, item)];
  const sections = sections_of(text_in(object_in(item, 'patch') ?? {}, 'text') ?? '');
  return objects_in(item, 'changes').map((change, i, all) => {
    const path = text_in(change, 'path') ?? '?', old_path = text_in(change, 'oldPath');
    const own = sections.find((s) => names(s, path))
      ?? (all.length === 1 && sections.length === 1 ? sections[i] : undefined);
    return { path, operation: text_in(change, 'operation') ?? 'modify',
      ...(old_path !== undefined && { old_path }), ...(own !== undefined && { patch: own }) };
  });
}

/** ACP 1's shape, which a question of an ACP 1 agent has. */
function of_texts(path: string, item: json): shown_diff {
  const before = text_in(item, 'oldText'), after = text_in(item, 'newText') ?? '';
  return { path, operation: before === undefined ? 'add' : 'modify',
    patch: createTwoFilesPatch(path, path, before ?? '', after) };
}

function sections_of(text: string): string[] {
  if (text === '') return [];
  const parts = text.split(/^(?=diff --git )/m).filter((part) => part.trim() !== '');
  return parts.length > 0 ? parts : [text];
}
const names = (section: string, path: string): boolean =>
  section.split('\n').some((line) => /^(\+\+\+|---|diff --git) /.test(line)
    && line.includes(path));

export interface patch_line { kind: 'add' | 'remove' | 'same' | 'hunk'; text: string }
/** Lines for showing, without the headers that repeat the path. */
export function patch_lines(patch: string, limit = 400): patch_line[] {
  const lines: patch_line[] = [];
  let in_hunk = false;
  for (const line of patch.split('\n')) {
    if (line.startsWith('@@')) in_hunk = true;
    if (!in_hunk || line.startsWith('\\') || lines.length >= limit) continue;
    const kind = line.startsWith('@@') ? 'hunk' : line.startsWith('+') ? 'add'
      : line.startsWith('-') ? 'remove' : 'same';
    lines.push({ kind, text: kind === 'hunk' ? line : line.slice(1) });
  }
  if (lines.at(-1)?.text === '') lines.pop();
  return lines;
}

function parsed(patch: string): StructuredPatch | undefined {
  // Only the hunks: ACP's paths are absolute and have no prefix, which readers of Git's take amiss.
  const hunks = patch.slice(Math.max(0, patch.search(/^@@/m)));
  try {
    const read = parsePatch(`--- before\n+++ after\n${hunks}`)[0];
    return read && read.hunks.length > 0 ? read : undefined;
  } catch {
    return undefined;  // no patch that can be read: the text itself is shown
  }
}

export interface sides { before: string; after: string; excerpt: boolean }

/** The two sides for the editor's own diff: of the whole file where the patch fits what is on
 * disk (`applied`: it is there already), else of the patch's excerpts. */
export function sides_of(patch: string, on_disk: string | undefined, applied: boolean): sides {
  const read = parsed(patch);
  if (!read) return { before: '', after: patch, excerpt: true };
  if (on_disk !== undefined) {
    const other = applyPatch(on_disk, applied ? reversePatch(read) : read);
    if (typeof other === 'string')
      return applied ? { before: other, after: on_disk, excerpt: false }
        : { before: on_disk, after: other, excerpt: false };
  }
  const side = (leave: string) => read.hunks.map((hunk) => hunk.lines
    .filter((line) => !line.startsWith(leave) && !line.startsWith('\\'))
    .map((line) => line.slice(1)).join('\n')).join('\n⋯\n');
  return { before: side('+'), after: side('-'), excerpt: true };
}
