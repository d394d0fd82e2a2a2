/** One bucket, and what is said of calls on it. It does not know what is tested. */
import { Readable } from 'node:stream';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import { defined, failureOf, rig } from './rig.ts';
import type { Clients, Rig } from './rig.ts';

export const Bucket = 'bucket';

export async function bucketRig(): Promise<Rig> {
  const at = await rig();
  await at.s3.send(new CreateBucketCommand({ Bucket }));
  return at;
}

export const put = (
  { s3 }: Clients,
  Key: string,
  Body: string | Buffer | Readable,
  more: Partial<PutObjectCommandInput> = {},
) => s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));

export async function get({ s3 }: Clients, Key: string): Promise<string> {
  return defined((await s3.send(new GetObjectCommand({ Bucket, Key }))).Body).transformToString();
}

export const statusOf = (error: unknown): unknown =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

export async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await failureOf(call);
  return `${String(statusOf(error))} ${error.name}`;
}
