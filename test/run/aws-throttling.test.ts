/** AWS that asks for fewer calls, one operation at a time, on a stepped clock. The numbers are those of docs/aws-facts.md. */
import { expect, test, vi } from 'vitest';
import type { WireRequest, WireResponse } from '../../src/core/wire.ts';
import type * as Sandboxes from '../../src/sandbox/sandbox.ts';
import { lookInto } from '../e2e/cloud.ts';
import { last, makeWorld } from './rig.ts';

vi.mock('../../src/sandbox/sandbox.ts', async (original) => {
  const { killable } = await import('./killable.ts');
  return killable(await original<typeof Sandboxes>());
});

const ec2 = { kind: 'error', code: 'RequestLimitExceeded', status: 503, message: 'Request limit exceeded.' };
const ssm = { kind: 'error', code: 'ThrottlingException', status: 400, message: 'Rate exceeded' };
const s3 = { kind: 'error', code: 'SlowDown', status: 503, message: 'Please reduce your request rate.' };

/** More often than the SDK asks by itself, which is all that there is while a run is planned. */
const many = 20;

test.each([
  ['ec2:DescribeImages', 0, 5, ec2],
  ['ec2:DescribeImages', 4, many, ec2],
  ['ec2:RunInstances', 0, many, ec2],
  ['ec2:DescribeInstances', 0, many, ec2],
  ['ec2:StopInstances', 0, many, ec2],
  ['ec2:CreateImage', 0, many, ec2],
  ['ec2:TerminateInstances', 0, many, ec2],
  ['ssm:GetParameter', 0, 5, ssm],
  ['ssm:DescribeInstanceInformation', 0, many, ssm],
  ['ssm:SendCommand', 0, many, ssm],
  ['ssm:ListCommands', 0, many, ssm],
  ['ssm:PutParameter', 0, 5, ssm],
  ['ssm:GetParameters', 0, many, ssm],
  ['s3:GetObject', 0, 5, s3],
  ['s3:PutObject', 2, 5, s3],
])('AWS 14: %s is throttled, after %d calls, %d times', async (operation, skip, times, fault) => {
  const world = await makeWorld({
    'templates/a.yaml': 'tests: ["true"]\n',
    'faults.json': JSON.stringify([{ operation, skip, times, fault }]),
  });
  let refused = 0;
  const onAnswer = (_request: WireRequest, { body }: WireResponse): void => {
    if (Buffer.from(body).includes(fault.code)) refused += 1;
  };
  const run = world.start(
    ['build', 'a'],
    { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' },
    { fate: { dies: () => false, onAnswer } },
  );
  expect(await run.code).toBe(0);
  expect(refused).toBe(times);
  expect(last(run)).toMatchObject({ built: ['a'] });
  expect(run.events.filter(({ type }) => type === 'warning')).toEqual([]);
  const cloud = await lookInto(world.folder, () => world.clock.now());
  expect(await cloud.instances()).toEqual(['terminated']);
  expect(await cloud.imageTags()).toHaveLength(1);
});
