import { describe, expect, it } from 'vitest';
import { feed } from '../src/model/feed';
import { decode, encode, feed_of, whole } from '../src/model/journal';
import { banner_words } from '../src/model/words';
import { chunk, drain, params, state, texts } from './updates';

const seqs = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
const feed_with = (from: number, to: number): feed => {
  const f = new feed();
  for (const seq of seqs(from, to)) f.arrives(params(chunk(`#${seq} `), seq));
  return f;
};
const banner_of = (f: feed) => [...f.talk.rows].find((r) => r.kind === 'banner');

describe('the cursor', () => {
  it('moves when the view has shown it, not when it has arrived', () => {
    const f = feed_with(1, 3);
    expect(f.cursor).toBeUndefined();
    const b = f.next();
    expect(f.cursor).toBeUndefined();
    f.shown(b?.number ?? 0);
    expect(f.cursor).toMatchObject({ epoch: 'e', seq: 3 });
  });
  it('an answer of a view that is gone moves nothing', () => {
    const before = feed_with(1, 1).next();
    const f = feed_with(1, 1);
    f.next();
    f.shown(before?.number ?? 0);
    expect(f.cursor).toBeUndefined();
  });
  it('one batch is on its way at a time, and nothing is lost behind it', () => {
    const f = feed_with(1, 12_000);
    const first = f.next();
    expect(f.next()).toBeUndefined();
    f.shown(first?.number ?? 0);
    expect(f.cursor?.seq).toBeLessThan(12_000);
    drain(f);
    expect(f.cursor?.seq).toBe(12_000);
    expect(texts(f.talk.rows).join('')).toBe(seqs(1, 12_000).map((n) => `#${n} `).join(''));
  });
});

describe('what is written', () => {
  it('nothing, while a batch is on its way', () => {
    const f = feed_with(1, 2);
    f.next();
    expect(f.take_record()).toBeUndefined();
  });
  it('nothing, in the middle of an entry that became two frames', () => {
    const f = feed_with(1, 2);
    f.arrives(params(chunk('first frame of 3')));
    drain(f);
    expect(f.take_record()).toBeUndefined();
    f.arrives(params(chunk('last frame of 3'), 3));
    drain(f);
    expect(f.take_record()?.cursor.seq).toBe(3);
  });
  it('is the conversation up to the cursor, wherever the window is killed', () => {
    let disk = '';
    const f = feed_with(1, 5);
    drain(f);
    disk += encode(f.take_record() ?? never());
    for (const seq of seqs(6, 9)) f.arrives(params(chunk(`#${seq} `), seq));
    f.next();  // given to the page, which never drew it
    expect(f.take_record()).toBeUndefined();
    const again = feed_of(decode(disk) ?? never());
    expect(again.cursor?.seq).toBe(5);
    for (const seq of seqs(6, 9)) again.arrives(params(chunk(`#${seq} `), seq));
    drain(again);
    expect(texts(again.talk.rows).join('')).toBe(seqs(1, 9).map((n) => `#${n} `).join(''));
  });
  it('a torn last line is left out', () => {
    const f = feed_with(1, 2);
    drain(f);
    const first = encode(f.take_record() ?? never());
    f.arrives(params(chunk('#3 '), 3));
    drain(f);
    const second = encode(f.take_record() ?? never());
    const kept = decode(first + second.slice(0, -10));
    expect(kept?.cursor.seq).toBe(2);
    expect(texts(kept?.rows ?? [])).toEqual(['#1 #2 ']);
  });
  it('written anew it says the same', () => {
    const f = feed_with(1, 700);
    drain(f);
    const kept = decode(encode(f.take_record() ?? never())) ?? never();
    expect(decode(whole(kept))).toEqual({ ...kept, lines: 1 });
  });
  it('foreign files are no conversation', () => {
    for (const text of ['', '\n', '{}', '{"v":99,"cursor":{"epoch":"e","seq":1},"rows":[]}\n', '7'])
      expect(decode(text)).toBeUndefined();
  });
  it('a journal with a hole is no conversation', () => {
    const f = feed_with(1, 1);
    drain(f);
    f.take_record();
    f.arrives(params(chunk('x', 'm-2'), 2));
    drain(f);
    expect(decode(encode(f.take_record() ?? never()))).toBeUndefined();
  });
});

describe('coming back', () => {
  const back_at = (seq: number): feed => {
    const f = feed_with(1, seq);
    drain(f);
    return feed_of(decode(encode(f.take_record() ?? never())) ?? never());
  };
  it('what was missed is counted by the log, and stands under the banner', () => {
    const f = back_at(10);
    f.replay_begins();
    for (const seq of seqs(11, 224)) f.arrives(params(chunk(`#${seq} `), seq));
    f.arrives(params(state('running')));
    f.replay_ends({ epoch: 'e', seq: 224 });
    f.arrives(params(chunk('#225 '), 225));
    drain(f);
    expect(banner_of(f)).toMatchObject({ count: 214, after: 10, to: 224, done: true });
    const rows = [...f.talk.rows];
    const at = rows.findIndex((r) => r.kind === 'banner');
    expect(texts(rows.slice(0, at)).join('')).toBe(seqs(1, 10).map((n) => `#${n} `).join(''));
    expect(texts(rows.slice(at)).join('')).toBe(seqs(11, 225).map((n) => `#${n} `).join(''));
  });
  it('states do not count, and frames of one entry count once', () => {
    const f = back_at(1);
    f.replay_begins();
    f.arrives(params(state('running'), 2));
    f.arrives(params(chunk('a')));
    f.arrives(params(chunk('b'), 3));
    f.replay_ends({ epoch: 'e', seq: 3 });
    drain(f);
    expect(banner_of(f)).toMatchObject({ count: 1, to: 3 });
  });
  it('nothing missed: no banner', () => {
    const f = back_at(3);
    f.replay_begins();
    f.arrives(params(state('idle')));
    f.replay_ends({ epoch: 'e', seq: 3 });
    drain(f);
    expect(banner_of(f)).toBeUndefined();
  });
  it('a first visit has missed nothing', () => {
    const f = new feed();
    f.replay_begins();
    f.arrives(params(chunk('a'), 1));
    f.replay_ends({ epoch: 'e', seq: 1 });
    drain(f);
    expect(banner_of(f)).toBeUndefined();
  });
  it('only the newest banner stays', () => {
    const f = back_at(1);
    for (const seq of [2, 3]) {
      f.replay_begins();
      f.arrives(params(chunk(`#${seq} `), seq));
      f.replay_ends({ epoch: 'e', seq });
      drain(f);
    }
    expect([...f.talk.rows].filter((r) => r.kind === 'banner'))
      .toMatchObject([{ after: 2, to: 3 }]);
    expect(texts(f.talk.rows)).toEqual(['#1 ', '#2 ', '#3 ']);
  });
  it('the answer says where the log is, also when its last entries show nothing', () => {
    const f = back_at(3);
    f.replay_begins();
    f.replay_ends({ epoch: 'e', seq: 9 });
    drain(f);
    expect(f.cursor).toMatchObject({ seq: 9 });
    expect(f.arrived_to).toMatchObject({ seq: 9 });
  });
});

describe('the banner\'s words', () => {
  const now = new Date(2026, 10, 22, 19, 0);
  const at = (day: number) => new Date(2026, 10, day, 18, 2).toISOString();
  it('the time today, the day before that', () => {
    expect(banner_words(214, at(22), now)).toBe('replayed 214 updates since 18:02');
    expect(banner_words(1, at(21), now)).toBe('replayed 1 update since 2026-11-21 18:02');
    expect(banner_words(12345, undefined, now)).toBe('replayed 12,345 updates');
  });
});

function never(): never { throw new Error('there should have been something'); }
