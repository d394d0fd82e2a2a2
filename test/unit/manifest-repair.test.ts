/** What a manifest should say by the tags, and how differences are told. */
import { describe, expect, test } from 'vitest';
import type { Listed } from '../../src/cache/lookup.ts';
import type { Manifest } from '../../src/cache/manifest.ts';
import { repaired } from '../../src/cache/manifest-repair.ts';
import { buildId, imageId, templateName } from '../../src/core/ids.ts';
import type { ImageState } from '../../src/core/image.ts';
import { differencesText, manifestTable, manifestView } from '../../src/report/manifest.ts';
import { digestLike } from './rig.ts';

const [a, b, c] = [digestLike('a'), digestLike('b'), digestLike('c')];

const tagged = (id: string, template: string, state: ImageState = 'available'): Listed => ({
  image: {
    id: imageId(id),
    name: id,
    state,
    architecture: 'x86_64',
    createdAt: '2026-11-24T04:12:00.000Z',
    tags: {},
    snapshots: [],
    stateReason: undefined,
  },
  record: {
    template: templateName(template),
    digest: digestLike(template),
    parent: null,
    baseImage: imageId('ami-0'),
    region: 'us-west-2',
    buildDate: '2026-11-24T04:00:00.000Z',
    buildId: buildId(`build-of-${id}`),
    workspace: 'hpc',
  },
});

const entry = (template: string, image: string) => ({
  template,
  image,
  buildId: `build-of-${image}`,
  token: 3,
  builtAt: '2026-11-24T04:20:00.000Z',
  durationMs: 1_200_000,
  cost: 12,
});

describe('a manifest by the tags', () => {
  test('that is right stays as it is, with what only it knows', () => {
    const manifest: Manifest = { version: '1.3', notes: 1, images: { [a]: entry('a', 'ami-1') } };
    expect(repaired(manifest, [tagged('ami-1', 'a')])).toEqual({ manifest, differences: [] });
  });

  test('has what it lacked, as far as tags tell', () => {
    const { manifest, differences } = repaired({ version: 1, images: {} }, [tagged('ami-1', 'a')]);
    expect(manifest.images).toEqual({
      [a]: {
        template: 'a',
        image: 'ami-1',
        buildId: 'build-of-ami-1',
        token: 0,
        builtAt: '2026-11-24T04:12:00.000Z',
        durationMs: 720_000,
      },
    });
    expect(differences).toEqual([
      { kind: 'missing', digest: a, template: 'a', image: 'ami-1', listed: null },
    ]);
  });

  test('has the newest of several images, and the highest token that it has seen', () => {
    const images = [tagged('ami-3', 'a', 'failed'), tagged('ami-2', 'a'), tagged('ami-1', 'a')];
    const { manifest, differences } = repaired({ version: 1, images: { [a]: entry('a', 'ami-1') } }, images);
    expect(manifest.images[a]).toMatchObject({ image: 'ami-2', token: 3, durationMs: 720_000 });
    expect(differences).toEqual([
      { kind: 'differs', digest: a, template: 'a', image: 'ami-2', listed: 'ami-1' },
    ]);
  });

  test('keeps a listed image where the newer one stands on another parent: it may never be reused', () => {
    const newer = tagged('ami-2', 'a');
    const elsewhere: Listed = {
      ...newer,
      record: newer.record && { ...newer.record, parent: templateName('other') },
    };
    const manifest = { version: 1, images: { [a]: entry('a', 'ami-1') } };
    expect(repaired(manifest, [elsewhere, tagged('ami-1', 'a')])).toEqual({ manifest, differences: [] });
  });

  test('loses what is not available', () => {
    const before = { version: 1, images: { [a]: entry('a', 'ami-1'), [b]: entry('b', 'ami-2') } };
    const { manifest, differences } = repaired(before, [tagged('ami-2', 'b', 'disabled')]);
    expect(manifest.images).toEqual({});
    expect(differences.map(({ kind, listed }) => `${kind} ${listed}`)).toEqual(['gone ami-1', 'gone ami-2']);
  });

  test('has the template of the tags', () => {
    const { manifest, differences } = repaired({ version: 1, images: { [a]: entry('x', 'ami-1') } }, [
      tagged('ami-1', 'a'),
    ]);
    expect(manifest.images[a]).toEqual(entry('a', 'ami-1'));
    expect(differences).toEqual([
      { kind: 'differs', digest: a, template: 'a', image: 'ami-1', listed: 'ami-1' },
    ]);
  });

  test('does not believe tags that are not whole', () => {
    const damaged = { ...tagged('ami-1', 'a'), record: undefined };
    expect(repaired({ version: 1, images: {} }, [damaged]).manifest.images).toEqual({});
  });
});

describe('differences', () => {
  const differences = [
    { kind: 'missing', digest: a, template: 'a', image: 'ami-1', listed: null },
    { kind: 'gone', digest: b, template: 'b', image: null, listed: 'ami-2' },
    { kind: 'differs', digest: c, template: 'c', image: 'ami-4', listed: 'ami-3' },
    { kind: 'differs', digest: c, template: 'c', image: 'ami-4', listed: 'ami-4' },
  ] as const;
  const hash = (of: string): string => of.slice(0, 16);

  test('that were found', () => {
    expect(differencesText(differences, 3, false)).toBe(`TEMPLATE  HASH              DIFFERENCE
a         ${hash(a)}  ami-1 is not in it
b         ${hash(b)}  ami-2 is gone, not available or has lost its tags
c         ${hash(c)}  it has ami-3, and the newest is ami-4
c         ${hash(c)}  ami-4 has another template by the tags
4 differences; 3 images by the tags
`);
  });

  test('that were put right', () => {
    expect(differencesText(differences, 3, true)).toBe(`TEMPLATE  HASH              DONE
a         ${hash(a)}  ami-1 entered
b         ${hash(b)}  ami-2 is gone, not available or has lost its tags: taken out
c         ${hash(c)}  ami-4 entered instead of ami-3
c         ${hash(c)}  ami-4 has its template by the tags
4 differences, put right; 3 images by the tags
`);
  });

  test('that there are none of', () => {
    expect(differencesText([], 3, true)).toBe('it says what the tags say: 3 images\n');
    expect(differencesText(differences.slice(0, 1), 1, false)).toContain(
      '\n1 difference; 1 image by the tags\n',
    );
  });
});

test('a manifest is shown newest first', () => {
  const older = { ...entry('b', 'ami-2'), builtAt: '2026-11-01T00:00:00Z', builtBy: 'ada@laptop' };
  const manifest = { version: 1, images: { [b]: older, [a]: entry('a', 'ami-1') } };
  expect(manifestTable(manifest)).toBe(`TEMPLATE  IMAGE  HASH              BUILT                 IN      BY
a         ami-1  ${a.slice(0, 16)}  2026-11-24 04:20 UTC  20 min  -
b         ami-2  ${b.slice(0, 16)}  2026-11-01 00:00 UTC  20 min  ada@laptop
`);
  expect(manifestView('s3://x/y', manifest)).toEqual({
    object: 's3://x/y',
    version: 1,
    images: [
      { digest: a, ...entry('a', 'ami-1') },
      { digest: b, ...older },
    ],
  });
});
