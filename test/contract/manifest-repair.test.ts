/** A manifest that is repaired while others publish. */
import { expect, test } from 'vitest';
import { tagsOf } from '../../src/cache/tags.ts';
import { repairManifest } from '../../src/cli/manifests.ts';
import type { Cloud } from '../../src/cli/context.ts';
import { buildId, type Digest, imageId, templateName } from '../../src/core/ids.ts';
import type { RegisteredImage } from '../../src/core/image.ts';
import { ok } from '../../src/core/result.ts';
import { configOf } from '../unit/rig.ts';
import { homeRegion } from '../sandbox/rig.ts';
import { added, bucketRig, entryOf, first, publish, publisherOn, withIntruder } from './manifest-rig.ts';

const imageOf = (digest: Digest, template: string): RegisteredImage => ({
  id: imageId(entryOf(template).image),
  name: template,
  state: 'available',
  architecture: 'x86_64',
  createdAt: '2026-11-23T04:12:00.000Z',
  tags: tagsOf({
    template: templateName(template),
    digest,
    parent: null,
    baseImage: imageId('ami-0'),
    region: homeRegion,
    buildDate: '2026-11-23T04:00:00.000Z',
    buildId: buildId('b'),
    workspace: 'hpc',
  }),
  snapshots: [],
  stateReason: undefined,
});

test('what is published between its reading and its writing stays', async () => {
  const { store, manifestAt } = await bucketRig();
  const images = [imageOf(first, 'gromacs')];
  const intruded = withIntruder(store, 'put', async () => {
    images.push(imageOf(added, 'added'));
    await publish(publisherOn(store), added, entryOf('added'));
  });
  const registry = { findByTag: () => Promise.resolve(ok([...images])) };
  const { clock, random } = publisherOn(store);
  const workspace = { config: { ...configOf(), prefix: 'amigraph/', region: homeRegion } };
  const repaired = await repairManifest(
    { clock, random },
    workspace as never,
    { store: intruded, registry } as unknown as Cloud,
  );
  expect(repaired.differences.map(({ kind, image }) => `${kind} ${image}`)).toEqual([
    `missing ${entryOf('gromacs').image}`,
  ]);
  expect(await manifestAt()).toMatchObject({
    images: { [first]: { image: entryOf('gromacs').image }, [added]: entryOf('added') },
  });
});
