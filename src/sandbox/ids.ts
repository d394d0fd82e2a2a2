/** New ids in AWS's forms. They follow from a counter in the store, so that a run on a fresh sandbox can be repeated exactly. */
import { createHash } from 'node:crypto';
import type { Tables } from './store.ts';

export interface Ids {
  /** `i-0123456789abcdef0` for the prefix `i`. */
  resource(prefix: string): string;
  uuid(): string;
}

const counterName = 'ids';

export const idsOf = (tables: Tables): Ids => {
  const next = (): string => {
    const count = (tables.counters.get(counterName) ?? 0) + 1;
    tables.counters.put([counterName], count);
    return digest(`id ${count}`);
  };
  return {
    resource: (prefix) => `${prefix}-${asResource(next())}`,
    uuid: () => next().replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/u, '$1-$2-4$3-8$4-$5'),
  };
};

/** The same for the same text, for things that are there from the start. */
export const stableId = (prefix: string, text: string): string => `${prefix}-${asResource(digest(text))}`;

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const asResource = (hex: string): string => `0${hex.slice(0, 16)}`;
