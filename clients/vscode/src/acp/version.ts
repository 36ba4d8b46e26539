// Whether this extension and the daemon fit each other, said in one sentence when they do not.
import type { raw } from './tap';

export const oldest_daemon = '0.1.0';
export const extensions_version = 1;  // of acpd's additions to ACP

const numbers = (version: string): number[] =>
  (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number);

export function older(a: string, b: string): boolean {
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

const member = (from: unknown, key: string): unknown =>
  typeof from === 'object' && from !== null ? (from as raw)[key] : undefined;

const update = `update acpd to ${oldest_daemon} or newer, then run "acpd: Reconnect".`;

/** Reads the result of initialize, whose own version is the agent's; undefined: they fit. */
export function misfit(result: unknown): string | undefined {
  if (member(result, 'protocolVersion') !== 2)
    return `The acpd here is too old for this extension (it does not speak ACP 2): ${update}`;
  const meta = member(member(member(result, 'capabilities'), '_meta'), 'acpd');
  const theirs = member(meta, 'version');
  if (typeof theirs !== 'number')
    return `What "acpctl connect" starts here is not acpd: ${update}`;
  return theirs > extensions_version
    ? 'This extension is too old for the acpd here: update the extension "acpd".' : undefined;
}
/** Reads the result of `_acpd/status`. */
export function too_old(status: unknown): string | undefined {
  const version = member(status, 'version');
  const named = typeof version === 'string' ? version : '0';
  return older(named, oldest_daemon)
    ? `acpd ${named} is too old for this extension: ${update}` : undefined;
}
