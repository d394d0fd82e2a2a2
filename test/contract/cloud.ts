/** A cloud for the contracts: the sandbox with a clock that is stepped by hand, reached in this process or over loopback. */
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { test } from 'vitest';
import { connect, type Connection } from '../../src/adapters/aws/connect.ts';
import type { CloudFailure } from '../../src/core/failure.ts';
import { type ImageId, type InstanceId } from '../../src/core/ids.ts';
import type { Result } from '../../src/core/result.ts';
import type { Wire } from '../../src/core/wire.ts';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { serve } from '../../src/sandbox/serve.ts';
import { oneMinute, onCleanUp, homeRegion, rig } from '../sandbox/rig.ts';

export const baseParameter = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';

/** What a test needs of a cloud and not every cloud has. */
type Ability =
  /** It fails as it is told to. */
  | 'faults'
  /** Its time passes in steps alone, and things take time: an image is not seen at first, then pending. */
  | 'stepped time'
  /** A copy may depend on the ETag of what is copied. */
  | 'conditional copies'
  /** An image is as large as the volumes of its instance. */
  | 'volume sizes'
  /** Amazon's images include those of ParallelCluster, with the times at which they are deprecated. */
  | 'ParallelCluster images';

export interface Cloud extends Connection {
  /** The time of its clock. */
  readonly now: () => number;
  /** Lets so much time pass, where time passes in steps; elsewhere nothing takes any. */
  readonly step: (ms: number) => void;
  /** The same cloud, through a bucket that does not exist. */
  readonly withoutBucket: () => Connection;
  readonly putParameter: (name: string, value: string) => Promise<void>;
}

interface CloudOptions {
  readonly faults?: readonly Partial<FaultRule>[];
}

export type MakeCloud = (options?: CloudOptions) => Promise<Cloud>;

export interface CloudKind {
  readonly name: string;
  readonly make: MakeCloud;
  readonly abilities: ReadonlySet<Ability>;
}

/** A test that is skipped where the cloud lacks what it needs. */
export const testOn =
  ({ abilities }: CloudKind) =>
  (...needed: readonly Ability[]): typeof test.skip =>
    test.runIf(needed.every((one) => abilities.has(one)));

export const place = {
  region: homeRegion,
  securityGroups: [],
  instanceProfile: undefined,
  kmsKey: undefined,
};

/** Any will do at an endpoint of one's own. */
export function setKeys(): void {
  process.env['AWS_ACCESS_KEY_ID'] = 'any';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'any';
}

export function connected(reach: { wire: Wire } | { endpoint: string }, bucket: string): Connection {
  const connection = connect({ ...place, ...reach, bucket });
  onCleanUp(() => connection.disconnect());
  return connection;
}

const make =
  (over: 'wire' | 'loopback'): MakeCloud =>
  async ({ faults = [] } = {}) => {
    const whole = faults.map(
      (rule) => ({ operation: '*', skip: 0, times: 1, match: {}, ...rule }) as FaultRule,
    );
    const sandbox = await rig({ faults: whole });
    await sandbox.s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
    let reach: { wire: Wire } | { endpoint: string } = { wire: sandbox.sandbox.wire };
    if (over === 'loopback') {
      setKeys();
      const served = await serve(sandbox.sandbox, {});
      onCleanUp(() => served.close());
      reach = { endpoint: served.endpoint };
    }
    return {
      ...connected(reach, 'bucket'),
      now: sandbox.now,
      step: sandbox.step,
      withoutBucket: () => connected(reach, 'no-such-bucket'),
      putParameter: async (Name, Value) => {
        await sandbox.ssm.send(new PutParameterCommand({ Name, Value, Type: 'String' }));
      },
    };
  };

const all: CloudKind['abilities'] = new Set([
  'faults',
  'stepped time',
  'conditional copies',
  'volume sizes',
  'ParallelCluster images',
]);

export const overLoopback: CloudKind = {
  name: 'the sandbox over loopback',
  make: make('loopback'),
  abilities: all,
};

/** Every cloud that needs nothing but this program. */
export const clouds: readonly CloudKind[] = [
  { name: 'the sandbox in this process', make: make('wire'), abilities: all },
  overLoopback,
];

export function done<Value>(result: Result<Value, CloudFailure>): Value {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** `refused UnauthorizedOperation`. */
export function refusal(result: Result<unknown, CloudFailure>): string {
  if (result.ok) throw new Error(`expected a failure, got ${JSON.stringify(result.value)}`);
  return `${result.error.nature} ${result.error.awsCode}`;
}

export const launchOf = (
  image: ImageId,
  clientToken: string,
  tags: Readonly<Record<string, string>> = {},
) => ({
  clientToken,
  image,
  instanceType: 'c6a.large',
  spot: false,
  subnet: null,
  volumeGb: 8,
  tags: { ManagedBy: 'amigraph', ...tags },
  deadManMinutes: 600,
});

export const baseImage = async ({ registry }: Connection): Promise<ImageId> =>
  done(await registry.resolveParameter(baseParameter));

/** A new instance, running and online. */
export async function onlineInstance(cloud: Cloud, token = 'token'): Promise<InstanceId> {
  const instance = done(await cloud.builder.launch(launchOf(await baseImage(cloud), token)));
  cloud.step(2 * oneMinute);
  return instance;
}
