import { describe, expect, it } from 'vitest';
import { asked_of, result_of } from '../src/model/inbox';
import { by_folder, description_of, happenings, nothing, overview_after, progress_words, summary,
  type session } from '../src/model/sessions';
import { hits_of, hits_of_all, note_for, state_of, state_of_all } from '../src/model/index_search';
import { blocks_of, edited, place_words, queue_of, unfit_picture } from '../src/model/prompts';
import { age_words, short_age } from '../src/model/words';
import { heights } from '../src/webview/heights';
import { commands_for, trigger_in } from '../src/webview/completion';

const item = (sessionId: string, facts: object = {}, more: object = {}) => ({ sessionId, cwd: '/w',
  updatedAt: '2026-11-22T18:02:11.123Z', ...more,
  _meta: { acpd: { agent: 'codex', state: 'idle', turn: 1, queued: 0, pending: 0, ...facts } } });
const asked = (id: string) => ({ id, sessionId: 's', agent: 'codex', cwd: '/w', turn: 1,
  method: 'session/request_permission', askedAt: '2026-11-22T18:02:11.123Z',
  params: { toolCall: { toolCallId: 'c', title: 'Run make' },
    options: [{ optionId: 'yes', name: 'Allow', kind: 'allow_once' }] } });
const told = (sessions: object[], questions: object[] = []) =>
  overview_after(nothing, { sessions, asked: questions }, true);

describe('sessions', () => {
  it('a reset says everything, a change only what changed', () => {
    const first = told([item('a'), item('b')], [asked('q1')]);
    const next = overview_after(first, { sessions: [item('c')], removed: ['a'],
      asked: [asked('q2')], settled: ['q1'] }, false);
    expect([...next.sessions.keys()]).toEqual(['b', 'c']);
    expect([...next.asked.keys()]).toEqual(['q2']);
    expect(overview_after(next, { removed: ['s'] }, false).asked.size).toBe(0);  // whose it was
    const reset = overview_after(next, { sessions: [item('d')] }, true);
    expect([...reset.sessions.keys()]).toEqual(['d']);
  });
  it('what is busy keeps its place, however often it is updated', () => {
    const order = (a: string, b: string) => by_folder(told([
      item('a', { state: 'running' }, { updatedAt: a }), item('idle', {}),
      item('b', { state: 'requires_action' }, { updatedAt: b })]).sessions.values(), ['/w'])
      .map(([, list]) => list.map((s) => s.id).join());
    expect(order('2026-11-22T18:03:00Z', '2026-11-22T18:04:00Z')).toEqual(['a,b,idle']);
    expect(order('2026-11-22T18:05:00Z', '2026-11-22T18:04:00Z')).toEqual(['a,b,idle']);
  });
  it('what is archived is not in the list, and comes back', () => {
    const first = told([item('a'), item('b', {}, { archived: true })]);
    expect([...first.sessions.keys()]).toEqual(['a']);
    const now = overview_after(first, { sessions: [item('a', {}, { archived: true }),
      item('b', {}, { archived: false })] }, false);
    expect([...now.sessions.keys()]).toEqual(['b']);
  });
  it('what its agent takes in prompts is said once that is known', () => {
    const takes = (facts: object) => told([item('a', facts)]).sessions.get('a')?.takes;
    expect(takes({})).toBeUndefined();
    expect(takes({ prompt: [] })).toEqual([]);
    expect(takes({ prompt: ['image', 'audio'] })).toEqual(['image', 'audio']);
  });
  it('states have people\'s words; what has no name here is unknown', () => {
    const states = ['running', 'requires_action', 'idle', 'interrupted', 'new one'];
    const o = told(states.map((state) => item(state, { state })));
    expect([...o.sessions.values()].map((s) => s.state))
      .toEqual(['running', 'needs you', 'idle', 'interrupted', 'unknown']);
  });
  it('progress is a bar and numbers', () => {
    expect(progress_words({ done: 45, total: 100, unit: 'files' })).toBe('█████░░░░░ 45/100 files');
    expect(progress_words({ done: 0, total: 0, unit: '' })).toBe('0/0');
    expect(progress_words({ done: 12000, total: 12000, unit: 'tests' }))
      .toBe('██████████ 12,000/12,000 tests');
  });
  it('one line for each', () => {
    const s = told([item('a', { state: 'running', queued: 2,
      progress: { done: 1, total: 4, unit: 'files' } })]).sessions.get('a') as session;
    expect(description_of(s)).toBe('running · ███░░░░░░░ 1/4 files · 2 queued · codex');
  });
  it('the status bar says first what needs a person', () => {
    expect(summary(told([item('a', { state: 'running' })], [asked('q')])))
      .toBe('1 needs you, 1 running');
    expect(summary(told([item('a'), item('b')]))).toBe('2 sessions');
  });
  it('the workspace\'s own folder comes first, the newest session on top', () => {
    const o = told([item('old', {}, { updatedAt: '2026-01-01T00:00:00.000Z' }), item('new'),
      item('x', {}, { cwd: '/a' })]);
    const folders = by_folder(o.sessions.values(), ['/w']);
    expect(folders.map(([cwd, list]) => [cwd, list.map((s) => s.id)]))
      .toEqual([['/w', ['new', 'old']], ['/a', ['x']]]);
  });
  it('an age is said in its largest unit', () => {
    const now = new Date('2026-11-22T18:00:00Z');
    const ago = (ms: number) => age_words(new Date(now.getTime() - ms), now);
    expect([0, 59_000, 60_000, 7_200_000, 200_000_000].map(ago)).toEqual(['just now', 'just now',
      '1 minute ago', '2 hours ago', '2 days ago']);
  });
  it('a short one says how long it holds', () => {
    const now = new Date('2026-11-22T18:00:00Z');
    const ago = (ms: number) => short_age(new Date(now.getTime() - ms), now);
    expect(ago(-5000)).toEqual({ text: '', lasts_ms: 60_000 });
    expect(ago(59_000)).toEqual({ text: '', lasts_ms: 1000 });
    expect(ago(60_000)).toEqual({ text: '1 min', lasts_ms: 60_000 });
    expect(ago(7_260_000)).toEqual({ text: '2 h', lasts_ms: 3_540_000 });
    expect(ago(200_000_000)).toEqual({ text: '2 d', lasts_ms: 59_200_000 });
  });
  it('what was seen to happen is news, what was found is not', () => {
    const running = told([item('a', { state: 'running' })]);
    const what = (facts: object) =>
      happenings(running, told([item('a', facts)])).map((h) => h.what);
    expect(what({ state: 'idle', outcome: 'end_turn' })).toEqual(['finished']);
    expect(what({ state: 'idle', outcome: 'error' })).toEqual(['failed']);
    expect(what({ state: 'interrupted' })).toEqual(['failed']);
    expect(what({ state: 'requires_action' })).toEqual(['needs you']);
    expect(what({ state: 'running' })).toEqual([]);
    expect(happenings(nothing, running)).toEqual([]);
  });
  it('a turn that was over before anybody was told that it runs is news, too', () => {
    const idle = told([item('a')]);
    const what = (facts: object) =>
      happenings(idle, told([item('a', facts)])).map((h) => h.what);
    expect(what({ turn: 2, outcome: 'end_turn' })).toEqual(['finished']);
    expect(what({ turn: 2, outcome: 'error' })).toEqual(['failed']);
    expect(what({ outcome: 'end_turn' })).toEqual([]);
    expect(happenings(told([item('a', { state: 'interrupted' })]), idle)).toEqual([]);
  });
  it('so is a new session that is over or asks; one back from the archive is not', () => {
    const what = (facts: object, began: string | undefined) =>
      happenings(nothing, told([item('a', facts)]), began).map((h) => h.what);
    const at = told([item('a')]).sessions.get('a')?.updated_at ?? '', later = `${at}z`;
    expect(what({ turn: 1, outcome: 'refusal' }, at)).toEqual(['failed']);
    expect(what({ turn: 1, state: 'requires_action' }, at)).toEqual(['needs you']);
    expect(what({ turn: 0 }, at)).toEqual([]);
    expect(what({ turn: 1, outcome: 'refusal' }, later)).toEqual([]);
    expect(what({ turn: 1, outcome: 'refusal' }, undefined)).toEqual([]);
  });
});

describe('questions', () => {
  it('a permission of an ACP 1 agent and one of an ACP 2 agent', () => {
    expect(asked_of(asked('q'))).toMatchObject({ kind: 'permission', title: 'Run make',
      choices: [{ id: 'yes', name: 'Allow', kind: 'allow_once' }] });
    const two = { ...asked('q'), params: { title: 'Run it?', description: 'why',
      subject: { type: 'command', command: 'make -j', cwd: '/w' }, options: [] } };
    expect(asked_of(two)).toMatchObject(
      { title: 'Run it?', description: 'why', command: 'make -j' });
  });
  it('a form\'s fields', () => {
    const form = { ...asked('q'), method: 'elicitation/create', params: { message: 'Who?',
      mode: 'form', requestedSchema: { required: ['name'], properties: {
        name: { type: 'string', title: 'Name' }, n: { type: 'integer', minimum: 0 },
        sure: { type: 'boolean', default: true }, color: { type: 'string', enum: ['r', 'g'] },
        many: { type: 'array', items: { anyOf: [{ const: 'a', title: 'A' }] } } } } } };
    expect(asked_of(form)?.fields.map((f) => [f.name, f.type, f.required])).toEqual([
      ['name', 'text', true], ['n', 'integer', false], ['sure', 'boolean', false],
      ['color', 'choice', false], ['many', 'choices', false]]);
  });
  it('answers have the protocol\'s shape', () => {
    expect(result_of({ option: 'yes' }))
      .toEqual({ outcome: { outcome: 'selected', optionId: 'yes' } });
    expect(result_of({ action: 'accept', content: { a: 1 } }))
      .toEqual({ action: 'accept', content: { a: 1 } });
  });
});

describe('prompts', () => {
  const mention = { text: '@a.ts', uri: 'file:///w/a.ts', name: 'a.ts' };
  it('mentions that are still in the text become links', () => {
    const d = { text: 'see @a.ts', mentions: [mention, mention, { ...mention, text: '@gone' }],
      images: [{ name: 'i', mime: 'image/png', data: 'AAAA' }] };
    expect(blocks_of(d)).toEqual([{ type: 'text', text: 'see @a.ts' },
      { type: 'resource_link', uri: 'file:///w/a.ts', name: 'a.ts' },
      { type: 'image', mimeType: 'image/png', data: 'AAAA' }]);
  });
  it('a file that cannot be sent says why', () => {
    const file = (type: string, size: number) => unfit_picture({ name: 'f', type, size });
    expect(file('image/png', 10 << 20)).toBeUndefined();
    expect(file('image/png', (10 << 20) + 1)).toBe('f is not sent: pictures have at most 10 MB.');
    expect(file('image/tiff', 1)).toMatch(/^f is not sent: .* PNG/);
  });
  const link = { type: 'resource_link', uri: 'u', name: 'n' };
  const queue = { queue: [4, 5].map((turn, i) => ({ turn, place: i + 1, own: i === 0, at: '',
    prompt: [{ type: 'text', text: `p${turn}` }, link] })) };
  it('the queue, and an edit that keeps what is no text', () => {
    expect(queue_of(queue)).toEqual([{ turn: 4, place: 1, own: true, text: 'p4\n[n]' },
      { turn: 5, place: 2, own: false, text: 'p5\n[n]' }]);
    expect(edited(queue, 5, 'new')).toEqual([{ type: 'text', text: 'new' }, link]);
  });
  it('places', () => expect([1, 2, 3, 4, 11, 21].map(place_words).join()).toBe(
    ['1st', '2nd', '3rd', '4th', '11th', '21st'].map((p) => `queued: ${p} in line`).join()));
  it('completions begin at a slash or an "@"', () => {
    expect(trigger_in('/te', 3)).toEqual({ kind: '/', from: 0, text: 'te' });
    expect(trigger_in('see @sr', 7)).toEqual({ kind: '@', from: 4, text: 'sr' });
    expect(trigger_in('a@b', 3)).toBeUndefined();
    expect(trigger_in('see /te', 7)).toBeUndefined();
    const found = commands_for([{ name: 'test', description: 'd', hint: 'which' }], 'TE');
    expect(found).toEqual([{ label: '/test', detail: 'd <which>', insert: '/test ' }]);
  });
});

describe('heights of rows', () => {
  it('what was not measured is guessed from what was', () => {
    const all = new heights(50);
    all.length = 4;
    expect(all.total).toBe(200);
    all.set(0, 100);
    all.set(1, 20);
    expect(all.total).toBe(100 + 20 + 60 + 60);
    expect([0, 99, 100, 119, 120, 180, 999].map((offset) => all.at(offset)))
      .toEqual([0, 0, 1, 1, 2, 3, 3]);
  });
  it('grows and keeps what it knows; of nothing it says nothing', () => {
    const all = new heights(10);
    expect([all.total, all.at(5)]).toEqual([0, 0]);
    all.length = 2;
    all.set(1, 30);
    all.length = 3;
    expect(all.top(2)).toBe(60);
    expect(all.total).toBe(90);
  });
  it('rows that show nothing take no room', () => {
    const all = new heights();
    all.length = 3;
    for (const [place, height] of [10, 0, 10].entries()) all.set(place, height);
    expect(all.at(10)).toBe(2);
  });
});

describe('the code index', () => {
  const coverage = (indexed: number, more: object = {}) => ({ indexed, pending: 0, total: 12_000,
    failed: 0, unreadable: 0, complete: true, partial: false, ...more });
  it('a hit is a whole path, its line and its name', () => {
    expect(hits_of({ root: '/w', hits: [{ path: 'a/b.ts', start_line: 3, qname: 'x.y', stale: true,
      kind: 'function', text: 't' }] })).toEqual([{ path: '/w/a/b.ts', shown: 'a/b.ts', line: 3,
      name: 'x.y', kind: 'function', text: 't', stale: true }]);
  });
  it('nothing found is not the same as not indexed yet', () => {
    expect(note_for({ coverage: coverage(12_000) }, 0)).toBe('Nothing found.');
    expect(note_for({ coverage: coverage(4210, { complete: false }), note: 'n' }, 0))
      .toBe('Nothing found so far. Indexing: 4,210/12,000 files. n');
  });
  it('of several folders: the best of each first, and each folder\'s name and state', () => {
    const found = (root: string, ...paths: string[]) => ({ root, hits: paths.map((path) => (
      { path, start_line: 1, text: '' })) });
    const two = [found('/w/a', '1', '2'), found('/w/b', '3')];
    expect(hits_of_all(two, ['a', 'b']).map((hit) => [hit.shown, hit.path])).toEqual(
      [['a/1', '/w/a/1'], ['b/3', '/w/b/3'], ['a/2', '/w/a/2']]);
    expect(hits_of_all(two.slice(0, 1), ['a']).map((hit) => hit.shown)).toEqual(['1', '2']);
    const states = [{ words: '2 files indexed', searchable: true },
      { words: 'off', searchable: false, warning: 'full' }];
    expect(state_of_all(states, ['a', 'b'])).toEqual(
      { words: 'a: 2 files indexed · b: off', searchable: true, warning: 'full' });
    expect(state_of_all(states.slice(0, 1), ['a'])).toEqual(states[0]);
  });
  it('says how fresh it is', () => {
    expect(state_of({ enabled: true, folders: [{ coverage: coverage(12_000) }] }).words)
      .toBe('12,000 files indexed');
    expect(state_of({ coverage: coverage(1, { pending: 2, reason: 'r' }) }))
      .toEqual({ words: 'Indexing: 1/12,000 files', searchable: true, warning: 'r' });
    expect(state_of({ enabled: false }).searchable).toBe(false);
  });
});
