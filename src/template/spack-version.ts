/** The version of a Spack spec, from `@` on. It does not know what it is a version of. */
import { byCodeUnits } from '../core/order.ts';
import { shown, type SpackCursor } from './spack-cursor.ts';

const word = /\w(?:[\w.-]*\w)?/y;
/** A branch, a tag (which may hold `/`) or a commit. */
const gitReference = /git\.\w[\w./-]*|[A-Fa-f0-9]{40,}/y;
const commitLength = 40;

/** Without `@` and white space. The cursor stands on `@`. */
export function readVersion(cursor: SpackCursor): string | undefined {
  const sign = cursor.at;
  cursor.at += 1;
  cursor.skipSpace();
  const start = cursor.at;
  const reference = cursor.take(gitReference);
  if (reference === undefined) return readList(cursor, sign);
  // Spack ends `@ git.a/b` before the `/`.
  if (start > sign + 1) {
    return cursor.fail(sign, 'a space is between @ and the git version', 'write it directly after @');
  }
  if (!reference.startsWith('git.') && (reference.length > commitLength || /[\w.-]/.test(cursor.char))) {
    return cursor.fail(
      start,
      'the version begins like a commit and is longer',
      'write the 40 digits of a commit, or git.NAME for a branch or a tag',
    );
  }
  const equals = cursor.at;
  if (!cursor.takeChar('=')) return reference;
  const version = cursor.take(word);
  return version === undefined ? failMissing(cursor, equals, '=') : `${reference}=${version}`;
}

/** `1.2,1.4:1.6`; what goes before it is at `sign`. It is a set: Spack sorts it too. */
function readList(cursor: SpackCursor, start: number): string | undefined {
  const items = new Set<string>();
  for (let sign = start; ;) {
    const item = readItem(cursor, sign);
    if (item === undefined) return undefined;
    items.add(item);
    const end = cursor.at;
    cursor.skipSpace();
    sign = cursor.at;
    if (!cursor.takeChar(',')) {
      cursor.at = end;
      return items.size === 1 ? item : inOrder([...items]).join(',');
    }
    cursor.skipSpace();
  }
}

/** What begins like a git version comes last: at the beginning it would be one. */
function inOrder(items: readonly string[]): string[] {
  const isLikeGit = (one: string): boolean => /^(?:git\.\w|[A-Fa-f0-9]{40})/.test(one);
  return items.toSorted((a, b) => Number(isLikeGit(a)) - Number(isLikeGit(b)) || byCodeUnits(a, b));
}

/** `1.2`, `=1.2`, `1.2:1.4`, `1.2:`, `:1.4` or `:`. */
function readItem(cursor: SpackCursor, sign: number): string | undefined {
  const start = cursor.at;
  const exact = cursor.takeChar('=');
  const low = cursor.take(word);
  if (low === undefined && (exact || cursor.char !== ':')) {
    return exact ? failMissing(cursor, start, '=') : failMissing(cursor, sign, cursor.text.charAt(sign));
  }
  const colon = cursor.at;
  if (!cursor.takeChar(':')) return cursor.text.slice(start, cursor.at);
  if (exact || cursor.char === '=') {
    return cursor.fail(
      exact ? start : cursor.at,
      '= stands for one exact version and cannot be in a range',
      'take = out',
    );
  }
  const high = cursor.take(word);
  const end = cursor.at;
  cursor.skipSpace();
  // In `@1.2: languages=c` and `@1.2:languages=c` the range is open.
  const isKey = cursor.char === '=';
  cursor.at = isKey ? colon + 1 : end;
  const range = cursor.text.slice(start, cursor.at);
  return !isKey && low !== undefined && high !== undefined && isBelow(high, low)
    ? cursor.fail(start, `no version is in the range ${shown(range)}`, 'write the lower end first')
    : range;
}

const numbers = /^\d+(?:\.\d+)*$/;

/** Of versions of plain numbers, whose order is in no doubt. `1.2` is not below `1.2.3`, nor above: as an end it holds that too. */
function isBelow(version: string, other: string): boolean {
  if (!numbers.test(version) || !numbers.test(other)) return false;
  const [these, those] = [version, other].map((one) => one.split('.').map(BigInt));
  const pairs = (these ?? []).map((part, at) => [part, those?.[at] ?? part] as const);
  const [a, b] = pairs.find(([one, two]) => one !== two) ?? [0n, 0n];
  return a < b;
}

/** Of two single versions of plain numbers, `4` or `=4`; `4` has all that begin with it. Of others nobody is sure. */
export function haveNoneInCommon(version: string, other: string): boolean {
  // None is so long, and one may be compared with very many.
  if (version.length + other.length > 100) return false;
  const [a = '', b = ''] = [version, other].map((one) => one.replace(/^=/, ''));
  return isBelow(a, b) || isBelow(b, a);
}

const failMissing = (cursor: SpackCursor, at: number, sign: string): undefined =>
  cursor.fail(at, `${sign} has no version after it`, 'write a version after it, or take it out');
