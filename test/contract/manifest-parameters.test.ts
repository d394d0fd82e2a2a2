/** What the manifest remembers that SSM parameters say: never what they may not say any more, and at no image's cost. */
import { expect, test } from 'vitest';
import { parseManifest } from '../../src/cache/manifest.ts';
import { KnownParameters } from '../../src/cache/parameters.ts';
import { ok } from '../../src/core/result.ts';
import { bucketRig, publisherOn, textOf, three, withIntruder } from './manifest-rig.ts';

const gromacs = '/amigraph/hpc/gromacs/latest';
const namd = '/amigraph/hpc/namd/latest';
const before = { ...three, parameters: { [gromacs]: { image: 'ami-1' } } };

/** A bucket with a manifest, and runs that have read it. */
async function manifestWith(manifest: object) {
  const rig = await bucketRig();
  await rig.setBytes(textOf(manifest));
  const parameters = 'parameters' in manifest ? (manifest.parameters as object) : {};
  const run = (id: string): KnownParameters => new KnownParameters(rig.publisher, { ...parameters }, id);
  const now = async (): Promise<unknown> => ((await rig.manifestAt()) as { parameters?: unknown }).parameters;
  return { ...rig, run, now };
}

test('what is remembered: an image, a doubt, something strange, nothing', () => {
  const listed = { [gromacs]: { image: 'ami-1', note: 1 }, [namd]: { image: null }, x: 7 };
  const known = new KnownParameters(publisherOn(null as never), listed, 'a');
  expect([gromacs, namd, 'x', 'y'].map((name) => known.imageOf(name))).toEqual([
    'ami-1',
    null,
    null,
    undefined,
  ]);
});

test('doubted before it is written, settled afterwards; the rest stays', async () => {
  const { run, now, publisher } = await manifestWith({
    ...before,
    parameters: { ...before.parameters, [namd]: { image: 'ami-7', later: true } },
  });
  const one = run('a');
  await one.doubt(new Map([[gromacs, 'ami-2']]));
  expect(await now()).toEqual({
    [gromacs]: { image: null, by: 'a', was: ['ami-1', 'ami-2'] },
    [namd]: { image: 'ami-7', later: true },
  });
  one.says(gromacs, 'ami-2');
  await one.settle();
  expect(await now()).toEqual({ [gromacs]: { image: 'ami-2' }, [namd]: { image: 'ami-7', later: true } });
  expect(publisher.writes()).toBe(2);
});

test('what was only read is settled without a doubt, and once', async () => {
  const { run, now, publisher } = await manifestWith(before);
  for (const _ of [1, 2]) {
    const one = run('a');
    one.says(namd, 'ami-3');
    await one.settle();
  }
  expect(await now()).toEqual({ ...before.parameters, [namd]: { image: 'ami-3' } });
  expect(publisher.writes()).toBe(1);
});

test.each([[['a', 'b']], [['b', 'a']]])(
  'two runs write one parameter, and settle in the order %j: it has to be asked for',
  async (order) => {
    const { run, now } = await manifestWith(before);
    const runs = new Map(['a', 'b'].map((id) => [id, run(id)]));
    for (const one of runs.values()) {
      await one.doubt(new Map([[gromacs, 'ami-2']]));
    }
    for (const id of order) {
      runs.get(id)?.says(gromacs, `ami-of-${id}`);
      await runs.get(id)?.settle();
    }
    expect(await now()).toMatchObject({ [gromacs]: { image: null, by: order[1] } });
  },
);

test('who only reads does not settle what another is about to write', async () => {
  const { run, now, publisher } = await manifestWith(before);
  const writer = run('a');
  await writer.doubt(new Map([[gromacs, 'ami-2']]));
  const reader = new KnownParameters(publisher, (await now()) as Record<string, unknown>, 'b');
  expect(reader.imageOf(gromacs)).toBeNull();
  reader.says(gromacs, 'ami-1');
  await reader.settle();
  expect(await now()).toMatchObject({ [gromacs]: { image: null } });
});

test('who takes over the doubt of one that died settles it, and one that lives doubts anew before it writes', async () => {
  const { run, now, publisher } = await manifestWith(before);
  const writer = run('a');
  await writer.doubt(new Map([[gromacs, 'ami-2']]));
  const reader = new KnownParameters(publisher, (await now()) as Record<string, unknown>, 'b');
  await reader.doubt(new Map([[gromacs, 'ami-1']]));
  reader.says(gromacs, 'ami-1');
  await reader.settle();
  expect(await now()).toEqual({ [gromacs]: { image: 'ami-1' } });
  await writer.doubt(new Map([[gromacs, 'ami-2']]));
  expect(await now()).toEqual({ [gromacs]: { image: null, by: 'a', was: ['ami-1', 'ami-2'] } });
});

test('two runs that read the same agree', async () => {
  const { run, now } = await manifestWith(before);
  const runs = ['a', 'b'].map(run);
  for (const one of runs) one.says(gromacs, 'ami-2');
  for (const one of runs) await one.settle();
  expect(await now()).toEqual({ [gromacs]: { image: 'ami-2' } });
});

test('a run that dies leaves its doubt', async () => {
  const { run, now } = await manifestWith(before);
  const dead = run('a');
  await dead.doubt(new Map([[gromacs, 'ami-2']]));
  expect(await now()).toEqual({ [gromacs]: { image: null, by: 'a', was: ['ami-1', 'ami-2'] } });
});

test('what others enter meanwhile stays', async () => {
  const { store, setBytes, manifestAt } = await manifestWith(three);
  const meanwhile = { ...three, parameters: { [namd]: { image: 'ami-7' } } };
  const publisher = publisherOn(withIntruder(store, 'put', () => setBytes(textOf(meanwhile))));
  const one = new KnownParameters(publisher, {}, 'a');
  one.says(gromacs, 'ami-1');
  await one.settle();
  expect(await manifestAt()).toEqual({
    ...three,
    parameters: { [namd]: { image: 'ami-7' }, [gromacs]: { image: 'ami-1' } },
  });
});

test('where there is no manifest none is made, since it would lack all images', async () => {
  const { publisher, keys } = await bucketRig();
  const one = new KnownParameters(publisher, {}, 'a');
  await one.doubt(new Map([[gromacs, 'ami-2']]));
  one.says(gromacs, 'ami-1');
  await one.settle();
  expect(await keys()).toEqual([]);
});

test('parameters that are no map cost no image', () => {
  expect(parseManifest(textOf({ ...three, parameters: 7 }))).toEqual(ok({ ...three, parameters: {} }));
});
