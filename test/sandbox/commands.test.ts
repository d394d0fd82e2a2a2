import { StopInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import {
  CancelCommandCommand,
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import type {
  GetCommandInvocationCommandOutput,
  ListCommandsCommandInput,
  SendCommandCommandInput,
} from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { defined, errorOf, launch, launchOnline, oneMinute, homeRegion, rig, oneSecond } from './rig.ts';
import type { Clients } from './rig.ts';

async function send(
  { ssm }: Clients,
  instance: string,
  Comment: string,
  more: Partial<SendCommandCommandInput> = {},
): Promise<string> {
  const answer = await ssm.send(
    new SendCommandCommand({
      InstanceIds: [instance],
      DocumentName: 'AWS-RunShellScript',
      Comment,
      Parameters: { commands: ['bash -euo pipefail "$step"'] },
      ...more,
    }),
  );
  return defined(answer.Command?.CommandId);
}

const invocation = (
  { ssm }: Clients,
  CommandId: string,
  InstanceId: string,
): Promise<GetCommandInvocationCommandOutput> =>
  ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId }));

describe('agents', () => {
  test('an agent is known when it is Online, and silent when the instance stops', async () => {
    const at = await rig();
    const id = await launch(at);
    const ask = new DescribeInstanceInformationCommand({ Filters: [{ Key: 'InstanceIds', Values: [id] }] });
    at.step(40 * oneSecond);
    expect((await at.ssm.send(ask)).InstanceInformationList).toEqual([]);
    expect(await errorOf(send(at, id, 'b 1/1 bootstrap'))).toBe('InvalidInstanceId');
    at.step(6 * oneSecond);
    expect((await at.ssm.send(ask)).InstanceInformationList).toMatchObject([
      { InstanceId: id, PingStatus: 'Online' },
    ]);
    await at.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
    expect((await at.ssm.send(ask)).InstanceInformationList).toMatchObject([
      { PingStatus: 'ConnectionLost' },
    ]);
    await at.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    at.step(oneMinute);
    expect((await at.ssm.send(ask)).InstanceInformationList).toEqual([]);
  });

  test('lists come in pages, and a filter has at most 100 values', async () => {
    const at = await rig();
    await launch(at, { MinCount: 12, MaxCount: 12 });
    at.step(oneMinute);
    const Filters = [{ Key: 'PingStatus', Values: ['Online'] }];
    const first = await at.ssm.send(new DescribeInstanceInformationCommand({ Filters, MaxResults: 10 }));
    expect(first.InstanceInformationList).toHaveLength(10);
    const { NextToken } = first;
    const second = await at.ssm.send(
      new DescribeInstanceInformationCommand({ Filters, MaxResults: 10, NextToken }),
    );
    expect(second.InstanceInformationList).toHaveLength(2);
    expect(second.NextToken).toBeUndefined();
    const Values = Array.from({ length: 101 }, (_, index) => `i-${index}`);
    const tooMany = new DescribeInstanceInformationCommand({ Filters: [{ Key: 'InstanceIds', Values }] });
    expect(await errorOf(at.ssm.send(tooMany))).toBe('ValidationException');
  });
});

describe('commands', () => {
  test('a command is unknown for a moment, then Pending or InProgress, then Success; output comes at the end', async () => {
    const at = await rig();
    const instance = await launchOnline(at);
    const command = await send(at, instance, 'b1 2/7 package gcc@12.3.0');
    expect(await errorOf(invocation(at, command, instance))).toBe('InvocationDoesNotExist');
    at.step(2 * oneSecond);
    expect(await invocation(at, command, instance)).toMatchObject({
      Status: 'InProgress',
      ResponseCode: -1,
      StandardOutputContent: '',
    });
    at.step(24 * oneMinute);
    expect(await invocation(at, command, instance)).toMatchObject({ Status: 'InProgress' });
    at.step(oneMinute);
    const ended = await invocation(at, command, instance);
    expect(ended).toMatchObject({ Status: 'Success', StatusDetails: 'Success', ResponseCode: 0 });
    expect(ended.StandardOutputContent).toMatch(
      /^simulated: bubblewrap is not installed, nothing was run\n\+ bash/u,
    );
  });

  test('a bigger package takes longer', async () => {
    const at = await rig();
    const instance = await launchOnline(at);
    const took = async (step: string): Promise<number> => {
      const command = await send(at, instance, `b1 1/1 ${step}`);
      at.step(50 * oneMinute);
      const { ExecutionElapsedTime } = await invocation(at, command, instance);
      return Number(/^PT([\d.]+)S$/u.exec(ExecutionElapsedTime ?? '')?.[1]);
    };
    const [gcc, withNamespace, cmake, users] = [
      await took('package gcc@12'),
      await took('package builtin.gcc@12'),
      await took('package cmake@3.27'),
      await took('users'),
    ];
    expect(withNamespace).toBe(gcc);
    expect(gcc).toBeGreaterThan(cmake);
    expect(cmake).toBeGreaterThan(users);
  });

  test('whole output goes to S3 when the command has ended', async () => {
    const at = await rig();
    await at.s3.send(new CreateBucketCommand({ Bucket: 'logs' }));
    const instance = await launchOnline(at);
    const commands = Array.from({ length: 3 }, (_, index) => `echo ${index}`);
    const command = await send(at, instance, 'b1 1/1 users', {
      Parameters: { commands },
      OutputS3BucketName: 'logs',
      OutputS3KeyPrefix: 'logs/b1',
    });
    expect((await at.s3.send(new ListObjectsV2Command({ Bucket: 'logs' }))).KeyCount).toBe(0);
    at.step(oneMinute);
    const Key = `logs/b1/${command}/${instance}/awsrunShellScript/0.awsrunShellScript/stdout`;
    const { Body } = await at.s3.send(new GetObjectCommand({ Bucket: 'logs', Key }));
    expect(await defined(Body).transformToString()).toContain('+ echo 2\n');
    expect((await invocation(at, command, instance)).StandardOutputUrl).toBe(
      `https://s3.${homeRegion}.amazonaws.com/logs/${Key}`,
    );
  });

  test("a test step fails where the user's test is false or exit N", async () => {
    const at = await rig();
    const instance = await launchOnline(at);
    const run = async (step: string, line: string): Promise<GetCommandInvocationCommandOutput> => {
      const commands = ['step=/tmp/x', `bash -euo pipefail "$step" '${line}'`];
      const command = await send(at, instance, `b1 1/1 ${step}`, { Parameters: { commands } });
      at.step(oneMinute);
      return invocation(at, command, instance);
    };
    expect(await run('test 1', 'gmx --version')).toMatchObject({ Status: 'Success' });
    expect(await run('test 1', 'false')).toMatchObject({ Status: 'Failed', ResponseCode: 1 });
    const failed = await run('test 2', 'exit 3');
    expect(failed).toMatchObject({ Status: 'Failed', StatusDetails: 'Failed', ResponseCode: 3 });
    expect(failed.StandardErrorContent).toContain('failed to run commands: exit status 3');
    expect(await run('users', 'false')).toMatchObject({ Status: 'Success' });
  });

  test('a step that takes longer than its time-out ends as TimedOut', async () => {
    const at = await rig();
    const instance = await launchOnline(at);
    const Parameters = { commands: ['x'], executionTimeout: ['600'] };
    const command = await send(at, instance, 'b1 1/1 package gcc', { Parameters });
    at.step(12 * oneMinute);
    expect(await invocation(at, command, instance)).toMatchObject({
      Status: 'TimedOut',
      StatusDetails: 'ExecutionTimedOut',
    });
  });

  test('a cancelled command is Cancelling, then Cancelled; one that has ended stays as it is', async () => {
    const at = await rig();
    const instance = await launchOnline(at);
    const command = await send(at, instance, 'b1 1/1 package gcc');
    at.step(oneMinute);
    await at.ssm.send(new CancelCommandCommand({ CommandId: command }));
    expect(await invocation(at, command, instance)).toMatchObject({ Status: 'Cancelling' });
    at.step(3 * oneSecond);
    expect(await invocation(at, command, instance)).toMatchObject({ Status: 'Cancelled' });
    const done = await send(at, instance, 'b1 1/1 users');
    at.step(oneMinute);
    await at.ssm.send(new CancelCommandCommand({ CommandId: done }));
    at.step(oneMinute);
    expect(await invocation(at, done, instance)).toMatchObject({ Status: 'Success' });
    const CommandId = '00000000-0000-0000-0000-000000000000';
    expect(await errorOf(at.ssm.send(new CancelCommandCommand({ CommandId })))).toBe('InvalidCommandId');
  });

  test('when its instance is terminated a command stays InProgress until its time is over', async () => {
    const at = await rig();
    const instance = await launchOnline(at);
    const command = await send(at, instance, 'b1 1/1 package gcc', {
      TimeoutSeconds: 60,
      Parameters: { commands: ['x'], executionTimeout: ['1800'] },
    });
    at.step(oneMinute);
    await at.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance] }));
    at.step(28 * oneMinute);
    expect(await invocation(at, command, instance)).toMatchObject({ Status: 'InProgress' });
    at.step(3 * oneMinute);
    expect(await invocation(at, command, instance)).toMatchObject({ Status: 'TimedOut', ResponseCode: -1 });
  });

  test('what AWS refuses', async () => {
    const at = await rig();
    const instance = await launchOnline(at);
    expect(await errorOf(send(at, instance, 'x'.repeat(101)))).toBe('ValidationException');
    expect(await errorOf(send(at, instance, 'x', { DocumentName: 'Other' }))).toBe('InvalidDocument');
    expect(await errorOf(send(at, instance, 'x', { TimeoutSeconds: 5 }))).toBe('ValidationException');
    expect(await errorOf(send(at, instance, 'x', { Parameters: {} }))).toBe('InvalidParameters');
    const Parameters = { commands: ['x'], executionTimeout: ['172801'] };
    expect(await errorOf(send(at, instance, 'x', { Parameters }))).toBe('InvalidParameters');
    expect(await errorOf(send(at, 'i-00000000000000000', 'x'))).toBe('InvalidInstanceId');
  });
});

describe('finding commands again', () => {
  test('by id, instance, time and status, newest first, in pages', async () => {
    const at = await rig();
    const [one, two] = [await launchOnline(at), await launchOnline(at)];
    const first = await send(at, one, 'b1 1/2 users');
    at.step(oneMinute);
    const since = new Date(at.now()).toISOString();
    const second = await send(at, one, 'b1 2/2 package gcc');
    at.step(oneSecond);
    const third = await send(at, two, 'b2 1/1 package gcc');
    at.step(2 * oneSecond);
    const ids = async (input: ListCommandsCommandInput): Promise<(string | undefined)[]> =>
      defined((await at.ssm.send(new ListCommandsCommand(input))).Commands).map(({ CommandId }) => CommandId);
    expect(await ids({})).toEqual([third, second, first]);
    expect(await ids({ InstanceId: one })).toEqual([second, first]);
    expect(await ids({ CommandId: first })).toEqual([first]);
    expect(await ids({ Filters: [{ key: 'InvokedAfter', value: since }] })).toEqual([third, second]);
    expect(await ids({ Filters: [{ key: 'Status', value: 'Success' }] })).toEqual([first]);
    const page = await at.ssm.send(new ListCommandsCommand({ MaxResults: 2 }));
    expect(page.Commands).toHaveLength(2);
    expect(page.Commands?.[0]).toMatchObject({
      Comment: 'b2 1/1 package gcc',
      Status: 'InProgress',
      TargetCount: 1,
    });
    expect(await ids({ MaxResults: 2, NextToken: page.NextToken })).toEqual([first]);

    const listed = await at.ssm.send(new ListCommandInvocationsCommand({ InstanceId: one, Details: true }));
    expect(listed.CommandInvocations).toMatchObject([
      {
        CommandId: second,
        Status: 'InProgress',
        CommandPlugins: [{ Name: 'aws:runShellScript', ResponseCode: -1 }],
      },
      { CommandId: first, Status: 'Success', CommandPlugins: [{ ResponseCode: 0 }] },
    ]);
    expect(listed.CommandInvocations?.[1]?.CommandPlugins?.[0]?.Output?.length).toBeLessThanOrEqual(2500);
  });

  test('a command that was just sent is in no list yet', async () => {
    const at = await rig();
    await send(at, await launchOnline(at), 'b1 1/1 users');
    expect((await at.ssm.send(new ListCommandsCommand({}))).Commands).toEqual([]);
    expect((await at.ssm.send(new ListCommandInvocationsCommand({}))).CommandInvocations).toEqual([]);
  });
});
