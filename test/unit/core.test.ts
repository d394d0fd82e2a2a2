/** Canonical JSON, digests, ids and near names. */
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInput } from '../../src/core/diagnostic.ts';
import { canonical, digestOf, type Json, shortDigest } from '../../src/core/digest.ts';
import { byCodeUnits } from '../../src/core/order.ts';
import { parseDigest } from '../../src/core/ids.ts';
import { didYouMean, nearest } from '../../src/core/nearest.ts';

const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json);

/** The same data, the keys of every object in the opposite order of writing. */
function turned(value: Json): Json {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]): [string, Json] => [key, turned(one)]);
  return Object.fromEntries(entries.toReversed());
}

describe('canonical', () => {
  test.each<[Json, string]>([
    [null, 'null'],
    [{ b: 1, a: [true, 'x'] }, '{"a":[true,"x"],"b":1}'],
    [{ ä: 1, z: 2, Z: 3, 10: 4, 9: 5 }, '{"10":4,"9":5,"Z":3,"z":2,"ä":1}'],
    [{ 'a"b\n': { c: {} } }, '{"a\\"b\\n":{"c":{}}}'],
    [[[], {}, ''], '[[],{},""]'],
  ])('%j is written as %s', (value, text) => {
    expect(canonical(value)).toBe(text);
  });

  test('equal data have equal text, whatever the order in which their keys were written', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonical(turned(value))).toBe(canonical(value));
      }),
    );
  });

  test('different data have different text', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(canonical(a) === canonical(b)).toBe(isDeepStrictEqual(a, b));
      }),
    );
  });

  test('what is written is JSON and holds everything', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(isDeepStrictEqual(JSON.parse(canonical(value)), value)).toBe(true);
      }),
    );
  });
});

describe('digests', () => {
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

  test('are SHA-256, of text and bytes alike', () => {
    expect(digestOf('abc')).toBe(abc);
    expect(digestOf(new Uint8Array([97, 98, 99]))).toBe(abc);
  });

  test('show their first 16 digits to people', () => {
    expect(shortDigest(digestOf('abc'))).toBe('ba7816bf8f01cfea');
  });

  test('are known by their form', () => {
    expect(parseDigest(abc)).toBe(abc);
    for (const wrong of [
      undefined,
      '',
      abc.slice(1),
      `${abc}0`,
      abc.toUpperCase(),
      `${abc}\n`,
      `g${abc.slice(1)}`,
    ])
      expect(parseDigest(wrong)).toBeUndefined();
  });

  test('code units, not letters of some language, order names', () => {
    expect(['ä', 'a', 'B', 'a/b', 'a-b', ''].toSorted(byCodeUnits)).toEqual([
      '',
      'B',
      'a',
      'a-b',
      'a/b',
      'ä',
    ]);
    expect(byCodeUnits('a', 'a')).toBe(0);
  });
});

describe('near names', () => {
  const names = ['foundation', 'md/gromacs', 'namd', 'openfoam', 'paraview'];

  test.each([
    ['fundation', ['foundation']],
    ['FOUNDATION', ['foundation']],
    ['gromac', ['md/gromacs']],
    ['gromacs', ['md/gromacs']],
    ['nmad', ['namd']],
    ['zzzzzz', []],
    ['x', []],
  ])('%s is taken for %j', (wanted, found) => {
    expect(nearest(wanted, names)).toEqual(found);
  });

  test('are at most three, nearest first, then by name', () => {
    expect(nearest('gcc1', ['gcc4', 'gcc3', 'gcc12', 'gcc2', 'gcc1x'])).toEqual(['gcc12', 'gcc1x', 'gcc2']);
    expect(nearest('aaaa', ['aabb', 'aaab'])).toEqual(['aaab', 'aabb']);
    const many = Array.from({ length: 200_000 }, (_, at) => `name-${at}`);
    expect(nearest('name-7x', many)).toEqual(['name-7', 'name-70', 'name-71']);
  });

  test('are put as a question', () => {
    expect(didYouMean('namd2', ['namd'])).toBe('did you mean namd?');
    expect(didYouMean('gcc1', ['gcc2', 'gcc3'])).toBe('did you mean gcc2 or gcc3?');
    expect(didYouMean('gcc1', ['gcc2', 'gcc3', 'gcc4'])).toBe('did you mean gcc2, gcc3 or gcc4?');
    expect(didYouMean('zzzzzz', ['gcc'])).toBeUndefined();
    expect(didYouMean('gc\nc', ['gc\nc1'])).toBe('did you mean "gc\\nc1"?');
    expect(nearest('caf\u00E9', ['a', 'cafe\u0301'])).toEqual(['cafe\u0301']);
    expect(didYouMean('gcc', [])).toBeUndefined();
    expect(didYouMean('x'.repeat(1001), ['x'.repeat(1000)])).toBeUndefined();
  });
});

test('invalid input says all that is wrong as one error', () => {
  const error = new InvalidInput([
    { severity: 'error', code: 'a', message: 'first' },
    { severity: 'error', code: 'b', message: 'second' },
  ]);
  expect(error.message).toBe('first\nsecond');
  expect(error.diagnostics.map(({ code }) => code)).toEqual(['a', 'b']);
});
