/** Plans and images: as tables for people, as plain data for programs. */
import { describe, expect, test } from 'vitest';
import { imageId } from '../../src/core/ids.ts';
import { planTable, table } from '../../src/report/tables.ts';
import { actionView } from '../../src/report/views.ts';
import { actionOf, digestLike, reuseOf } from './rig.ts';

test('a table has columns as wide as their widest cell, and no space at the ends of lines', () => {
  expect(
    table([
      ['A', 'LONG', 'C'],
      ['aaa', 'b', ''],
      ['', '\u001B[31mb', 'c\nc'],
    ]),
  ).toBe('A    LONG   C\naaa  b\n     [31mb  c c\n');
  expect(table([])).toBe('');
  expect(
    table([
      ['日本', 'b'],
      ['e\u0301', 'c'],
      ['aaaa', 'd'],
    ]),
  ).toBe('日本  b\ne\u0301     c\naaaa  d\n');
});

const hit = {
  kind: 'hit',
  image: imageId('ami-1'),
  createdAt: '2026-11-23T04:12:00Z',
  buildId: 'b',
} as const;
const digest = digestLike('gromacs');

test('a plan is a table with the reason of each action', () => {
  const actions = [
    reuseOf('foundation', { reason: hit, image: imageId('ami-1'), expectedMs: 5 }),
    actionOf('gromacs', { expectedMs: 61_000 }),
  ];
  const blank = ' '.repeat('about 1 min 1 s'.length);
  expect(planTable({ actions }).split('\n')).toEqual([
    'TEMPLATE    ACTION  HASH              TIME             REASON',
    `foundation  reuse   ${digestLike('foundation').slice(0, 16)}  ${blank}  ami-1 is available and has this digest (made 2026-11-23 04:12 UTC by build b)`,
    `gromacs     build   ${digest.slice(0, 16)}  about 1 min 1 s  no image has this digest`,
    '',
  ]);
});

describe('for programs', () => {
  test('an action', () => {
    expect(actionView(actionOf('gromacs', { expectedMs: 5, needs: ['a'] }))).toEqual({
      template: 'gromacs',
      digest,
      action: 'build',
      reason: { kind: 'no-image' },
      image: null,
    });
  });
});
