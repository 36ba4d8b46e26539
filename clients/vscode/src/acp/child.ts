// `acpctl connect` as a child on stdio: the extension holds no transport of its own.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import { ndJsonStream, type Stream } from '@agentclientprotocol/sdk/experimental/v2';

export interface command {
  file: string; args: string[]; cwd?: string;
  env: Readonly<Record<string, string | undefined>>;  // holds the token, if there is one
}

const longest_message_bytes = 64 << 20;

export interface child { stream: Stream; ended: Promise<string>; end(): void }

/** `ended` says why, in the last line that it wrote to stderr, or by its exit. It never rejects. */
export function start(command: command, on_stderr: (line: string) => void): child {
  const process = spawn(command.file, command.args,
    { cwd: command.cwd, env: command.env, stdio: 'pipe' });
  const last = read_lines(process, on_stderr);
  const ended = new Promise<string>((resolve) => {
    process.on('error', (error) => resolve(`${command.file} cannot be started: ${error.message}`));
    process.on('close', (code, signal) => resolve(
      last() ?? `acpctl connect ended (${signal ?? `exit code ${String(code)}`})`));
  });
  process.stdin.on('error', () => {});  // it ended first: said by `ended`
  const stream = ndJsonStream(
    Writable.toWeb(process.stdin) as WritableStream<Uint8Array>,
    Readable.toWeb(process.stdout) as ReadableStream<Uint8Array>,
    { maxMessageBytes: longest_message_bytes });
  // The end of stdin is a detach: what was written is still delivered, nothing is cancelled.
  return { stream, ended, end: () => { process.stdin.end(); } };
}

function read_lines(process: ChildProcessWithoutNullStreams, on_line: (line: string) => void) {
  let rest = '', last: string | undefined;
  process.stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(-4096);
    for (const line of lines) {
      last = line.replace(/^acpctl connect: /, '');
      on_line(line);
    }
  });
  return () => last;
}
