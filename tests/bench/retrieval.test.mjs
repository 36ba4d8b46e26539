// The retrieval benchmark's own command, on a small generated repository whose answers are known.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { root } from '../lib/world.mjs';

const subjects = ['parse invoice totals', 'rotate encryption keys', 'throttle outgoing mail',
  'resample audio frames', 'balance worker queues', 'merge calendar events'];
const name_of = (subject) => subject.replaceAll(' ', '_');
const doc_of = (subject) => `"""Will ${subject} as the caller asks."""`;

describe('tests/bench/retrieval', { timeout: 900_000 }, () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'acpd-retrieval-'));
  const repo = path.join(dir, 'repo'), queries = path.join(dir, 'queries');
  const git = (...args) => execFileSync('git', ['-C', repo, '-c', 'user.name=t', '-c',
    'user.email=t@example.org', ...args], { encoding: 'utf8' }).trim();
  const write = (file, records) => {
    const lines = records.map((r) => JSON.stringify(r) + '\n');
    fs.writeFileSync(path.join(queries, file), lines.join(''));
  };
  after(() => fs.rmSync(dir, { recursive: true, force: true }));

  before(() => {
    for (const folder of [repo, queries]) fs.mkdirSync(folder);
    const [docs, commits, masks] = [[], [], []];
    for (const [i, subject] of subjects.entries()) {
      const file = `m${i}.py`, about = { repo: 'small', lang: 'python' };
      const head = `import m${(i + 1) % subjects.length}\n\n\ndef ${name_of(subject)}(x):\n    `;
      fs.writeFileSync(path.join(repo, file), `${head}${doc_of(subject)}\n    return x\n`);
      masks.push({ repo: 'small', path: file,
        ranges: [[head.length, head.length + doc_of(subject).length]] });
      commits.push({ id: `c${i}`, ...about, task: 'commit', query: `Fix how we ${subject}`,
        gold: [{ path: file }] });
      docs.push({ id: `d${i}`, ...about, task: 'doc', query: `Will ${subject} as the caller asks`,
        gold: [{ path: file, name: name_of(subject), start_line: 4, end_line: 6 }] });
    }
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'all');
    write('commit.jsonl', commits);
    write('doc.jsonl', docs);
    write('masks.jsonl', masks);
    fs.writeFileSync(path.join(queries, 'repositories.json'),
      JSON.stringify({ small: { commit: git('rev-parse', 'HEAD'), endings: ['.py'] } }));
  });
  const run = (...args) =>
    execFileSync(path.join(root, 'tests/bench/retrieval'), ['--queries', queries, ...args],
      { encoding: 'utf8', env: { ...process.env, ACPD_RETRIEVAL_TREES: path.join(dir, 'trees') } });

  it('prints the table, and what is easy is found', () => {
    const table = run(`small=${path.join(repo, '.git')}`);
    const rows = table.split('\n').filter((line) => line.startsWith('small '));
    const [own, files, terms] = rows.map((row) => row.trim().split(/ +/).slice(1).map(Number));
    assert.deepEqual(own, [1, 1, 1, 1], table);
    for (const other of [files, terms]) assert.equal(other.length, 2, table);
    const masked = fs.readFileSync(path.join(dir, 'trees/masked/small/m0.py'), 'utf8');
    assert.doesNotMatch(masked, /as the caller asks/);
    assert.match(masked, /def parse_invoice_totals/);
  });
});
