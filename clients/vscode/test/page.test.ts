// A page that VS Code has lost while it was being made is made again; one that is there is not.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fill } from '../src/ui/page';

describe('a page', () => {
  let folder: string;
  beforeEach(() => {
    vi.useFakeTimers();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'acpd-page-'));
    fs.mkdirSync(path.join(folder, 'build'));
    for (const name of ['webview.js', 'webview.css'])
      fs.writeFileSync(path.join(folder, 'build', name), '');
  });
  afterEach(() => {
    vi.useRealTimers();
    fs.rmSync(folder, { recursive: true });
  });
  const filled = () => {
    const pages: string[] = [], listeners = { seen: () => {}, gone: () => {},
      message: (said: object): void => void said };
    const webview = { options: {}, set html(text: string) { pages.push(text); },
      onDidReceiveMessage: (to: (message: object) => void) => { listeners.message = to; } };
    const place = { webview, visible: true,
      onDidDispose: (to: () => void) => { listeners.gone = to; } };
    fill(place as never, ((to: () => void) => { listeners.seen = to; }) as never,
      { fsPath: folder } as never, 'inbox');
    const seen = (visible: boolean) => {
      place.visible = visible;
      listeners.seen();
    };
    return { pages, seen, gone: () => listeners.gone(),
      ready: () => listeners.message({ type: 'ready' }) };
  };

  it('that comes up is left alone, and nothing waits', () => {
    const it = filled();
    it.ready();
    expect(vi.getTimerCount()).toBe(0);
    it.seen(true);
    expect(vi.getTimerCount()).toBe(0);
    expect(it.pages).toHaveLength(1);
  });
  it('that does not come up is made again, ever more patiently, each with its own nonce', () => {
    const it = filled();
    vi.advanceTimersByTime(8000);
    expect(it.pages).toHaveLength(2);
    vi.advanceTimersByTime(15_000);
    expect(it.pages).toHaveLength(2);
    vi.advanceTimersByTime(1000);
    expect(it.pages).toHaveLength(3);
    expect(new Set(it.pages).size).toBe(3);
    it.ready();
    expect(vi.getTimerCount()).toBe(0);
  });
  it('is waited for again when it is seen again, and not while it is hidden or gone', () => {
    const it = filled();
    it.ready();
    it.seen(false);
    expect(vi.getTimerCount()).toBe(0);
    it.seen(true);
    vi.advanceTimersByTime(8000);
    expect(it.pages).toHaveLength(2);
    it.gone();
    expect(vi.getTimerCount()).toBe(0);
  });
});
