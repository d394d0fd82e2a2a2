/** A sandbox in a temporary folder with a clock that is stepped by hand, and SDK clients that speak to it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateImageCommand,
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, expect } from 'vitest';
import { wireHandler } from '../../src/adapters/aws/wire-handler.ts';
import type { Wire } from '../../src/core/wire.ts';
import { openSandbox } from '../../src/sandbox/sandbox.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts';

export const homeRegion = 'us-west-2';
const startOfTime = Date.UTC(2026, 0, 5, 12);
export const oneSecond = 1000;
export const oneMinute = 60 * oneSecond;

const cleanUps: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

export const onCleanUp = (cleanUp: () => Promise<void> | void): void => {
  cleanUps.push(cleanUp);
};

export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'amigraph-sandbox-'));
  onCleanUp(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Clients {
  readonly ec2: EC2Client;
  readonly ssm: SSMClient;
  readonly s3: S3Client;
}

export function clientsOf(wire: Wire, region = homeRegion): Clients {
  const common = {
    region,
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
    maxAttempts: 1,
    requestHandler: wireHandler(wire),
  };
  return { ec2: new EC2Client(common), ssm: new SSMClient(common), s3: new S3Client(common) };
}

export interface Rig extends Clients {
  readonly folder: string;
  readonly sandbox: Sandbox;
  readonly now: () => number;
  readonly step: (ms: number) => void;
  /** The same folder, seen by another sandbox with the same clock. */
  readonly again: (options?: Partial<SandboxOptions>) => Promise<Rig>;
}

export async function rig(options: Partial<SandboxOptions> = {}): Promise<Rig> {
  const clock = { now: startOfTime };
  return rigOn(clock, { folder: freshFolder(), speed: 1, now: () => clock.now, ...options });
}

async function rigOn(clock: { now: number }, options: SandboxOptions): Promise<Rig> {
  const sandbox = await openSandbox(options);
  onCleanUp(() => sandbox.close());
  return {
    folder: options.folder,
    sandbox,
    ...clientsOf(sandbox.wire),
    now: () => clock.now,
    step: (ms) => {
      clock.now += ms;
    },
    again: (changed = {}) => rigOn(clock, { ...options, ...changed }),
  };
}

/** The name of the AWS error that the call ends with. */
export async function errorOf(call: Promise<unknown>): Promise<string> {
  return (await failureOf(call)).name;
}

export async function failureOf(call: Promise<unknown>): Promise<Error> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('the call succeeded');
}

export function defined<Value>(value: Value | undefined | null): Value {
  expect(value).toBeDefined();
  if (value === undefined || value === null) throw new Error('undefined');
  return value;
}

/** The newest Amazon Linux image of the Region, as the public parameter names it. */
export async function baseImage({ ssm }: Clients, architecture = 'x86_64'): Promise<string> {
  const Name = `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`;
  return defined((await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value);
}

export async function launch(
  clients: Clients,
  more: Partial<RunInstancesCommandInput> = {},
): Promise<string> {
  const answer = await clients.ec2.send(
    new RunInstancesCommand({
      ImageId: await baseImage(clients),
      InstanceType: 'c6a.4xlarge',
      MinCount: 1,
      MaxCount: 1,
      ...more,
    }),
  );
  return defined(answer.Instances?.[0]?.InstanceId);
}

/** An instance whose agent answers. */
export async function launchOnline(at: Rig, more: Partial<RunInstancesCommandInput> = {}): Promise<string> {
  const id = await launch(at, more);
  at.step(oneMinute);
  return id;
}

export async function stateOf({ ec2 }: Clients, id: string): Promise<string | undefined> {
  const answer = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return answer.Reservations?.[0]?.Instances?.[0]?.State?.Name;
}

/** An image that is available. */
export async function imageOf(at: Rig, instance: string, name: string): Promise<string> {
  const { ImageId } = await at.ec2.send(new CreateImageCommand({ InstanceId: instance, Name: name }));
  at.step(10 * oneMinute);
  return defined(ImageId);
}
