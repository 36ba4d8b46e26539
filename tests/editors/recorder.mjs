#!/usr/bin/env node
// What an editor under measurement starts as its agent: `acpctl connect` behind it gets every byte,
// the end of stdin and each signal, and this notes them, one a line. It stays when the bridge
// ended, until it is killed: so a second signal is seen too. Its first argument is a plan (a JSON
// file: {file, command, env}), since some editors give their agent no environment.
// Beside it runs a witness that shares its stdin: what was sent just before a SIGKILL lies in the
// pipe, unread, and the witness notes it ("unread session/cancel").
import { spawn } from 'node:child_process';
import fs from 'node:fs';

const { file, command, env } = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const note = (what) => fs.appendFileSync(file, `${what}\n`);

function each_line(on_line) {
  let rest = '';
  process.stdin.on('data', (bytes) => {
    const lines = (rest + bytes).split('\n'); // methods are ASCII: a torn character elsewhere does no harm
    rest = lines.pop();
    for (const line of lines) if (line.trim()) on_line(line);
  });
}
const method_of = (line) => {
  try {
    return JSON.parse(line).method ?? 'answer';
  } catch {
    return 'the end of a line';
  }
};

if (process.argv[3] === 'witness') {
  const watched = process.ppid;
  await new Promise((resolve) =>
    setInterval(() => {
      if (process.ppid !== watched) resolve();
    }, 20),
  );
  each_line((line) => note(`unread ${method_of(line)}`));
  process.stdin.on('end', () => process.exit(0));
} else {
  record();
}

function record() {
  // Ignoring signals from the first moment: an editor may end while this starts.
  let bridge;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'])
    process.on(signal, () => { note(signal); bridge?.kill(signal); });
  spawn(process.execPath, [process.argv[1], process.argv[2], 'witness'], {
    stdio: ['inherit', 'ignore', 'ignore'],
    detached: true,
  }).unref();
  bridge = spawn(command[0], command.slice(1), {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  bridge.stdin.on('error', () => {});  // it ended first: noted below
  bridge.on('exit', () => note('bridge ended'));
  each_line((line) => note(method_of(line)));
  process.stdin.on('data', (bytes) => bridge.stdin.write(bytes));
  process.stdin.on('end', () => { note('EOF'); bridge.stdin.end(); });
  setInterval(() => {}, 1000);
  note(`pid ${process.pid}`);
}
