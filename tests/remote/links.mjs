// The official SDK's three transports as links of an editor ({stream, leave, cut}), each frame of
// both ways recorded as tests/lib/tap.mjs records them.
import fs from 'node:fs';

import { createHttpStream } from '@agentclientprotocol/sdk/experimental/http-client';
import { createWebSocketStream } from '@agentclientprotocol/sdk/experimental/ws-client';
import { WebSocket } from 'ws';

import { over_stdio } from '../conformance/rig.mjs';
import { bin } from '../lib/world.mjs';
import { bearer } from './servers.mjs';

/** `stream` with its frames written to `file`. */
function recorded(stream, file) {
  const note = (to) => new TransformStream({
    transform(message, on) {
      fs.appendFileSync(file, JSON.stringify({ to, line: JSON.stringify(message) }) + '\n');
      on.enqueue(message);
    },
  });
  const out = note('agent');
  out.readable.pipeTo(stream.writable).catch(() => {});  // a link that is cut
  return { readable: stream.readable.pipeThrough(note('client')), writable: out.writable };
}

function stdio(w, file) {
  const link = over_stdio(bin('acpctl'), ['connect'], { env: w.env, cwd: w.cwd });
  return { ...link, stream: recorded(link.stream, file), cut: () => link.child.kill('SIGKILL') };
}

function web_socket(w, file) {
  const sockets = [];
  class kept extends WebSocket {
    constructor(...given) { super(...given); sockets.push(this); }
  }
  const stream = createWebSocketStream(`ws://127.0.0.1:${w.port}/acp`,
    { WebSocket: kept, headers: bearer(w.controller) });
  const cut = () => { for (const s of sockets) s.terminate(); };
  return { stream: recorded(stream, file), leave: async () => { cut(); }, cut };
}

function http(w, file) {
  const gone = new AbortController();
  const stream = createHttpStream(`http://127.0.0.1:${w.port}/acp`, {
    headers: bearer(w.controller),
    fetch: (url, init = {}) => {
      const signals = [gone.signal, ...(init.signal ? [init.signal] : [])];
      return fetch(url, { ...init, signal: AbortSignal.any(signals) });
    },
  });
  const cut = () => gone.abort();
  return { stream: recorded(stream, file), leave: async () => { cut(); }, cut };
}

export const links = { stdio, WebSocket: web_socket, HTTP: http };
