/** What EC2 does at and after a launch, at the speed of AWS on a stepped clock. The numbers are those of docs/aws-facts.md. */
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { lookInto } from '../e2e/cloud.ts';
import { type JsonEvent, makeWorld, minutes, type Process, stepStarted, steps, type World } from './rig.ts';

const template = { 'templates/a.yaml': 'tests: ["true"]\n' };
const withFaults = { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' };

const worldWith = (faults: readonly object[], builder = '{}'): Promise<World> =>
  makeWorld({
    ...template,
    'amifile.ts': `export default { builder: ${builder} };\n`,
    'faults.json': JSON.stringify(faults),
  });

const build = (world: World): Process => world.start(['build', 'a'], withFaults);

const ended = ({ events }: Process): JsonEvent | undefined =>
  events.find(({ type }) => type === 'image-finished');

/** `c6a.large: terminated`, of all instances that there have been. */
async function instances(world: World): Promise<string[]> {
  const cloud = await lookInto(world.folder, () => world.clock.now());
  const { Reservations = [] } = await cloud.ec2.send(new DescribeInstancesCommand({}));
  return Reservations.flatMap(({ Instances = [] }) =>
    Instances.map(({ InstanceType, State }) => `${InstanceType}: ${State?.Name}`),
  );
}

const refusal = (code: string, message: string): object => ({ kind: 'error', code, message });

test('AWS 2: an instance that no answer shows yet is ended all the same', async () => {
  const world = await worldWith([
    { operation: 'ec2:RunInstances', fault: { kind: 'hidden', ms: 3 * minutes } },
  ]);
  const run = build(world);
  await run.event(stepStarted('launch'));
  await world.clock.sleep(10_000);
  run.interrupt();
  expect(await run.code).toBe(130);
  expect(await instances(world)).toMatchObject([expect.stringMatching(/: terminated$/)]);
});

test('AWS 2: an instance that is there is ended, though EC2 says once that it does not exist', async () => {
  const gone = refusal('InvalidInstanceID.NotFound', 'The instance ID does not exist');
  const world = await worldWith([{ operation: 'ec2:TerminateInstances', times: 2, fault: gone }]);
  const run = build(world);
  expect(await run.code).toBe(0);
  expect(await instances(world)).toMatchObject([expect.stringMatching(/: terminated$/)]);
});

test.each(['UnauthorizedOperation', 'AuthFailure', 'RequestExpired'])(
  'AWS 2: an instance whose end is refused once (%s) is ended all the same, and nothing is said of it',
  async (code) => {
    const world = await worldWith([{ operation: 'ec2:TerminateInstances', fault: refusal(code, 'no') }]);
    const run = build(world);
    expect(await run.code).toBe(0);
    expect(await instances(world)).toMatchObject([expect.stringMatching(/: terminated$/)]);
    expect(run.events.filter(({ type }) => type === 'warning')).toEqual([]);
  },
);

test('AWS 2: an instance whose end is refused in several ways is ended all the same', async () => {
  const codes = ['UnauthorizedOperation', 'InvalidInstanceID.NotFound', 'AuthFailure'];
  const world = await worldWith(
    codes.map((code, skip) => ({ operation: 'ec2:TerminateInstances', skip, fault: refusal(code, 'no') })),
  );
  const run = build(world);
  expect(await run.code).toBe(0);
  expect(await instances(world)).toMatchObject([expect.stringMatching(/: terminated$/)]);
});

test('AWS 2: where its end is refused, the run says so within minutes, and why', async () => {
  const world = await worldWith([
    { operation: 'ec2:TerminateInstances', times: 'always', fault: refusal('UnauthorizedOperation', 'no') },
  ]);
  const run = build(world);
  const { time } = await run.event(({ type, step }) => type === 'step-finished' && step === 'image');
  expect(await run.code).toBe(0);
  const warning = run.events.find(({ type }) => type === 'warning');
  expect(warning).toMatchObject({
    code: 'instance-not-ended',
    cause: { operation: 'ec2:TerminateInstances', awsCode: 'UnauthorizedOperation' },
  });
  expect(Date.parse(String(warning?.time)) - Date.parse(time)).toBeLessThan(3 * minutes);
});

test('AWS 4: a launch whose answer is lost is one instance', async () => {
  const world = await worldWith([{ operation: 'ec2:RunInstances', fault: { kind: 'reset-after' } }]);
  expect(await build(world).code).toBe(0);
  expect(await instances(world)).toHaveLength(1);
});

test('AWS 4: a launch whose answer is lost and that is refused when it is asked for again is ended', async () => {
  const world = await worldWith([
    { operation: 'ec2:RunInstances', fault: { kind: 'reset-after' } },
    {
      operation: 'ec2:RunInstances',
      skip: 1,
      times: 'always',
      fault: refusal('UnauthorizedOperation', 'no'),
    },
  ]);
  const run = build(world);
  expect(await run.code).toBe(1);
  expect(ended(run)).toMatchObject({ trouble: { awsCode: 'UnauthorizedOperation' } });
  expect(await instances(world)).toMatchObject([expect.stringMatching(/: terminated$/)]);
});

test('AWS 4: whoever goes on with a launch that was asked for otherwise launches anew, and ends the first', async () => {
  const world = await worldWith(
    [{ operation: 'ec2:RunInstances', fault: { kind: 'reset-after' } }],
    "{ instanceType: 'c6a.large' }",
  );
  const first = build(world);
  await first.event(({ type, operation }) => type === 'retry' && operation === 'ec2:RunInstances');
  first.freeze();
  // An instance's own timer goes with the time limit; the image is the same.
  await world.write('templates/a.yaml', 'build: { timeout: 1h }\ntests: ["true"]\n');
  const second = build(world);
  expect(await second.code).toBe(0);
  expect(steps(second).filter((step) => step === 'launch')).toHaveLength(2);
  expect(await instances(world)).toEqual(['c6a.large: terminated', 'c6a.large: terminated']);
});

test('AWS 13: an instance profile that was made a moment ago is waited for', async () => {
  const invalid = refusal(
    'InvalidParameterValue',
    'Value (builder) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name',
  );
  const world = await worldWith([{ operation: 'ec2:RunInstances', times: 5, fault: invalid }]);
  expect(await build(world).code).toBe(0);
});

test('AWS 13: one that is not there ends the build within minutes, and says so', async () => {
  const message =
    'Value (builder) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name';
  const world = await worldWith([
    {
      operation: 'ec2:RunInstances',
      times: 'always',
      fault: refusal('InvalidParameterValue', message),
    },
  ]);
  const began = world.clock.now();
  const run = build(world);
  expect(await run.code).toBe(1);
  expect(world.clock.now() - began).toBeLessThan(4 * minutes);
  expect(ended(run)).toMatchObject({ trouble: { awsCode: 'InvalidParameterValue', message } });
  expect(await instances(world)).toEqual([]);
});
