// Sees every message before the SDK does, in the order of the wire. Updates are taken out here:
// the SDK starts their handlers in order but settles a request's promise beside them, so that an
// answer can overtake the updates before it, and a cursor needs to know which came first.
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk/experimental/v2';

export type raw = Readonly<Record<string, unknown>>;
export interface tap {
  /** True: it was taken, and the SDK does not get it. */
  notification(method: string, params: raw): boolean;
  /** A request of ours is on its way out. */
  sent(id: unknown, method: string, params: raw): void;
  /** Its answer, before what comes after it. */
  answered(id: unknown, message: raw): void;
}

const is_raw = (value: unknown): value is raw => typeof value === 'object' && value !== null;

export function tapped(stream: Stream, to: tap): Stream {
  const look = new TransformStream<AnyMessage, AnyMessage>({
    transform(message, controller) {
      const said = message as raw;
      const { method, id } = said;
      const params = is_raw(said['params']) ? said['params'] : {};
      if (typeof method === 'string' && id === undefined) {
        if (to.notification(method, params)) return;
      } else if (method === undefined) {
        to.answered(id, said);
      }
      controller.enqueue(message);
    },
  });
  const writer = stream.writable.getWriter();
  const out = new WritableStream<AnyMessage>({
    write(message) {
      const said = message as raw;
      if (typeof said['method'] === 'string' && said['id'] !== undefined)
        to.sent(said['id'], said['method'], is_raw(said['params']) ? said['params'] : {});
      return writer.write(message);
    },
    close: () => writer.close(),
    abort: (reason) => writer.abort(reason),
  });
  return { readable: stream.readable.pipeThrough(look), writable: out };
}
