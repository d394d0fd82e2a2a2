/** The text of amigraph.lock to pins and back. It does not know files, nor what the pins are for. */
import * as v from 'valibot';
import { type Diagnostic, errorOf, type Place } from '../core/diagnostic.ts';
import { imageId } from '../core/ids.ts';
import { byCodeUnits } from '../core/order.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { schemaIssues } from '../core/schema-issues.ts';
import { Source, withoutByteOrderMark } from '../core/source.ts';
import { strictMap } from '../core/strict-map.ts';
import { line } from '../core/value-schemas.ts';
import { identity, type Pin } from './pins.ts';

export const lockName = 'amigraph.lock';
const version = 1;

const pin = strictMap({
  provider: v.picklist(['sandbox', 'aws'], 'must be "sandbox" or "aws"'),
  region: line,
  base: line,
  image: v.pipe(
    line,
    v.regex(/^ami-[0-9a-f]{8,17}$/, 'must be like ami-0123456789abcdef0'),
    v.transform(imageId),
  ),
  pinnedAt: v.pipe(line, v.isoTimestamp('must be like 2026-11-23T12:00:00Z')),
});
const lock = strictMap({ version: v.literal(version), pins: v.array(pin) });

/** The pins, or all that is wrong with the text. */
export function parseLock(text: string): Result<readonly Pin[], readonly Diagnostic[]> {
  const source = new Source(lockName, withoutByteOrderMark(text));
  const data = dataOf(source);
  if (!data.ok) return fail([data.error]);
  const newer = newerVersion(data.value);
  if (newer !== undefined) return fail([newer]);
  const checked = v.safeParse(lock, data.value);
  const wrong = checked.success ? [] : schemaIssues(lock, checked.issues, lockName);
  if (!checked.success) {
    return fail(
      wrong.map(({ path, code, message, cure }) => ({
        ...errorOf(code, { message, cure: cure ?? anew }),
        place: placeOf(source, path),
      })),
    );
  }
  const twice = repeated(checked.output.pins, source);
  return twice.length > 0 ? fail(twice) : ok(checked.output.pins);
}

const anew = 'mend it, or take the line out and write it anew with amigraph update';

function dataOf(source: Source): Result<unknown, Diagnostic> {
  const mark = /^(<{7}|={7}|>{7}|\|{7})/m.exec(source.text);
  if (mark !== null) {
    return fail(
      errorOf('lock-conflict', {
        message: `${lockName} holds a merge conflict`,
        place: source.placeAt(mark.index),
        cure: 'keep one line for each base and Region, and take the marks out; amigraph update pins what is then missing',
      }),
    );
  }
  try {
    return ok(JSON.parse(source.text));
  } catch {
    return fail(
      errorOf('lock-syntax', {
        message: `${lockName} is no JSON`,
        place: brokenLine(source) ?? { file: lockName },
        cure: 'mend it, take it back from git, or remove it and run amigraph update',
      }),
    );
  }
}

function newerVersion(data: unknown): Diagnostic | undefined {
  const found = typeof data === 'object' && data !== null && 'version' in data ? data.version : undefined;
  if (typeof found !== 'number' || !(found > version)) return undefined;
  return errorOf('lock-newer', {
    message: `${lockName} has version ${found}, and this amigraph knows ${version}`,
    place: { file: lockName },
    cure: 'use a newer amigraph',
  });
}

/** Where pins begin, one a line as they are printed; other layouts have no places. */
const pinLines = ({ text }: Source): { readonly row: number; readonly text: string }[] =>
  text
    .split('\n')
    .flatMap((one, index) => (/^\s*\{"provider"/.test(one) ? [{ row: index + 1, text: one }] : []));

function brokenLine(source: Source): Place | undefined {
  const lines = pinLines(source);
  const broken = lines.find(({ row, text }, at) => {
    const last = lines[at + 1]?.row !== row + 1;
    return !isJson(text.replace(/,\s*$/, '')) || /,\s*$/.test(text) === last;
  });
  return broken && source.place(broken.row, 1 + broken.text.search(/\S/));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function placeOf(source: Source, [list, index, key]: readonly (string | number)[]): Diagnostic['place'] {
  const found = list === 'pins' && typeof index === 'number' ? pinLines(source)[index] : undefined;
  if (found === undefined) return { file: lockName };
  const at = key === undefined ? -1 : found.text.indexOf(JSON.stringify(key));
  return source.place(found.row, 1 + Math.max(at, found.text.search(/\S/)));
}

function repeated(pins: readonly Pin[], source: Source): Diagnostic[] {
  const seen = new Set<string>();
  return pins.flatMap((one, index) =>
    seen.size < seen.add(identity(one)).size
      ? []
      : errorOf('lock-repeated', {
          message: `${lockName} pins ${one.base} twice in ${one.region}`,
          place: placeOf(source, ['pins', index]),
          cure: 'keep one of the lines',
        }),
  );
}

/** A pin a line, in an order of their own, so that git joins what two branches add. */
export function printLock(pins: readonly Pin[]): string {
  const lines = pins
    .toSorted((a, b) => byCodeUnits(identity(a), identity(b)))
    .map(({ provider, region, base, image, pinnedAt }) =>
      JSON.stringify({ provider, region, base, image, pinnedAt }),
    );
  return `{"version":${version},"pins":[${lines.map((one) => `\n  ${one}`).join(',')}\n]}\n`;
}
