/** Whether an image must be built, from what carries its digest. */
import { describe, expect, test } from 'vitest';
import type { Found } from '../../src/cache/lookup.ts';
import { buildId, imageId, templateName } from '../../src/core/ids.ts';
import type { ImageState } from '../../src/core/image.ts';
import { decide, type Expected } from '../../src/plan/decide.ts';
import { digestLike } from './rig.ts';

const base = imageId('ami-0000000000000000b');

/** An image found for the digest: its state, and what its tags say that it stands on. */
function image(id: string, state: ImageState, parent: string | null = 'foundation', from = base): Found {
  const digest = digestLike('gromacs');
  return {
    image: {
      id: imageId(id),
      name: id,
      state,
      architecture: 'x86_64',
      createdAt: '2026-11-23T04:12:00.000Z',
      tags: {},
      snapshots: [],
      stateReason: undefined,
    },
    record: {
      template: templateName('gromacs'),
      digest,
      parent: parent === null ? null : templateName(parent),
      baseImage: from,
      region: 'us-west-2',
      buildDate: '2026-11-23T04:00:00.000Z',
      buildId: buildId(`build-of-${id}`),
      workspace: 'hpc',
    },
  };
}

const anyImage = (): boolean => true;
const onParent: Expected = { parent: templateName('foundation'), baseImage: null };
const onBase: Expected = { parent: null, baseImage: base };
const hit = (id: string) => ({
  kind: 'hit',
  image: id,
  createdAt: '2026-11-23T04:12:00.000Z',
  buildId: `build-of-${id}`,
});

type Row = [
  name: string,
  found: readonly Found[],
  expected: Expected,
  action: string,
  reason: object,
  chosen: string | null,
  unusable: readonly string[],
];

test.each<Row>([
  ['nothing', [], onParent, 'build', { kind: 'no-image' }, null, []],
  ['an available image', [image('a', 'available')], onParent, 'reuse', hit('a'), 'a', []],
  [
    'several: the first, which is the newest',
    [image('a', 'available'), image('b', 'available')],
    onParent,
    'reuse',
    hit('a'),
    'a',
    [],
  ],
  [
    'a pending one',
    [image('a', 'pending')],
    onParent,
    'wait',
    { kind: 'image-pending', image: 'a' },
    'a',
    [],
  ],
  [
    'an available one behind a pending one',
    [image('a', 'pending'), image('b', 'available')],
    onParent,
    'reuse',
    hit('b'),
    'b',
    [],
  ],
  [
    'an available one behind a failed one',
    [image('a', 'failed'), image('b', 'available')],
    onParent,
    'reuse',
    hit('b'),
    'b',
    ['a'],
  ],
  [
    'a pending one behind a failed one',
    [image('a', 'failed'), image('b', 'pending')],
    onParent,
    'wait',
    { kind: 'image-pending', image: 'b' },
    'b',
    ['a'],
  ],
  [
    'two that cannot be used',
    [image('a', 'failed'), image('b', 'disabled')],
    onParent,
    'build',
    { kind: 'image-unusable', image: 'a', state: 'failed' },
    null,
    ['a', 'b'],
  ],
  [
    'one on another parent',
    [image('a', 'available', 'other')],
    onParent,
    'build',
    { kind: 'other-parent', image: 'a', expected: 'foundation', found: 'other' },
    null,
    ['a'],
  ],
  [
    'one on a base image where a parent is expected',
    [image('a', 'available', null)],
    onParent,
    'build',
    { kind: 'other-parent', image: 'a', expected: 'foundation', found: base },
    null,
    ['a'],
  ],
  [
    'one on another parent before the right one',
    [image('a', 'available', 'other'), image('b', 'available')],
    onParent,
    'reuse',
    hit('b'),
    'b',
    ['a'],
  ],
  [
    'a failed one on another parent',
    [image('a', 'failed', 'other')],
    onParent,
    'build',
    { kind: 'other-parent', image: 'a', expected: 'foundation', found: 'other' },
    null,
    ['a'],
  ],
  ['one on the base image', [image('a', 'available', null)], onBase, 'reuse', hit('a'), 'a', []],
  [
    'one on another base image',
    [image('a', 'available', null, imageId('ami-0000000000000000c'))],
    onBase,
    'build',
    { kind: 'other-parent', image: 'a', expected: base, found: 'ami-0000000000000000c' },
    null,
    ['a'],
  ],
  [
    'one on a parent where a base image is expected',
    [image('a', 'available', 'foundation')],
    onBase,
    'build',
    { kind: 'other-parent', image: 'a', expected: base, found: base },
    null,
    ['a'],
  ],
])('%s', (_, found, expected, action, reason, chosen, rejected) => {
  const decision = decide(found, expected, anyImage);
  expect(decision.action).toBe(action);
  expect(decision.reason).toEqual(reason);
  expect(decision.image?.id ?? null).toBe(chosen);
  expect(decision.rejected.map((one) => one.image)).toEqual(rejected);
});

describe('an image of ours that is neither available nor pending', () => {
  const states: ImageState[] = ['invalid', 'deregistered', 'failed', 'error', 'disabled', 'unseen'];
  test.each(states)('is no hit: %s', (state) => {
    const decision = decide([image('a', state)], onParent, anyImage);
    expect(decision.action).toBe('build');
    expect(decision.reason).toEqual({ kind: 'image-unusable', image: 'a', state });
    expect(decision.rejected).toEqual([decision.reason]);
  });

  test('with the words of the registry', () => {
    const [failed] = [image('a', 'failed')];
    const one = { ...failed, image: { ...failed.image, stateReason: 'no disk' } };
    expect(decide([one], onParent, anyImage).reason).toEqual({
      kind: 'image-unusable',
      image: 'a',
      state: 'failed',
      why: 'no disk',
    });
  });
});

describe('a parent that is called otherwise than in the tags', () => {
  const parentImage = image('ami-0000000000000000f', 'available', null);
  const named = (name: string): Found => ({
    ...parentImage,
    record: { ...parentImage.record, template: templateName(name) },
  });
  const child = image('a', 'available', 'old', parentImage.image.id);
  const decided = (expected: Partial<Expected>) =>
    decide([child], { ...onParent, ...expected }, anyImage).action;

  test('may be one with the same digest', () => {
    expect(decided({ twins: new Set([templateName('old')]) })).toBe('reuse');
    expect(decided({ twins: new Set([templateName('foundation')]) })).toBe('build');
  });

  test('may have had that name when its image was made', () => {
    expect(decided({ parentImages: [named('old')] })).toBe('reuse');
  });

  test('is another one where its image tells another story', () => {
    expect(decided({ parentImages: [named('foundation')] })).toBe('build');
    expect(decided({ parentImages: [] })).toBe('build');
  });
});

describe('an image that is not trusted', () => {
  const all = [image('a', 'available'), image('b', 'available')];

  test('is passed over', () => {
    const decision = decide(all, onParent, ({ image: { id } }) => id === 'b');
    expect(decision.reason).toEqual(hit('b'));
    expect(decision.rejected).toEqual([{ kind: 'image-unlisted', image: 'a' }]);
  });

  test('is no hit', () => {
    const decision = decide(all, onParent, () => false);
    expect(decision.action).toBe('build');
    expect(decision.reason).toEqual({ kind: 'image-unlisted', image: 'a' });
  });

  test('is waited for while it is being made: nobody has said yet whether it is good', () => {
    expect(decide([image('a', 'pending')], onParent, () => false).action).toBe('wait');
  });
});
