#!/usr/bin/env node
// Stands in for `acpctl connect` in specs: answers from a script, writes down what it is asked.
//   PEER_SCRIPT  file, JSON: {METHOD: {before?: [line…], result?, error?, after?: [line…],
//                exit?: true}}, or a list of such answers, the last for all further ones; read anew
//                for each request; a line is an object, or text as it is
//   PEER_LOG     file that gets each line that was read
import fs from 'node:fs';
import readline from 'node:readline';

const say = (line) =>
  process.stdout.write((typeof line === 'string' ? line : JSON.stringify(line)) + '\n');

const counts = new Map();  // script and method → how often it was asked

/** The answer that is due. */
function due(text, method) {
  const answers = [JSON.parse(text)[method] ?? fallback[method]].flat();
  const count = counts.get(text + method) ?? 0;
  counts.set(text + method, count + 1);
  return answers[Math.min(count, answers.length - 1)];
}

const acpd = { version: 1, methods: [], notifications: [] };
const fallback = { initialize: { result: { protocolVersion: 2, info: { name: 'peer', version: '1' },
  capabilities: { session: {}, _meta: { acpd } } } } };

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  fs.appendFileSync(process.env.PEER_LOG, line + '\n');
  const message = JSON.parse(line);
  const now = due(fs.readFileSync(process.env.PEER_SCRIPT, 'utf8'), message.method);
  for (const one of now?.before ?? []) say(one);
  if (message.id !== undefined && message.method) {
    const error = now?.error ?? (now?.result ? undefined : { code: -32601, message: 'not found' });
    if (now?.silent !== true)
      say({ jsonrpc: '2.0', id: message.id, ...(error ? { error } : { result: now.result }) });
  }
  for (const one of now?.after ?? []) say(one);
  // What was written is with the reader before this end: a pipe keeps it.
  if (now?.exit) process.exit(3);
}).on('close', () => process.exit(0));
