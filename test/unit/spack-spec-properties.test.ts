/** What holds for every Spack spec, and for every text. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSpackSpec } from '../../src/template/spack-spec.ts';
import { respelled, spec } from './spack-specs.ts';
import { valueOf } from './rig.ts';

describe('a spec', () => {
  test('that is printed is read back as it was', () => {
    fc.assert(
      fc.property(spec, (one) => {
        expect(valueOf(parseSpackSpec(one.text))).toEqual(one);
      }),
      { numRuns: 500 },
    );
  });

  test('written in another way is the same', () => {
    fc.assert(
      fc.property(spec, fc.infiniteStream(fc.nat(999)), (one, numbers) => {
        const choose = (count: number): number => Number(numbers.next().value) % count;
        const text = respelled(one, choose);
        expect(valueOf(parseSpackSpec(text))).toEqual(one);
      }),
      { numRuns: 500 },
    );
  });
});

describe('any text', () => {
  const nasty = fc.string({
    unit: fc.constantFrom(...'ab1.-_+~@%^/=:,[]*"\'\\ ;$`\t\n\0é\u202E'.split('')),
    maxLength: 30,
  });
  const pieces = fc
    .array(
      fc.constantFrom(
        'gcc',
        ' ',
        '@',
        '1.2',
        ':',
        ',',
        '+',
        '~',
        '-',
        'x',
        '=',
        '"',
        '%',
        '^',
        '[',
        ']',
        'when',
        '/',
        '*',
        'git.',
        '++',
      ),
      { maxLength: 16 },
    )
    .map((parts) => `gcc${parts.join('')}`);

  test('is a spec, whose canonical text stands for the same, or has a problem with a place', () => {
    fc.assert(
      fc.property(fc.oneof(pieces, nasty, fc.string({ unit: 'binary' })), (text) => {
        const result = parseSpackSpec(text);
        if (result.ok) {
          expect(valueOf(parseSpackSpec(result.value.text))).toEqual(result.value);
          expect(result.value.text).not.toMatch(/^[-./\s]|[\p{Cc}\p{Cs}]|\s$/u);
          return;
        }
        const { at, message, cure } = result.error;
        expect(at).toBeGreaterThanOrEqual(0);
        expect(at).toBeLessThanOrEqual(text.length);
        expect(message).toMatch(/^[^\p{C}]+$/u);
        expect(cure).toMatch(/^[^\p{C}]+$/u);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('100,000 characters', () => {
  const long = (unit: string): string => unit.repeat(100_000 / unit.length);
  const numbered = (by: string, text: (at: number) => string): string =>
    Array.from({ length: 12_000 }, (_, at) => text(at)).join(by);

  test.each<[string, string]>([
    ['of white space', `gcc@1${long(' ')},2`],
    ['of a name', long('a')],
    ['of namespaces', `${long('a.')}a`],
    ['of signs', `gcc${long('+')}`],
    ['of a version with bad ends', `gcc@1${long('-.')}`],
    ['of a version', `gcc@1${long('-.1.')}`],
    ['of versions', `gcc@${long('1:2 , ')}3`],
    ['of digits', `gcc@${long('a')}`],
    ['of a git reference', `gcc@git.${long('x/')}`],
    ['of variants', `gcc${numbered('', (at) => `+v${at}`)}`],
    ['of values', `gcc ${numbered(' ', (at) => `v${at}=1`)}`],
    ['of dependencies', `gcc${long('^b')}`],
    ['of edges', `gcc${long('%[] b')}`],
    ['of edges that are not closed', `gcc${long('%[')}`],
    ['of virtuals without a package', `gcc%${long('c,')}`],
    ['of quotes', `gcc x="${long("'")}"`],
    ['of escaped quotes', `gcc x="${long(String.raw`\"`)}`],
    ['of folders', `gcc/${long('a/')}`],
    ['that are controls', `gcc x='${long('x')}\0'`],
  ])('%s are read in no time', (_, text) => {
    parseSpackSpec('gcc');
    const start = performance.now();
    parseSpackSpec(text);
    expect(performance.now() - start).toBeLessThan(500);
  });
});
