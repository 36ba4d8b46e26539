// The conversation's page, without an editor around it.
import { JSDOM } from 'jsdom';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { no_facts } from '../src/model/facts';
import type { sent, to_view } from '../src/model/messages_between';
import { chunk, talk } from './updates';

let sent: sent[] = [];
let make_page: () => { take(message: to_view): void; frame(): void };

beforeAll(async () => {
  const { window } = new JSDOM('<!DOCTYPE html><body></body>');
  let next: (() => void) | undefined;
  const globals = { window, document: window.document, Element: window.Element,
    HTMLElement: window.HTMLElement, Node: window.Node,
    ResizeObserver: class { observe = () => {}; },
    requestAnimationFrame: (then: () => void) => { next = then; return 1; },
    acquireVsCodeApi: () => ({ postMessage: (message: sent) => sent.push(message),
      setState: () => {} }) };
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  const { conversation_page } = await import('../src/webview/conversation');
  make_page = () => {
    window.document.body.replaceChildren();
    delete window.document.body.dataset['opened'];
    const page = new conversation_page(window.document.body);
    return { take: (message) => page.take(message), frame: () => next?.() };
  };
});
beforeEach(() => { sent = []; });

const open = (session: string, text = ''): to_view => ({ type: 'open', length: 0, rows: [],
  header: { session, title: session, agent: 'codex', state: 'idle', cwd: '/w', link: 'up',
    images: false },
  facts: no_facts(), draft: { text, mentions: [], images: [] }, questions: [], queue: [],
  unsent: [], scroll: { place: 0, offset: 0, bottom: true } });
const box = (): HTMLTextAreaElement => {
  const found = document.querySelector<HTMLTextAreaElement>('textarea.prompt');
  if (!found) throw new Error('there is no box');
  return found;
};
function type(text: string): void {
  box().value = text;
  box().dispatchEvent(new window.Event('input'));
}

describe('the box', () => {
  it('when another session comes, what was typed goes to the one that it was typed for', () => {
    const page = make_page();
    page.take(open('a'));
    type('half a thought');
    page.take(open('b', 'of b'));
    expect(sent.filter((message) => message.type === 'draft')).toMatchObject(
      [{ of: 'a', draft: { text: 'half a thought' } }]);
    expect(box().value).toBe('of b');
  });
  it('when the same session comes again, what was just typed stays', () => {
    const page = make_page();
    page.take(open('a'));
    type('half a thought');
    page.take(open('a', 'half a'));
    expect(box().value).toBe('half a thought');
  });
});

describe('prompts that wait', () => {
  const waiting = (...turns: number[]): to_view => ({ type: 'queue', unsent: [],
    queue: turns.map((turn, i) => ({ turn, place: i + 1, own: true, text: `say ${turn}` })) });
  const item = (turn: number) => document.querySelector<HTMLElement>(`[data-turn="${turn}"]`);
  const press = (turn: number, name: string) =>
    [...item(turn)?.querySelectorAll('button') ?? []].find((b) => b.textContent === name)?.click();

  it('one that is edited stays under the hands when the others move', () => {
    const page = make_page();
    page.take(open('a'));
    page.take(waiting(4, 5));
    press(5, 'Edit');
    const text = item(5)?.querySelector('textarea');
    if (text) text.value = 'say changed';
    page.take(waiting(5, 6));
    expect(item(5)?.querySelector('textarea')?.value).toBe('say changed');
    expect(document.activeElement).toBe(text);
    expect(item(5)?.textContent).toContain('queued: 1st in line');
    press(5, 'Save');
    expect(sent.at(-1)).toEqual({ type: 'queue_edit', turn: 5, text: 'say changed', of: 'a' });
    page.take(waiting(5, 6));
    expect(item(5)?.querySelector('textarea')).toBeNull();
  });
});

describe('what was shown', () => {
  it('is said of the conversation that is open, not of the one before', () => {
    const page = make_page();
    const batch = (number: number): to_view => ({ type: 'batch', number, length: 1, stale: [],
      facts: no_facts(), rows: talk([chunk('x')]).map((row, place) => ({ place, row })) });
    page.take(open('a'));
    page.take(batch(1));
    page.take(open('b'));
    page.frame();
    expect(sent.filter((message) => message.type === 'shown')).toEqual([]);
    page.take(batch(2));
    page.frame();
    expect(sent.filter((message) => message.type === 'shown')).toEqual(
      [{ type: 'shown', number: 2, of: 'b' }]);
  });
});
