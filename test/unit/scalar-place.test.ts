/** Where the characters of a YAML value stand, in every style that a value can be written in. */
import * as fc from 'fast-check';
import { dump } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { Source } from '../../src/core/source.ts';
import { YamlDocument } from '../../src/template/document.ts';

describe('a character of a value stands where it is written', () => {
  const check = (text: string): void => {
    const document = new YamlDocument(new Source('a.yaml', text));
    const { a: value } = document.read().data as { a: string };
    const { line, column } = document.place(['a'], value.indexOf('!'));
    const before = text.slice(0, text.indexOf('!')).split(/\r\n?|\n/);
    expect(`${line}:${column}`).toBe(`${before.length}:${(before.at(-1) ?? '').length + 1}`);
  };

  test.each([
    'a: one!',
    'a: "one!"',
    "a: 'one''s!'",
    "a: '''!'",
    String.raw`a: "\u002b\x2b\U0001F600\n!"`,
    'a: "one \\\n   !two"',
    'a: "one \\\n\n   !two"',
    'a: "one  \n\n\n  !two"',
    "a: 'one\n   ''!two'",
    'a: one\n   two!\n',
    'a: one    \n  %g !b\n',
    'a: one\r\n\r\n  %g !b\r\n',
    'a: |\n  one\n  t!wo\n',
    'a: |\r\n  one\r\n\r\n  t!wo\r\n',
    'a: |\n  if\n    then\n\n\n  e!nd\n',
    'a: |+\n\n\n  if\n \n    \n  e!nd\n',
    'a: >-\n    one\n    !two\n',
    'a: >\n\n  o!ne\n\n  two\n',
    'a: >\n\n  one\n\n  two\n    more\n  en!d\n',
    'a: >\n  one\n\n    more !\n\n  end\n',
    'a: |2\n   "x!"\n',
    'a: |-\n  "!"\n',
  ])('%j', check);

  test('however it is written', () => {
    const piece = fc.constantFrom(
      'x',
      ' ',
      '  ',
      '\n',
      '\n\n',
      '"',
      "'",
      '\\',
      '\u0007',
      '😀',
      'é',
      'long enough to fold ',
      '- ',
      '#',
      ': ',
    );
    const pieces = fc.array(piece, { maxLength: 20 }).map((parts) => parts.join(''));
    const styles = fc.record({
      lineWidth: fc.constantFrom(-1, 20, 80),
      quoteStyle: fc.constantFrom('single' as const, 'double' as const),
      forceQuotes: fc.boolean(),
    });
    fc.assert(
      fc.property(pieces, pieces, styles, (before, after, style) => {
        // The first character of a value stands for it all, with its quote.
        fc.pre(before !== '');
        check(dump({ a: `${before}!${after}` }, style));
      }),
      { numRuns: 1000 },
    );
  });
});
