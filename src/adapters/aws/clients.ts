/** The three AWS clients, set up once for all. It knows no operation. */
import { EC2Client } from '@aws-sdk/client-ec2';
import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Wire } from '../../core/wire.ts';
import { sharedCredentials } from './credentials.ts';
import { wireHandler } from './wire-handler.ts';

export interface ClientOptions {
  readonly region: string;
  /** Of the shared configuration files; undefined: what the environment says. */
  readonly profile?: string | undefined;
  /** Where requests go instead of to AWS, in this process: the sandbox. It needs no credentials. */
  readonly wire?: Wire | undefined;
  /** Where requests go instead of to AWS, over a network. */
  readonly endpoint?: string | undefined;
  /** The same of single services, which win over that. */
  readonly endpoints?: { readonly [service in 'ec2' | 's3' | 'ssm']?: string } | undefined;
}

export interface Clients {
  readonly ec2: EC2Client;
  /** One attempt a call: where there is no capacity, EC2 answers like a server in trouble, and asking elsewhere helps sooner. */
  readonly ec2Once: EC2Client;
  readonly ssm: SSMClient;
  /** One attempt a call: a repeated SendCommand would run a step twice. */
  readonly ssmOnce: SSMClient;
  readonly s3: S3Client;
  /** One attempt a call, few seconds: the lease reads every answer itself. */
  readonly s3Once: S3Client;
}

const attempts = { maxAttempts: 6, retryMode: 'adaptive' } as const;
const once = { maxAttempts: 1 } as const;
const leaseTimeoutMs = 5000;
const callTimeoutMs = 30_000;

/** Without `throwOnRequestTimeout` the SDK only prints a warning, and waits on. */
const over = (requestTimeout: number) => ({
  requestHandler: { requestTimeout, connectionTimeout: leaseTimeoutMs, throwOnRequestTimeout: true },
});

/** What all clients of AWS have in common here. */
export function settingsOf({ region, profile, wire, endpoint }: ClientOptions) {
  return {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(wire === undefined
      ? { ...over(callTimeoutMs), credentials: sharedCredentials(profile, region) }
      : {
          requestHandler: wireHandler(wire),
          credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
        }),
  };
}

export function makeClients(options: ClientOptions): Clients {
  const { wire, endpoints = {} } = options;
  // Once for all: each has credentials of its own else, which may take a program or a call to find.
  const settings = settingsOf(options);
  const common = (service: keyof typeof endpoints) => {
    const endpoint = endpoints[service];
    return endpoint === undefined ? settings : { ...settings, endpoint };
  };
  // Servers other than AWS are reached by address, where a bucket cannot be part of the host's name.
  // One bucket serves all Regions: where it is in another one, S3 answers with a redirect to it.
  const s3 = {
    ...common('s3'),
    forcePathStyle: (endpoints.s3 ?? options.endpoint) !== undefined,
    followRegionRedirects: true,
  };
  const quick = wire === undefined ? over(leaseTimeoutMs) : {};
  return {
    ec2: new EC2Client({ ...common('ec2'), ...attempts }),
    ec2Once: new EC2Client({ ...common('ec2'), ...once }),
    ssm: new SSMClient({ ...common('ssm'), ...attempts }),
    ssmOnce: new SSMClient({ ...common('ssm'), ...once }),
    s3: new S3Client({ ...s3, ...attempts }),
    s3Once: new S3Client({ ...s3, ...once, ...quick }),
  };
}
