// Real agents through acpd, with a scripted model: a turn with an edit and a shell command, a
// client that vanishes in mid-turn, kill -9 of the agent and a restart. Opt-in: tests/run
// --real-agents.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { poll } from '../lib/until.mjs';
import { read_log } from '../crash/log.mjs';
import { agents, install } from './setup.mjs';
import { stage } from './stage.mjs';

const text_of = (updates) => updates.filter((u) => u.update.sessionUpdate === 'agent_message_chunk')
  .map((u) => u.update.content.text).join('');

const flows = {
  async 'a turn with one edit and one shell command'(s) {
    const editor = await s.editor();
    const id = await s.session(editor);
    const answer = await editor.prompt(id, 'SCENARIO:edit please');
    assert.equal(answer.result?.stopReason, 'end_turn', JSON.stringify(answer));
    assert.match(fs.readFileSync(path.join(s.place.cwd, 'note.txt'), 'utf8'), /alpha beta/);
    assert.match(fs.readFileSync(path.join(s.place.cwd, 'shell.txt'), 'utf8'), /shell-ran/);
    assert.match(text_of(editor.updates), /Done: note.txt written and checked/);
  },
  async 'a turn with a search in the code index'(s) {
    const file = path.join(s.place.cwd, 'numbers.py');
    fs.writeFileSync(file, 'def secret_number(seed):\n    return seed * 42\n');
    const editor = await s.editor();
    const id = await s.session(editor);
    const answer = await editor.prompt(id, 'SCENARIO:search please');
    assert.equal(answer.result?.stopReason, 'end_turn', JSON.stringify(answer));
    const calls = editor.updates.filter((u) => /^tool_call/.test(u.update.sessionUpdate));
    const told = JSON.stringify(calls);
    assert.match(told, /code_search/);
    assert.match(told, /numbers\.py:1-2 {2}function secret_number/);
    assert.match(text_of(editor.updates), /Found it/);
  },
  async 'a client that vanishes in mid-turn'(s) {
    const first = await s.editor();
    const id = await s.session(first);
    first.prompt(id, 'SCENARIO:slow please');
    await first.until(() => /two/.test(text_of(first.updates)), 'the text to run', 60_000);
    await first.kill();
    const last = first.updates.at(-1)._meta;
    const second = await s.editor();
    const end = await poll(
      async () => (await read_log(second, id)).find((e) => e.kind === 'turn_ended'),
      'the turn to end',
      60_000,
    );
    assert.match(JSON.stringify(end), /end_turn/);
    await s.load(second, id, {
      _meta: { 'acpd/replayFrom': { epoch: last['acpd/epoch'], seq: last['acpd/seq'] + 1 } },
    });
    assert.match(
      text_of([...first.updates, ...second.updates]),
      /one two three .* nineteen twenty/s,
    );
  },
  async 'kill -9 of the agent, and a restart'(s) {
    const editor = await s.editor();
    const id = await s.session(editor);
    const running = editor.prompt(id, 'SCENARIO:sleep please');
    await editor.until(
      () => editor.updates.some((u) => /tool_call/.test(u.update.sessionUpdate)),
      'the shell command',
      60_000,
    );
    for (const pid of s.agent_pids()) process.kill(pid, 'SIGKILL');
    const answer = await running;
    assert.equal(answer.error?.code, -32603, JSON.stringify(answer));
    await poll(
      () => !s.place.processes().some((p) => p.args.join(' ').includes('slow.sh')),
      "the agent's children to end",
    );
    const again = await editor.prompt(id, 'SCENARIO:hello please');
    assert.equal(again.result?.stopReason, 'end_turn', JSON.stringify(again));
    await editor.until(
      () => /Hello from the scripted model/.test(text_of(editor.updates)),
      'the new process',
    );
  },
};

for (const name of Object.keys(agents)) {
  const missing = install(name);
  describe(name, () => {
    for (const [what, flow] of Object.entries(flows))
      test(what, { timeout: 180_000, skip: missing && `SKIPPED: ${missing}` }, async () => {
        const s = await stage.open(name);
        try {
          await flow(s);
        } catch (error) {
          error.message += `\n${s.place.traces()}`;
          throw error;
        } finally {
          await s.end();
        }
      });
  });
}
