// A prompt between the box and the wire, and the queue of those that wait. Pure.
import { number_in, object_in, objects_in, text_in, type json } from './json';
import type { draft, queued } from './messages_between';

/** Blocks of a prompt: the text as it stands, then what it mentions, then images. */
export function blocks_of(d: draft): json[] {
  const mentioned = d.mentions.filter((m, i, all) => d.text.includes(m.text)
    && all.findIndex(({ uri }) => uri === m.uri) === i);
  return [
    ...(d.text === '' ? [] : [{ type: 'text', text: d.text }]),
    ...mentioned.map(({ uri, name }) => ({ type: 'resource_link', uri, name })),
    ...d.images.map(({ mime, data }) => ({ type: 'image', mimeType: mime, data })),
  ];
}
const most_picture_mb = 10;
export const picture_types = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];
/** Why a file cannot go with a prompt, for the person; undefined: it can. */
export function unfit_picture(file: { name: string; type: string; size: number })
  : string | undefined {
  if (!picture_types.includes(file.type))
    return `${file.name} is not sent: pictures are PNG, JPEG, GIF or WebP.`;
  return file.size > most_picture_mb << 20
    ? `${file.name} is not sent: pictures have at most ${most_picture_mb} MB.` : undefined;
}
export const is_empty = (d: draft): boolean => d.text.trim() === '' && d.images.length === 0;

const text_of = (blocks: json[]): string =>
  blocks.map((block) => text_in(block, 'text') ?? `[${text_in(block, 'name')
    ?? text_in(block, 'type') ?? 'block'}]`).join('\n');

/** `_acpd/queue/list`. */
export const queue_of = (result: json): queued[] => objects_in(result, 'queue').map((item) => ({
  turn: number_in(item, 'turn') ?? 0, place: number_in(item, 'place') ?? 0,
  own: item['own'] === true, text: text_of(objects_in(item, 'prompt')) }));

/** An edit changes the text; links and images of the prompt stay. */
export function edited(result: json, turn: number, text: string): json[] {
  const item = objects_in(result, 'queue').find((one) => number_in(one, 'turn') === turn);
  const others = objects_in(item ?? {}, 'prompt').filter((block) => block['type'] !== 'text');
  return [{ type: 'text', text }, ...others];
}

/** 2 → "queued: 2nd in line". */
export function place_words(place: number): string {
  const ends: Record<number, string> = { 1: 'st', 2: 'nd', 3: 'rd' };
  const teen = place % 100 >= 11 && place % 100 <= 13;
  return `queued: ${place}${teen ? 'th' : (ends[place % 10] ?? 'th')} in line`;
}
/** The session of a `_acpd/state`, and whether prompts wait in it. */
export const waiting_in = (params: json): { session: string; count: number } => ({
  session: text_in(params, 'sessionId') ?? '', count: objects_in(params, 'queue').length });
export const error_words = (error: unknown): string =>
  error instanceof Error ? error.message : text_in(object_in({ error }, 'error') ?? {}, 'message')
    ?? String(error);
