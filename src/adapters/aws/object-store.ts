/** S3 as the object store. It does not know what the objects mean. */
import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ok } from '../../core/result.ts';
import type { ObjectStore, WriteOutcome } from '../../ports/object-store.ts';
import { answerOf, cloudFailure, statusOf } from './calls.ts';
import type { Clients } from './clients.ts';

export function s3ObjectStore({ s3, s3Once }: Clients, bucket: string): ObjectStore {
  const read = (client: S3Client, key: string): ReturnType<ObjectStore['get']> =>
    answerOf('s3:GetObject', async () => {
      try {
        const { Body, ETag = '' } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return { text: (await Body?.transformToString()) ?? '', etag: ETag };
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    });

  return {
    get: (key) => read(s3, key),
    getOnce: (key) => read(s3Once, key),
    async put(key, text, precondition): Promise<WriteOutcome> {
      const condition = 'absent' in precondition ? { IfNoneMatch: '*' } : { IfMatch: precondition.etag };
      const request = { Bucket: bucket, Key: key, Body: text, ContentType: 'application/json', ...condition };
      try {
        const { ETag = '' } = await s3Once.send(new PutObjectCommand(request));
        return { kind: 'stored', etag: ETag };
      } catch (error) {
        return outcomeOf(error);
      }
    },
    async list(prefix) {
      const answer = await answerOf('s3:ListBucket', async () => {
        const keys: string[] = [];
        for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
          for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
        }
        return keys;
      });
      return answer.ok ? ok(answer.value) : answer;
    },
  };
}

function outcomeOf(error: unknown): WriteOutcome {
  const status = statusOf(error);
  const failure = cloudFailure('s3:PutObject', error);
  if (status === 412) return { kind: 'precondition-failed' };
  if (status === 409) return { kind: 'conflict' };
  if (status === 404 && failure.awsCode !== 'NoSuchBucket') return { kind: 'missing' };
  return failure.nature === 'refused' ? { kind: 'refused', failure } : { kind: 'unknown', failure };
}
