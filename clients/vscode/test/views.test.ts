// Views among clicks, pages and answers that overtake each other.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { commands } from 'vscode';
import type { sent, to_view } from '../src/model/messages_between';
import { nothing, overview_after } from '../src/model/sessions';
import type { acpd } from '../src/ui/acpd';
import { conversation_views } from '../src/ui/conversation_views';
import { emitter } from '../src/ui/emitter';
import { session_tree } from '../src/ui/session_tree';
import { chunk, params, texts } from './updates';

const item = (sessionId: string, state = 'idle') => ({ sessionId, cwd: '/w', title: sessionId,
  updatedAt: '2026-11-22T18:02:11.123Z', _meta: { acpd: { agent: 'codex', state, turn: 1 } } });

/** An acpd that answers each resume with three updates, and remembers what it was asked. */
function fake_acpd() {
  const throws = (error: unknown) => { throw error; };
  const asked: { method: string; session: string; prompt?: unknown }[] = [];
  const prompts: (() => void)[] = [];
  const made = {
    overview: overview_after(nothing, { sessions: [item('a'), item('b'), item('c')] }, true),
    up: true, link: { state: 'up' as const }, missing: false, takes_images: true,
    changed: new emitter<void>(throws), updated: new emitter<object>(throws),
    attached: new emitter<object>(throws), state: new emitter<object>(throws),
    connected: new emitter<void>(throws),
    notify: () => {},
    async request(method: string, said: { sessionId: string; prompt?: unknown }) {
      const session = said.sessionId;
      asked.push({ method, session, ...('prompt' in said && { prompt: said.prompt }) });
      await Promise.resolve();
      if (method === 'session/prompt') await new Promise<void>((done) => { prompts.push(done); });
      if (method !== 'session/resume') return {};
      for (const seq of [1, 2, 3])
        made.updated.fire({ session, params: params(chunk(`${session}${seq} `), seq) });
      made.attached.fire({ session, cursor: { epoch: 'e', seq: 3 } });
      return {};
    },
  };
  const attached = () => asked.reduce<string[]>((all, { method, session }) =>
    method === 'session/resume' ? [...all, session]
      : method === '_acpd/session/detach' ? all.filter((one) => one !== session) : all, []);
  return { acpd: made as unknown as acpd, fake: made, asked, attached, prompts };
}

/** The side bar's page: shows what it is told, and answers as the real one does. */
function fake_side() {
  const got: to_view[] = [];
  let tell: (message: sent) => void = () => {}, shown: string | undefined, rows: string[] = [];
  const take = (message: to_view): void => {
    got.push(message);
    if (message.type !== 'open' && message.type !== 'batch') return;
    if (message.type === 'open') {
      shown = message.header.session;
      rows = [];
    }
    for (const { place, row } of message.rows) rows[place] = texts([row]).join('');
    if (message.type === 'batch') tell({ type: 'shown', number: message.number,
      ...(shown !== undefined && { of: shown }) });
  };
  const webview = { options: {}, html: '', postMessage: (message: to_view) => {
    queueMicrotask(() => take(message));
    return Promise.resolve(true);
  }, onDidReceiveMessage: (to: typeof tell) => {
    const before = tell;
    tell = (message) => { before(message); to(message); };
  } };
  const side = { webview, visible: true, title: '', onDidDispose: () => {},
    onDidChangeVisibility: () => {} };
  return { side, got, says: (message: sent) => tell(message),
    sees: () => ({ session: shown, text: rows.join('') }) };
}

describe('the side bar', () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'acpd-views-'));
    fs.mkdirSync(path.join(folder, 'build'));
    for (const name of ['webview.js', 'webview.css'])
      fs.writeFileSync(path.join(folder, 'build', name), '');
  });
  let open: conversation_views | undefined;
  afterEach(async () => {
    await open?.flush();
    fs.rmSync(folder, { recursive: true });
  });
  const rig = async () => {
    const daemon = fake_acpd(), page = fake_side(), uri = { fsPath: folder };
    const views = new conversation_views(daemon.acpd,
      { storageUri: uri, extensionUri: uri } as never, () => {});
    open = views;
    await views.resolveWebviewView(page.side as never);
    return { ...daemon, ...page, views };
  };
  const view_file = (session: string) => {
    const file = path.join(folder, 'conversations', `${session}.view.json`);
    return JSON.parse(fs.readFileSync(file, 'utf8')) as { draft: { text: string } };
  };
  const draft = (text: string) => ({ text, mentions: [], images: [] });

  it('a click while the page is still coming opens once, and nothing is there twice', async () => {
    const r = await rig();
    const click = r.views.show('a');
    r.says({ type: 'ready' });
    await click;
    r.says({ type: 'ready' });
    await vi.waitFor(() => expect(r.sees()).toEqual({ session: 'a', text: 'a1 a2 a3 ' }));
    expect(r.attached()).toEqual(['a']);
    r.fake.updated.fire({ session: 'a', params: params(chunk('a4 '), 4) });
    await vi.waitFor(() => expect(r.sees().text).toBe('a1 a2 a3 a4 '));
  });
  it('at rest no timer runs: what was shown is written, and then nothing waits', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout'] });
    try {
      const r = await rig();
      r.says({ type: 'ready' });
      await r.views.show('a');
      await vi.waitFor(() => expect(r.sees().text).toBe('a1 a2 a3 '));
      vi.advanceTimersByTime(1000);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
  it('of many clicks the last is what is shown, and nothing else is attached', async () => {
    const r = await rig();
    await Promise.all(['a', 'b', 'a', 'c', 'b'].map((session) => r.views.show(session)));
    await vi.waitFor(() => expect(r.sees()).toEqual({ session: 'b', text: 'b1 b2 b3 ' }));
    expect(r.attached()).toEqual(['b']);
  });
  it('what was typed for one session is kept and sent for it, not for the next', async () => {
    const r = await rig();
    await r.views.show('a');
    await r.views.show('b');
    r.says({ type: 'draft', draft: draft('for a'), of: 'a' });
    r.says({ type: 'prompt', draft: draft('do it'), now: false, of: 'a' });
    r.says({ type: 'draft', draft: draft('for b'), of: 'b' });
    r.says({ type: 'draft', draft: draft('more for a'), of: 'a' });
    await r.views.flush();
    await vi.waitFor(() => expect(view_file('a').draft.text).toBe('more for a'));
    expect(view_file('b').draft.text).toBe('for b');
    expect(r.asked.filter(({ method }) => method === 'session/prompt'))
      .toMatchObject([{ session: 'a' }]);
  });
  it('a prompt\'s answer changes nothing where another session is shown', async () => {
    const r = await rig();
    await r.views.show('a');
    r.says({ type: 'prompt', draft: draft('long'), now: false, of: 'a' });
    await r.views.show('b');
    await vi.waitFor(() => expect(r.sees().session).toBe('b'));
    await vi.waitFor(() => expect(r.prompts).toHaveLength(1));
    const told = r.got.length;
    r.prompts[0]?.();
    await new Promise((resolve) => { setImmediate(resolve); });
    expect(r.got.slice(told).filter(({ type }) => type === 'queue')).toEqual([]);
  });
  it('back at a session whose prompt is on its way, it is not called lost', async () => {
    const r = await rig();
    await r.views.show('a');
    r.says({ type: 'prompt', draft: draft('long'), now: false, of: 'a' });
    await r.views.show('b');
    await r.views.show('a');
    const opened = await vi.waitFor(() => {
      const last = r.got.filter((message) => message.type === 'open').at(-1);
      expect(last?.header.session).toBe('a');
      return last;
    });
    expect(opened?.unsent).toMatchObject([{ text: 'long' }]);
    expect(opened?.unsent[0]?.failed).toBeUndefined();
  });
});

describe('the tree', () => {
  it('a row that was drawn before opens its session; one that is gone runs nothing', async () => {
    const { acpd, fake } = fake_acpd();
    const opened: unknown[] = [];
    const open = commands.registerCommand('acpd.openSession', (id: unknown) => opened.push(id));
    const tree = new session_tree(acpd);
    fake.changed.fire();
    const first = tree.getChildren().flatMap((node) => tree.getChildren(node))
      .map((node) => tree.getTreeItem(node).command);
    expect(first.map((command) => command?.arguments)).toEqual([undefined, undefined, undefined]);
    fake.overview = overview_after(fake.overview,
      { sessions: [item('a', 'running'), item('d')], removed: ['c'] }, false);
    fake.changed.fire();
    for (const command of first) await commands.executeCommand(command?.command ?? '');
    expect(opened.sort()).toEqual(['a', 'b']);
    tree.dispose();
    open.dispose();
  });
  it('an age goes on while it is seen, and nothing waits while it is not', () => {
    vi.useFakeTimers({ now: new Date('2026-11-22T19:02:00Z') });
    try {
      const { acpd, fake } = fake_acpd();
      const tree = new session_tree(acpd);
      const view = { visible: true, onDidChangeVisibility: (told: () => void) => {
        changed = told;
        return { dispose: () => {} };
      } };
      let changed = () => {};
      tree.shown_in(view as never);
      fake.changed.fire();
      const line = () => tree.getTreeItem(tree.getChildren().flatMap((node) =>
        tree.getChildren(node))[0] as never).description;
      expect(line()).toBe('idle · codex · 59 min');
      expect(vi.getTimerCount()).toBe(1);
      vi.advanceTimersToNextTimer();
      expect(line()).toBe('idle · codex · 1 h');
      view.visible = false;
      changed();
      expect(vi.getTimerCount()).toBe(0);
      view.visible = true;
      vi.setSystemTime(new Date('2026-11-22T21:02:12Z'));
      changed();
      expect(line()).toBe('idle · codex · 3 h');
      tree.dispose();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
