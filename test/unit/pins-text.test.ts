/** Pins as tables for people; what programs are told is in test/e2e/pins.test.ts. */
import { expect, test } from 'vitest';
import { imageId, templateName } from '../../src/core/ids.ts';
import { movesText, outdatedText } from '../../src/report/pins.ts';

const [one, two] = [imageId('ami-00000001'), imageId('ami-00000002')];

test('pins that have moved, were not there, or went', () => {
  expect(movesText([])).toBe('no pin has moved: every base is pinned to its newest image\n');
  expect(
    movesText([
      { base: '/a', from: one, to: two },
      { base: '/b', from: null, to: one },
      { base: '/c', from: one, to: null },
    ]).split('\n'),
  ).toEqual([
    'BASE  WAS           IS',
    '/a    ami-00000001  ami-00000002',
    '/b    not pinned    ami-00000001',
    '/c    ami-00000001  not used, and no longer pinned',
    '',
  ]);
});

test('bases that are outdated or not pinned, and nothing of the others', () => {
  const pin = { provider: 'aws', region: 'us-east-1', base: '/a', image: one, pinnedAt: '' } as const;
  const standing = ['a', 'b'].map(templateName);
  const current = { base: '/a', pin, newest: one, standing };
  expect(outdatedText([], true)).toBe('no template stands on a base that is pinned\n');
  expect(outdatedText([current], false)).toBe('');
  expect(outdatedText([current], true)).toBe(
    'nothing is outdated: every base is pinned to its newest image\n',
  );
  expect(
    outdatedText([current, { ...current, newest: two }, { ...current, pin: undefined }], false).split('\n'),
  ).toEqual([
    'BASE  PINNED        NEWEST        REBUILDS',
    '/a    ami-00000001  ami-00000002  a, b',
    '/a    not pinned    ami-00000001  -',
    '',
  ]);
});
