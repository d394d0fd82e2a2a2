/** S3 as the object store. It does not know what the objects mean. */
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ok } from '../../core/result.ts';
import type { ObjectStore, WriteOutcome } from '../../ports/object-store.ts';
import { answerOf, cloudFailure, statusOf } from './calls.ts';
import type { Clients } from './clients.ts';

const mostBytes = 64 * 1024 * 1024;

export function s3ObjectStore({ s3, s3Once }: Clients, bucket: string): ObjectStore {
  const uriOf = (key: string): string => `s3://${bucket}/${key}`;
  const read = (client: S3Client, key: string): ReturnType<ObjectStore['get']> =>
    answerOf(
      's3:GetObject',
      async () => {
        try {
          const got = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
          const { Body, ETag = '', ContentLength = 0 } = got;
          if (ContentLength <= mostBytes)
            return { text: (await Body?.transformToString()) ?? '', etag: ETag };
          if (Body instanceof Readable) Body.destroy();
          return { text: null, etag: ETag };
        } catch (error) {
          if (error instanceof NoSuchKey) return undefined;
          throw error;
        }
      },
      uriOf(key),
    );

  return {
    get: (key) => read(s3, key),
    getOnce: (key) => read(s3Once, key),
    part: (key, from, count) =>
      answerOf('s3:GetObject', async () => {
        const Range = from < 0 ? `bytes=${from}` : `bytes=${from}-${from + count - 1}`;
        try {
          const got = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range }));
          const bytes = (await got.Body?.transformToByteArray()) ?? new Uint8Array();
          const size = Number(/\/(\d+)$/.exec(got.ContentRange ?? '')?.[1] ?? bytes.length);
          return { bytes: bytes.subarray(0, count), size, modifiedAt: got.LastModified ?? new Date(0) };
        } catch (error) {
          if (error instanceof NoSuchKey) return undefined;
          if (statusOf(error) !== 416) throw error;
          // There is nothing that far on: the size is asked for without it.
          const { ContentLength, LastModified } = await s3.send(
            new HeadObjectCommand({ Bucket: bucket, Key: key }),
          );
          return {
            bytes: new Uint8Array(),
            size: ContentLength ?? 0,
            modifiedAt: LastModified ?? new Date(0),
          };
        }
      }),
    async put(key, text, precondition): Promise<WriteOutcome> {
      const condition = 'absent' in precondition ? { IfNoneMatch: '*' } : { IfMatch: precondition.etag };
      const request = { Bucket: bucket, Key: key, Body: text, ContentType: 'application/json', ...condition };
      try {
        const { ETag = '' } = await s3Once.send(new PutObjectCommand(request));
        return { kind: 'stored', etag: ETag };
      } catch (error) {
        return outcomeOf(error, uriOf(key));
      }
    },
    async copy(from, etag, to) {
      const CopySource = `${bucket}/${from.split('/').map(encodeURIComponent).join('/')}`;
      const request = { Bucket: bucket, Key: to, CopySource, CopySourceIfMatch: etag };
      const copied = await answerOf(
        's3:CopyObject',
        () => s3.send(new CopyObjectCommand(request)),
        uriOf(to),
      );
      return copied.ok ? ok(undefined) : copied;
    },
    async list(prefix) {
      const answer = await answerOf(
        's3:ListBucket',
        async () => {
          const keys: string[] = [];
          for await (const page of paginateListObjectsV2(
            { client: s3 },
            { Bucket: bucket, Prefix: prefix },
          )) {
            for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
          }
          return keys;
        },
        uriOf(prefix),
      );
      return answer.ok ? ok(answer.value) : answer;
    },
  };
}

function outcomeOf(error: unknown, resource: string): WriteOutcome {
  const status = statusOf(error);
  const failure = cloudFailure('s3:PutObject', error, resource);
  if (status === 412) return { kind: 'precondition-failed' };
  if (status === 409) return { kind: 'conflict' };
  if (status === 404 && failure.awsCode !== 'NoSuchBucket') return { kind: 'missing' };
  return failure.nature === 'refused' ? { kind: 'refused', failure } : { kind: 'unknown', failure };
}
