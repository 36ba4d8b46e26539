// Terminals that an agent shows: the end of their output, as text.
import { object_in, text_in, type json } from './json';
import type { terminal } from './rows';
import { exit_words } from './tools';

const output_limit = 32 * 1024;
// CSI, OSC (to BEL or ST) and two-character escape sequences; then what else no page can show.
const sequences = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])/g;
const controls = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

/** Text as it would look on paper: no escape sequences, and of a line that was written over with
 * carriage returns what was written last. */
export function plain(text: string): string {
  return text.replace(sequences, '').replace(/\r+\n/g, '\n').replace(/^.*\r(?!$)/gm, '')
    .replace(controls, '');
}

export class terminals {
  #known = new Map<string, terminal>();
  #decoders = new Map<string, TextDecoder>();

  get(id: string): terminal | undefined { return this.#known.get(id); }
  put(id: string, made: terminal): void { this.#known.set(id, made); }
  [Symbol.iterator](): Iterator<[string, terminal]> { return this.#known[Symbol.iterator](); }

  /** terminal_update; says which terminal changed. */
  update(update: json): string | undefined {
    const id = text_in(update, 'terminalId');
    if (id === undefined) return undefined;
    const was = this.#known.get(id) ?? { output: '', cut: false };
    const command = text_in(update, 'command') ?? was.command;
    const cwd = text_in(update, 'cwd') ?? was.cwd;
    const exit = object_in(update, 'exitStatus');
    const whole = object_in(update, 'output');
    if (whole) this.#decoders.delete(id);
    const output = whole ? bounded('', this.#decode(id, text_in(whole, 'data')), false)
      : { output: was.output, cut: was.cut };
    const ended = exit ? exit_words(exit) : was.exit;
    this.#known.set(id, { ...output, ...(command !== undefined && { command }),
      ...(cwd !== undefined && { cwd }), ...(ended !== undefined && { exit: ended }) });
    return id;
  }
  /** terminal_output_chunk. */
  add(update: json): string | undefined {
    const id = text_in(update, 'terminalId');
    if (id === undefined) return undefined;
    const was = this.#known.get(id) ?? { output: '', cut: false };
    const more = this.#decode(id, text_in(update, 'data'));
    this.#known.set(id, { ...was, ...bounded(was.output, more, was.cut) });
    return id;
  }
  /** Base64; a character may be cut in two between chunks. Bytes that are no UTF-8 are marked. */
  #decode(id: string, data: string | undefined): string {
    const decoder = this.#decoders.get(id) ?? new TextDecoder();
    this.#decoders.set(id, decoder);
    return decoder.decode(bytes_of(data ?? ''), { stream: true });
  }
}

function bytes_of(base64: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return new Uint8Array();
  try {
    return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  } catch {
    return new Uint8Array();  // its length is no multiple of four
  }
}
function bounded(before: string, more: string, cut: boolean): { output: string; cut: boolean } {
  const text = before + more;
  if (text.length <= output_limit) return { output: text, cut };
  return { output: text.slice(-output_limit), cut: true };
}
