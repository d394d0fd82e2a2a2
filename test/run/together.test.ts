/** What becomes of those that wait, and of the instance of a step that failed, at the speed of AWS on a stepped clock. */
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { lookInto } from '../e2e/cloud.ts';
import { last, makeWorld, type Process, stepStarted, steps, type World } from './rig.ts';

const withFaults = { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' };
const failing = (match: string): string =>
  JSON.stringify([
    { operation: 'ssm:SendCommand', match: { Comment: match }, fault: { kind: 'fail-step', exitCode: 7 } },
  ]);

const troubleOf = ({ events }: Process): unknown =>
  events.find(({ type }) => type === 'image-finished')?.['trouble'];

const waits = ({ type }: { type: string }): boolean => type === 'lease-waiting';

interface Shown {
  readonly state: string;
  readonly tags: readonly string[];
}

/** In the order of their states. */
async function instancesOf(world: World): Promise<readonly Shown[]> {
  const { ec2 } = await lookInto(world.folder, () => world.clock.now());
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
  const all = Reservations.flatMap(({ Instances = [] }) =>
    Instances.map(({ State, Tags = [] }) => ({
      state: State?.Name ?? '?',
      tags: Tags.map(({ Key = '' }) => Key),
    })),
  );
  return all.toSorted((a, b) => (a.state < b.state ? -1 : 1));
}

test('a step fails: those that wait report it and build nothing, and whoever comes later tries anew', async () => {
  const world = await makeWorld({
    'templates/a.yaml': 'software: { spack_packages: [gcc] }\n',
    'faults.json': failing('package gcc'),
  });
  const first = world.start(['build', 'a'], withFaults);
  await first.event(stepStarted('gcc'));
  const others = [1, 2, 3].map(() => world.start(['build', 'a'], withFaults));
  await Promise.all(others.map((other) => other.event(waits)));
  expect(await first.code).toBe(1);
  for (const other of others) {
    expect(await other.code).toBe(1);
    expect(troubleOf(other)).toEqual({
      code: 'failed-elsewhere',
      holder: expect.stringMatching(/^person-\d+@test$/),
      buildId: first.events.find(({ type }) => type === 'image-started')?.['buildId'],
      step: 'package gcc',
      exitCode: 7,
      status: 'Failed',
    });
  }
  expect(await instancesOf(world)).toHaveLength(1);
  const later = world.start(['build', 'a'], withFaults);
  expect(await later.code).toBe(0);
  expect(last(later)).toMatchObject({ built: ['a'] });
});

test('whoever builds is interrupted: one of those that wait builds, the others reuse', async () => {
  const world = await makeWorld({ 'templates/a.yaml': 'tests: ["true"]\n' });
  const first = world.start(['build', 'a']);
  await first.event(stepStarted('bootstrap'));
  const others = [1, 2, 3].map(() => world.start(['build', 'a']));
  await Promise.all(others.map((other) => other.event(waits)));
  first.interrupt();
  expect(await first.code).toBe(130);
  expect(await Promise.all(others.map(({ code }) => code))).toEqual([0, 0, 0]);
  const built = others.flatMap((other) => (last(other) as { built: string[] }).built);
  expect(built).toEqual(['a']);
  expect((await instancesOf(world)).map(({ state }) => state)).toEqual(['terminated', 'terminated']);
});

test('interrupted while the image is being made: one that waits publishes that image, and no other is made', async () => {
  const world = await makeWorld({ 'templates/a.yaml': 'tests: ["true"]\n' });
  const first = world.start(['build', 'a']);
  await first.event(stepStarted('launch'));
  const second = world.start(['build', 'a']);
  await first.event(stepStarted('image'));
  const cloud = await lookInto(world.folder, () => world.clock.now());
  while ((await cloud.imageTags()).length === 0) await world.clock.sleep(2000);
  first.interrupt();
  expect(await first.code).toBe(130);
  expect(await second.code).toBe(0);
  expect(steps(second)).toEqual(['image']);
  expect(await cloud.imageTags()).toHaveLength(1);
  const manifest = await cloud.store.get('amigraph/manifest/us-west-2.json');
  expect(manifest.ok && Object.keys(JSON.parse(manifest.value?.text ?? '{}').images)).toHaveLength(1);
});

test('who waits takes no place: with --concurrency 1 the other image is built meanwhile', async () => {
  const world = await makeWorld({
    'templates/a.yaml': 'software: { spack_packages: [gcc] }\n',
    'templates/b.yaml': 'tests: ["true"]\n',
  });
  const first = world.start(['build', 'a']);
  await first.event(stepStarted('gcc'));
  const second = world.start(['build', '--all', '--concurrency', '1']);
  await second.event(waits);
  await second.event(
    (event) => event.type === 'image-finished' && event['template'] === 'b' && event['result'] === 'built',
  );
  expect(first.events.at(-1)?.type).not.toBe('run-finished');
  expect(await second.code).toBe(0);
  expect(last(second)).toMatchObject({ built: ['b'], reused: ['a'] });
});

test('--on-error keep: the instance stays, says how to get in and how to end it, and no later run ends it', async () => {
  const world = await makeWorld({
    'templates/a.yaml': 'tests: ["true"]\n',
    'faults.json': failing('test 1'),
  });
  const first = world.start(['build', 'a', '--on-error', 'keep'], withFaults);
  expect(await first.code).toBe(1);
  const kept = first.events.find(({ code }) => code === 'instance-kept');
  const instance = String(kept?.['instance']);
  expect(kept?.['message']).toBe(
    `instance ${instance} of build ${String(kept?.['buildId'])} is kept for a look, until its own timer ends it; to get in: aws ssm start-session --region us-west-2 --target ${instance}; to end it: aws ec2 terminate-instances --region us-west-2 --instance-ids ${instance}`,
  );
  const second = world.start(['build', 'a'], withFaults);
  expect(await second.code).toBe(0);
  expect(await instancesOf(world)).toEqual([
    { state: 'running', tags: expect.arrayContaining(['Kept', 'Lease']) },
    { state: 'terminated', tags: expect.not.arrayContaining(['Kept']) },
  ]);
  await world.clock.sleep(24 * 3_600_000);
  expect((await instancesOf(world)).filter(({ state }) => state !== 'terminated')).toEqual([]);
});

test('--on-error keep: what is interrupted, or fails for another reason, is ended all the same', async () => {
  const world = await makeWorld({ 'templates/a.yaml': 'software: { spack_packages: [gcc] }\n' });
  const run = world.start(['build', 'a', '--on-error', 'keep']);
  await run.event(stepStarted('gcc'));
  run.interrupt();
  expect(await run.code).toBe(130);
  expect((await instancesOf(world)).map(({ state }) => state)).toEqual(['terminated']);
});
