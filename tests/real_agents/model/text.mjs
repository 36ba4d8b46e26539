// What the APIs have in common.

/** `text` in pieces of `size` characters. */
export function* pieces(text, size) {
  for (let i = 0; i < text.length; i += size) yield text.slice(i, i + size);
}

/** The text of a message's content, which is a string or a list of parts. */
export function text_of(content) {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => part.text ?? '').join('\n');
}
