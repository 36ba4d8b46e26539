import { createTwoFilesPatch } from 'diff';
import { describe, expect, it } from 'vitest';
import { diffs_of, patch_lines, sides_of } from '../src/model/diffs';
import { cut, open_fence, part_limit } from '../src/model/text_parts';

const before = Array.from({ length: 30 }, (_, i) => `line ${i}`).join('\n') + '\n';
const after = before.replace('line 7', 'seven').replace('line 25\n', '');
const header = (path: string) => `diff --git ${path} ${path}\n`;
const patch = header('/w/a.txt') + createTwoFilesPatch('/w/a.txt', '/w/a.txt', before, after)
  .replace(/^=+\n/, '');

describe('diffs', () => {
  it('each file has its own part of the patch', () => {
    const other = patch.replaceAll('/w/a.txt', '/w/b.txt');
    const found = diffs_of({ type: 'diff', patch: { format: 'git_patch', text: patch + other },
      changes: [{ operation: 'modify', path: '/w/b.txt' }, { operation: 'add', path: '/w/a.txt' },
        { operation: 'move', oldPath: '/w/x', path: '/w/y' }] });
    expect(found.map((d) => [d.path, d.operation, d.old_path, d.patch])).toEqual([
      ['/w/b.txt', 'modify', undefined, other], ['/w/a.txt', 'add', undefined, patch],
      ['/w/y', 'move', '/w/x', undefined]]);
  });
  it('an ACP 1 diff is a patch, too', () => {
    const [found] = diffs_of({ type: 'diff', path: '/w/a', oldText: 'a\n', newText: 'b\n' });
    expect(patch_lines(found?.patch ?? '').map((l) => [l.kind, l.text]).slice(1))
      .toEqual([['remove', 'a'], ['add', 'b']]);
  });
  it('the whole file on both sides, where the patch fits what is on disk', () => {
    expect(sides_of(patch, after, true)).toEqual({ before, after, excerpt: false });
    expect(sides_of(patch, before, false)).toEqual({ before, after, excerpt: false });
  });
  it('excerpts, where it does not', () => {
    const sides = sides_of(patch, 'something else\n', true);
    expect(sides.excerpt).toBe(true);
    expect(sides.before).toContain('line 7');
    expect(sides.after).toContain('seven');
    expect(sides.after).not.toContain('line 25');
  });
  it('what is no patch is shown as it is', () =>
    expect(sides_of('@@ nonsense', undefined, false).excerpt).toBe(true));
});

describe('parts of a long text', () => {
  it('are the text when they are joined, whatever it is made of', () => {
    for (const unit of ['word ', 'x', '😀', 'a\n\nb\n', '```c\nint x;\n```\n', '\n']) {
      const text = unit.repeat(Math.ceil(20_000 / unit.length));
      const parts = cut({ text });
      expect(parts.map((p) => p.text).join('')).toBe(text);
      expect(Math.max(...parts.map((p) => p.text.length))).toBeLessThanOrEqual(part_limit);
      for (const { text } of parts) expect(text).not.toMatch(/[\ud800-\udbff]$/);
    }
  });
  it('a fence that is cut is opened again', () => {
    const parts = cut({ text: '~~~python\n' + 'x = 1\n'.repeat(2000) });
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.slice(1).every((p) => p.prefix === '~~~python\n')).toBe(true);
  });
  it('knows what closes a fence', () => {
    expect(open_fence('````\n```\n')).toBe('````');
    expect(open_fence('```\n```\n')).toBeUndefined();
    expect(open_fence('``` a`b\n')).toBeUndefined();
  });
});
