import { CreateImageCommand, DescribeImagesCommand, DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadBucketCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import type { GetCommandInvocationCommandOutput } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { parseFaults } from '../../src/sandbox/faults.ts';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import {
  defined,
  errorOf,
  failureOf,
  launch,
  launchOnline,
  oneMinute,
  rig,
  oneSecond,
  stateOf,
} from './rig.ts';
import type { Rig } from './rig.ts';

function rules(...written: object[]): FaultRule[] {
  const parsed = parseFaults(JSON.stringify(written));
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

const errorIn = (text: unknown): string => {
  const parsed = parseFaults(typeof text === 'string' ? text : JSON.stringify(text));
  return parsed.ok ? 'none' : parsed.error;
};

describe('reading rules', () => {
  test('what is not written has a default', () => {
    expect(
      rules({ operation: 's3:PutObject', fault: { kind: 'error', code: 'SlowDown', status: 503 } }),
    ).toEqual([
      {
        operation: 's3:PutObject',
        skip: 0,
        times: 1,
        match: {},
        fault: {
          kind: 'error',
          code: 'SlowDown',
          status: 503,
          message: 'A fault of the sandbox.',
          afterEffect: false,
        },
      },
    ]);
  });

  test('an error names the rule, the field and what is allowed', () => {
    const good = { operation: '*', fault: { kind: 'reset-before' } };
    const fault = { kind: 'reset-before' };
    expect(errorIn('{')).toMatch(/^not JSON/u);
    expect(errorIn({})).toMatch(/^not a list/u);
    expect(errorIn([good, 1])).toMatch(/^rule 1: the rule must be an object/u);
    expect(errorIn([{ ...good, wehn: 1 }])).toMatch(
      /rule 0: the rule has no field "wehn"; it may have operation, skip/u,
    );
    expect(errorIn([{ operation: 'ec2:RunInstance', fault }])).toMatch(
      /rule 0: operation ec2:RunInstance .*RunInstances/u,
    );
    expect(errorIn([{ operation: 'sqs:Send', fault }])).toMatch(/with a service of ec2, ssm, s3, sts/u);
    expect(errorIn([{ ...good, times: -1 }])).toMatch(
      /rule 0: times must be a whole number of 0 or more or "always"/u,
    );
    expect(errorIn([{ ...good, match: { a: 1 } }])).toMatch(/match\.a must be a text/u);
    expect(errorIn([{ operation: '*', fault: { kind: 'explode' } }])).toMatch(
      /fault\.kind must be one of error, reset-before/u,
    );
    expect(errorIn([{ operation: '*', fault: { kind: 'error' } }])).toMatch(
      /fault\.code is missing: a text/u,
    );
    expect(errorIn([{ operation: '*', fault: { kind: 'delay', ms: 'x' } }])).toMatch(
      /fault\.ms must be a whole number/u,
    );
    expect(errorIn([{ operation: '*', fault: { kind: 'delay', ms: 1, s: 1 } }])).toMatch(
      /fault has no field "s"; it may have ms/u,
    );
    expect(errorIn([{ operation: 'ec2:*', fault: { kind: 'hang-step' } }])).toMatch(
      /goes with operation ssm:SendCommand/u,
    );
  });
});

describe('errors and broken connections', () => {
  test('skip, times and match', async () => {
    const at = await rig({
      faults: rules(
        {
          operation: 's3:PutObject',
          skip: 1,
          times: 2,
          match: { Key: 'x' },
          fault: { kind: 'error', code: 'SlowDown', status: 503 },
        },
        {
          operation: 's3:*',
          match: { '*': 'secret' },
          times: 'always',
          fault: { kind: 'error', code: 'AccessDenied', status: 403 },
        },
      ),
    });
    const Bucket = 'bucket';
    await at.s3.send(new CreateBucketCommand({ Bucket }));
    const put = async (Key: string): Promise<string> => {
      const call = at.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
      return call.then(
        () => 'done',
        (error: Error) => error.name,
      );
    };
    expect([await put('x1'), await put('y'), await put('x2'), await put('x3'), await put('x4')]).toEqual([
      'done',
      'done',
      'SlowDown',
      'SlowDown',
      'done',
    ]);
    expect([await put('a-secret'), await put('a-secret')]).toEqual(['AccessDenied', 'AccessDenied']);
    const again = await at.again({
      faults: rules({ operation: 's3:PutObject', fault: { kind: 'reset-before' } }),
    });
    expect(await errorOf(again.s3.send(new PutObjectCommand({ Bucket, Key: 'new rules', Body: 'x' })))).toBe(
      'WireReset',
    );
    await again.s3.send(new PutObjectCommand({ Bucket, Key: 'x1', Body: 'x' }));
  });

  test('a reset before leaves nothing, one after leaves the effect; so does an error after it', async () => {
    const at = await rig({
      faults: rules(
        { operation: 's3:CreateBucket', match: { Bucket: 'before' }, fault: { kind: 'reset-before' } },
        { operation: 's3:CreateBucket', match: { Bucket: 'after' }, fault: { kind: 'reset-after' } },
        {
          operation: 's3:CreateBucket',
          match: { Bucket: 'odd' },
          fault: { kind: 'error', code: 'InternalError', status: 500, afterEffect: true },
        },
      ),
    });
    const create = (Bucket: string) => at.s3.send(new CreateBucketCommand({ Bucket }));
    const head = (Bucket: string) => at.s3.send(new HeadBucketCommand({ Bucket }));
    expect((await failureOf(create('before'))).name).toBe('WireReset');
    expect(await failureOf(create('after'))).toMatchObject({ code: 'ECONNRESET' });
    expect(await errorOf(create('odd'))).toBe('InternalError');
    expect(await errorOf(head('before'))).toBe('NotFound');
    await head('after');
    await head('odd');
  });

  test('each protocol has its own shape of an error', async () => {
    const fault = { kind: 'error', code: 'ThrottlingException', status: 400, message: 'Rate exceeded' };
    const at = await rig({ faults: rules({ operation: '*', times: 'always', fault }) });
    for (const call of [
      at.ec2.send(new DescribeInstancesCommand({})),
      at.ssm.send(new DescribeInstanceInformationCommand({})),
      at.s3.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })),
    ]) {
      expect(await failureOf(call)).toMatchObject({ name: 'ThrottlingException', message: 'Rate exceeded' });
    }
  });

  test('an answer is held back for a time that is divided by the speed', async () => {
    const paused: number[] = [];
    const pause = async (ms: number): Promise<void> => {
      paused.push(ms);
    };
    const faults = rules({ operation: 'ec2:*', fault: { kind: 'delay', ms: 5000 } });
    const at = await rig({ speed: 10, faults, pause });
    await at.ec2.send(new DescribeInstancesCommand({}));
    await at.ec2.send(new DescribeInstancesCommand({}));
    expect(paused).toEqual([500]);
  });
});

describe('instances and images', () => {
  test('capacity is lost at once, or after the launch', async () => {
    const at = await rig({
      faults: rules(
        { operation: 'ec2:RunInstances', fault: { kind: 'lost-capacity' } },
        { operation: 'ec2:RunInstances', skip: 1, fault: { kind: 'lost-capacity', later: true } },
      ),
    });
    expect(await errorOf(launch(at))).toBe('InsufficientInstanceCapacity');
    const id = await launch(at);
    at.step(oneMinute);
    const answer = await at.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    expect(answer.Reservations?.[0]?.Instances?.[0]).toMatchObject({
      State: { Name: 'terminated' },
      StateReason: { Code: 'Server.InsufficientInstanceCapacity' },
    });
  });

  test('a Spot instance is interrupted, and something new stays hidden', async () => {
    const at = await rig({
      faults: rules(
        { operation: 'ec2:RunInstances', fault: { kind: 'interrupt-spot', ms: 10 * oneMinute } },
        { operation: 'ec2:RunInstances', fault: { kind: 'hidden', ms: 2 * oneMinute } },
      ),
    });
    const id = await launch(at);
    at.step(oneMinute);
    expect(await errorOf(stateOf(at, id))).toBe('InvalidInstanceID.NotFound');
    at.step(oneMinute);
    expect(await stateOf(at, id)).toBe('running');
    at.step(8 * oneMinute);
    expect(await stateOf(at, id)).toBe('shutting-down');
  });

  test('an image ends as failed or error', async () => {
    const at = await rig({
      faults: rules(
        { operation: 'ec2:CreateImage', match: { Name: 'bad' }, fault: { kind: 'image-failed' } },
        {
          operation: 'ec2:CreateImage',
          match: { Name: 'odd' },
          fault: { kind: 'image-error', message: 'why' },
        },
      ),
    });
    const InstanceId = await launchOnline(at);
    for (const Name of ['bad', 'odd']) await at.ec2.send(new CreateImageCommand({ InstanceId, Name }));
    at.step(10 * oneMinute);
    const { Images } = await at.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
    const states = Object.fromEntries(
      defined(Images).map(({ Name, State, StateReason }) => [Name, [State, StateReason?.Message]]),
    );
    expect(states).toEqual({ bad: ['failed', expect.stringContaining('failed')], odd: ['error', 'why'] });
  });
});

describe('steps', () => {
  async function run(at: Rig, Comment: string, wait: number): Promise<GetCommandInvocationCommandOutput> {
    const InstanceId = await launchOnline(at);
    const sent = await at.ssm.send(
      new SendCommandCommand({
        InstanceIds: [InstanceId],
        DocumentName: 'AWS-RunShellScript',
        Comment,
        TimeoutSeconds: 30,
        Parameters: { commands: ['x'], executionTimeout: ['3600'] },
      }),
    );
    at.step(wait);
    return at.ssm.send(new GetCommandInvocationCommand({ InstanceId, CommandId: sent.Command?.CommandId }));
  }

  test('a step fails with the output of the rule, after its usual time', async () => {
    const fault = { kind: 'fail-step', exitCode: 7, output: 'disk full' };
    const at = await rig({
      faults: rules({ operation: 'ssm:SendCommand', match: { Comment: 'gcc' }, fault }),
    });
    expect(await run(at, 'b 1/1 package cmake', 10 * oneMinute)).toMatchObject({ Status: 'Success' });
    const failed = await run(at, 'b 1/1 package gcc', 30 * oneMinute);
    expect(failed).toMatchObject({ Status: 'Failed', ResponseCode: 7 });
    expect(failed.StandardErrorContent).toContain('disk full');
  });

  test('a step hangs until its time-out, with and without its agent', async () => {
    const at = await rig({
      faults: rules(
        { operation: 'ssm:SendCommand', fault: { kind: 'hang-step' } },
        { operation: 'ssm:SendCommand', skip: 1, times: 2, fault: { kind: 'lose-agent', ms: 5000 } },
      ),
    });
    expect(await run(at, 'b 1/1 users', 59 * oneMinute)).toMatchObject({ Status: 'InProgress' });
    expect(await run(at, 'b 1/1 package gcc', 40 * oneMinute)).toMatchObject({ Status: 'InProgress' });
    const lost = await run(at, 'b 1/1 package gcc', 61 * oneMinute);
    expect(lost).toMatchObject({ Status: 'TimedOut', StatusDetails: 'ExecutionTimedOut', ResponseCode: -1 });
    const { InstanceInformationList } = await at.ssm.send(new DescribeInstanceInformationCommand({}));
    expect(InstanceInformationList?.map(({ PingStatus }) => PingStatus).toSorted()).toEqual([
      'ConnectionLost',
      'ConnectionLost',
      'Online',
    ]);
    at.step(oneSecond);
  });
});
