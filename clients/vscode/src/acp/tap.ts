// The messages of a child's stdin and stdout as the SDK's stream, but for updates: those are taken
// out here, in the order of the wire. The SDK starts their handlers in order but settles a
// request's promise beside them, so that an answer can overtake the updates before it, and a cursor
// needs to know which came first. Its own reader of lines (ndJsonStream) makes several promises a
// line, which for a long conversation take longer than all that is done with it.
import type { Readable, Writable } from 'node:stream';
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk/experimental/v2';
import { read_lines } from './lines';

export type raw = Readonly<Record<string, unknown>>;
export interface tap {
  /** True: it was taken, and the SDK does not get it. */
  notification(method: string, params: raw): boolean;
  /** A request of ours is on its way out. */
  sent(id: unknown, method: string, params: raw): void;
  /** Its answer, before what comes after it. */
  answered(id: unknown, message: raw): void;
  /** A line that is no message. */
  fault(line: string): void;
}

const longest_message = 64 << 20;  // characters
const is_raw = (value: unknown): value is raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;  // said by who called
  }
}

export function tapped(from: Readable, to: Writable, tap: tap): Stream {
  return {
    readable: new ReadableStream<AnyMessage>({
      start(controller) {
        read_lines(from, longest_message, (line) => {
          const message = parsed(line);
          if (!is_raw(message)) tap.fault(line);
          else if (!was_taken(message, tap) && !from.destroyed)
            controller.enqueue(message as AnyMessage);
        });
        from.once('end', () => controller.close());
      },
      cancel: () => { from.destroy(); },  // and there is no `end`
    }),
    writable: new WritableStream<AnyMessage>({
      write(message) {
        const said = message as raw;
        if (typeof said['method'] === 'string' && said['id'] !== undefined)
          tap.sent(said['id'], said['method'], is_raw(said['params']) ? said['params'] : {});
        to.write(`${JSON.stringify(message)}\n`);
      },
    }),
  };
}
function was_taken(message: raw, tap: tap): boolean {
  const { method, id } = message;
  if (typeof method !== 'string') tap.answered(id, message);
  else if (id === undefined)
    return tap.notification(method, is_raw(message['params']) ? message['params'] : {});
  return false;
}
