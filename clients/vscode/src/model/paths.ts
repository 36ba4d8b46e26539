// Whether what an agent names may be opened without asking. Pure; the caller resolves links.
const schemes = new Set(['http:', 'https:', 'mailto:']);

/** https opens at once; other schemes that leave the editor are asked about; the rest never. */
export function link_policy(href: string): 'open' | 'ask' | 'file' | 'never' {
  let url: URL;
  try {
    url = new URL(href);
  } catch {
    return 'never';
  }
  if (url.protocol === 'file:') return url.host === '' ? 'file' : 'never';
  if (url.username !== '' || url.password !== '') return 'ask';  // https://bank.example@evil.example
  if (url.protocol === 'https:') return 'open';
  return schemes.has(url.protocol) ? 'ask' : 'never';
}

/** Absolute, without "." and "..". */
export function normal(path: string): string {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') out.pop();
    else if (part !== '' && part !== '.') out.push(part);
  }
  return `/${out.join('/')}`;
}
export const is_inside = (path: string, folders: readonly string[]): boolean =>
  folders.some((folder) => {
    const [inner, outer] = [normal(path), normal(folder)];
    return outer === '/' || inner === outer || inner.startsWith(`${outer}/`);
  });
