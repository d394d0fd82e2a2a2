/** Finds the names that somebody may have meant. It does not know what is named. */
import { distance } from 'fastest-levenshtein';
import { byCodeUnits } from './order.ts';

/** At most three of `names`, nearest first, none so far off that the suggestion would puzzle. */
export function nearest<Name extends string>(wanted: string, names: Iterable<Name>): Name[] {
  if (wanted.length > longest) return [];
  const reach = Math.max(2, Math.floor(wanted.length / 2));
  const all = [...names].map((name) => ({ name, apart: apartness(wanted, name) }));
  const best = all.reduce((least, { apart }) => Math.min(least, apart), Infinity);
  return all
    .filter(({ apart }) => apart <= Math.min(reach, best + 2))
    .toSorted((a, b) => a.apart - b.apart || byCodeUnits(a.name, b.name))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** No name is nearly so long, and comparing takes the product of both lengths. */
const longest = 1000;

/** `gromacs` is near to `md/gromacs`: the folder is easily forgotten. */
function apartness(wanted: string, name: string): number {
  const last = name.slice(name.lastIndexOf('/') + 1);
  const whole = distance(wanted.toLowerCase(), name.toLowerCase());
  return last === name ? whole : Math.min(whole, 1 + distance(wanted.toLowerCase(), last.toLowerCase()));
}

/** `did you mean a, b or c?`, or nothing where no name is near; `written`: how one is written where it is wanted. */
export const didYouMean = <Name extends string>(
  wanted: string,
  names: Iterable<Name>,
  written: (name: Name) => string = (name) => name,
): string | undefined => oneOf(nearest(wanted, names).map(written));

/** The question which of these was meant; undefined where there is none. */
export function oneOf(names: readonly string[]): string | undefined {
  const others = names.slice(0, -1);
  const last = names.at(-1);
  if (last === undefined) return undefined;
  return `did you mean ${others.length === 0 ? last : `${others.join(', ')} or ${last}`}?`;
}
