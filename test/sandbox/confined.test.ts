import {
  DeregisterImageCommand,
  DescribeImagesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  CancelCommandCommand,
  GetCommandInvocationCommand,
  PutParameterCommand,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import type { GetCommandInvocationCommandOutput } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import type { Confinement } from '../../src/sandbox/confinement-contract.ts';
import { baseImage, defined, imageOf, launchOnline, oneMinute, rig, oneSecond } from './rig.ts';
import type { Rig } from './rig.ts';

/** Notes what it is asked for; runs end when the test says so. */
class Noted implements Confinement {
  readonly calls: string[] = [];
  readonly results = new Map<string, ReturnType<Confinement['result']>>();
  broken: 'start' | 'capture' | undefined;

  prepareInstance(instance: string, image: string | undefined): void {
    this.calls.push(`prepare ${instance} ${image}`);
  }
  start(run: Parameters<Confinement['start']>[0]): void {
    if (this.broken === 'start') throw new Error('no space left on device');
    const given = Object.entries(run.parameters).map(([name, value]) => ` with ${name}=${value}`);
    const { id, instance, timeoutSeconds, lines } = run;
    this.calls.push(`start ${id} on ${instance} for ${timeoutSeconds}${given.join('')}: ${lines.join(';')}`);
    this.results.set(run.id, { state: 'running' });
  }
  result(id: string): ReturnType<Confinement['result']> {
    return this.results.get(id) ?? { state: 'lost' };
  }
  cancel(id: string): void {
    this.calls.push(`cancel ${id}`);
  }
  capture(instance: string, image: string): void {
    if (this.broken === 'capture') throw new Error('no space left on device');
    this.calls.push(`capture ${instance} ${image}`);
  }
  removeInstance(instance: string): void {
    this.calls.push(`remove ${instance}`);
  }
  removeImage(image: string): void {
    this.calls.push(`remove ${image}`);
  }

  end(exitCode: number, stdout = ''): void {
    for (const id of this.results.keys())
      this.results.set(id, { state: 'done', exitCode, stdout, stderr: '' });
  }
}

interface Confined {
  readonly at: Rig;
  readonly confinement: Noted;
  readonly instance: string;
  /** Sends a command and waits until its simulated time is over. */
  readonly send: (seconds?: string, lines?: string[]) => Promise<string>;
  readonly ask: (command: string) => Promise<GetCommandInvocationCommandOutput>;
}

async function confinedRig(): Promise<Confined> {
  const confinement = new Noted();
  const at = await rig({ confinement, speed: 100 });
  expect(at.sandbox.confined).toBe(true);
  const instance = await launchOnline(at);
  return {
    at,
    confinement,
    instance,
    async send(seconds = '3600', lines = ['one', 'two']) {
      const { Command } = await at.ssm.send(
        new SendCommandCommand({
          InstanceIds: [instance],
          DocumentName: 'AWS-RunShellScript',
          Comment: 'b1 1/2 users',
          Parameters: { commands: lines, executionTimeout: [seconds] },
        }),
      );
      at.step(oneSecond);
      return defined(Command?.CommandId);
    },
    ask: (CommandId) => at.ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId: instance })),
  };
}

test('a command ends at the later of its real end and its simulated one, with its real result', async () => {
  const { at, confinement, instance, send, ask } = await confinedRig();
  const command = await send();
  const id = `${command}-${instance}`;
  expect(confinement.calls).toEqual([
    `prepare ${instance} ${await baseImage(at)}`,
    `start ${id} on ${instance} for 120: one;two`,
  ]);
  expect(await ask(command)).toMatchObject({ Status: 'InProgress' });
  at.step(oneMinute);
  expect(await ask(command)).toMatchObject({ Status: 'InProgress' });
  confinement.end(3, 'real output');
  expect(await ask(command)).toMatchObject({
    Status: 'Failed',
    ResponseCode: 3,
    StandardOutputContent: 'real output',
  });
});

test('a command may read the parameters that it names', async () => {
  const { at, confinement, send } = await confinedRig();
  for (const [Name, Value] of [
    ['/hpc/one', 'first'],
    ['/hpc/two', 'second'],
  ])
    await at.ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString' }));
  await send('3600', ['aws ssm get-parameter --name /hpc/two']);
  expect(confinement.calls.at(-1)).toMatch(/ for 120 with \/hpc\/two=second: aws ssm /u);
});

test('a result that nobody looked at in time counts all the same', async () => {
  const { at, confinement, send, ask } = await confinedRig();
  const command = await send();
  confinement.end(0, 'done long ago');
  at.step(60 * oneMinute);
  const again = await at.again();
  expect(
    await again.ssm.send(
      new GetCommandInvocationCommand({ CommandId: command, InstanceId: (await ask(command)).InstanceId }),
    ),
  ).toMatchObject({
    Status: 'Success',
    StandardOutputContent: 'done long ago',
  });
});

test('a run that was ended by its time-out is TimedOut, and so is one that never ends', async () => {
  const { at, confinement, send, ask } = await confinedRig();
  const command = await send('10');
  at.step(10 * oneSecond);
  confinement.end(124);
  expect(await ask(command)).toMatchObject({ Status: 'TimedOut', StatusDetails: 'ExecutionTimedOut' });
  const endless = await send('10');
  at.step(12 * oneSecond);
  expect(await ask(endless)).toMatchObject({ Status: 'TimedOut' });
  expect(confinement.calls.at(-1)).toMatch(new RegExp(`^cancel ${endless}`, 'u'));
});

test('a process that is gone without a result is a failure that says so', async () => {
  const { confinement, send, ask } = await confinedRig();
  const command = await send();
  confinement.results.clear();
  const ended = await ask(command);
  expect(ended).toMatchObject({ Status: 'Failed', ResponseCode: 1 });
  expect(ended.StandardErrorContent).toContain('left no result');
});

test('what stops a command stops its run', async () => {
  const { at, confinement, instance, send, ask } = await confinedRig();
  const cancelled = await send();
  await at.ssm.send(new CancelCommandCommand({ CommandId: cancelled }));
  expect(confinement.calls.at(-1)).toBe(`cancel ${cancelled}-${instance}`);
  confinement.end(143);
  at.step(oneSecond);
  expect(await ask(cancelled)).toMatchObject({ Status: 'Cancelled' });
  const stopped = await send();
  await at.ec2.send(new StopInstancesCommand({ InstanceIds: [instance] }));
  expect(confinement.calls.at(-1)).toBe(`cancel ${stopped}-${instance}`);
  await at.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance] }));
  expect(confinement.calls.at(-1)).toBe(`remove ${instance}`);
});

test('an image keeps what is on the instance until it is deregistered', async () => {
  const { at, confinement, instance } = await confinedRig();
  const image = await imageOf(at, instance, 'kept');
  expect(confinement.calls.at(-1)).toBe(`capture ${instance} ${image}`);
  await launchOnline(at, { ImageId: image });
  expect(confinement.calls.at(-1)).toMatch(new RegExp(`^prepare i-\\w+ ${image}$`, 'u'));
  await at.ec2.send(new DeregisterImageCommand({ ImageId: image }));
  expect(confinement.calls.at(-1)).toBe(`remove ${image}`);
});

test('where the confinement fails, the command or the image does', async () => {
  const { at, confinement, instance, send, ask } = await confinedRig();
  confinement.broken = 'start';
  const failed = await ask(await send());
  expect(failed).toMatchObject({ Status: 'Failed' });
  expect(failed.StandardErrorContent).toContain('no space left on device');
  confinement.broken = 'capture';
  await imageOf(at, instance, 'broken');
  const { Images } = await at.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  expect(Images).toMatchObject([
    { State: 'failed', StateReason: { Message: expect.stringContaining('no space left') } },
  ]);
});
