import { describe, expect, it, vi } from 'vitest';
import { is_inside, link_policy, normal } from '../src/model/paths';

vi.mock('vscode', () => ({ Uri: {} }));

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
  const fill = async () => {
    const { fill } = await import('../src/ui/page');
    const vscode = await import('vscode');
    const uri = vscode.Uri as unknown as Record<string, unknown>;
    uri['joinPath'] = (base: string, ...rest: string[]) => [base, ...rest].join('/');
    const webview = { cspSource: 'https://own.example', html: '', options: {},
      asWebviewUri: (file: string) => `https://own.example/${file}` };
    fill(webview as never, 'ext' as never, 'conversation');
    return webview;
  };
  it('allows nothing but its own script and style, and pictures from messages', async () => {
    const { html, options } = await fill();
    const policy = /content="([^"]*)"/.exec(html)?.[1] ?? '';
    const parts = Object.fromEntries(policy.split('; ').map((part) => {
      const [name, ...sources] = part.split(' ');
      return [name, sources];
    })) as Record<string, string[]>;
    expect(parts['default-src']).toEqual(["'none'"]);
    expect(parts['script-src']).toHaveLength(1);
    expect(parts['script-src']?.[0]).toMatch(/^'nonce-[A-Za-z0-9+/]{22}=='$/);
    expect(parts['style-src']).toEqual(['https://own.example']);
    expect(parts['img-src']).toEqual(['data:']);
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(options).toEqual({ enableScripts: true, localResourceRoots: ['ext/build'] });
  });
  it('has a fresh nonce each time', async () => {
    const nonce = async () => /nonce-([^']+)'/.exec((await fill()).html)?.[1];
    const all = [await nonce(), await nonce(), await nonce()];
    expect(new Set(all).size).toBe(3);
  });
});
