// Words that several views share.
export const formatted_count = (count: number, noun: string): string =>
  `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;

/** The banner's words. `now` and `since`: to say the day when it is another one. */
export function banner_words(count: number, since: string | undefined, now: Date): string {
  const words = `replayed ${formatted_count(count, 'update')}`;
  if (since === undefined || Number.isNaN(Date.parse(since))) return words;
  return `${words} since ${local_time(new Date(since), now)}`;
}

const two = (n: number): string => String(n).padStart(2, '0');
const day = (d: Date): string => `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
/** HH:MM; before it the day, when it is not today. */
export function local_time(at: Date, now: Date): string {
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return day(at) === day(now) ? time : `${day(at)} ${time}`;
}

const minute_ms = 60_000;
const spans: readonly [string, string, number][] = [['day', 'd', 86_400_000],
  ['hour', 'h', 3_600_000], ['minute', 'min', minute_ms]];
/** "3 hours ago". */
export function age_words(at: Date, now: Date): string {
  const passed = now.getTime() - at.getTime();
  const span = spans.find(([, , ms]) => passed >= ms);
  return span ? `${formatted_count(Math.floor(passed / span[2]), span[0])} ago` : 'just now';
}
/** "3 h", and for how long that is so; of the first minute nothing is said. */
export function short_age(at: Date, now: Date): { text: string; lasts_ms: number } {
  const passed = Math.max(0, now.getTime() - at.getTime());
  const span = spans.find(([, , ms]) => passed >= ms);
  const unit_ms = span?.[2] ?? minute_ms;
  return { text: span ? `${Math.floor(passed / unit_ms)} ${span[1]}` : '',
    lasts_ms: unit_ms - (passed % unit_ms) };
}
