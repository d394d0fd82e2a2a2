/** How many columns a text takes on a terminal. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { beginning, padded, widthOf } from '../../src/report/width.ts';

test.each([
  ['gromacs +mpi', 12],
  ['', 0],
  ['日本', 4],
  ['größe', 5],
  ['e\u0301', 1],
  ['a\u200Bb', 2],
  ['🖥️', 1],
  ['✔', 1],
])('%s takes %d', (text, width) => {
  expect(widthOf(text)).toBe(width);
  expect(widthOf(padded(text, 20))).toBe(20);
});

test('the beginning is as much as fits', () => {
  expect(['gromacs', '日本語', 'e\u0301e\u0301'].map((text) => beginning(text, 3))).toEqual([
    'gro',
    '日',
    'e\u0301e\u0301',
  ]);
  const text = fc.string({ unit: fc.constantFrom('a', '日', '\u0301', '🖥', ' ') });
  fc.assert(
    fc.property(text, fc.nat(12), (whole, columns) => {
      const part = beginning(whole, columns);
      const [next = ''] = whole.slice(part.length);
      expect(whole.startsWith(part)).toBe(true);
      expect(widthOf(part)).toBeLessThanOrEqual(columns);
      expect(next === '' || widthOf(part + next) > columns).toBe(true);
    }),
  );
});
