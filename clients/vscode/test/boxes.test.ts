// Lists and lines: what takes them away, and what does not.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as vscode from 'vscode';
import { ask_line, choose } from '../src/ui/boxes';
import type { Box } from './vscode';

const items = [{ label: 'codex' }, { label: 'runner' }];
const newest = (): Box => (vscode as unknown as { boxes: Box[] }).boxes.at(-1) as Box;

describe('a list', () => {
  beforeEach(() => { vi.useFakeTimers({ toFake: ['Date'] }); });
  afterEach(() => { vi.useRealTimers(); });

  it('is open while its items are on their way', async () => {
    let come: (all: typeof items) => void = () => {};
    const chosen = choose('Which?', new Promise<typeof items>((resolve) => { come = resolve; }));
    const box = newest();
    expect([box.shown, box.items]).toEqual([1, []]);
    box.accept();  // Enter on nothing
    come(items);
    await vi.waitFor(() => expect(box.items).toEqual(items));
    box.selectedItems = [items[1]];
    box.accept();
    expect(await chosen).toBe(items[1]);
    expect([box.shown, box.disposed]).toEqual([1, true]);
  });
  it('opens again when it closes at once, and is closed when that happens twice', async () => {
    const chosen = choose('Which?', items);
    const box = newest();
    box.close();
    expect(box.shown).toBe(2);
    box.close();
    expect(await chosen).toBeUndefined();
    expect(box.shown).toBe(2);
  });
  it('that was closed later was closed by the person', async () => {
    const chosen = choose('Which?', items);
    vi.advanceTimersByTime(501);
    newest().close();
    expect(await chosen).toBeUndefined();
    expect(newest().shown).toBe(1);
  });
  it('without items says why', async () => {
    await expect(choose('Which?', Promise.reject(new Error('none')))).rejects.toThrow('none');
    expect(newest().disposed).toBe(true);
  });
});

describe('a line', () => {
  it('is taken when it fits', async () => {
    const line = ask_line('Name', 'old', (text) => (text === '' ? 'It needs a name' : undefined));
    const box = newest();
    expect(box.value).toBe('old');
    box.value = '';
    box.accept();
    expect(box.disposed).toBe(false);
    box.value = 'new';
    box.accept();
    expect(await line).toBe('new');
  });
});
