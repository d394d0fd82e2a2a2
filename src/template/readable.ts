/** What a template says besides what is wrong in it. It does not know what is told of that. */
import * as v from 'valibot';
import { isMap } from '../core/strict-map.ts';
import { templateSchema, type WrittenTemplate } from './schema.ts';

/** By key; `all`: the value as a whole. */
type Wrong = Map<string, Wrong | 'all'>;

/** `paths`: of wrong values and keys. A list goes as a whole, since the places of its items are counted. */
export function readablePart(data: unknown, paths: readonly (readonly unknown[])[]): WrittenTemplate {
  const wrong: Wrong = new Map();
  for (const path of paths) add(wrong, path);
  const checked = v.safeParse(templateSchema, without(data, wrong));
  return checked.success ? checked.output : {};
}

function add(wrong: Wrong, path: readonly unknown[]): void {
  const first = path.findIndex((key) => typeof key !== 'string');
  const keys = (first < 0 ? path : path.slice(0, first)) as readonly string[];
  let at = wrong;
  for (const [index, key] of keys.entries()) {
    const below = at.get(key) ?? new Map();
    if (below === 'all') return;
    at.set(key, index === keys.length - 1 ? 'all' : below);
    at = below;
  }
}

function without(data: unknown, wrong: Wrong): unknown {
  if (!isMap(data)) return undefined;
  return Object.fromEntries(
    Object.entries(data as object).flatMap(([key, value]: [string, unknown]) => {
      const below = wrong.get(key);
      if (below === undefined) return [[key, value]];
      return below === 'all' || !isMap(value) ? [] : [[key, without(value, below)]];
    }),
  );
}
