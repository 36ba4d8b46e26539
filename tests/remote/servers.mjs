// A daemon that listens for remote clients, and the official SDK's own server beside it.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

import * as acp from '@agentclientprotocol/sdk';
import { createNodeHttpHandler, createNodeWebSocketUpgradeHandler } from '@agentclientprotocol/sdk/experimental/node';
import { AcpServer } from '@agentclientprotocol/sdk/experimental/server';
import { WebSocketServer } from 'ws';

import { world } from '../lib/world.mjs';

/** A world whose daemon listens on a free port, with a token of each role. */
export async function remote_world(options = {}) {
  const made = new world({ ...options, toml: `[listen]\naddress = "127.0.0.1:0"\n${options.listen ?? ''}\n${options.toml ?? ''}` });
  try {
    await made.serve();
    await listening(made);
    for (const role of ['controller', 'observer']) made[role] = await token(made, role);
  } catch (error) {
    await made.end(); // nobody else will
    throw error;
  }
  return made;
}

/** A self-signed certificate in the world's folder: cert.pem, key.pem; an older one is replaced. */
export function certificate(made, { cn = 'acpd test', name = 'IP:127.0.0.1' } = {}) {
  const file = (base) => path.join(made.dir, base);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
    'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-keyout', file('new.key'),
    '-out', file('new.pem'), '-subj', `/CN=${cn}`, '-addext', `subjectAltName=${name}`],
  { stdio: 'ignore' });
  fs.renameSync(file('new.key'), file('key.pem'));
  fs.renameSync(file('new.pem'), file('cert.pem'));
  return file('cert.pem');
}

/** As remote_world(), with TLS and `cert`, the file to trust; on another address, if one is given.
 * */
export async function tls_world({ address = '127.0.0.1', cn, toml = '', ...options } = {}) {
  const made = new world({ ...options, toml: `[listen]\naddress = "${address}:0"\n` +
    `tls_cert = "CERT"\ntls_key = "KEY"\n${toml}` });
  try {
    made.cert = certificate(made, { cn, name: `IP:${address}` });
    const text = fs.readFileSync(made.config, 'utf8');
    fs.writeFileSync(made.config,
      text.replace('CERT', made.cert).replace('KEY', path.join(made.dir, 'key.pem')));
    await made.serve();
    await listening(made);
    made.controller = await token(made, 'controller');
  } catch (error) {
    await made.end(); // nobody else will
    throw error;
  }
  return made;
}

/** Fills in where the daemon listens. */
export async function listening(made) {
  const { stdout, stderr } = await made.ctl('status', '--json');
  const listen = JSON.parse(stdout || '{}').listen;
  if (!listen) throw new Error(`the daemon listens nowhere: ${stderr}${made.traces()}`);
  made.port = Number(listen.slice(listen.lastIndexOf(':') + 1));
  return made.port;
}

export async function token(made, role, name = role) {
  const { stdout, stderr, code } = await made.ctl('token', 'new', '--role', role, '--name', name);
  if (code !== 0) throw new Error(`acpctl token new: ${stderr}`);
  return stdout.trim();
}

export const bearer = (text) => ({ Authorization: `Bearer ${text}` });

/** A file of mode 0600 with a token. */
export function token_file(made, text) {
  const file = path.join(made.dir, `token-${text.slice(-8)}`);
  fs.writeFileSync(file, `${text}\n`, { mode: 0o600 });
  return file;
}

/** The SDK's server with an agent that answers what the requests of these tests need. */
export async function sdk_server() {
  const app = acp.agent({ name: 'reference' });
  app.onRequest('initialize', () => ({ protocolVersion: 1, agentCapabilities: { loadSession: true } }));
  app.onRequest('session/new', () => ({ sessionId: 'reference-1' }));
  app.onRequest('session/load', () => ({}));
  app.onRequest('session/prompt', async ({ params: { sessionId, prompt }, client }) => {
    if (prompt[0]?.text === 'permission')
      await client.request('session/request_permission', { sessionId,
        toolCall: { toolCallId: 'one' },
        options: [{ optionId: 'yes', name: 'Yes', kind: 'allow_once' }] });
    return { stopReason: 'end_turn' };
  });
  app.onNotification('session/cancel', () => {});
  const server = new AcpServer({ agent: app });
  const sockets = new WebSocketServer({ noServer: true });
  const upgrade = createNodeWebSocketUpgradeHandler(server, sockets);
  const handler = createNodeHttpHandler(server);
  const listener = http.createServer((req, res) => {
    if (!req.url.startsWith('/acp')) { res.writeHead(404).end('Not Found'); return; }
    handler(req, res);
  });
  listener.on('upgrade', upgrade);
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const open = new Set();
  listener.on('connection', (s) => { open.add(s); s.on('close', () => open.delete(s)); });
  return {
    port: listener.address().port,
    server,
    async end() {
      await server.close();
      sockets.close();
      for (const s of open) s.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
