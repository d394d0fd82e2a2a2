/** What EC2 makes of images, at the speed of AWS on a stepped clock. The numbers are those of docs/aws-facts.md. */
import {
  CreateImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  type Image,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { byCodeUnits } from '../../src/core/order.ts';
import { type CloudView, lookInto } from '../e2e/cloud.ts';
import { changeLease, leaseTexts } from './leases-rig.ts';
import { type JsonEvent, makeWorld, minutes, type Process, stepStarted, steps, type World } from './rig.ts';

const ofTests = 'tests: ["true"]\n';

const worldWith = (faults: readonly object[], template = ofTests): Promise<World> =>
  makeWorld({ 'templates/a.yaml': template, 'faults.json': JSON.stringify(faults) });

const build = (world: World): Process =>
  world.start(['build', 'a'], { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' });

const ended = ({ events }: Process): JsonEvent | undefined =>
  events.find(({ type }) => type === 'image-finished');

const cloudOf = (world: World): Promise<CloudView> => lookInto(world.folder, () => world.clock.now());

async function imagesOf({ ec2 }: CloudView): Promise<Image[]> {
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  return Images;
}

const refusal = (code: string, message: string): object => ({ kind: 'error', code, message });

test('AWS 3: an image whose answer is lost is one image', async () => {
  const world = await worldWith([{ operation: 'ec2:CreateImage', fault: { kind: 'reset-after' } }]);
  expect(await build(world).code).toBe(0);
  expect(await imagesOf(await cloudOf(world))).toHaveLength(1);
});

test('AWS 3: an image that has the name and is not of this build is left alone, and another name is taken', async () => {
  const world = await worldWith([]);
  const run = build(world);
  const { digest, buildId } = await run.event(({ type }) => type === 'image-started');
  await run.event(stepStarted('test 1'));
  const { ec2 } = await cloudOf(world);
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
  const InstanceId = Reservations[0]?.Instances?.[0]?.InstanceId;
  const Name = `amigraph/a/${String(digest).slice(0, 16)}/${String(buildId)}`;
  const { ImageId: foreign } = await ec2.send(new CreateImageCommand({ InstanceId, Name }));
  expect(await run.code).toBe(0);
  const images = await imagesOf(await cloudOf(world));
  expect(images.map((image) => image.Name ?? '').toSorted(byCodeUnits)).toEqual([Name, `${Name}-2`]);
  expect(ended(run)?.['image']).toBe(images.find((image) => image.ImageId !== foreign)?.ImageId);
});

test('AWS 3: one that a run that died had asked for and that is no good: another one is made, of the same instance', async () => {
  const world = await worldWith([
    { operation: 'ec2:CreateImage', fault: { kind: 'image-failed', message: 'm' } },
  ]);
  const first = build(world);
  const cloud = await cloudOf(world);
  while ((await imagesOf(cloud)).length === 0) await world.clock.sleep(2000);
  first.freeze();
  // As if it had died before the answer.
  const [key = ''] = Object.keys(await leaseTexts(cloud));
  await changeLease(cloud, key, (body) => {
    Object.assign(body['journal'] as object, { image: null });
  });
  const second = build(world);
  expect(await second.code).toBe(0);
  expect(steps(second)).toEqual(['image']);
  expect((await imagesOf(cloud)).map(({ State }) => State)).toEqual(['available']);
});

test('AWS 9: an image that takes more than an hour is waited for', async () => {
  const world = await worldWith([], `build: { volume_size_gb: 1400 }\n${ofTests}`);
  const run = build(world);
  expect(await run.code).toBe(0);
  const took = run.events.find(({ type, step }) => type === 'step-finished' && step === 'image');
  expect(took?.['durationMs']).toBeGreaterThan(70 * minutes);
});

test('AWS 9: one that takes longer than anybody waits is what the next run goes on with', async () => {
  const world = await worldWith([], `build: { volume_size_gb: 6000 }\n${ofTests}`);
  const first = build(world);
  expect(await first.code).toBe(1);
  expect(ended(first)).toMatchObject({ trouble: { code: 'timed-out' } });
  const cloud = await cloudOf(world);
  const [image] = await imagesOf(cloud);
  expect(image?.State).toBe('pending');
  expect(await cloud.instances()).toEqual(['terminated']);
  const second = build(world);
  expect(await second.code).toBe(0);
  expect(ended(second)?.['image']).toBe(image?.ImageId);
  expect(await imagesOf(cloud)).toHaveLength(1);
});

test.each([
  ['image-failed', 'failed'],
  ['image-error', 'error'],
])('AWS 9: after one that ends as %s, another one is made of the same instance', async (kind, state) => {
  const world = await worldWith([
    { operation: 'ec2:CreateImage', times: 2, fault: { kind, message: 'no luck' } },
  ]);
  const run = build(world);
  expect(await run.code).toBe(0);
  expect(steps(run)).toEqual(['launch', 'bootstrap', 'test 1', 'clean-up', 'image']);
  const warnings = run.events.filter(({ type }) => type === 'warning');
  const failed = {
    code: 'image-failed',
    template: 'a',
    state,
    why: expect.stringContaining('no luck') as string,
  };
  expect(warnings).toMatchObject([failed, failed]);
  const cloud = await cloudOf(world);
  expect((await imagesOf(cloud)).map(({ ImageId, State }) => [ImageId, State])).toEqual([
    [ended(run)?.['image'], 'available'],
  ]);
  expect(await cloud.instances()).toEqual(['terminated']);
});

test('AWS 9: after one that failed, whose instance Spot has taken away meanwhile, the build begins anew', async () => {
  const world = await worldWith(
    [
      { operation: 'ec2:CreateImage', fault: { kind: 'image-failed', message: 'm' } },
      { operation: 'ec2:RunInstances', fault: { kind: 'interrupt-spot', ms: 8 * minutes } },
    ],
    `build: { spot: true }\n${ofTests}`,
  );
  const run = build(world);
  expect(await run.code).toBe(0);
  const warnings = run.events.filter(({ type }) => type === 'warning');
  expect(warnings).toMatchObject([{ code: 'instance-lost', template: 'a' }]);
  expect(steps(run).filter((step) => step === 'launch')).toHaveLength(2);
});

test.each([
  ['as failed', 'ec2:CreateImage', { kind: 'image-failed', message: 'm' }, { state: 'failed', why: /m/ }],
  ['in no answer', 'ec2:CreateImage', { kind: 'hidden', ms: 600 * minutes }, { state: 'gone', why: /^$/ }],
])('AWS 9: an image that ends %s is not waited for', async (_how, operation, fault, { state, why }) => {
  const world = await worldWith([{ operation, times: 'always', fault }]);
  const run = build(world);
  const began = world.clock.now();
  expect(await run.code).toBe(1);
  expect(world.clock.now() - began).toBeLessThan(40 * minutes);
  expect(ended(run)).toMatchObject({
    trouble: { code: 'image-ended', state, why: expect.stringMatching(why) as string },
  });
});

test('AWS 9: an image that may not be looked at is not waited for', async () => {
  const message = 'You are not authorized to perform this operation.';
  const world = await worldWith([
    {
      operation: 'ec2:DescribeImages',
      match: { 'Filter.1.Name': 'image-id' },
      times: 'always',
      fault: { kind: 'error', code: 'UnauthorizedOperation', status: 403, message },
    },
  ]);
  const began = world.clock.now();
  const run = build(world);
  expect(await run.code).toBe(1);
  expect(world.clock.now() - began).toBeLessThan(20 * minutes);
  expect(ended(run)).toMatchObject({ trouble: { awsCode: 'UnauthorizedOperation', message } });
});

test('AWS 10: an image that no answer shows for minutes comes to be, with its tags and those of its snapshot from the start', async () => {
  const world = await worldWith([
    { operation: 'ec2:CreateImage', fault: { kind: 'hidden', ms: 5 * minutes } },
    { operation: 'ec2:CreateTags', times: 'always', fault: refusal('UnauthorizedOperation', 'no') },
  ]);
  const run = build(world);
  expect(await run.code).toBe(0);
  const cloud = await cloudOf(world);
  const [image] = await cloud.imageTags();
  expect(image).toMatchObject({ ManagedBy: 'amigraph', TemplateName: 'a' });
  expect(await cloud.snapshotTags()).toEqual([image]);
});

test('AWS 10: a new image that a launch does not find yet is asked for again', async () => {
  const missing = refusal('InvalidAMIID.NotFound', 'The image id does not exist');
  const world = await worldWith([
    { operation: 'ec2:RunInstances', times: 3, fault: missing },
    { operation: 'ec2:RunInstances', skip: 3, fault: refusal('InvalidAMIID.Unavailable', 'not yet') },
  ]);
  expect(await build(world).code).toBe(0);
});

test('AWS 11: an instance that EC2 does not take for stopped yet is asked for its image again', async () => {
  const message = "Invalid value 'i-1' for instanceId. Instance is not in state 'running' or 'stopped'";
  const world = await worldWith([
    { operation: 'ec2:CreateImage', times: 3, fault: refusal('InvalidParameterValue', message) },
    { operation: 'ec2:CreateImage', skip: 3, fault: refusal('IncorrectState', 'not yet') },
    { operation: 'ec2:CreateImage', skip: 4, fault: refusal('IncorrectInstanceState', 'not yet') },
  ]);
  expect(await build(world).code).toBe(0);
});

test('AWS 11: an instance is stopped before its image is made; one of Spot, which cannot be, is not', async () => {
  const world = await worldWith([]);
  const run = build(world);
  const cloud = await cloudOf(world);
  while ((await imagesOf(cloud)).length === 0) await world.clock.sleep(2000);
  expect(await cloud.instances()).toEqual(['stopped']);
  expect(await run.code).toBe(0);
  const spot = await worldWith([], `build: { spot: true }\n${ofTests}`);
  expect(await build(spot).code).toBe(0);
});
