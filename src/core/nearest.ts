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
  const [asked, whole] = [plain(wanted), plain(name)];
  const last = whole.slice(whole.lastIndexOf('/') + 1);
  const apart = distance(asked, whole);
  return last === whole ? apart : Math.min(apart, 1 + distance(asked, last));
}

/** One system writes é as one character, another as two. */
const plain = (name: string): string => name.normalize('NFC').toLowerCase();

/** `did you mean a, b or c?`, or nothing where no name is near; `written`: how one is written where it is wanted. */
export const didYouMean = <Name extends string>(
  wanted: string,
  names: Iterable<Name>,
  written: (name: Name) => string = (name) => name,
): string | undefined => oneOf(nearest(wanted, names).map(written));

/** The question which of these was meant; undefined where there is none. */
export function oneOf(names: readonly string[]): string | undefined {
  const shown = names.map((name) => (/\p{Control}/u.test(name) ? JSON.stringify(name) : name));
  const others = shown.slice(0, -1);
  const last = shown.at(-1);
  if (last === undefined) return undefined;
  return `did you mean ${others.length === 0 ? last : `${others.join(', ')} or ${last}`}?`;
}
