// acpd's extensions as a client uses them, each message judged by protocol/extensions.schema.json.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import Ajv2020 from 'ajv/dist/2020.js';

import { capabilities } from './client.mjs';
import { root } from './world.mjs';

export const schema = JSON.parse(
  fs.readFileSync(path.join(root, 'protocol/extensions.schema.json'), 'utf8'),
);
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema(schema);
const checks = new Map();

/** Fails unless the value is what `$defs/NAME` says. */
export function judge(name, value) {
  const pointer = name.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll(' ', '%20');
  if (!checks.has(name))
    checks.set(name, ajv.compile({ $ref: `acpd-extensions#/$defs/${pointer}` }));
  const check = checks.get(name);
  assert.ok(check(value), `${name}: ${ajv.errorsText(check.errors)}\n${JSON.stringify(value)}`);
  return value;
}

/** The judged result of `_acpd/NAME`. */
export async function ext(c, name, params = {}) {
  judge(`_acpd/${name}/params`, params);
  return judge(`_acpd/${name}/result`, await c.request(`_acpd/${name}`, params));
}

/** What came as the notification `_acpd/NAME`, judged. */
export const told = (c, name) =>
  c.frames.filter((f) => f.method === `_acpd/${name}`)
    .map((f) => judge(`_acpd/${name}/params`, f.params));

/** initialize with what the client asks for in its capabilities' _meta.acpd. */
export function start_with(c, wants, name = 'acpd-tests', own = capabilities) {
  judge('clientCapabilities', wants);
  return c.request('initialize', {
    protocolVersion: 1,
    clientCapabilities: { ...own, _meta: { acpd: wants } },
    clientInfo: { name, version: '1.2' },
  });
}
