// A stream's lines, each as soon as it is whole; those that came together are told together.
import type { Readable } from 'node:stream';

/** A line that is longer than `limit` characters loses its beginning. */
export function read_lines(from: Readable, limit: number, on_line: (line: string) => void): void {
  let parts: string[] = [], length = 0;  // of the line that is not whole yet
  from.setEncoding('utf8').on('data', (text: string) => {
    const lines = text.split('\n');
    for (const end of lines.slice(0, -1)) {
      on_line(parts.length > 0 ? parts.join('') + end : end);
      parts = [];
      length = 0;
    }
    const rest = lines.at(-1) ?? '';
    parts.push(rest);
    length += rest.length;
    if (length <= limit) return;
    parts = [parts.join('').slice(-limit)];
    length = limit;
  });
}
