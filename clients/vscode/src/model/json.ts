// Reading what a peer sent: nothing here throws, and what has the wrong type counts as absent.
export type json = Readonly<Record<string, unknown>>;

export const is_object = (value: unknown): value is json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const object_in = (from: json, key: string): json | undefined => {
  const value = from[key];
  return is_object(value) ? value : undefined;
};
export const text_in = (from: json, key: string): string | undefined => {
  const value = from[key];
  return typeof value === 'string' ? value : undefined;
};
export const number_in = (from: json, key: string): number | undefined => {
  const value = from[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};
/** The objects of a list; what is no object is left out. */
export const objects_in = (from: json, key: string): json[] => {
  const value = from[key];
  return Array.isArray(value) ? value.filter(is_object) : [];
};
export const texts_in = (from: json, key: string): string[] => {
  const value = from[key];
  return Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : [];
};
/** At most `limit` characters of a value as JSON text, for showing what has no view of its own. */
export const shown_json = (value: unknown, limit = 4096): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');
  return text.length > limit ? `${text.slice(0, limit)} …` : text;
};
