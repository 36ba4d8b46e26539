// What the agent asks: permissions, elicitations, files, terminals.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

const never = () => new Promise(() => {});

export function asking_flows(test, rig) {
  test('a permission is asked, answered, and the agent told', async () => {
    const [editor, id] = await rig.session();
    let asked;
    editor.on_permission = (params) => {
      asked = params;
      return { outcome: { outcome: 'selected', optionId: 'yes' } };
    };
    await editor.prompt(id, 'permission make all');
    assert.equal(asked.sessionId, id);
    assert.equal(asked.toolCall.title, 'Run make all');
    assert.deepEqual(
      asked.options.map((o) => o.kind),
      ['allow_once', 'allow_always', 'reject_once'],
    );
    await editor.until(() => editor.said('permission: selected yes'), 'the outcome');
    await editor.leave();
  });

  test('a cancel with an open permission: the agent is told "cancelled"', async () => {
    const [editor, id] = await rig.session();
    let answer_permission;
    editor.on_permission = () =>
      new Promise((resolve) => {
        answer_permission = resolve;
        editor.emit('moved');
      });
    const answer = editor.prompt(id, 'permission');
    await editor.until(() => answer_permission, 'the question');
    await editor.notify('session/cancel', { sessionId: id });
    answer_permission({ outcome: { outcome: 'cancelled' } });
    assert.equal((await answer).stopReason, 'cancelled');
    await editor.until(() => editor.said('permission: cancelled'), 'the outcome');
    await editor.leave();
  });

  test('two editors: both are asked, the first answer wins, the other question is withdrawn', async () => {
    const [first, id] = await rig.session();
    const second = await rig.started();
    await second.request('session/load', { sessionId: id, cwd: rig.world.cwd, mcpServers: [] });
    let answer_second,
      asked_first = false;
    first.on_permission = () => {
      asked_first = true;
      first.emit('moved');
      return never();
    };
    second.on_permission = () =>
      new Promise((resolve) => {
        answer_second = resolve;
        second.emit('moved');
      });
    const answer = first.prompt(id, 'permission');
    await first.until(() => asked_first, 'the first editor to be asked');
    await second.until(() => answer_second, 'the second editor to be asked');
    answer_second({ outcome: { outcome: 'selected', optionId: 'no' } });
    await answer;
    await first.until(() => first.withdrawn === 1, '$/cancel_request to the first editor');
    await second.until(() => second.said('permission: selected no'), 'the outcome at the second');
    assert.equal(second.withdrawn, 0);
    await first.leave();
    await second.leave();
  });

  test('a question with nobody attached waits and is asked on the next attach', async () => {
    const [first, id] = await rig.session();
    let asked = false;
    first.on_permission = () => {
      asked = true;
      first.emit('moved');
      return never();
    };
    // this editor leaves before the answer
    first.prompt(id, 'permission; say settled').catch(() => {});
    await first.until(() => asked, 'the question');
    await first.leave();
    const second = await rig.started();
    await second.request('session/load', { sessionId: id, cwd: rig.world.cwd, mcpServers: [] });
    await second.until(
      () => second.said('permission: selected yes') && second.said('settled'),
      'the turn to go on',
    );
    await second.leave();
  });

  test('a question that the agent withdraws is withdrawn from the editor', async () => {
    fs.rmSync(rig.world.gate, { force: true });
    const [editor, id] = await rig.session();
    let asked = false;
    editor.on_permission = () => { asked = true; editor.emit('moved'); return never(); };
    const answer = editor.prompt(id, 'withdraw');
    await editor.until(() => asked, 'the question');
    fs.writeFileSync(rig.world.gate, '');
    await editor.until(() => editor.withdrawn === 1, '$/cancel_request');
    assert.equal((await answer).stopReason, 'end_turn');
    await editor.leave();
  });

  test('elicitation by form and by url', async () => {
    const [editor, id] = await rig.session();
    await editor.prompt(id, 'elicitation form; elicitation url');
    await editor.until(
      () => editor.texts().filter((t) => t.includes('elicitation: accept')).length === 2,
      'both answers',
    );
    assert.ok(editor.said('{"name":"Ada","count":2}'));
    await editor.until(() => editor.completed.length === 1, 'elicitation/complete');
    await editor.leave();
  });

  test('files go through the editor that has the capability', async () => {
    const [editor, id] = await rig.session();
    const wrote = [];
    editor.on_write = (params) => { wrote.push(params); return {}; };
    const file = path.join(rig.world.cwd, 'open.txt');
    await editor.prompt(id, `fs read ${file}; fs write ${file} new text`);
    await editor.until(
      () => editor.said(`read: unsaved text of ${file}`) && editor.said('wrote:'),
      'both answers',
    );
    assert.equal(wrote[0].content, 'new text');
    await editor.leave();
  });

  test('files without such an editor: the disk, inside the session\'s folders', async () => {
    const [editor, id] = await rig.session({});
    const file = path.join(rig.world.cwd, 'disk.txt');
    fs.writeFileSync(file, 'on disk');
    await editor.prompt(id, `fs read ${file}; fs write ${file} changed; fs read /etc/hostname`);
    await editor.until(
      () => editor.said('/etc/hostname') || editor.said('fs/read_text_file failed'),
      'the refusal',
    );
    assert.ok(editor.said('read: on disk'));
    assert.equal(fs.readFileSync(file, 'utf8'), 'changed');
    assert.ok(editor.said('fs/read_text_file failed'), 'outside cwd is refused');
    await editor.leave();
  });

  test('terminals run under the shim', async () => {
    const [editor, id] = await rig.session();
    await editor.prompt(id, 'terminal sh -c echo${IFS}from-$FROM\n terminal --kill sleep 1000');
    await editor.until(
      () => editor.texts().filter((t) => t.includes('terminal: ')).length === 2,
      'both terminals',
    );
    assert.ok(editor.said('exit 0 output "from-scripted\\n"'));
    assert.ok(
      editor.said('exit SIGKILL') || editor.said('exit SIGTERM'),
      editor.texts().join('\n'),
    );
    await editor.leave();
  });
}
