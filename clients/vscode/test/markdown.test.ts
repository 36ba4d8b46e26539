import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import { picture_source, rendered } from '../src/webview/markdown';
import { attacks } from './attacks';

const page = () => {
  const dom = new JSDOM('<!DOCTYPE html><body></body>',
    { runScripts: 'dangerously', pretendToBeVisual: true });
  const window = dom.window as unknown as Window & typeof globalThis;
  return { dom, window, body: window.document.body };
};
const draw = (text: string) => {
  const made = page();
  let alerted = false;
  made.window.alert = () => { alerted = true; };
  made.body.append(rendered(text, made.window));
  return { ...made, alerted: () => alerted };
};
const allowed_elements = new Set(['P', 'BR', 'HR', 'H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'UL', 'OL',
  'LI', 'A', 'BLOCKQUOTE', 'PRE', 'CODE', 'EM', 'STRONG', 'S', 'TABLE', 'THEAD', 'TBODY', 'TR',
  'TH', 'TD']);
const allowed_attributes = new Set(['data-href', 'title', 'role', 'tabindex', 'start']);

describe('Markdown of an agent', () => {
  it('there are enough attacks', () => {
    expect(attacks.length).toBeGreaterThanOrEqual(25);
    expect(new Set(attacks).size).toBe(attacks.length);
  });
  it.each(attacks)('cannot run or load: %s', (text) => {
    const { body, alerted } = draw(text);
    for (const element of body.querySelectorAll('*')) {
      expect(allowed_elements, element.outerHTML).toContain(element.nodeName);
      for (const { name } of element.attributes)
        expect(allowed_attributes, element.outerHTML).toContain(name);
    }
    for (const link of body.querySelectorAll<HTMLElement>('a')) link.click();
    expect(alerted()).toBe(false);
  });
  it('the checks see an attack that gets through', () => {
    const made = page();
    made.body.innerHTML = '<p onclick="x()">x</p><img>';
    const names = [...made.body.querySelectorAll('*')].map((e) => e.nodeName);
    expect(names.every((name) => allowed_elements.has(name))).toBe(false);
    expect(allowed_attributes.has('onclick')).toBe(false);
  });
  it('what people write is still there', () => {
    const { body } = draw('# T\n\n* **a** `b`\n\n```c\nint x;\n```\n\n|a|b|\n|-|-|\n|1|2|\n\n'
      + '[site](https://ok.example/a?b=c)');
    expect([...body.children].map((e) => e.nodeName)).toEqual(['H1', 'UL', 'PRE', 'TABLE', 'P']);
    expect(body.querySelector('a')?.dataset['href']).toBe('https://ok.example/a?b=c');
    expect(body.querySelector('a')?.hasAttribute('href')).toBe(false);
  });
  it('a picture from elsewhere becomes a link that says so', () => {
    const { body } = draw('![a cat](https://evil.example/cat.png)');
    expect(body.querySelector('img')).toBeNull();
    expect(body.textContent).toContain('[picture: a cat]');
    expect(body.querySelector('a')?.dataset['href']).toBe('https://evil.example/cat.png');
  });
});

describe('pictures inside messages', () => {
  it('known types with clean data only', () => {
    expect(picture_source('image/png', 'AAAA')).toBe('data:image/png;base64,AAAA');
    for (const [mime, data] of [['image/svg+xml', 'AAAA'], ['text/html', 'AAAA'],
      ['image/png', 'AA"onerror="x'], ['image/png"x', 'AAAA'], ['image/png', '']] as const)
      expect(picture_source(mime, data)).toBeUndefined();
  });
});
