/** Tags to build record and back, and the lookup of images by them: what is not ours or not whole is not trusted. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allImages, lookUp } from '../../src/cache/lookup.ts';
import { type BuildRecord, recordOf, tagsOf } from '../../src/cache/tags.ts';
import type { CloudFailure } from '../../src/core/failure.ts';
import { buildId, type Digest, imageId, templateName } from '../../src/core/ids.ts';
import type { RegisteredImage } from '../../src/core/image.ts';
import { fail, ok } from '../../src/core/result.ts';
import type { ImageRegistry } from '../../src/ports/image-registry.ts';
import { digestLike, errorOf, valueOf } from './rig.ts';

const record: BuildRecord = {
  template: templateName('md/gromacs'),
  digest: 'ab'.repeat(32) as Digest,
  parent: templateName('foundation'),
  baseImage: imageId('ami-0123456789abcdef0'),
  region: 'us-west-2',
  buildDate: '2026-11-23T04:12:00.000Z',
  buildId: buildId('20261123-0412-abababab-9f8e7d'),
  workspace: 'hpc',
};

const image = (
  tags: Readonly<Record<string, string>>,
  change: Partial<RegisteredImage> = {},
): RegisteredImage => ({
  id: imageId('ami-0000000000000001'),
  name: 'x',
  state: 'available',
  architecture: 'x86_64',
  createdAt: '2026-11-23T05:00:00.000Z',
  tags,
  snapshots: [],
  stateReason: undefined,
  ...change,
});

test('the tags are those that people and other programs look for', () => {
  expect(tagsOf(record)).toEqual({
    Name: 'amigraph md/gromacs',
    ManagedBy: 'amigraph',
    TemplateName: 'md/gromacs',
    TemplateHash: 'abababababababab',
    TemplateDigest: 'ab'.repeat(32),
    BaseTemplate: 'foundation',
    BaseAMI: 'ami-0123456789abcdef0',
    Region: 'us-west-2',
    BuildDate: '2026-11-23T04:12:00.000Z',
    BuildId: '20261123-0412-abababab-9f8e7d',
    Workspace: 'hpc',
  });
});

test('a record comes back from its tags', () => {
  const text = fc.string({ minLength: 1, maxLength: 200 });
  const records = fc.record({
    template: text.map(templateName),
    digest: text.map(digestLike),
    parent: fc.option(text.map(templateName)),
    baseImage: text.map(imageId),
    region: text,
    buildDate: text,
    buildId: text.map(buildId),
    workspace: text,
  });
  fc.assert(
    fc.property(records, (one) => {
      expect(recordOf(image(tagsOf(one)))).toEqual(one);
    }),
  );
});

test('AWS 15: no value is longer than EC2 takes', () => {
  const long = { ...record, template: templateName('x/'.repeat(200)), parent: templateName('y'.repeat(300)) };
  for (const value of Object.values(tagsOf(long))) expect(value.length).toBeLessThanOrEqual(256);
  // An instance has two more.
  const keys = Object.keys(tagsOf(long));
  expect(keys.length).toBeLessThanOrEqual(48);
  expect(keys.filter((key) => key.startsWith('aws:') || key.length > 128)).toEqual([]);
});

describe('tags that are no record', () => {
  const good = tagsOf(record);
  test.each<[string, Record<string, string>]>([
    ['none', {}],
    ["somebody else's", { ...good, ManagedBy: 'packer' }],
    ['of nobody', Object.fromEntries(Object.entries(good).filter(([key]) => key !== 'ManagedBy'))],
    [
      'without a digest',
      Object.fromEntries(Object.entries(good).filter(([key]) => key !== 'TemplateDigest')),
    ],
    ['with a short digest', { ...good, TemplateDigest: 'abababababababab' }],
    ['with a digest in capitals', { ...good, TemplateDigest: 'AB'.repeat(32) }],
    ['with a digest and more', { ...good, TemplateDigest: `${'ab'.repeat(32)}\n` }],
    ['whose hash is of another digest', { ...good, TemplateHash: 'cdcdcdcdcdcdcdcd' }],
    ['without a hash', Object.fromEntries(Object.entries(good).filter(([key]) => key !== 'TemplateHash'))],
  ])('%s', (_, tags) => {
    expect(recordOf(image(good))).toEqual(record);
    expect(recordOf(image(tags))).toBeUndefined();
  });

  test('without a parent stand on a base image', () => {
    expect(recordOf(image({ ...good, BaseTemplate: '' }))?.parent).toBeNull();
    const { BaseTemplate: _, ...rest } = good;
    expect(recordOf(image(rest))?.parent).toBeNull();
  });
});

describe('looking up', () => {
  const tagged = (
    id: string,
    digest: Digest,
    createdAt: string,
    tags: Record<string, string> = {},
  ): RegisteredImage => image({ ...tagsOf({ ...record, digest }), ...tags }, { id: imageId(id), createdAt });

  /** Answers with these images, and notes what it was asked for. */
  function registryOf(images: readonly RegisteredImage[] | CloudFailure) {
    const asked: (readonly string[])[] = [];
    const registry: Pick<ImageRegistry, 'findByTag'> = {
      findByTag: (tag, values) => {
        asked.push([tag, ...values]);
        return Promise.resolve('code' in images ? fail(images) : ok([...images]));
      },
    };
    return { asked, registry: registry as ImageRegistry };
  }

  const [a, b] = [digestLike('a'), digestLike('b')];

  test('asks once for all digests, and not at all for none', async () => {
    const { asked, registry } = registryOf([]);
    expect(valueOf(await lookUp(registry, [a, b, a]))).toEqual({ found: new Map(), strange: [] });
    expect(asked).toEqual([['TemplateHash', a.slice(0, 16), b.slice(0, 16)]]);
    expect(valueOf(await lookUp(registry, [])).found.size).toBe(0);
    expect(asked).toHaveLength(1);
  });

  test('gives the images of each digest, newest first, then by id', async () => {
    const { registry } = registryOf([
      tagged('ami-1', a, '2026-01-01T00:00:00.000Z'),
      tagged('ami-2', b, '2026-01-02T00:00:00.000Z'),
      tagged('ami-3', a, '2026-01-03T00:00:00.000Z'),
      tagged('ami-4', a, '2026-01-03T00:00:00.000Z'),
    ]);
    const { found } = valueOf(await lookUp(registry, [a, b]));
    const ids = Object.fromEntries(
      [...found].map(([digest, all]) => [digest, all.map((one) => one.image.id)]),
    );
    expect(ids).toEqual({ [a]: ['ami-4', 'ami-3', 'ami-1'], [b]: ['ami-2'] });
  });

  test('compares whole digests, and keeps apart what is not whole or not ours', async () => {
    const twin = `${a.slice(0, 16)}${b.slice(16)}` as Digest;
    const { registry } = registryOf([
      tagged('ami-1', twin, '2026-01-01T00:00:00.000Z'),
      tagged('ami-2', a, '2026-01-01T00:00:00.000Z', { ManagedBy: 'packer' }),
      tagged('ami-3', a, '2026-01-01T00:00:00.000Z', { TemplateDigest: 'spoilt' }),
    ]);
    const { found, strange } = valueOf(await lookUp(registry, [a]));
    expect(found.size).toBe(0);
    expect(strange.map(({ id }) => id)).toEqual(['ami-3', 'ami-2']);
    expect(valueOf(await allImages(registry)).map((one) => one.image.id)).toEqual(['ami-3', 'ami-1']);
  });

  test('shows all that are ours, with no record where the tags are not whole', async () => {
    const { asked, registry } = registryOf([
      tagged('ami-1', a, '2026-01-01T00:00:00.000Z'),
      tagged('ami-2', a, '2026-01-03T00:00:00.000Z', { TemplateDigest: 'spoilt' }),
      image({ ManagedBy: 'amigraph' }, { id: imageId('ami-3'), createdAt: '2026-01-02T00:00:00.000Z' }),
      tagged('ami-4', a, '2026-01-01T00:00:00.000Z', { ManagedBy: 'packer' }),
    ]);
    const listed = valueOf(await allImages(registry));
    expect(listed.map((one) => [one.image.id, one.record?.digest])).toEqual([
      ['ami-2', undefined],
      ['ami-3', undefined],
      ['ami-1', a],
    ]);
    expect(asked).toEqual([['ManagedBy', 'amigraph']]);
  });

  test('passes a failure on', async () => {
    const failure: CloudFailure = {
      code: 'cloud',
      awsCode: 'X',
      operation: 'o',
      message: 'm',
      nature: 'refused',
    };
    const { registry } = registryOf(failure);
    expect(errorOf(await lookUp(registry, [a]))).toEqual(failure);
    expect(errorOf(await allImages(registry))).toEqual(failure);
  });
});
