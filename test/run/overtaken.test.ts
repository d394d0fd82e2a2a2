/** A run whose lease another has taken while it stood still or waited: what it does then, and what it says. */
import { expect, test, vi } from 'vitest';
import type { WireRequest, WireResponse } from '../../src/core/wire.ts';
import type * as Sandboxes from '../../src/sandbox/sandbox.ts';
import { callName } from './killable.ts';
import { ask, deadBuild } from './leases-rig.ts';
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

test('its instance is ended before it is online: it says that the lease was lost', async () => {
  const world = await makeWorld(one);
  const insteadOf = (request: WireRequest): WireResponse | undefined =>
    callName(request) === 'ssm DescribeInstanceInformation' ? noneOnline : undefined;
  const run = world.start(['build', 'a'], {}, { fate: { dies, insteadOf } });
  await run.event(stepStarted('launch'));
  await world.clock.sleep(200_000);
  expect(await ask(world, ['leases', 'release', 'a', '--yes'])).toMatchObject({ code: 0 });
  expect(await run.code).toBe(1);
  expect(troubleOf(run)).toMatchObject(isLost);
});

test('its step ends with its instance: that is no failure of the template', async () => {
  const fail = { operation: 'ssm:SendCommand', skip: 1, fault: { kind: 'fail-step', exitCode: 143 } };
  const world = await makeWorld({ ...one, 'faults.json': JSON.stringify([fail]) });
  const run = world.start(['build', 'a'], { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' }, { fate: { dies } });
  await run.event(stepStarted('gcc'));
  await world.clock.sleep(2000);
  expect(await ask(world, ['leases', 'release', 'a', '--yes'])).toMatchObject({ code: 0 });
  expect(await run.code).toBe(1);
  expect(troubleOf(run)).toMatchObject(isLost);
});
