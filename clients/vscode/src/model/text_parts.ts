// Where a long message is cut into parts: between paragraphs where it can be, never in the middle
// of a character, and a code fence that is cut is opened again in the next part.
export const part_limit = 6000;

/** The line that opened the code fence in which the text ends; undefined: it ends outside. */
export function open_fence(text: string): string | undefined {
  let open: { line: string; mark: string } | undefined;
  for (const line of text.split('\n')) {
    const found = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
    const mark = found?.[1];
    if (mark === undefined) continue;
    const rest = found?.[2] ?? '';
    if (open === undefined) {
      if (!(mark.startsWith('`') && rest.includes('`'))) open = { line, mark };
    } else if (mark[0] === open.mark[0] && mark.length >= open.mark.length && !rest.trim()) {
      open = undefined;
    }
  }
  return open?.line;
}

function place_to_cut(text: string): number {
  const half = part_limit / 2;
  for (const between of ['\n\n', '\n', ' ']) {
    const at = text.lastIndexOf(between, part_limit - between.length);
    if (at >= half) return at + between.length;
  }
  const before = text.charCodeAt(part_limit - 1);
  const in_pair = before >= 0xd800 && before <= 0xdbff;
  return in_pair ? part_limit - 1 : part_limit;
}

export interface part { prefix?: string; text: string }

/** The first part as it was plus as many as its text needs. The texts joined are the text given. */
export function cut(first: part): part[] {
  const parts: part[] = [];
  let now = first;
  while (now.text.length > part_limit) {
    const at = place_to_cut(now.text);
    const head = now.text.slice(0, at);
    parts.push({ ...now, text: head });
    const fence = open_fence((now.prefix ?? '') + head);
    now = { text: now.text.slice(at), ...(fence !== undefined && { prefix: `${fence}\n` }) };
  }
  parts.push(now);
  return parts;
}
