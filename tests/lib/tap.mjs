#!/usr/bin/env node
// Stands between two ends of ACP on stdio and records each line of both ways, in the order seen:
//   tap.mjs FILE COMMAND ARG…      {"to":"agent"|"client","line":"…"} a line in FILE
// Each line is recorded before it is handed on, so whoever got an answer finds the question here.
import { spawn } from 'node:child_process';
import fs from 'node:fs';

const [file, command, ...args] = process.argv.slice(2);
const out = fs.openSync(file, 'a');
const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });

function copy(from, sink, to) {
  let rest = Buffer.alloc(0);
  from.on('data', (bytes) => {
    const all = Buffer.concat([rest, bytes]);
    const end = all.lastIndexOf(10) + 1;
    rest = all.subarray(end);
    if (end === 0) return;
    const lines = all.subarray(0, end).toString('utf8').split('\n').filter(Boolean);
    fs.writeSync(out, lines.map((line) => JSON.stringify({ to, line }) + '\n').join(''));
    if (!sink.write(all.subarray(0, end))) {
      from.pause();
      sink.once('drain', () => from.resume());
    }
  });
  from.on('end', () => sink.end());
  sink.on('error', () => {});  // the other end went first; its exit is what ends us
}

copy(process.stdin, child.stdin, 'agent');
copy(child.stdout, process.stdout, 'client');
child.on('exit', (code, signal) => {
  if (signal) process.kill(process.pid, signal);
  else process.exitCode = code;
  process.stdin.destroy();
});
