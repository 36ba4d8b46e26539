// The official SDK as a client with a turn running; ends as it is told on stdin. For
// measure_clients.
import { spawn } from 'node:child_process';
import { Readable, Writable } from 'node:stream';

import * as acp from '@agentclientprotocol/sdk';

const agent = spawn(process.execPath, [process.argv[2]], { stdio: ['pipe', 'pipe', 'inherit'] });
const connection = acp.client({ name: 'ends' })
  .connect(acp.ndJsonStream(Writable.toWeb(agent.stdin), Readable.toWeb(agent.stdout)));
await connection.agent.request('initialize', { protocolVersion: 1, clientCapabilities: {} });
const { sessionId } = await connection.agent.request('session/new', {
  cwd: '/tmp',
  mcpServers: [],
});
connection.agent
  .request('session/prompt', { sessionId, prompt: [{ type: 'text', text: 'work' }] })
  .catch(() => {});
process.stdin.on('data', (text) => {
  if (text.includes('close')) connection.close();
  else process.exit(0);
});
