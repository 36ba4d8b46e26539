// `acpctl connect` as a child on stdio: the extension holds no transport of its own.
import { spawn } from 'node:child_process';
import type { Stream } from '@agentclientprotocol/sdk/experimental/v2';
import { read_lines } from './lines';
import { tapped, type tap } from './tap';

export interface command {
  file: string; args: string[]; cwd?: string;
  env: Readonly<Record<string, string | undefined>>;  // holds the token, if there is one
}

const longest_line = 4096;  // of what it says to people

export interface child { stream: Stream; ended: Promise<string>; end(): void }

/** `ended` says why, in the last line that it wrote to stderr, or by its exit. It never rejects. */
export function start(command: command, tap: tap, on_stderr: (line: string) => void): child {
  const process = spawn(command.file, command.args,
    { cwd: command.cwd, env: command.env, stdio: 'pipe' });
  let last: string | undefined;
  read_lines(process.stderr, longest_line, (line) => {
    last = line.replace(/^acpctl connect: /, '');
    on_stderr(line);
  });
  const ended = new Promise<string>((resolve) => {
    process.on('error', (error) => resolve(`${command.file} cannot be started: ${error.message}`));
    process.on('close', (code, signal) => resolve(
      last ?? `acpctl connect ended (${signal ?? `exit code ${String(code)}`})`));
  });
  process.stdin.on('error', () => {});  // it ended first: said by `ended`
  // The end of stdin is a detach: what was written is still delivered, nothing is cancelled.
  return { stream: tapped(process.stdout, process.stdin, tap), ended,
    end: () => { process.stdin.end(); } };
}
