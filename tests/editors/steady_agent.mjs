#!/usr/bin/env node
// An agent whose every prompt takes ten seconds, whatever an editor wraps around its text: 150
// updates, numbered, 15 a second. A cancel ends it.
import { wire } from '../agents/wire.mjs';

export const total = 150;
let stop = () => {};

function turn({ sessionId }) {
  return new Promise((resolve) => {
    let number = 0;
    const end = (stopReason) => { clearInterval(timer); resolve({ stopReason }); };
    const timer = setInterval(() => {
      link.notify('session/update', { sessionId, update: { sessionUpdate: 'agent_message_chunk',
        content: { type: 'text', text: `#${++number} ` } } });
      if (number === total) end('end_turn');
    }, 1000 / 15);
    stop = () => end('cancelled');
  });
}

const answers = {
  initialize: () => ({
    protocolVersion: 1,
    agentCapabilities: { loadSession: true, sessionCapabilities: { list: {}, close: {} } },
    agentInfo: { name: 'steady', version: '1' },
    authMethods: [],
  }),
  'session/new': () => ({ sessionId: 'steady' }),
  'session/load': () => ({}),
  'session/prompt': turn,
};
const link = process.argv[1] === new URL(import.meta.url).pathname && new wire({
  request: (method, params) => answers[method]?.(params) ?? {},
  notification: (method) => { if (method === 'session/cancel') stop(); },
});
