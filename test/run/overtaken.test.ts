/** A run whose lease another has taken, or whose instance, while it stood still or waited: what it does then, and what it says. */
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { expect, test, vi } from 'vitest';
import type { WireRequest, WireResponse } from '../../src/core/wire.ts';
import type * as Sandboxes from '../../src/sandbox/sandbox.ts';
import type { CloudView } from '../e2e/cloud.ts';
import { callName } from './killable.ts';
import { changeLease, cloudOf, deadBuild, imageStates, instancesOf, leaseTexts } from './leases-rig.ts';
import { remainsOf } from './remains.ts';
import { makeWorld, one, type Process, stepStarted } from './rig.ts';

vi.mock('../../src/sandbox/sandbox.ts', async (original) => {
  const { killable } = await import('./killable.ts');
  return killable(await original<typeof Sandboxes>());
});

const dies = (): boolean => false;
const noneOnline = {
  status: 200,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: Buffer.from('{"InstanceInformationList":[]}'),
};
const troubleOf = ({ events }: Process): unknown =>
  events.find(({ type }) => type === 'image-finished')?.['trouble'];
const isLost = { code: 'lease-lost', holder: expect.stringMatching(/@/) };

test('AWS 5: it stands still after a look for a command that was not sent: it does not send it behind another', async () => {
  const world = await makeWorld(one);
  await deadBuild(world);
  const second: Process = world.start(
    ['build', 'a'],
    {},
    {
      fate: {
        dies,
        onAnswer: (request) => {
          const isDue = callName(request) === 'ssm ListCommands' && second.events.some(stepStarted('cmake'));
          if (isDue) second.freeze();
        },
      },
    },
  );
  await second.event(stepStarted('cmake'));
  const third = world.start(
    ['build', 'a'],
    {},
    {
      fate: {
        dies,
        onAnswer: (request) => {
          if (callName(request) === 'ssm SendCommand') second.thaw();
        },
      },
    },
  );
  expect(await second.code).toBe(1);
  expect(troubleOf(second)).toMatchObject(isLost);
  expect(await third.code).toBe(0);
  expect((await remainsOf(world)).repeated).toEqual([]);
});

/** Another run takes the only lease, as one would that had watched it for long enough. */
async function taken(cloud: CloudView): Promise<void> {
  const [key = ''] = Object.keys(await leaseTexts(cloud));
  await changeLease(cloud, key, (body) => {
    Object.assign(body, { token: 2, nonce: 'n', holder: { run: 'eve', host: 'there', user: 'eve' } });
  });
}
const isEves = { code: 'lease-lost', holder: 'eve@there' };

test('it waits for an instance that does not come online: it says that the lease was lost', async () => {
  const world = await makeWorld(one);
  const cloud = await cloudOf(world);
  const insteadOf = (request: WireRequest): WireResponse | undefined =>
    callName(request) === 'ssm DescribeInstanceInformation' ? noneOnline : undefined;
  const run = world.start(['build', 'a'], {}, { fate: { dies, insteadOf } });
  while (!Object.values(await leaseTexts(cloud)).some((text) => text.includes('"instance": "i-')))
    await world.clock.sleep(200);
  await taken(cloud);
  expect(await run.code).toBe(1);
  expect(troubleOf(run)).toMatchObject(isEves);
});

test('its step ends with the instance, which another has ended: that is no failure of the template', async () => {
  const fail = { operation: 'ssm:SendCommand', skip: 1, fault: { kind: 'fail-step', exitCode: 143 } };
  const world = await makeWorld({ ...one, 'faults.json': JSON.stringify([fail]) });
  const cloud = await cloudOf(world);
  const run = world.start(['build', 'a'], { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' }, { fate: { dies } });
  await run.event(stepStarted('gcc'));
  await taken(cloud);
  expect(await run.code).toBe(1);
  expect(troubleOf(run)).toMatchObject(isEves);
});

test('its step fails since somebody of the account ends its instance: it says that, and blames no template', async () => {
  const fail = { operation: 'ssm:SendCommand', skip: 1, fault: { kind: 'fail-step', exitCode: 143 } };
  const world = await makeWorld({ ...one, 'faults.json': JSON.stringify([fail]) });
  const cloud = await cloudOf(world);
  // The agent reports the step, which was killed, before EC2 shows that the instance is ending.
  const onAnswer = (request: WireRequest): void => {
    if (callName(request) === 'ssm GetCommandInvocation') void cloud.terminateAll();
  };
  const env = { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' };
  const run = world.start(['build', 'a'], env, { fate: { dies, onAnswer } });
  expect(await run.code).toBe(1);
  expect(troubleOf(run)).toMatchObject({ code: 'instance-ended', reason: 'Client.UserInitiatedShutdown' });
});

/** EC2 is away for as many calls of `name` as the SDK makes of one; at the last of them another takes the lease. */
function awayWhileTaken(cloud: CloudView, name: string) {
  let calls = 0;
  return {
    dies,
    insteadOf: (request: WireRequest): WireResponse | undefined => {
      if (callName(request) !== name) return undefined;
      calls += 1;
      return calls > sdkAttempts ? undefined : { status: 503, headers: {}, body: Buffer.from('') };
    },
    onAnswer: (request: WireRequest): void => {
      if (callName(request) === name && calls === sdkAttempts) void taken(cloud);
    },
  };
}
const sdkAttempts = 6;

test('an image of changed inputs could not be removed at first: it is left to the holder that came meanwhile', async () => {
  const world = await makeWorld(one);
  const cloud = await cloudOf(world);
  const away = awayWhileTaken(cloud, 'ec2 DeregisterImage');
  const onAnswer = (request: WireRequest): void => {
    if (callName(request) === 'ec2 CreateImage') void world.write('scripts/clean-up.sh', 'true\n');
    away.onAnswer(request);
  };
  const run = world.start(['build', 'a'], {}, { fate: { ...away, onAnswer } });
  expect(await run.code).toBe(1);
  expect(troubleOf(run)).toMatchObject({ code: 'inputs-changed' });
  expect(await imageStates(cloud)).toEqual(['available']);
  expect(run.events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'image-left' }));
});

test('an instance could not be kept for a look at first: it is left to the holder that came meanwhile', async () => {
  const fail = { operation: 'ssm:SendCommand', skip: 1, fault: { kind: 'fail-step', exitCode: 1 } };
  const world = await makeWorld({ ...one, 'faults.json': JSON.stringify([fail]) });
  const cloud = await cloudOf(world);
  const run = world.start(
    ['build', 'a', '--on-error', 'keep'],
    { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' },
    { fate: awayWhileTaken(cloud, 'ec2 CreateTags') },
  );
  expect(await run.code).toBe(1);
  expect(await instancesOf(cloud)).toEqual([
    expect.objectContaining({
      state: 'running',
      tags: expect.not.objectContaining({ Kept: expect.anything() }),
    }),
  ]);
  expect(run.events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'instance-not-kept' }));
});

test.each([undefined, 'spoilt'])(
  'its lease is removed from the bucket, or overwritten (%s): nobody is blamed',
  async (text) => {
    const world = await makeWorld(one);
    const cloud = await cloudOf(world);
    const run = world.start(['build', 'a']);
    await run.event(stepStarted('package gcc'));
    const [key = ''] = Object.keys(await leaseTexts(cloud));
    await cloud.s3.send(new DeleteObjectCommand({ Bucket: 'amigraph-sandbox', Key: key }));
    if (text !== undefined) await cloud.store.put(key, text, { absent: true });
    expect(await run.code).toBe(1);
    expect(troubleOf(run)).toMatchObject({ code: 'lease-lost', holder: null });
  },
);
