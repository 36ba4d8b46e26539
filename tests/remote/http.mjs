// Raw HTTP for tests: one request, its answer as plain data.
import http from 'node:http';
import net from 'node:net';

/** {status, headers, text}; without waiting for the body of a stream of events. */
export function ask({ port, headers = {}, agent }, method, path, extra = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, method, path, agent: agent ?? false,
      headers: { ...headers, ...extra } }, (answer) => {
      const done = (text) =>
        resolve({ status: answer.statusCode, headers: answer.headers, text, request });
      if (answer.headers['content-type']?.startsWith('text/event-stream')) {
        resolve({
          status: answer.statusCode,
          headers: answer.headers,
          text: '',
          stream: answer,
          request,
        });
        return;
      }
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => { text += part; });
      answer.on('end', () => done(text));
      answer.on('error', reject);
    });
    request.on('upgrade', (answer, socket) => {
      socket.destroy();
      resolve({ status: answer.statusCode, headers: answer.headers, text: '' });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Bytes as they are; what comes back until the other side closes. `then(socket)` after the write.
 * */
export function raw(port, bytes, then) {
  return new Promise((resolve) => {
    let text = '';
    const socket = net.connect(port, '127.0.0.1', () => { socket.write(bytes); then?.(socket); });
    socket.setEncoding('latin1');
    socket.on('data', (part) => { text += part; });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}
export const status_of = (text) => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);

/** Events of a stream as they come: {id, data, comment}. */
export function events(answer) {
  const seen = [];
  const waiting = [];
  let rest = '';
  const settle = () => {
    for (const w of [...waiting])
      if (w.ready()) {
        waiting.splice(waiting.indexOf(w), 1);
        w.resolve(seen);
      }
  };
  answer.stream.setEncoding('utf8');
  answer.stream.on('data', (part) => {
    const blocks = (rest + part).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const event = {};
      for (const line of block.split('\n')) {
        if (line.startsWith('id: ')) event.id = line.slice(4);
        else if (line.startsWith('data: ')) event.data = JSON.parse(line.slice(6));
        else if (line.startsWith(':')) event.comment = true;
      }
      seen.push(event);
    }
    settle();
  });
  const ended = new Promise((resolve) => {
    answer.stream.on('close', resolve);
    answer.stream.on('error', resolve);
  });
  return {
    seen, ended,
    until: (condition, what, ms = 20_000) => new Promise((resolve, reject) => {
      const guard = setTimeout(
        () =>
          reject(
            new Error(`waited ${ms} ms for ${what}; came: ${JSON.stringify(seen).slice(-2000)}`),
          ),
        ms,
      );
      waiting.push({
        ready: () => condition(seen),
        resolve: (v) => {
          clearTimeout(guard);
          resolve(v);
        },
      });
      settle();
    }),
    /** As when the network goes: nothing is said. */
    cut: () => answer.request.destroy(),
  };
}
