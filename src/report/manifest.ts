/** The answers of `manifest show`, `verify` and `repair`. It does not know how the differences were found. */
import type { Manifest } from '../cache/manifest.ts';
import type { Difference } from '../cache/manifest-repair.ts';
import { byCodeUnits } from '../core/order.ts';
import { duration } from './duration.ts';
import { table } from './tables.ts';
import { date } from './wording.ts';

/** Newest first. */
export function manifestView(object: string, { version, images }: Manifest): object {
  return { object, version, images: newestFirst(images).map(([digest, entry]) => ({ digest, ...entry })) };
}

export function manifestTable({ images }: Manifest): string {
  const rows = newestFirst(images).map(([digest, { template, image, builtAt, durationMs, builtBy }]) => [
    template,
    image,
    digest.slice(0, 16),
    date(builtAt),
    duration(durationMs),
    builtBy ?? '-',
  ]);
  return table([['TEMPLATE', 'IMAGE', 'HASH', 'BUILT', 'IN', 'BY'], ...rows]);
}

const newestFirst = (images: Manifest['images']): [string, Manifest['images'][string]][] =>
  Object.entries(images).toSorted(([, a], [, b]) => byCodeUnits(b.builtAt, a.builtAt));

/** A line for each, and how many; `done`: they have been put right. */
export function differencesText(differences: readonly Difference[], images: number, done: boolean): string {
  if (differences.length === 0) return `it says what the tags say: ${counted(images, 'image')}\n`;
  const rows = differences.map(({ template, digest, ...one }) => [
    template,
    digest.slice(0, 16),
    differenceText(one, done),
  ]);
  return `${table([['TEMPLATE', 'HASH', done ? 'DONE' : 'DIFFERENCE'], ...rows])}${counted(differences.length, 'difference')}${done ? ', put right' : ''}; ${counted(images, 'image')} by the tags\n`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function differenceText(
  { kind, image, listed }: Omit<Difference, 'template' | 'digest'>,
  done: boolean,
): string {
  switch (kind) {
    case 'missing':
      return `${image ?? ''} ${done ? 'entered' : 'is not in it'}`;
    case 'gone':
      return `${listed ?? ''} is gone, not available or has lost its tags${done ? ': taken out' : ''}`;
    case 'differs':
      return image === listed
        ? `${image ?? ''} ${done ? 'has its template by the tags' : 'has another template by the tags'}`
        : done
          ? `${image ?? ''} entered instead of ${listed ?? ''}`
          : `it has ${listed ?? ''}, and the newest is ${image ?? ''}`;
  }
}
