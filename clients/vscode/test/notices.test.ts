// Notices on the desktop: a stand-in for notify-send on the PATH sees what is told, and when.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as vscode from 'vscode';
import { session_of, type happening, type session } from '../src/model/sessions';
import type { acpd } from '../src/ui/acpd';
import { emitter } from '../src/ui/emitter';
import { notices } from '../src/ui/notices';
import { surroundings } from './vscode';

const session = session_of({ sessionId: 's', cwd: '/w', title: 'Fix; it', updatedAt: '',
  _meta: { acpd: { agent: 'codex', state: 'idle' } } }) as session;

describe('notices', () => {
  const was = { ...surroundings }, path_was = process.env['PATH'];
  let folder: string, told: string[];
  const happened = new emitter<happening>((error) => { throw error; });
  const happens = (what: 'finished' | 'failed' | 'needs you') => happened.fire({ what, session });
  const on_desktop = (): string[] => {
    const file = path.join(folder, 'said');
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  };
  new notices({ happened } as unknown as acpd, (id) => surroundings.seen.includes(id));

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'acpd-notices-'));
    fs.writeFileSync(path.join(folder, 'notify-send'),
      `#!/bin/sh\nIFS='|'\necho "$*" >> '${folder}/said'\n`, { mode: 0o755 });
    process.env['PATH'] = `${folder}:${path_was ?? ''}`;
    told = [];
    Object.assign(surroundings, was, { tell: (text: string) => { told.push(text); } });
  });
  afterEach(() => {
    process.env['PATH'] = path_was;
    fs.rmSync(folder, { recursive: true });
  });

  it('without the focus: in the window and on the desktop', async () => {
    for (const what of ['finished', 'failed', 'needs you'] as const) {
      happens(what);
      await vi.waitFor(() => expect(on_desktop().length).toBe(told.length));
    }
    expect(told).toEqual(['Fix; it has finished (codex)', 'Fix; it has failed (codex)',
      'Fix; it needs you (codex)']);
    expect(on_desktop()).toEqual(told.map((text) => `--app-name=acpd|--|acpd|${text}`));
  });
  it('with the focus: in the window, unless the session is seen there', () => {
    surroundings.focused = true;
    happens('finished');
    surroundings.seen = ['s'];
    happens('failed');
    expect(told).toEqual(['Fix; it has finished (codex)']);
  });
  it('the setting says which', async () => {
    surroundings.notices = 'needs you';
    happens('finished');
    happens('needs you');
    surroundings.notices = 'none';
    happens('needs you');
    expect(told).toEqual(['Fix; it needs you (codex)']);
    await vi.waitFor(() => expect(on_desktop()).toHaveLength(1));
  });
  it('beside a remote workspace or behind a browser there is no desktop', async () => {
    surroundings.remoteName = 'ssh-remote';
    happens('finished');
    Object.assign(surroundings, { remoteName: undefined, uiKind: vscode.UIKind.Web });
    happens('failed');
    surroundings.uiKind = vscode.UIKind.Desktop;
    happens('needs you');
    await vi.waitFor(() => expect(on_desktop()).not.toEqual([]));
    expect(on_desktop()).toEqual(['--app-name=acpd|--|acpd|Fix; it needs you (codex)']);
  });
});
