/** What every ImageRegistry holds to: it finds our own images by tag and by id, in pages, and removes them. */
import { describe, expect, test } from 'vitest';
import { byCodeUnits } from '../../src/core/order.ts';
import type { ImageId } from '../../src/core/ids.ts';
import { imageId } from '../../src/core/ids.ts';
import type { RegisteredImage } from '../../src/core/image.ts';
import { oneMinute, oneSecond } from '../sandbox/rig.ts';
import { baseParameter, type Cloud, type CloudKind, done, onlineInstance, refusal, testOn } from './cloud.ts';

const ours = { ManagedBy: 'amigraph' };

/** Makes images one after the other, each tagged, and waits until they can be seen. */
async function images(
  cloud: Cloud,
  all: Readonly<Record<string, Record<string, string>>>,
): Promise<ImageId[]> {
  const instance = await onlineInstance(cloud);
  const ids: ImageId[] = [];
  for (const [name, tags] of Object.entries(all)) {
    ids.push(
      done(await cloud.builder.createImage({ instance, name: `image/${name}`, description: 'd', tags })),
    );
    cloud.step(oneSecond);
  }
  cloud.step(3 * oneSecond);
  return ids;
}

const idsOf = (found: readonly RegisteredImage[]): string[] =>
  found.map(({ id }) => id).toSorted(byCodeUnits);
const sorted = (...ids: readonly (ImageId | undefined)[]): string[] =>
  ids.flatMap((id) => id ?? []).toSorted(byCodeUnits);

export function imageRegistryContract(cloudKind: CloudKind): void {
  const { name, make: makeIt } = cloudKind;
  const needing = testOn(cloudKind);

  describe(`ImageRegistry: ${name}`, () => {
    test('an image is shown with its name, tags, snapshots, state and date', async () => {
      const cloud = await makeIt();
      const tags = { ...ours, TemplateHash: 'aa', Odd: 'a "b" <c> & ü' };
      const before = cloud.now();
      const [id = imageId('')] = await images(cloud, { one: tags });
      const after = cloud.now();
      cloud.step(60 * oneMinute);
      const [image, ...others] = done(await cloud.registry.describe([id]));
      expect(others).toEqual([]);
      expect(image).toEqual({
        id,
        name: 'image/one',
        state: 'available',
        architecture: 'x86_64',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
        tags,
        snapshots: [expect.stringMatching(/^snap-[0-9a-f]+$/) as string],
        sizeGb: expect.any(Number) as number,
        stateReason: undefined,
      });
      // EC2 gives whole seconds.
      const createdAt = Date.parse(image?.createdAt ?? '');
      expect(createdAt).toBeGreaterThanOrEqual(before - oneSecond);
      expect(createdAt).toBeLessThanOrEqual(after);
    });

    needing('volume sizes')('an image is as large as its volume', async () => {
      const cloud = await makeIt();
      const [id = imageId('')] = await images(cloud, { one: ours });
      expect(done(await cloud.registry.describe([id]))[0]?.sizeGb).toBe(8);
    });

    needing('stepped time')(
      'AWS 10: one is not seen at first, which is no failure, then pending',
      async () => {
        const cloud = await makeIt();
        const instance = await onlineInstance(cloud);
        const id = done(
          await cloud.builder.createImage({ instance, name: 'name', description: '', tags: ours }),
        );
        const state = async () => done(await cloud.registry.describe([id])).map((image) => image.state);
        expect(await state()).toEqual([]);
        cloud.step(3 * oneSecond);
        expect(await state()).toEqual(['pending']);
        expect(done(await cloud.registry.find(id))).toMatchObject({ id, state: 'pending' });
        cloud.step(60 * oneMinute);
        expect(await state()).toEqual(['available']);
      },
    );

    needing('faults', 'stepped time')('one that ends badly says why', async () => {
      const faults = [
        { operation: 'ec2:CreateImage', fault: { kind: 'image-failed', message: 'the disk' } },
      ] as const;
      const cloud = await makeIt({ faults });
      const [id = imageId('')] = await images(cloud, { one: ours });
      cloud.step(60 * oneMinute);
      const [image] = done(await cloud.registry.describe([id]));
      expect(image?.state).toBe('failed');
      expect(image?.stateReason).toContain('the disk');
    });

    test('ids that nobody has are left out, and do not hide the others', async () => {
      const cloud = await makeIt();
      const ids = await images(cloud, { one: ours, two: ours });
      const unknown = imageId('ami-00000000000000000');
      expect(idsOf(done(await cloud.registry.describe([unknown, ...ids])))).toEqual(sorted(...ids));
      expect(done(await cloud.registry.describe([unknown]))).toEqual([]);
      const many = Array.from({ length: 250 }, (_, at) => imageId(`ami-${String(at).padStart(17, '0')}`));
      expect(idsOf(done(await cloud.registry.describe([...many, ...ids])))).toEqual(sorted(...ids));
    });

    describe('by tag', () => {
      test('finds those with any of the values, in any state', async () => {
        const cloud = await makeIt();
        const [a, b, c, d, e] = await images(cloud, {
          a: { ...ours, TemplateHash: 'aa' },
          b: { ...ours, TemplateHash: 'bb' },
          c: { ...ours, TemplateHash: 'aa' },
          d: { TemplateHash: 'aa' },
          e: { ManagedBy: 'packer', TemplateHash: 'aa' },
          f: { ...ours, TemplateHash: 'aab', Other: 'aa' },
        });
        const find = async (values: readonly string[]): Promise<string[]> =>
          idsOf(done(await cloud.registry.findByTag('TemplateHash', values)));
        expect(await find(['aa'])).toEqual(sorted(a, c, d, e));
        expect(await find(['bb', 'zz', 'aa'])).toEqual(sorted(a, b, c, d, e));
        expect(await find(['zz'])).toEqual([]);
        expect(await find([])).toEqual([]);
        cloud.step(60 * oneMinute);
        expect(await find(['aa'])).toEqual(sorted(a, c, d, e));
      });

      test('AWS 16: takes more values than one call does', async () => {
        const cloud = await makeIt();
        const value = (at: number): string => `value-${at}`;
        const wanted = [0, 199, 200, 399, 400, 449];
        const ids = await images(
          cloud,
          Object.fromEntries(wanted.map((at) => [`n${at}`, { ...ours, TemplateHash: value(at) }])),
        );
        const values = Array.from({ length: 450 }, (_, at) => value(at));
        expect(idsOf(done(await cloud.registry.findByTag('TemplateHash', values)))).toEqual(sorted(...ids));
      });

      test('AWS 16: finds more images than fit on a page, each once', async () => {
        const cloud = await makeIt();
        const count = 1005;
        const all = Object.fromEntries(
          Array.from({ length: count }, (_, at) => [`n${at}`, { ...ours, TemplateHash: 'aa' }]),
        );
        const ids = await images(cloud, all);
        expect(idsOf(done(await cloud.registry.findByTag('TemplateHash', ['aa'])))).toEqual(sorted(...ids));
        expect(new Set(ids).size).toBe(count);
      });
    });

    describe('images of others', () => {
      test('are found by their ids, with state and architecture; one that is nowhere in the Region is not', async () => {
        const { registry } = await makeIt();
        const id = done(await registry.resolveParameter(baseParameter));
        expect(done(await registry.find(id))).toMatchObject({
          id,
          name: expect.stringMatching(/^al2023-ami-2023\.[\d.]+-kernel-6\.1-x86_64$/) as string,
          state: 'available',
          architecture: 'x86_64',
        });
        expect(done(await registry.find(imageId('ami-00000000000000000')))).toBeUndefined();
      });

      test('are found beside those of ones own', async () => {
        const cloud = await makeIt();
        const [id = imageId('')] = await images(cloud, { one: ours });
        cloud.step(60 * oneMinute);
        const image = done(await cloud.registry.find(id));
        expect(image).toMatchObject({ id, state: 'available' });
        if (image === undefined) throw new Error('the image was not found');
        done(await cloud.registry.remove(image.id));
        expect(done(await cloud.registry.find(id))?.state ?? 'gone').toMatch(/^(gone|deregistered)$/);
      });

      test('AWS 20: are found by a pattern of their names where Amazon publishes them', async () => {
        const cloud = await makeIt();
        await images(cloud, { 'al2023-ami-2023-mine-x86_64': ours });
        const base = done(await cloud.registry.resolveParameter(baseParameter));
        const found = done(await cloud.registry.findPublished('al2023-ami-2023*-x86_64'));
        expect(found.map((image) => image.id)).toContain(base);
        expect(found.filter((image) => !/^al2023-ami-2023[^/]*-x86_64$/.test(image.name))).toEqual([]);
        expect(found.filter((image) => image.tags['ManagedBy'] !== undefined)).toEqual([]);
        expect(done(await cloud.registry.findPublished('al2023-ami-1999-*'))).toEqual([]);
      });

      needing('ParallelCluster images')('AWS 20: are found though they are deprecated', async () => {
        const cloud = await makeIt();
        const find = async (names: string) =>
          done(await cloud.registry.findPublished(names)).map((image) => [image.name, image.deprecatedAt]);
        expect(await find('aws-parallelcluster-3.14.0-amzn2023-hvm-x86_64*')).toEqual([
          ['aws-parallelcluster-3.14.0-amzn2023-hvm-x86_64-202509151200 2025-09-15T12-00-00.000Z', undefined],
        ]);
        expect(await find('aws-parallelcluster-3.11.1-*-arm64*')).toEqual([
          [
            'aws-parallelcluster-3.11.1-amzn2023-hvm-arm64-202410151200 2024-10-15T12-00-00.000Z',
            '2025-10-15T12:00:00.000Z',
          ],
        ]);
      });
    });

    describe('a parameter', () => {
      test('names an image', async () => {
        const { registry } = await makeIt();
        expect(done(await registry.resolveParameter(baseParameter))).toMatch(/^ami-[0-9a-f]{17}$/);
      });

      test('that is missing is a refusal', async () => {
        const { registry } = await makeIt();
        expect(refusal(await registry.resolveParameter('/no/such/parameter'))).toBe(
          'refused ParameterNotFound',
        );
      });

      test('that names no image is a refusal that shows what it holds', async () => {
        const { registry, putParameter } = await makeIt();
        await putParameter('/my/parameter', 'not an "image"');
        const found = await registry.resolveParameter('/my/parameter');
        expect(refusal(found)).toBe('refused NotAnImage');
        expect(!found.ok && found.error.message).toBe(
          'the parameter /my/parameter holds "not an \\"image\\"", not an image\'s id',
        );
      });
    });

    needing('stepped time')(
      'AWS 19: a parameter names an image once that was looked at, and never one that there is not',
      async () => {
        const cloud = await makeIt();
        const { registry } = cloud;
        const [id = imageId('')] = await images(cloud, { one: ours });
        expect(done(await registry.nameImage('/a/latest', id))).toEqual({ image: id, version: 1 });
        const none = imageId('ami-00000000000000000');
        expect(done(await registry.nameImage('/b/latest', none))).toEqual({ image: none, version: 1 });
        const named = async () => [...done(await registry.namedImages(['/a/latest', '/b/latest']))];
        expect(await named()).toEqual([]);
        cloud.step(oneMinute);
        expect(await named()).toEqual([['/a/latest', { image: id, version: 1 }]]);
      },
    );

    test('AWS 17: a removed image is gone, the others stay, and to remove it again is no failure', async () => {
      const cloud = await makeIt();
      const { registry } = cloud;
      const [a, b] = await images(cloud, { a: ours, b: ours });
      cloud.step(60 * oneMinute);
      const all = done(await registry.findByTag('ManagedBy', ['amigraph']));
      const image = all.find(({ id }) => id === a);
      if (image === undefined) throw new Error('the image was not found');
      expect(all).toHaveLength(2);
      done(await registry.remove(image.id));
      done(await registry.remove(image.id));
      cloud.step(oneMinute);
      expect(idsOf(done(await registry.findByTag('ManagedBy', ['amigraph'])))).toEqual([b]);
      done(await registry.remove(image.id));
    });
  });
}
