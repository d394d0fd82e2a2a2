/** Diagnostics as text, and colour. */
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/core/diagnostic.ts';
import { diagnosticsText } from '../../src/report/diagnostics.ts';
import { printable, styleFor } from '../../src/report/style.ts';
import { plainStyle } from './rig.ts';

const text = (...diagnostics: readonly Partial<Diagnostic>[]): string =>
  diagnosticsText(
    diagnostics.map((one) => ({ severity: 'error', code: 'c', message: 'm', ...one })),
    plainStyle,
  );

const pointing = (excerpt: string, column: number): string[] =>
  text({ place: { file: 'f', line: 1, column, excerpt } })
    .split('\n')
    .slice(2);

test('what a user wrote is shortened where it is very long', () => {
  expect(text({ message: `${'x'.repeat(50_000)} is no name` })).toBe(
    `error: ${'x'.repeat(9800)} ... ${'x'.repeat(189)} is no name`,
  );
});

test('message, place, line and cure, one below the other', () => {
  expect(
    text(
      {
        message: 'unknown key regin',
        place: { file: 'amifile.ts', line: 4, column: 3, excerpt: "  regin: 'x'," },
        related: [{ message: 'the other', place: { file: 'b.ts', line: 1, column: 2, excerpt: ' y' } }],
        cure: 'did you mean region?',
      },
      { severity: 'warning', message: 'mind', place: { file: 'a.yaml' } },
      { message: 'plain' },
    ),
  ).toBe(
    [
      'error: unknown key regin',
      '  at amifile.ts:4:3',
      "      regin: 'x',",
      '      ^',
      '  the other: b.ts:1:2',
      '     y',
      '     ^',
      '  cure: did you mean region?',
      'warning: mind',
      '  at a.yaml',
      'error: plain',
    ].join('\n'),
  );
});

describe('the caret', () => {
  test('stands below its column, also behind tabs', () => {
    expect(pointing('abc', 1)).toEqual(['    abc', '    ^']);
    expect(pointing('abc', 4)).toEqual(['    abc', '       ^']);
    expect(pointing('\t\tx: 1', 3)).toEqual(['      x: 1', '      ^']);
  });

  test('stands below its column also behind wide letters, and such as take no room', () => {
    expect(pointing('日本: x', 5)).toEqual(['    日本: x', '          ^']);
    expect(pointing('e\u0301: x', 5)).toEqual(['    e\u0301: x', '       ^']);
  });

  test('stands below its column behind what is not shown', () => {
    expect(pointing('\u001B[2Jx', 5)).toEqual(['    \uFFFD[2Jx', '        ^']);
  });

  test('goes with a long line, which is cut around it', () => {
    const line = `${'a'.repeat(200)}X${'b'.repeat(200)}`;
    const [shown = '', caret = ''] = pointing(line, 201);
    expect(shown.length).toBe(104);
    expect(shown[caret.indexOf('^')]).toBe('X');
    for (const column of [1, 30, 380, 401]) {
      const [part = '', mark = ''] = pointing(line, column);
      expect(part.length).toBe(104);
      expect(part[mark.indexOf('^')]).toBe(line[column - 1]);
    }
  });

  test('beyond the end stands behind the line', () => {
    expect(pointing('a'.repeat(150), 151)).toEqual([`    ${'a'.repeat(100)}`, `${' '.repeat(104)}^`]);
    expect(pointing('', 1)).toEqual(['    ', '    ^']);
  });
});

test('a file whose name holds a line break stays in one line', () => {
  expect(text({ place: { file: 'a\n\tb.yaml' } })).toBe('error: m\n  at a\\n\\tb.yaml');
});

test('control characters are not printed', () => {
  const evil = '\u001B]0;x\u0007';
  expect(text({ message: `a${evil}`, place: { file: `f${evil}` }, cure: `c${evil}` })).toBe(
    'error: a]0;x\n  at f]0;x\n  cure: c]0;x',
  );
  expect(printable('a\u0000\u0008\t\n\u000B\r\u001F\u007F\u009Fü😀')).toBe('a\t\nü😀');
});

describe('colour', () => {
  const shown = (stream: { isTTY?: boolean }, env: Readonly<Record<string, string>>): string =>
    styleFor(stream, env).bad('x');
  const red = '\u001B[31mx\u001B[39m';

  test.each<[string, { isTTY?: boolean }, Record<string, string>, string]>([
    ['on a terminal', { isTTY: true }, { TERM: 'xterm' }, red],
    ['on a terminal with NO_COLOR empty', { isTTY: true }, { NO_COLOR: '' }, red],
    ['not with NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, 'x'],
    ['not in CI, which may have a terminal', { isTTY: true }, { TERM: 'xterm', CI: '1' }, 'x'],
    ['on a terminal with CI empty', { isTTY: true }, { CI: '' }, red],
    ['not on a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, 'x'],
    ['not into a file', { isTTY: false }, {}, 'x'],
    ['not into a pipe', {}, {}, 'x'],
  ])('%s', (_, stream, env, expected) => {
    expect(shown(stream, env)).toBe(expected);
  });

  test('differs for good, bad, warning, dim and strong', () => {
    const style = styleFor({ isTTY: true }, {});
    const all = [style.good('x'), style.bad('x'), style.warn('x'), style.dim('x'), style.strong('x')];
    expect(new Set(all).size).toBe(5);
  });
});
