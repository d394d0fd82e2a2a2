/** A call to which the two servers give different answers, and which of them is like AWS. It does not know the calls. */
import { EC2Client } from '@aws-sdk/client-ec2';
import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { type Clients, defined, homeRegion as region, launch, oneMinute } from '../sandbox/rig.ts';

export interface Asked extends Clients {
  /** Lets so much time pass on the sandbox; on moto nothing takes any. */
  readonly step: (ms: number) => void;
}

export interface Difference {
  readonly what: string;
  readonly ask: (at: Asked) => Promise<unknown>;
  readonly sandbox: unknown;
  readonly moto: unknown;
  readonly likeAws: 'the sandbox' | 'moto';
  /** What AWS's documentation has, and where. */
  readonly why: string;
}

/** One attempt each: an answer of 500 is an answer. */
export function askedAt(endpoint: string, step: Asked['step']): Asked {
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const common = { region, endpoint, credentials, maxAttempts: 1 };
  return {
    ec2: new EC2Client(common),
    ssm: new SSMClient(common),
    s3: new S3Client({ ...common, forcePathStyle: true }),
    step,
  };
}

/** `accepted`, or how it was refused: `400 InvalidAMIName.Duplicate`. What a 500 holds is moto's page for what it has not. */
export async function verdict(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'accepted';
  } catch (error) {
    const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    const status = $metadata?.httpStatusCode;
    if (status === undefined) throw error;
    return status === 500 ? '500' : `${status} ${name}`;
  }
}

/** Running, and its agent online. */
export async function running(at: Asked): Promise<string> {
  const id = await launch(at);
  at.step(2 * oneMinute);
  return id;
}

export const first = <Item>(items: readonly Item[] | undefined): Item => defined(items?.[0]);
