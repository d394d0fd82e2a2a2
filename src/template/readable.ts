/** What a template says besides what is wrong in it. It does not know what is told of that. */
import * as v from 'valibot';
import { isMap } from '../core/strict-map.ts';
import { templateSchema, type WrittenTemplate } from './schema.ts';

type Path = readonly unknown[];

/** `wrong`: paths of values and of keys. A list goes as a whole, since the places of its items are counted. */
export function readablePart(data: unknown, wrong: readonly Path[]): WrittenTemplate {
  const checked = v.safeParse(templateSchema, wrong.reduce(without, data));
  return checked.success ? checked.output : {};
}

function without(data: unknown, path: Path): unknown {
  const [key, ...more] = path;
  if (!isMap(data) || typeof key !== 'string') return undefined;
  const { [key]: value, ...rest } = data as Readonly<Record<string, unknown>>;
  return more.length > 0 && isMap(value) ? { ...rest, [key]: without(value, more) } : rest;
}
