import { describe, expect, it } from 'vitest';
import { is_inside, link_policy, normal } from '../src/model/paths';
import { html_of } from '../src/ui/page';

describe('links', () => {
  it.each([
    ['https://ok.example/x', 'open'],
    ['http://ok.example/x', 'ask'],
    ['mailto:a@b.example', 'ask'],
    ['https://bank.example@evil.example/', 'ask'],
    ['file:///etc/passwd', 'file'],
    ['file://server/share', 'never'],
    ['javascript:alert(1)', 'never'],
    ['JAVASCRIPT:alert(1)', 'never'],
    ['data:text/html,x', 'never'],
    ['command:workbench.action.terminal.new', 'never'],
    ['vscode://x/y', 'never'],
    ['vscode-insiders:x', 'never'],
    ['ssh://host', 'never'],
    ['relative/path', 'never'],
    ['', 'never'],
  ] as const)('%s: %s', (href, policy) => expect(link_policy(href)).toBe(policy));
});

describe('paths', () => {
  it.each([
    ['/w/a.txt', true], ['/w', true], ['/w/./b/../a', true], ['/w2/a', false], ['/', false],
    ['/w/../etc/passwd', false], ['/w/a/../../w2/x', false], ['/etc/passwd', false],
  ] as const)('%s inside of /w: %s', (path, inside) => {
    expect(is_inside(path, ['/w'])).toBe(inside);
  });
  it('no folder, nothing inside', () => expect(is_inside('/w/a', [])).toBe(false));
  it('is made plain', () => expect(normal('/a//b/./../c/')).toBe('/a/c'));
});

describe('the page', () => {
  const page = () => html_of('conversation', 'run()', 'p { }');
  const policy_of = (html: string) => /Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
  it('allows nothing but its own script and style, and pictures from messages', () => {
    const html = page();
    const parts = Object.fromEntries(policy_of(html).split('; ').map((part) => {
      const [name, ...sources] = part.split(' ');
      return [name, sources];
    })) as Record<string, string[]>;
    const nonce = /<script nonce="([^"]+)"/.exec(html)?.[1] ?? '';
    expect(nonce).toMatch(/^[A-Za-z0-9+/]{22}==$/);
    expect(parts).toEqual({ 'default-src': ["'none'"], 'script-src': [`'nonce-${nonce}'`],
      'style-src': [`'nonce-${nonce}'`], 'img-src': ['data:'], 'form-action': ["'none'"],
      'base-uri': ["'none'"] });
  });
  it('loads nothing: script and style stand in it', () => {
    expect(page()).not.toMatch(/\b(src|href)=/);
  });
  it('has a fresh nonce each time', () => {
    const nonces = [page(), page(), page()].map((html) => /nonce-([^']+)'/.exec(html)?.[1]);
    expect(new Set(nonces).size).toBe(3);
  });
});
