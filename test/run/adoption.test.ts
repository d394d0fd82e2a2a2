/** Runs that die or hang, and what the next one makes of what they left, at the speed of AWS on a stepped clock. */
import { DeregisterImageCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { type CloudView, lookInto } from '../e2e/cloud.ts';
import { last, makeWorld, minutes, one, stepStarted, steps, type World } from './rig.ts';

/** Steps the clock until it is so: file access takes real time, in which the clock may have gone on. */
async function until(world: World, so: (cloud: CloudView) => Promise<boolean>): Promise<void> {
  const cloud = await lookInto(world.folder, () => world.clock.now());
  while (!(await so(cloud))) await world.clock.sleep(2000);
}

const stopping = async (cloud: CloudView): Promise<boolean> => (await cloud.instances()).includes('stopping');
const imaging = async (cloud: CloudView): Promise<boolean> => (await cloud.imageTags()).length > 0;

/** The image that the journal of the only lease holds. */
async function journaledImage(cloud: CloudView): Promise<string | undefined> {
  const keys = await cloud.store.list('amigraph/leases/');
  const stored = keys.ok && keys.value[0] !== undefined ? await cloud.store.get(keys.value[0]) : undefined;
  if (stored?.ok !== true || stored.value?.text == null) return undefined;
  const { journal } = JSON.parse(stored.value.text) as { journal: { image: string | null } | null };
  return journal?.image ?? undefined;
}

test('a run that dies: the next one goes on with its instance, and repeats no step that was done', async () => {
  const world = await makeWorld(one);
  const first = world.start(['build', 'a']);
  await first.event(stepStarted('cmake'));
  first.freeze();
  const died = world.clock.now();
  const second = world.start(['build', 'a']);
  const taken = await second.event(({ type }) => type === 'lease-taken');
  expect(taken).toMatchObject({ template: 'a', token: 2, from: expect.stringMatching(/^person-\d+@test$/) });
  expect(world.clock.now() - died).toBeGreaterThanOrEqual(180_000);
  expect(await second.code).toBe(0);
  expect(steps(second)).toEqual(['launch', 'package cmake@3.27.0', 'clean-up', 'image']);
  const cloud = await lookInto(world.folder, () => world.clock.now());
  expect(await cloud.imageTags()).toHaveLength(1);
  expect(await cloud.instances()).toHaveLength(1);
});

test('a run that dies, and its instance after it: the next one begins anew', async () => {
  const world = await makeWorld(one);
  const first = world.start(['build', 'a']);
  await first.event(stepStarted('cmake'));
  first.freeze();
  const cloud = await lookInto(world.folder, () => world.clock.now());
  await cloud.terminateAll();
  const second = world.start(['build', 'a']);
  expect(await second.code).toBe(0);
  expect(steps(second)).toEqual([
    'launch',
    'launch',
    'bootstrap',
    'package gcc@13.2.0',
    'package cmake@3.27.0',
    'clean-up',
    'image',
  ]);
  expect((await cloud.instances()).filter((state) => state !== 'terminated')).toEqual([]);
  expect(await cloud.imageTags()).toHaveLength(1);
});

test('a holder that comes back from a long pause finds its lease gone and touches nothing', async () => {
  const world = await makeWorld(one);
  const first = world.start(['build', 'a']);
  await first.event(stepStarted('gcc'));
  first.freeze();
  const second = world.start(['build', 'a']);
  await second.event(stepStarted('clean-up'));
  first.thaw();
  expect(await first.code).toBe(1);
  expect(last(first)).toMatchObject({ failed: ['a'] });
  expect(first.events.find(({ type }) => type === 'image-finished')).toMatchObject({
    trouble: { code: 'lease-lost', holder: expect.stringMatching(/^person-\d+@test$/) },
  });
  expect(await second.code).toBe(0);
  expect(last(second)).toMatchObject({ built: ['a'] });
});

test('a bucket that is away for too long ends a build without a word of another holder; the next run goes on with it', async () => {
  const world = await makeWorld({
    ...one,
    'faults.json': JSON.stringify([
      {
        operation: 's3:*',
        match: { Key: 'leases/' },
        skip: 8,
        times: 'always',
        fault: { kind: 'error', code: 'ServiceUnavailable', status: 503, message: 'away' },
      },
    ]),
  });
  const first = world.start(['build', 'a'], { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' });
  expect(await first.code).toBe(1);
  expect(first.events.find(({ type }) => type === 'image-finished')).toMatchObject({
    trouble: {
      code: 'lease-unsure',
      cause: { operation: 's3:PutObject', awsCode: 'ServiceUnavailable', message: 'away' },
    },
  });
  const left = first.events.find(({ code }) => code === 'instance-left');
  const instance = String(left?.['instance']);
  expect(left?.['message']).toBe(
    `instance ${instance} is left to the next run; should there be none, end it: aws ec2 terminate-instances --region us-west-2 --instance-ids ${instance}`,
  );
  const second = world.start(['build', 'a']);
  expect(await second.code).toBe(0);
  const cloud = await lookInto(world.folder, () => world.clock.now());
  expect(await cloud.instances()).toEqual(['terminated']);
  expect(await cloud.imageTags()).toHaveLength(1);
});

test.each([
  ['while its instance stops', stopping],
  ['while its image is being made', imaging],
])('a run that dies %s: the image is made once, of the same instance', async (_when, so) => {
  const world = await makeWorld(one);
  const first = world.start(['build', 'a']);
  await until(world, so);
  first.freeze();
  const second = world.start(['build', 'a']);
  expect(await second.code).toBe(0);
  expect(steps(second)).toEqual(['image']);
  const cloud = await lookInto(world.folder, () => world.clock.now());
  expect(await cloud.imageTags()).toHaveLength(1);
  expect((await cloud.instances()).filter((state) => state !== 'terminated')).toEqual([]);
});

test.each([
  ['is removed', []],
  ['ends as failed', [{ operation: 'ec2:CreateImage', fault: { kind: 'image-failed', message: 'm' } }]],
])('the image of a run that died %s: another one is made, of the same instance', async (how, faults) => {
  const world = await makeWorld({ ...one, 'faults.json': JSON.stringify(faults) });
  const first = world.start(['build', 'a'], { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' });
  await until(world, async (cloud) => (await journaledImage(cloud)) !== undefined && imaging(cloud));
  first.freeze();
  const cloud = await lookInto(world.folder, () => world.clock.now());
  const dead = await journaledImage(cloud);
  if (how === 'is removed') await cloud.ec2.send(new DeregisterImageCommand({ ImageId: dead }));
  const second = world.start(['build', 'a']);
  expect(await second.code).toBe(0);
  expect(steps(second)).toEqual(['image']);
  expect(await cloud.instances()).toEqual(['terminated']);
  const third = world.start(['build', 'a']);
  expect(await third.code).toBe(0);
  expect(last(third)).toMatchObject({ built: [], reused: ['a'] });
});

test('a run that dies over an image that comes to be: the next one reuses it and ends its instance', async () => {
  const world = await makeWorld(one);
  const first = world.start(['build', 'a']);
  await until(world, imaging);
  first.freeze();
  await world.clock.sleep(60 * minutes);
  const second = world.start(['build', 'a']);
  expect(await second.code).toBe(0);
  expect(last(second)).toMatchObject({ built: [], reused: ['a'] });
  const cloud = await lookInto(world.folder, () => world.clock.now());
  expect((await cloud.instances()).filter((state) => state !== 'terminated')).toEqual([]);
  const keys = await cloud.store.list('amigraph/leases/');
  const lease = await cloud.store.get((keys.ok && keys.value[0]) || '');
  expect(lease.ok && JSON.parse(lease.value?.text ?? '')).toMatchObject({ state: 'free', journal: null });
});

test('a run that died long ago, and its instance with it: the next one begins anew', async () => {
  const world = await makeWorld(one);
  const first = world.start(['build', 'a']);
  await first.event(stepStarted('cmake'));
  first.freeze();
  await world.clock.sleep(24 * 60 * minutes);
  const began = world.clock.now();
  const second = world.start(['build', 'a']);
  expect(await second.code).toBe(0);
  expect(world.clock.now() - began).toBeLessThan(3 * 60 * minutes);
});

test('--no-wait: a dead holder is taken over from, a living one is not waited for', async () => {
  const world = await makeWorld(one);
  const first = world.start(['build', 'a']);
  await first.event(stepStarted('gcc'));
  expect(await world.start(['build', 'a', '--no-wait']).code).toBe(9);
  first.freeze();
  const third = world.start(['build', 'a', '--no-wait']);
  expect(await third.code).toBe(0);
  expect(last(third)).toMatchObject({ built: ['a'] });
});
