#!/usr/bin/env node
// An agent that notes how its client leaves: each method, the end of stdin, signals, one a line in
// ACPD_TEST_ENDS. Its prompt never ends by itself. For measuring clients
// (crash/measure_clients.mjs).
import fs from 'node:fs';

const file = process.env.ACPD_TEST_ENDS;
const note = (text) => fs.appendFileSync(file, `${text}\n`);
const send = (message) => fs.writeSync(1, JSON.stringify({ jsonrpc: '2.0', ...message }) + '\n');

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGPIPE'])
  process.on(signal, () => note(signal));
setInterval(() => {}, 1000);  // outlives stdin, so that signals that follow are seen
process.stdin.on('end', () => note('EOF'));

let rest = '', prompt;
process.stdin.setEncoding('utf8').on('data', (text) => {
  const lines = (rest + text).split('\n');
  rest = lines.pop();
  for (const line of lines) {
    const { id, method } = JSON.parse(line);
    note(method ?? 'answer');
    const capabilities = {
      loadSession: true,
      sessionCapabilities: { close: {}, resume: {}, list: {} },
    };
    if (method === 'initialize')
      send({ id, result: { protocolVersion: 1, agentCapabilities: capabilities } });
    else if (method === 'session/new') send({ id, result: { sessionId: 'probe' } });
    else if (method === 'session/prompt') {
      prompt = id;
      send({
        method: 'session/update',
        params: {
          sessionId: 'probe',
          update: {
            sessionUpdate: 'agent_message_chunk',
            content: { type: 'text', text: 'running' },
          },
        },
      });
    } else if (method === 'session/cancel')
      send({ id: prompt, result: { stopReason: 'cancelled' } });
    else if (id !== undefined) send({ id, result: {} });
  }
});
