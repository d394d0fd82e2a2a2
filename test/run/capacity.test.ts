/** Instances that are not to be had, or are taken away, at the speed of AWS on a stepped clock. */
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { lookInto } from '../e2e/cloud.ts';
import {
  type JsonEvent,
  last,
  makeWorld,
  minutes,
  type Process,
  stepStarted,
  steps,
  type World,
} from './rig.ts';

const launches = 'ec2:RunInstances';
const lost = (match: object = {}, later = false): object => ({
  operation: launches,
  times: 'always',
  match,
  fault: { kind: 'lost-capacity', later },
});

async function worldWith(builder: string, faults: readonly object[]): Promise<World> {
  return makeWorld({
    'amifile.ts': `export default { builder: ${builder} };\n`,
    'templates/a.yaml': 'software: { spack_packages: [gcc@13.2.0] }\n',
    'faults.json': JSON.stringify(faults),
  });
}

const build = (world: World): Process =>
  world.start(['build', 'a'], { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' });

const warnings = ({ events }: Process): JsonEvent[] =>
  events.flatMap(({ type, time: _time, ...rest }) => (type === 'warning' ? [rest as JsonEvent] : []));

const ended = ({ events }: Process): JsonEvent | undefined =>
  events.find(({ type }) => type === 'image-finished');

/** `c6a.large subnet-1 spot: terminated`, of all instances that there have been. */
async function instances(world: World): Promise<string[]> {
  const cloud = await lookInto(world.folder, () => world.clock.now());
  const { Reservations = [] } = await cloud.ec2.send(new DescribeInstancesCommand({}));
  const all = Reservations.flatMap(({ Instances = [] }) => Instances);
  return all
    .toSorted((a, b) => Number(a.LaunchTime) - Number(b.LaunchTime))
    .map(
      ({ InstanceType, InstanceLifecycle = 'on-demand', State }) =>
        `${InstanceType} ${InstanceLifecycle}: ${State?.Name}`,
    );
}

const noneLeft =
  'We currently do not have sufficient c6a.large capacity in the Availability Zone you requested (us-west-2a). Our system will be working on provisioning additional capacity.';
const types = "{ instanceType: ['c6a.large', 'm6a.large'] }";

test('AWS 12: no capacity for the first type: at once the next one, with a warning', async () => {
  const world = await worldWith(types, [lost({ InstanceType: 'c6a.large' })]);
  const began = world.clock.now();
  const run = build(world);
  await run.event(stepStarted('bootstrap'));
  expect(world.clock.now() - began).toBeLessThan(10 * minutes);
  expect(await run.code).toBe(0);
  expect(warnings(run)).toEqual([
    {
      code: 'no-capacity',
      template: 'a',
      refused: {
        instanceType: 'c6a.large',
        spot: false,
        subnet: null,
        awsCode: 'InsufficientInstanceCapacity',
        message: noneLeft,
      },
      next: { instanceType: 'm6a.large', spot: false, subnet: null },
      message: `a: no room for c6a.large: InsufficientInstanceCapacity: ${noneLeft}; going on with m6a.large`,
    },
  ]);
  expect(await instances(world)).toEqual(['m6a.large on-demand: terminated']);
});

test('AWS 12: capacity that is lost after the launch was accepted: the next type, and steps that begin anew', async () => {
  const world = await worldWith(types, [lost({ InstanceType: 'c6a.large' }, true)]);
  const run = build(world);
  expect(await run.code).toBe(0);
  expect(warnings(run)).toMatchObject([
    { code: 'instance-lost', template: 'a', next: { instanceType: 'm6a.large' } },
  ]);
  expect(steps(run)).toEqual(['launch', 'launch', 'bootstrap', 'package gcc@13.2.0', 'clean-up', 'image']);
  expect(await instances(world)).toEqual([
    'c6a.large on-demand: terminated',
    'm6a.large on-demand: terminated',
  ]);
});

test('AWS 12: each subnet is asked', async () => {
  const subnets =
    "{ instanceType: 'c6a.large', subnet: ['subnet-00000000000000000', 'subnet-00000000000000001', 'subnet-00000000000000004'] }";
  const full = { kind: 'error', code: 'InsufficientFreeAddressesInSubnet', status: 400, message: 'full' };
  const world = await worldWith(subnets, [
    { operation: launches, times: 'always', match: { SubnetId: 'subnet-00000000000000000' }, fault: full },
    lost({ SubnetId: 'subnet-00000000000000001' }),
  ]);
  const run = build(world);
  expect(await run.code).toBe(0);
  expect(warnings(run)).toMatchObject([
    { refused: { subnet: 'subnet-00000000000000000' }, next: { subnet: 'subnet-00000000000000001' } },
    { refused: { subnet: 'subnet-00000000000000001' }, next: { subnet: 'subnet-00000000000000004' } },
  ]);
});

test('AWS 12: Spot without capacity: on-demand', async () => {
  const world = await worldWith("{ instanceType: 'c6a.large', spot: true }", [
    lost({ 'InstanceMarketOptions.MarketType': 'spot' }),
  ]);
  const run = build(world);
  expect(await run.code).toBe(0);
  expect(await instances(world)).toEqual(['c6a.large on-demand: terminated']);
});

test('AWS 12: Spot takes the instance away in the middle of a step: the build goes on, on another one', async () => {
  const world = await worldWith("{ instanceType: 'c6a.large', spot: true, timeout: '2h' }", [
    { operation: launches, fault: { kind: 'interrupt-spot', ms: 15 * minutes } },
  ]);
  const run = build(world);
  expect(await run.code).toBe(0);
  expect(warnings(run)).toEqual([
    {
      code: 'instance-lost',
      template: 'a',
      instance: expect.stringMatching(/^i-/),
      why: 'Server.SpotInstanceTermination: Spot instance termination',
      next: { instanceType: 'c6a.large', spot: false, subnet: null },
      message: expect.stringMatching(
        /^a: AWS took instance i-\w+ away: Server.SpotInstanceTermination: Spot instance termination; the build begins anew on c6a.large$/,
      ),
    },
  ]);
  expect(steps(run).slice(-5)).toEqual(['launch', 'bootstrap', 'package gcc@13.2.0', 'clean-up', 'image']);
  expect(await instances(world)).toEqual(['c6a.large spot: terminated', 'c6a.large on-demand: terminated']);
  const cloud = await lookInto(world.folder, () => world.clock.now());
  expect(await cloud.imageTags()).toHaveLength(1);
});

test('one type that comes back after a while is waited for, and its build has its whole time limit', async () => {
  const world = await worldWith("{ instanceType: 'c6a.large', timeout: '2h' }", [
    { operation: launches, times: 5, fault: { kind: 'lost-capacity' } },
  ]);
  const run = build(world);
  const started = world.clock.now();
  await run.event(stepStarted('bootstrap'));
  expect(world.clock.now() - started).toBeGreaterThan(10 * minutes);
  expect(await run.code).toBe(0);
  expect(warnings(run)).toMatchObject([{ code: 'no-capacity', next: null }]);
});

test('no capacity for half an hour: the build fails and says what was tried', async () => {
  const world = await worldWith(types, [lost()]);
  const began = world.clock.now();
  const run = build(world);
  expect(await run.code).toBe(1);
  expect(world.clock.now() - began).toBeGreaterThan(30 * minutes);
  expect(world.clock.now() - began).toBeLessThan(60 * minutes);
  expect(ended(run)).toMatchObject({
    trouble: {
      code: 'no-capacity',
      refused: [{ instanceType: 'c6a.large' }, { instanceType: 'm6a.large' }],
    },
  });
  expect(await instances(world)).toEqual([]);
});

test('a quota that is used up is waited for as long as a build may take', async () => {
  const quota = { kind: 'error', code: 'VcpuLimitExceeded', status: 400, message: 'too many' };
  const world = await worldWith("{ instanceType: 'c6a.large', timeout: '3h' }", [
    { operation: launches, times: 20, fault: quota },
  ]);
  const began = world.clock.now();
  const run = build(world);
  expect(await run.code).toBe(0);
  expect(world.clock.now() - began).toBeGreaterThan(90 * minutes);
});

test('types that do not exist where the subnets are: the build fails at once', async () => {
  const unsupported = { kind: 'error', code: 'Unsupported', status: 400, message: 'not in this zone' };
  const world = await worldWith(types, [{ operation: launches, times: 'always', fault: unsupported }]);
  const began = world.clock.now();
  const run = build(world);
  expect(await run.code).toBe(1);
  expect(world.clock.now() - began).toBeLessThan(5 * minutes);
  expect(ended(run)).toMatchObject({ trouble: { code: 'no-capacity' } });
});

test('instances that are taken away time and again: the build fails in the end, and nothing is left', async () => {
  const world = await worldWith("{ instanceType: 'c6a.large' }", [lost({}, true)]);
  const run = build(world);
  expect(await run.code).toBe(1);
  expect(ended(run)).toMatchObject({
    trouble: { code: 'instance-ended', reason: 'Server.InsufficientInstanceCapacity' },
  });
  expect(await instances(world)).toEqual(Array(6).fill('c6a.large on-demand: terminated'));
});

test('an instance that somebody of the account ends is not replaced', async () => {
  const world = await worldWith("{ instanceType: 'c6a.large' }", []);
  const run = build(world);
  await run.event(stepStarted('gcc'));
  const cloud = await lookInto(world.folder, () => world.clock.now());
  await cloud.terminateAll();
  expect(await run.code).toBe(1);
  expect(ended(run)).toMatchObject({
    trouble: { code: 'instance-ended', reason: 'Client.UserInitiatedShutdown' },
  });
});

test('interrupted while it waits for capacity: it ends at once, and the next run builds', async () => {
  const world = await worldWith("{ instanceType: 'c6a.large' }", [
    { operation: launches, times: 3, fault: { kind: 'lost-capacity' } },
  ]);
  const run = build(world);
  await run.event(({ type }) => type === 'warning');
  const began = world.clock.now();
  run.interrupt();
  expect(await run.code).toBe(130);
  expect(world.clock.now() - began).toBeLessThan(minutes);
  expect(await world.start(['build', 'a']).code).toBe(0);
  expect(last(run)).toMatchObject({ failed: ['a'] });
});

test('killed while it waits for capacity: the next run goes on at the place of the journal', async () => {
  const world = await worldWith(types, [
    lost({ InstanceType: 'c6a.large' }),
    { operation: launches, times: 2, match: { InstanceType: 'm6a.large' }, fault: { kind: 'lost-capacity' } },
  ]);
  const run = build(world);
  await run.event((event) => event.type === 'warning' && event['next'] === null);
  run.freeze();
  const second = build(world);
  expect(await second.code).toBe(0);
  expect(await instances(world)).toEqual(['m6a.large on-demand: terminated']);
});
