import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeTagsCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Instance } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import {
  baseImage,
  clientsOf,
  defined,
  errorOf,
  failureOf,
  launch,
  oneMinute,
  rig,
  oneSecond,
  stateOf,
} from './rig.ts';
import type { Clients } from './rig.ts';

async function find(clients: Clients, filters: Record<string, string[]>): Promise<Instance[]> {
  const Filters = Object.entries(filters).map(([Name, Values]) => ({ Name, Values }));
  const answer = await clients.ec2.send(new DescribeInstancesCommand({ Filters }));
  return defined(answer.Reservations).flatMap(({ Instances }) => Instances ?? []);
}

describe('the life of an instance', () => {
  test('it is invisible, then pending, running, stopping and stopped', async () => {
    const at = await rig();
    const id = await launch(at);
    expect(await errorOf(stateOf(at, id))).toBe('InvalidInstanceID.NotFound');
    expect(await find(at, {})).toEqual([]);
    expect(await errorOf(at.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })))).toBe(
      'InvalidInstanceID.NotFound',
    );
    at.step(2 * oneSecond);
    expect(await stateOf(at, id)).toBe('pending');
    expect(await errorOf(at.ec2.send(new StopInstancesCommand({ InstanceIds: [id] })))).toBe(
      'IncorrectInstanceState',
    );
    at.step(30 * oneSecond);
    expect(await stateOf(at, id)).toBe('running');
    const { StoppingInstances } = await at.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
    expect(StoppingInstances?.[0]?.PreviousState).toEqual({ Code: 16, Name: 'running' });
    expect(StoppingInstances?.[0]?.CurrentState).toEqual({ Code: 64, Name: 'stopping' });
    at.step(31 * oneSecond);
    expect(await stateOf(at, id)).toBe('stopped');
  });

  test('a terminated one lingers for an hour and is gone after that', async () => {
    const at = await rig();
    const id = await launch(at);
    at.step(oneMinute);
    const terminate = new TerminateInstancesCommand({ InstanceIds: [id] });
    expect((await at.ec2.send(terminate)).TerminatingInstances?.[0]?.CurrentState?.Name).toBe(
      'shutting-down',
    );
    at.step(oneMinute);
    expect(await stateOf(at, id)).toBe('terminated');
    expect((await find(at, {}))[0]?.StateReason?.Code).toBe('Client.UserInitiatedShutdown');
    expect((await at.ec2.send(terminate)).TerminatingInstances?.[0]?.PreviousState?.Name).toBe('terminated');
    at.step(60 * oneMinute);
    expect(await errorOf(stateOf(at, id))).toBe('InvalidInstanceID.NotFound');
    expect(await find(at, {})).toEqual([]);
  });

  test('the timer in the user data ends an instance that terminates on shutdown, unless it was stopped before', async () => {
    const at = await rig();
    const more = {
      UserData: Buffer.from('#!/bin/bash\nshutdown -h +90\n').toString('base64'),
      InstanceInitiatedShutdownBehavior: 'terminate',
    } as const;
    const [id, stopped, other] = [
      await launch(at, more),
      await launch(at, more),
      await launch(at, { UserData: more.UserData }),
    ];
    at.step(89 * oneMinute);
    await at.ec2.send(new StopInstancesCommand({ InstanceIds: [stopped] }));
    expect(await stateOf(at, id)).toBe('running');
    at.step(2 * oneMinute);
    expect(await stateOf(at, id)).toBe('terminated');
    expect(await stateOf(at, stopped)).toBe('stopped');
    expect(await stateOf(at, other)).toBe('running');
  });

  test('durations are divided by the speed; at Infinity all is at once, and no timer ends anything', async () => {
    const fast = await rig({ speed: 1000 });
    const id = await launch(fast);
    fast.step(26);
    expect(await stateOf(fast, id)).toBe('running');
    const instant = await rig({ speed: Infinity });
    const UserData = Buffer.from('shutdown -P +1').toString('base64');
    const now = await launch(instant, { UserData, InstanceInitiatedShutdownBehavior: 'terminate' });
    expect(await stateOf(instant, now)).toBe('running');
    await instant.ec2.send(new TerminateInstancesCommand({ InstanceIds: [now] }));
    expect(await stateOf(instant, now)).toBe('terminated');
  });
});

describe('client tokens', () => {
  test('the same token and parameters give the same instance', async () => {
    const at = await rig();
    const id = await launch(at, { ClientToken: 'build-1' });
    expect(await launch(at, { ClientToken: 'build-1' })).toBe(id);
    expect(await launch(at, { ClientToken: 'build-2' })).not.toBe(id);
    at.step(oneMinute);
    expect((await find(at, { 'client-token': ['build-1'] })).map(({ InstanceId }) => InstanceId)).toEqual([
      id,
    ]);
  });

  test('changed parameters and an ended instance are refused', async () => {
    const at = await rig();
    const id = await launch(at, { ClientToken: 'build-1' });
    expect(await errorOf(launch(at, { ClientToken: 'build-1', InstanceType: 'c6a.8xlarge' }))).toBe(
      'IdempotentParameterMismatch',
    );
    at.step(oneMinute);
    await at.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    expect(await errorOf(launch(at, { ClientToken: 'build-1' }))).toBe('IdempotentInstanceTerminated');
    at.step(120 * oneMinute);
    await find(at, {});
    expect(await errorOf(launch(at, { ClientToken: 'build-1' }))).toBe('IdempotentInstanceTerminated');
    expect(await errorOf(launch(at, { ClientToken: 'x'.repeat(65) }))).toBe('InvalidParameterValue');
  });
});

test('what is asked for at launch is shown', async () => {
  const at = await rig();
  await launch(at, {
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'a & <b> "c"' }] }],
    IamInstanceProfile: { Name: 'builder' },
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
    SubnetId: 'subnet-00000000000000001',
    SecurityGroupIds: ['sg-00000000000000001'],
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 100, Encrypted: true } }],
    InstanceMarketOptions: { MarketType: 'spot' },
  });
  at.step(oneMinute);
  expect(await find(at, {})).toMatchObject([
    {
      Tags: [{ Key: 'Name', Value: 'a & <b> "c"' }],
      IamInstanceProfile: { Arn: 'arn:aws:iam::000000000000:instance-profile/builder' },
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
      SubnetId: 'subnet-00000000000000001',
      SecurityGroups: [{ GroupId: 'sg-00000000000000001' }],
      InstanceLifecycle: 'spot',
      Architecture: 'x86_64',
    },
  ]);
});

test('launches that AWS refuses', async () => {
  const at = await rig();
  const arm = await baseImage(at, 'arm64');
  const errors = {
    malformed: launch(at, { ImageId: 'ami-nonsense' }),
    unknown: launch(at, { ImageId: 'ami-00000000000000000' }),
    architecture: launch(at, { ImageId: arm }),
    type: launch(at, { InstanceType: 'nonsense' as 'c6a.large' }),
    image: launch(at, { ImageId: undefined }),
    count: launch(at, { MinCount: 2 }),
    tags: launch(at, {
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'aws:x', Value: '' }] }],
    }),
    volume: launch(at, { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 1 } }] }),
    region: clientsOf(at.sandbox.wire, 'eu-west-1').ec2.send(
      new DescribeInstancesCommand({ InstanceIds: ['i-1'] }),
    ),
  };
  const codes = await Promise.all(Object.values(errors).map(errorOf));
  expect(Object.fromEntries(Object.keys(errors).map((name, index) => [name, codes[index]]))).toEqual({
    malformed: 'InvalidAMIID.Malformed',
    unknown: 'InvalidAMIID.NotFound',
    architecture: 'InvalidParameterValue',
    type: 'InvalidParameterValue',
    image: 'MissingParameter',
    count: 'InvalidParameterValue',
    tags: 'InvalidParameterValue',
    volume: 'InvalidBlockDeviceMapping',
    region: 'InvalidInstanceID.Malformed',
  });
});

test('filters, pages and Regions', async () => {
  const at = await rig();
  for (let index = 0; index < 12; index += 1) {
    const Tags = [{ Key: 'Name', Value: `worker-${index}` }];
    await launch(at, { TagSpecifications: [{ ResourceType: 'instance', Tags }] });
  }
  at.step(oneMinute);
  expect(await find(at, { 'tag:Name': ['worker-1*'] })).toHaveLength(3);
  expect(await find(at, { 'tag:Name': ['worker-?'], 'instance-state-name': ['running'] })).toHaveLength(10);
  expect(await find(at, { 'tag-key': ['Name'], 'instance-state-name': ['stopped'] })).toHaveLength(0);
  expect(await errorOf(find(at, { nonsense: ['x'] }))).toBe('InvalidParameterValue');
  const first = await at.ec2.send(new DescribeInstancesCommand({ MaxResults: 8 }));
  expect(first.Reservations).toHaveLength(8);
  const second = await at.ec2.send(
    new DescribeInstancesCommand({ MaxResults: 8, NextToken: first.NextToken }),
  );
  expect(second.Reservations).toHaveLength(4);
  expect(second.NextToken).toBeUndefined();
  expect(await errorOf(at.ec2.send(new DescribeInstancesCommand({ MaxResults: 2 })))).toBe(
    'InvalidParameterValue',
  );
  expect(await find(clientsOf(at.sandbox.wire, 'eu-west-1'), {})).toEqual([]);
});

test('tags are created, listed and deleted', async () => {
  const at = await rig();
  const id = await launch(at);
  at.step(oneMinute);
  await at.ec2.send(
    new CreateTagsCommand({
      Resources: [id],
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    }),
  );
  const listed = new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: [id] }] });
  expect((await at.ec2.send(listed)).Tags).toMatchObject([
    { Key: 'a', Value: '1', ResourceType: 'instance' },
    { Key: 'b', Value: '2' },
  ]);
  await at.ec2.send(
    new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'a' }, { Key: 'b', Value: 'other' }] }),
  );
  expect((await at.ec2.send(listed)).Tags).toMatchObject([{ Key: 'b' }]);
  const Tags = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
  expect(await errorOf(at.ec2.send(new CreateTagsCommand({ Resources: [id], Tags })))).toBe(
    'TagLimitExceeded',
  );
  const missing = new CreateTagsCommand({
    Resources: ['ami-00000000000000000'],
    Tags: [{ Key: 'a', Value: '' }],
  });
  expect(await errorOf(at.ec2.send(missing))).toBe('InvalidAMIID.NotFound');
});

test('a one-time Spot instance cannot be stopped', async () => {
  const at = await rig();
  const id = await launch(at, { InstanceMarketOptions: { MarketType: 'spot' } });
  at.step(oneMinute);
  expect(await errorOf(at.ec2.send(new StopInstancesCommand({ InstanceIds: [id] })))).toBe(
    'UnsupportedOperation',
  );
});

test('instance types tell architecture and size', async () => {
  const at = await rig();
  const { InstanceTypes } = await at.ec2.send(
    new DescribeInstanceTypesCommand({ InstanceTypes: ['c6a.4xlarge', 'c7g.2xlarge'] }),
  );
  expect(InstanceTypes).toMatchObject([
    {
      ProcessorInfo: { SupportedArchitectures: ['x86_64'] },
      VCpuInfo: { DefaultVCpus: 16 },
      MemoryInfo: { SizeInMiB: 32_768 },
    },
    { ProcessorInfo: { SupportedArchitectures: ['arm64'] }, VCpuInfo: { DefaultVCpus: 8 } },
  ]);
  const unknown = new DescribeInstanceTypesCommand({ InstanceTypes: ['z9.huge' as 'c6a.large'] });
  expect((await failureOf(at.ec2.send(unknown))).message).toContain('z9.huge');
});
