/** Schemas for maps with known keys. They do not know which. */
import * as v from 'valibot';

/** Like `strictObject`, which takes a list, a promise or any other object for a map without keys. */
export const strictMap = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(v.custom<Readonly<Record<string, unknown>>>(isMap), v.strictObject(entries));

/** Takes keys that it does not know; `unknownKeys` finds them. */
export const looseMap = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(v.custom<Readonly<Record<string, unknown>>>(isMap), v.looseObject(entries));

export function isMap(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
