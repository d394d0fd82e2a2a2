/** How much is told of one file with which much is wrong. It does not know what. */
import type { Diagnostic } from '../core/diagnostic.ts';

/** A place takes a while to find, and nobody reads thousands of them. */
export const mostTold = 100;

/** The first of them in the order of their places, and how many more there are. */
export function firstOf(
  found: readonly (() => Diagnostic)[],
  file: string,
  severity: Diagnostic['severity'] = 'error',
): Diagnostic[] {
  const told = found
    .slice(0, mostTold)
    .map((one) => one())
    .toSorted(byPlace);
  const more = found.length - told.length;
  if (more === 0) return told;
  const message = `${file} has ${more} more ${severity}${more === 1 ? '' : 's'}`;
  const cure = 'mend these first';
  return [...told, { severity, code: `more-${severity}s`, message, place: { file }, cure }];
}

function byPlace({ place: a }: Diagnostic, { place: b }: Diagnostic): number {
  const known = a !== undefined && b !== undefined && 'line' in a && 'line' in b;
  return known ? a.line - b.line || a.column - b.column : 0;
}
