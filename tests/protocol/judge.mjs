// Both official schemas as judges. v2's unions are open ("other"): a known name with wrong fields would
// pass as an unknown one, so that here the open branch of each union refuses the known names.
import fs from 'node:fs';
import { createRequire } from 'node:module';

import Ajv2020 from 'ajv/dist/2020.js';

const resolve = createRequire(import.meta.url).resolve;
const sdk = resolve('@agentclientprotocol/sdk').replace(/dist\/.*/, '');

function close_unions(node) {
  if (Array.isArray(node)) return node.forEach(close_unions);
  if (typeof node !== 'object' || node === null) return;
  for (const union of [node.anyOf, node.oneOf]) {
    if (!Array.isArray(union)) continue;
    for (const key of [
      'sessionUpdate',
      'type',
      'state',
      'stopReason',
      'outcome',
      'action',
      'operation',
      'mode',
    ]) {
      const known = union.map((b) => b.properties?.[key]?.const).filter((c) => c !== undefined);
      for (const branch of union) {
        const open = branch.properties?.[key];
        if (known.length && open?.type === 'string' && open.const === undefined)
          open.not = { enum: known };
      }
    }
  }
  Object.values(node).forEach(close_unions);
}

function load(version, name) {
  const schema = JSON.parse(fs.readFileSync(`${sdk}schema/v${version}/${name}.json`, 'utf8'));
  close_unions(schema);
  return schema;
}

export const schemas = { 1: load(1, 'schema'), 2: load(2, 'schema') };
export const unstable = { 1: load(1, 'schema.unstable'), 2: load(2, 'schema.unstable') };
const ajv = new Ajv2020({ strict: false, validateFormats: false });
for (const v of [1, 2]) ajv.addSchema(schemas[v], `v${v}`);
for (const v of [1, 2]) ajv.addSchema(unstable[v], `v${v}-unstable`);
const checks = new Map();

/** What is wrong with a value as definition `name` of a version; undefined when it is valid. What
 * the stable schema does not define is judged by the unstable one. */
export function problem_of(version, name, value) {
  const file = name in schemas[version].$defs ? `v${version}` : `v${version}-unstable`;
  const key = `${file}#/$defs/${name}`;
  if (!checks.has(key)) checks.set(key, ajv.compile({ $ref: key }));
  const check = checks.get(key);
  if (check(value)) return undefined;
  return `${key}: ${check.errors
    .slice(0, 4)
    .map((e) => `${e.instancePath} ${e.message}`)
    .join('; ')}`;
}

/** The definitions of a method: {request, response, notification}. */
export function definitions(version, method, from = schemas) {
  const found = {};
  for (const [name, def] of Object.entries(from[version].$defs)) {
    if (def['x-method'] !== method) continue;
    found[name.match(/(Request|Response|Notification)$/)[1].toLowerCase()] = name;
  }
  return found;
}

export function methods_of(version, from = unstable) {
  return [...new Set(Object.values(from[version].$defs).map((d) => d['x-method']).filter(Boolean))];
}

export function variants_of(version, from = unstable) {
  const union = from[version].$defs.SessionUpdate;
  return (union.oneOf ?? union.anyOf).map((b) => b.properties.sessionUpdate.const).filter(Boolean);
}

/** What is wrong with a notification's line. */
export function problem_of_notification(version, line) {
  if (line.jsonrpc !== '2.0') return 'no "jsonrpc":"2.0"';
  if (line.method.startsWith('_')) return undefined;
  const { notification } = definitions(version, line.method);
  return notification
    ? problem_of(version, notification, line.params)
    : `no notification: ${line.method}`;
}
