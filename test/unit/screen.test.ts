/** Lines redrawn in place, while the window changes its size. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Screen } from '../../src/report/screen.ts';
import { TestGlass } from './glass.ts';

const cursorHidden = '\u001B[?25l';
const cursorShown = '\u001B[?25h';

test('each drawing replaces the last, and nothing else', () => {
  const glass = new TestGlass();
  glass.write('$ amigraph build\n');
  const screen = new Screen(glass);
  screen.draw(['a', 'b']);
  screen.draw(['c']);
  expect(glass.lines).toEqual(['$ amigraph build', 'c']);
  screen.draw(['d', 'e'], ['stays']);
  screen.draw(['f']);
  expect(glass.lines).toEqual(['$ amigraph build', 'stays', 'f']);
  screen.leave(['g', 'h']);
  screen.draw(['i']);
  expect(glass.lines).toEqual(['$ amigraph build', 'stays', 'g', 'h', 'i']);
});

test('whatever the window does between two drawings, no copy of a line stays behind', () => {
  const width = fc.integer({ min: 5, max: 60 });
  const drawing = fc.record({ widths: fc.array(width, { maxLength: 4 }), above: fc.boolean() });
  const change = fc.record({ drawing, sizes: fc.array(width, { maxLength: 3 }) });
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const glass = new TestGlass(60, 200);
      const stays = ['before'];
      glass.write('before\n');
      const screen = new Screen(glass);
      for (const { drawing: next, sizes } of changes) {
        // As those who draw do: no line is wider than the window is at that moment.
        const lines = next.widths.map((one, at) => String(at).repeat(Math.min(one, glass.columns)));
        const above = next.above ? ['x'.repeat(70)] : [];
        stays.push(...above);
        screen.draw(lines, above);
        expect(glass.lines).toEqual([...stays, ...lines]);
        for (const size of sizes) glass.resize(size);
        expect(glass.lines).toEqual([...stays, ...lines]);
      }
    }),
  );
});

test('a line that is wider than the window has become is not broken', () => {
  const glass = new TestGlass(10);
  const screen = new Screen(glass);
  screen.draw(['0123456789abc']);
  expect(glass.lines).toEqual(['0123456789']);
});

test('the cursor is shown after each drawing: a program that is killed leaves it so', () => {
  const glass = new TestGlass();
  const screen = new Screen(glass);
  screen.draw(['a'], ['b']);
  screen.leave(['c']);
  expect(glass.written.split(cursorHidden)).toHaveLength(glass.written.split(cursorShown).length);
  expect(glass.written.endsWith(cursorShown)).toBe(true);
});

test('nothing drawn, nothing erased', () => {
  const glass = new TestGlass();
  glass.write('before\n');
  new Screen(glass).leave([]);
  expect(glass.lines).toEqual(['before']);
});
