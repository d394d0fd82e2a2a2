/** What the manifest says that SSM parameters say: whoever was later is right, and it costs no image. */
import { expect, test } from 'vitest';
import { parseManifest } from '../../src/cache/manifest.ts';
import { enterParameters, publish, SeenManifest } from '../../src/cache/manifest-store.ts';
import { ok } from '../../src/core/result.ts';
import { added, bucketRig, entry, textOf, three, withIntruder, publisherOn } from './manifest-rig.ts';

const gromacs = '/amigraph/hpc/gromacs/latest';
const namd = '/amigraph/hpc/namd/latest';
const said = (version: number): { image: string; version: number } => ({
  image: `ami-0000000${version}`,
  version,
});

const entered = ok({ setAside: undefined });

test('the later of two writes of a parameter counts, in whatever order they are told', async () => {
  const { publisher, setBytes, manifestAt } = await bucketRig();
  await setBytes(textOf(three));
  for (const version of [2, 3, 1])
    expect(await enterParameters(publisher, { [gromacs]: said(version) })).toEqual(entered);
  expect(await enterParameters(publisher, { [namd]: said(1) })).toEqual(entered);
  expect(await manifestAt()).toEqual({ ...three, parameters: { [gromacs]: said(3), [namd]: said(1) } });
  // 1 after 3 is no news.
  expect(publisher.writes()).toBe(3);
});

test('what others enter meanwhile stays', async () => {
  const { store, setBytes, manifestAt } = await bucketRig();
  await setBytes(textOf(three));
  const meanwhile = { ...three, parameters: { [namd]: said(7) } };
  const publisher = publisherOn(withIntruder(store, 'put', () => setBytes(textOf(meanwhile))));
  expect(await enterParameters(publisher, { [gromacs]: said(1) })).toEqual(entered);
  expect(await manifestAt()).toEqual({ ...three, parameters: { [namd]: said(7), [gromacs]: said(1) } });
});

test('an image and its parameter are entered by one write', async () => {
  const { publisher, setBytes, manifestAt } = await bucketRig();
  await setBytes(textOf(three));
  await publish(publisher, added, entry, new SeenManifest(three.images), { [gromacs]: said(1) });
  const images = { ...three.images, [added]: entry };
  expect(await manifestAt()).toEqual({ ...three, images, parameters: { [gromacs]: said(1) } });
  expect(publisher.writes()).toBe(1);
});

test('where there is no manifest none is made, since it would lack all images', async () => {
  const { publisher, keys } = await bucketRig();
  expect(await enterParameters(publisher, { [gromacs]: said(1) })).toEqual(entered);
  expect(await keys()).toEqual([]);
});

test.each([[7], [{ [gromacs]: 'ami-1' }], [{ [gromacs]: { image: 'ami-1' } }]])(
  'parameters that are none, as %j, cost no image',
  (parameters) => {
    expect(parseManifest(textOf({ ...three, parameters }))).toEqual(ok({ ...three, parameters: {} }));
  },
);
