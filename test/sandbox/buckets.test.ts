/** Buckets: where they are, and what they remember. */
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { makeClients } from '../../src/adapters/aws/clients.ts';
import { s3ObjectStore } from '../../src/adapters/aws/object-store.ts';
import type { Wire } from '../../src/core/wire.ts';
import { clientsOf, errorOf, failureOf, homeRegion } from './rig.ts';
import { Bucket, bucketRig, get, put, refusal, statusOf } from './bucket-rig.ts';

describe('buckets', () => {
  test('are made, found, listed and removed when empty', async () => {
    const at = await bucketRig();
    expect(await at.s3.send(new HeadBucketCommand({ Bucket }))).toMatchObject({ BucketRegion: homeRegion });
    expect(await at.s3.send(new GetBucketLocationCommand({ Bucket }))).toMatchObject({
      LocationConstraint: homeRegion,
    });
    expect((await at.s3.send(new ListBucketsCommand({}))).Buckets).toMatchObject([{ Name: Bucket }]);
    expect(await errorOf(at.s3.send(new CreateBucketCommand({ Bucket })))).toBe('BucketAlreadyOwnedByYou');
    expect(await errorOf(at.s3.send(new CreateBucketCommand({ Bucket: 'No_Good' })))).toBe(
      'InvalidBucketName',
    );
    await put(at, 'key', '');
    expect(await errorOf(at.s3.send(new DeleteBucketCommand({ Bucket })))).toBe('BucketNotEmpty');
    await at.s3.send(new DeleteObjectCommand({ Bucket, Key: 'key' }));
    await at.s3.send(new DeleteBucketCommand({ Bucket }));
    expect(await refusal(at.s3.send(new HeadBucketCommand({ Bucket })))).toBe('404 NotFound');
  });

  test('a bucket of another Region is a redirect', async () => {
    const at = await bucketRig();
    const other = clientsOf(at.sandbox.wire, 'eu-west-1');
    const error = await failureOf(get(other, 'key'));
    expect(statusOf(error)).toBe(301);
    expect(error.name).toBe('PermanentRedirect');
  });

  test("the program's own clients follow it, once for each request", async () => {
    const at = await bucketRig();
    const statuses: number[] = [];
    const wire: Wire = async (request) => {
      const answer = await at.sandbox.wire(request);
      statuses.push(answer.status);
      return answer;
    };
    const store = s3ObjectStore(makeClients({ region: 'eu-west-1', wire }), Bucket);
    const first = await store.put('key', 'one', { absent: true });
    expect(first.kind).toBe('stored');
    expect(await store.put('key', 'two', { absent: true })).toEqual({ kind: 'precondition-failed' });
    expect(await store.getOnce('key')).toEqual({
      ok: true,
      value: { text: 'one', etag: first.kind === 'stored' ? first.etag : '' },
    });
    expect(await store.get('none')).toEqual({ ok: true, value: undefined });
    expect(await store.list('k')).toEqual({ ok: true, value: ['key'] });
    expect(statuses).toEqual([301, 200, 301, 412, 301, 200, 301, 404, 301, 200]);
  });

  test('settings are remembered', async () => {
    const at = await bucketRig();
    expect((await at.s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await at.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    expect((await at.s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
  });
});
