// What editors of the other version see, judged by the official schemas and by what clients hold in
// the end.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { problem_of_notification, variants_of, schemas } from './judge.mjs';
import { line_of, program } from './program.mjs';
import { hunks_of, shown } from './shown.mjs';
import {
  all_updates,
  all_v2_updates,
  dice,
  transcript_updates,
  v1_conversation,
  v2_conversation,
} from './updates.mjs';

const render = new program();
after(() => render.end());

const everything = { notices: true, compaction: true, booleans: true, subagents: true };
const lines = (updates) => updates.map((u) => line_of(u));
const entries = (from, all) => all.map((line, i) => ({ from, line, id: `m${i + 1}` }));
const frames = (all) => all.flat().map((f) => f.frame);
const updates_of = (all) =>
  frames(all)
    .filter((f) => f.method === 'session/update')
    .map((f) => f.params.update);
const runs = Number(process.env.ACPD_RUNS ?? 60);

function assert_valid(version, all) {
  for (const f of frames(all))
    assert.equal(problem_of_notification(version, f), undefined, JSON.stringify(f));
}

test('the updates that are tested with have every variant of their version', () => {
  for (const [version, list] of [
    [1, all_updates(() => ({ type: 'text', text: 'x' }))],
    [2, all_v2_updates()],
  ]) {
    const names = new Set(list.map((u) => u.sessionUpdate));
    assert.deepEqual(
      variants_of(version, schemas).filter((v) => !names.has(v)),
      [],
    );
    if (version === 1)
      lines(list).forEach((l) => assert.equal(problem_of_notification(1, l), undefined));
  }
});

test('v1 updates for a v2 editor are valid, and none is lost', async () => {
  const all = [...lines(all_updates(() => ({ type: 'text', text: 'x' }))), ...transcript_updates()];
  const shown_frames = await render.render(2, entries(1, all));
  assert_valid(2, shown_frames);
  shown_frames.forEach((f, i) => assert.equal(f.length, 1, JSON.stringify(all[i])));
});

test('v2 updates for a v1 editor are valid, whatever it can do', async () => {
  for (const view of [{}, everything]) {
    const given = await render.render(1, entries(2, lines(all_v2_updates())), { view });
    assert_valid(1, given);
    assert.ok(frames(given).length > 25);
  }
});

test('the same version passes byte for byte, unknown variants too', async () => {
  for (const [v, list] of [[1, transcript_updates()], [2, lines(all_v2_updates())]])
    assert.deepEqual(frames(await render.render(v, entries(v, list))), list);
});

test('conversations made by dice are valid in the other version', async () => {
  for (let seed = 1; seed <= runs; ++seed) {
    assert_valid(2, await render.render(2, entries(1, lines(v1_conversation(dice(seed), 40)))));
    assert_valid(
      1,
      await render.render(1, entries(2, lines(v2_conversation(dice(seed), 40))), {
        view: everything,
      }),
    );
  }
});

test('v1 → v2 → v1 shows the same conversation', async () => {
  for (let seed = 1; seed <= runs; ++seed) {
    const said = v1_conversation(dice(seed), 40, false); // v1 has no way back to a call's beginning
    const there = updates_of(await render.render(2, entries(1, lines(said))));
    const back = updates_of(await render.render(1, entries(2, lines(there)), { view: everything }));
    assert.deepEqual(shown(there, 2), shown_in_hunks(said, there), `seed ${seed}, there`);
    assert.deepEqual(shown(back, 1), shown(there, 2), `seed ${seed}, back`);
  }
});

/** What v1 said, its diffs replaced by the hunks of the patches made of them, after these were
 * applied. */
function shown_in_hunks(said, there) {
  const patched = said.map((u, i) => {
    if (!Array.isArray(u.content)) return u;
    return { ...u, content: u.content.flatMap((item, n) => {
      if (item.type !== 'diff') return [item];
      const diff = there[i].content[n];
      assert.equal(applied(item.oldText ?? '', diff.patch?.text ?? ''), item.newText);
      return hunks_of(diff.patch?.text ?? '').map((h) => ({
        type: 'diff',
        path: item.path,
        oldText: h.before,
        newText: h.after,
      }));
    }) };
  });
  return shown(patched, 1);
}

/** A patch applied by looking for each hunk's old side where its header says. */
function applied(before, patch) {
  const old = before.split(/(?<=\n)/).filter(Boolean);
  const starts = [...patch.matchAll(/^@@ -(\d+)(?:,(\d+))?/gm)].map((m) =>
    m[2] === '0' ? Number(m[1]) : Number(m[1]) - 1,
  );
  let out = ''; let at = 0;
  hunks_of(patch).forEach((h, i) => {
    out += old.slice(at, starts[i]).join('');
    const size = h.before.split(/(?<=\n)/).filter(Boolean).length;
    assert.equal(old.slice(starts[i], starts[i] + size).join(''), h.before);
    out += h.after; at = starts[i] + size;
  });
  return out + old.slice(at).join('');
}

test('v2 → v1 → v2 shows the same conversation where v1 can say it', async () => {
  for (let seed = 1; seed <= runs; ++seed) {
    const said = v2_conversation(dice(seed), 40, true);
    const there = updates_of(await render.render(1, entries(2, lines(said)), { view: everything }));
    const back = updates_of(await render.render(2, entries(1, lines(there))));
    assert.deepEqual(shown(there, 1), shown(back, 2), `seed ${seed}`);
    assert.deepEqual(shown(back, 2), shown(said, 2), `seed ${seed}`);
  }
});

test('a renderer primed with the entries before shows the rest as one that showed them all',
  async () => {
  for (let seed = 1; seed <= Math.ceil(runs / 6); ++seed) {
    for (const [from, to, talk] of [
      [1, 2, v1_conversation],
      [2, 1, v2_conversation],
    ]) {
      const all = entries(from, lines(talk(dice(seed), 24))).map((e, i) => ({
        ...e,
        turn: 1 + Math.floor(i / 8),
      }));
      const whole = await render.render(to, all, { view: everything });
      for (let split = 1; split < all.length; ++split) {
        const rest = await render.render(to, all, { view: everything, prime: split });
        assert.deepEqual(
          rest.slice(split),
          whole.slice(split),
          `seed ${seed}, v${from} → v${to}, split at ${split}`,
        );
      }
    }
  }
});

test('what is carried over a turn makes a new renderer go on as the old one', async () => {
  for (let seed = 1; seed <= runs; ++seed) {
    const all = entries(2, lines(v2_conversation(dice(seed), 30)));
    const [before, later] = [all.slice(0, 20), all.slice(20).map((e) => ({ ...e, turn: 2 }))];
    const cursor = render.cursor();
    await render.render(1, before, { cursor, view: everything });
    const carried = (await render.order({ do: 'carried', cursor })).map((line) => ({
      from: 2,
      line,
      turn: 2,
    }));
    const expected = await render.render(1, later, { cursor, view: everything });
    const made = await render.render(1, [...carried, ...later], {
      view: everything,
      prime: carried.length,
    });
    assert.deepEqual(made.slice(carried.length), expected, `seed ${seed}`);
  }
});

test('a frame that may be skipped is followed by one that says as much', async () => {
  for (let seed = 1; seed <= runs; ++seed) {
    const all = await render.render(1, entries(2, lines(v2_conversation(dice(seed), 60))), {
      view: everything,
    });
    const flat = all.flat();
    const kept = flat.filter(
      (f, i) => f.replacedBy === 0 || !flat.slice(i + 1).some((g) => g.replacedBy === f.replacedBy),
    );
    const end = (list) =>
      shown(
        list
          .map((f) => f.frame)
          .filter((f) => f.method === 'session/update')
          .map((f) => f.params.update),
        1,
      );
    assert.deepEqual(end(kept), end(flat), `seed ${seed}`);
  }
});
