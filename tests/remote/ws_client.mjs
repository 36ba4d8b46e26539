// An ACP client over WebSocket on raw messages: what tests/lib/client.mjs is over a child's stdio.
import { PassThrough } from 'node:stream';
import { EventEmitter } from 'node:events';

import { WebSocket } from 'ws';

import { client } from '../lib/client.mjs';
import { bearer } from './servers.mjs';

/** A socket that looks like a child: lines in, lines out. */
function as_child(socket) {
  const child = new EventEmitter();
  child.stdout = new PassThrough();
  child.stdin = new PassThrough();
  let rest = '';
  child.stdin.setEncoding('utf8');
  child.stdin.on('data', (part) => {
    const lines = (rest + part).split('\n');
    rest = lines.pop();
    for (const line of lines) socket.send(line);
  });
  socket.on('message', (data) => child.stdout.write(`${data}\n`));
  socket.on('close', (code) => { child.stdout.end(); child.emit('exit', code); });
  socket.on('error', () => {});
  child.kill = () => socket.terminate();
  return child;
}

export class ws_client extends client {
  constructor(socket) {
    super(as_child(socket));
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.on('close', resolve));
  }
  raw(text) { this.socket.send(text); }
  end() { this.socket.close(); return this.closed; }

  static connect(port, token, options = {}, scheme = 'ws') {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${scheme}://127.0.0.1:${port}/acp`,
        { headers: bearer(token), ...options });
      const made = new ws_client(socket);
      socket.once('open', () => resolve(made));
      socket.once('error', reject);
    });
  }
  /** Connected and initialised. */
  static async open(port, token) {
    const made = await ws_client.connect(port, token);
    await made.start();
    return made;
  }
}
