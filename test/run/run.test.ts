/** Runs at the speed of AWS on a stepped clock: how long they take, and how they end. */
import { DeregisterImageCommand, DescribeImagesCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { lookInto } from '../e2e/cloud.ts';
import { ask } from './leases-rig.ts';
import { last, makeWorld, minutes, one, stepStarted, steps } from './rig.ts';

test('a build takes as long as its steps, and is remembered', async () => {
  const world = await makeWorld(one);
  const began = world.clock.now();
  const run = world.start(['build', 'a']);
  expect(await run.code).toBe(0);
  const took = world.clock.now() - began;
  expect(took).toBeGreaterThan(35 * minutes);
  expect(took).toBeLessThan(3 * 60 * minutes);
  expect(steps(run)).toEqual([
    'launch',
    'bootstrap',
    'package gcc@13.2.0',
    'package cmake@3.27.0',
    'clean-up',
    'image',
  ]);

  await world.write('templates/a.yaml', 'software: { spack_packages: [gcc@13.2.0] }\n');
  const again = world.start(['build', 'a']);
  const started = await again.event(({ type }) => type === 'image-started');
  expect(started['expectedMs']).toBeGreaterThan(35 * minutes);
  expect(await again.code).toBe(0);
});

test('AWS 7: a step that hangs ends with the time limit, and its instance with it', async () => {
  const world = await makeWorld({
    'templates/a.yaml': 'build: { timeout: 30m }\ntests: ["true"]\n',
    'faults.json': JSON.stringify([
      { operation: 'ssm:SendCommand', match: { Comment: 'test 1' }, fault: { kind: 'hang-step' } },
    ]),
  });
  const began = world.clock.now();
  const run = world.start(['build', 'a'], { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' });
  expect(await run.code).toBe(1);
  expect(world.clock.now() - began).toBeLessThan(3 * 60 * minutes);
  const cloud = await lookInto(world.folder, () => world.clock.now());
  expect((await cloud.instances()).filter((state) => state !== 'terminated')).toEqual([]);
});

test.each([
  ['before its step has begun', 'gcc'],
  ['after its step has ended', 'cmake'],
  ['while the image is being made', 'image'],
])('a script edited %s: no image under the old digest', async (_when, step) => {
  const world = await makeWorld(one);
  const run = world.start(['build', 'a']);
  await run.event(stepStarted(step));
  await world.write('scripts/clean-up.sh', 'true\n');
  expect(await run.code).toBe(1);
  expect(run.events.find(({ type }) => type === 'image-finished')).toMatchObject({
    result: 'failed',
    trouble: { code: 'inputs-changed', files: ['scripts/clean-up.sh'] },
  });
  const cloud = await lookInto(world.folder, () => world.clock.now());
  expect(await cloud.imageTags()).toEqual([]);
  expect((await cloud.instances()).filter((state) => state !== 'terminated')).toEqual([]);
  expect(await world.start(['build', 'a']).code).toBe(0);
});

test('a file that comes to match a pattern of inputs while the image is built: no image under the old digest', async () => {
  const world = await makeWorld({
    'templates/a.yaml': 'build: { inputs: ["files/**"] }\nsoftware: { spack_packages: [gcc] }\n',
    'files/b': '',
  });
  const run = world.start(['build', 'a']);
  await run.event(stepStarted('gcc'));
  await world.write('files/c', '');
  expect(await run.code).toBe(1);
  expect(run.events.find(({ type }) => type === 'image-finished')).toMatchObject({
    trouble: { code: 'inputs-changed', files: ['files/c'] },
  });
});

test('of two runs at once, the second waits, says for whom, and reuses', async () => {
  const world = await makeWorld(one);
  const first = world.start(['build', 'a']);
  await first.event(stepStarted('launch'));
  const second = world.start(['build', 'a']);
  expect(await first.code).toBe(0);
  expect(await second.code).toBe(0);
  expect(last(second)).toMatchObject({ built: [], reused: ['a'] });
  const waiting = second.events.filter(({ type }) => type === 'lease-waiting').map(({ step }) => step);
  expect(waiting).toEqual(expect.arrayContaining(['bootstrap', 'package gcc@13.2.0', 'image']));
});

test('what another run is building is told with the plan', async () => {
  const world = await makeWorld({ ...one, 'templates/b.yaml': '{}\n' });
  const run = world.start(['build', 'a']);
  await run.event(stepStarted('launch'));
  run.freeze();
  const { code, stderr } = await ask(world, ['build', '--all', '--dry-run']);
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^warning: a: person-\d+@test has been building it since .* UTC\n {2}cure: a build waits for it unless --no-wait is given, and goes on with it where that run has died\n$/,
  );
});

test('AWS 9: an image that is removed while it is being made: the build ends soon, and says so', async () => {
  const world = await makeWorld(one);
  const run = world.start(['build', 'a']);
  await run.event(stepStarted('image'));
  const cloud = await lookInto(world.folder, () => world.clock.now());
  let image: string | undefined;
  while (image === undefined) {
    await world.clock.sleep(2000);
    const { Images = [] } = await cloud.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
    image = Images[0]?.ImageId;
  }
  await world.clock.sleep(60_000);
  const removed = world.clock.now();
  await cloud.ec2.send(new DeregisterImageCommand({ ImageId: image }));
  expect(await run.code).toBe(1);
  expect(world.clock.now() - removed).toBeLessThan(30 * minutes);
  expect(run.events.find(({ type }) => type === 'image-finished')).toMatchObject({
    trouble: { code: 'image-ended', image, state: 'gone' },
  });
  expect(await cloud.instances()).toEqual(['terminated']);
});

test('an interrupted build ends its instance', async () => {
  const world = await makeWorld(one);
  const run = world.start(['build', 'a']);
  await run.event(stepStarted('gcc'));
  run.interrupt();
  expect(await run.code).toBe(130);
  const cloud = await lookInto(world.folder, () => world.clock.now());
  expect(await cloud.instances()).toEqual(['terminated']);
});

test('a log that cannot be kept: the build fails for its step, and its instance is ended', async () => {
  const world = await makeWorld({
    'templates/a.yaml': 'tests: ["false"]\n',
    '.amigraph/logs': 'a file, where a folder is wanted',
  });
  const run = world.start(['build', 'a']);
  expect(await run.code).toBe(1);
  expect(run.events.find(({ type }) => type === 'image-finished')).toMatchObject({
    trouble: { code: 'step-failed', step: 'test 1', log: null },
  });
  const cloud = await lookInto(world.folder, () => world.clock.now());
  expect(await cloud.instances()).toEqual(['terminated']);
});
