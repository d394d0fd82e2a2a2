/** A cloud for the contracts: the sandbox with a clock that is stepped by hand, reached in this process or over loopback. */
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { connect, type Connection } from '../../src/adapters/aws/connect.ts';
import type { CloudFailure } from '../../src/core/failure.ts';
import { type ImageId, type InstanceId } from '../../src/core/ids.ts';
import type { Result } from '../../src/core/result.ts';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { serve } from '../../src/sandbox/serve.ts';
import { oneMinute, onCleanUp, homeRegion, rig } from '../sandbox/rig.ts';

export const baseParameter = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';

export interface Cloud extends Connection {
  readonly step: (ms: number) => void;
  /** The same cloud, through a bucket that does not exist. */
  readonly withoutBucket: () => Connection;
  readonly putParameter: (name: string, value: string) => Promise<void>;
}

interface CloudOptions {
  readonly faults?: readonly Partial<FaultRule>[];
}

export type MakeCloud = (options?: CloudOptions) => Promise<Cloud>;

export const place = {
  region: homeRegion,
  securityGroups: [],
  instanceProfile: undefined,
  kmsKey: undefined,
};

const make =
  (over: 'wire' | 'loopback'): MakeCloud =>
  async ({ faults = [] } = {}) => {
    const whole = faults.map(
      (rule) => ({ operation: '*', skip: 0, times: 1, match: {}, ...rule }) as FaultRule,
    );
    const sandbox = await rig({ faults: whole });
    await sandbox.s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
    let reach: { wire: typeof sandbox.sandbox.wire } | { endpoint: string } = { wire: sandbox.sandbox.wire };
    if (over === 'loopback') {
      process.env['AWS_ACCESS_KEY_ID'] = 'any';
      process.env['AWS_SECRET_ACCESS_KEY'] = 'any';
      const served = await serve(sandbox.sandbox, {});
      onCleanUp(() => served.close());
      reach = { endpoint: served.endpoint };
    }
    const to = (bucket: string): Connection => {
      const connection = connect({ ...place, ...reach, bucket });
      onCleanUp(() => connection.disconnect());
      return connection;
    };
    return {
      ...to('bucket'),
      step: sandbox.step,
      withoutBucket: () => to('no-such-bucket'),
      putParameter: async (Name, Value) => {
        await sandbox.ssm.send(new PutParameterCommand({ Name, Value, Type: 'String' }));
      },
    };
  };

/** Everything that the contracts of AWS's ports are run on. */
export const clouds: readonly (readonly [name: string, make: MakeCloud])[] = [
  ['the sandbox in this process', make('wire')],
  ['the sandbox over loopback', make('loopback')],
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
