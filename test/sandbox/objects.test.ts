import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  type CopyObjectCommandInput,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { makeClients } from '../../src/adapters/aws/clients.ts';
import { s3ObjectStore } from '../../src/adapters/aws/object-store.ts';
import { defined, errorOf, failureOf, homeRegion } from './rig.ts';
import { Bucket, bucketRig, get, put, refusal, statusOf } from './bucket-rig.ts';

describe('conditional writes', () => {
  test('If-None-Match: * writes only what is not there', async () => {
    const at = await bucketRig();
    await put(at, 'lock', 'one', { IfNoneMatch: '*' });
    expect(await refusal(put(at, 'lock', 'two', { IfNoneMatch: '*' }))).toBe('412 PreconditionFailed');
    expect(await refusal(put(at, 'lock', 'two', { IfNoneMatch: '"x"' }))).toBe('501 NotImplemented');
    expect(await get(at, 'lock')).toBe('one');
  });

  test('If-Match writes only over the same bytes; a missing key is 404', async () => {
    const at = await bucketRig();
    expect(await refusal(put(at, 'lock', 'x', { IfMatch: '"abc"' }))).toBe('404 NoSuchKey');
    const { ETag } = await put(at, 'lock', 'one');
    expect(ETag).toBe('"f97c5d29941bfb1b2fdab0874906ab82"');
    const second = await put(at, 'lock', 'two', { IfMatch: ETag });
    expect(await refusal(put(at, 'lock', 'three', { IfMatch: ETag }))).toBe('412 PreconditionFailed');
    await put(at, 'lock', 'one', { IfMatch: second.ETag });
    await put(at, 'lock', 'four', { IfMatch: ETag });
    expect(await get(at, 'lock')).toBe('four');
  });

  test('a conditional DELETE', async () => {
    const at = await bucketRig();
    const remove = (Key: string, IfMatch?: string) =>
      at.s3.send(new DeleteObjectCommand({ Bucket, Key, IfMatch }));
    const { ETag } = await put(at, 'lock', 'one');
    await put(at, 'lock', 'two');
    expect(await refusal(remove('lock', ETag))).toBe('412 PreconditionFailed');
    await remove('lock', '*');
    expect(await refusal(remove('lock', ETag))).toBe('404 NoSuchKey');
    expect((await remove('lock')).$metadata.httpStatusCode).toBe(204);
  });

  test('a conditional copy', async () => {
    const at = await bucketRig();
    const etag = defined((await put(at, 'key', 'one')).ETag);
    const copy = (input: { CopySourceIfMatch?: string; CopySourceIfNoneMatch?: string }, from = 'key') =>
      at.s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/${from}`, ...input }));
    expect(await refusal(copy({ CopySourceIfMatch: '"other"' }))).toBe('412 PreconditionFailed');
    // Of a read this would be 304.
    expect(await refusal(copy({ CopySourceIfNoneMatch: etag }))).toBe('412 PreconditionFailed');
    expect(await refusal(copy({ CopySourceIfMatch: etag }, 'none'))).toBe('404 NoSuchKey');
    expect(await refusal(get(at, 'copy'))).toBe('404 NoSuchKey');
    for (const condition of [
      { CopySourceIfMatch: etag },
      { CopySourceIfMatch: etag.replaceAll('"', '') },
      { CopySourceIfNoneMatch: '"other"' },
    ]) {
      await put(at, 'copy', 'two');
      expect((await copy(condition)).CopyObjectResult?.ETag).toBe(etag);
      expect(await get(at, 'copy')).toBe('one');
    }
  });

  test('a copy onto itself is refused unless it changes how the object is kept', async () => {
    const at = await bucketRig();
    await put(at, 'key', 'one', { ContentType: 'text/plain' });
    const copy = (input: Partial<CopyObjectCommandInput>) =>
      at.s3.send(new CopyObjectCommand({ Bucket, Key: 'key', CopySource: `${Bucket}/key`, ...input }));
    expect(await refusal(copy({}))).toBe('400 InvalidRequest');
    await copy({ StorageClass: 'STANDARD_IA' });
    await copy({ MetadataDirective: 'REPLACE', ContentType: 'text/html' });
    const head = await at.s3.send(new HeadObjectCommand({ Bucket, Key: 'key' }));
    expect(head.ContentType).toBe('text/html');
  });

  test('conditional reads', async () => {
    const at = await bucketRig();
    const { ETag } = await put(at, 'key', 'one');
    const read = (input: { IfMatch?: string; IfNoneMatch?: string }) =>
      at.s3.send(new GetObjectCommand({ Bucket, Key: 'key', ...input }));
    const head = (input: { IfMatch?: string; IfNoneMatch?: string }) =>
      at.s3.send(new HeadObjectCommand({ Bucket, Key: 'key', ...input }));
    await read({ IfMatch: defined(ETag) });
    await read({ IfNoneMatch: '"other"' });
    expect(await refusal(read({ IfMatch: '"other"' }))).toBe('412 PreconditionFailed');
    expect(statusOf(await failureOf(read({ IfNoneMatch: defined(ETag) })))).toBe(304);
    expect(statusOf(await failureOf(head({ IfNoneMatch: defined(ETag) })))).toBe(304);
    expect(statusOf(await failureOf(head({ IfMatch: '"other"' })))).toBe(412);
  });
});

describe('objects', () => {
  test('bodies, metadata and odd keys come back as they were', async () => {
    const at = await bucketRig();
    const key = 'a b/ü+%20&<x>/日本.json';
    await put(at, key, 'hello', { ContentType: 'application/json', Metadata: { holder: 'me' } });
    expect(await get(at, key)).toBe('hello');
    const head = await at.s3.send(new HeadObjectCommand({ Bucket, Key: key }));
    expect(head).toMatchObject({
      ContentLength: 5,
      ContentType: 'application/json',
      Metadata: { holder: 'me' },
    });
    expect(head.LastModified?.getTime()).toBe(at.now());
    const { Contents } = await at.s3.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents?.map(({ Key }) => Key)).toEqual([key]);
  });

  test('a stream is sent in chunks, and 50 MB are no trouble', async () => {
    const at = await bucketRig();
    const Body = Readable.from([Buffer.from('one'), Buffer.from('two')]);
    await put(at, 'stream', Body, { ContentLength: 6 });
    expect(await get(at, 'stream')).toBe('onetwo');
    const large = Buffer.alloc(50 * 2 ** 20, 'x');
    await put(at, 'large', large);
    const answer = await at.s3.send(new GetObjectCommand({ Bucket, Key: 'large' }));
    expect(large.equals(await defined(answer.Body).transformToByteArray())).toBe(true);
  });

  test('a range', async () => {
    const at = await bucketRig();
    await put(at, 'key', '0123456789');
    const range = async (Range: string): Promise<[string, string | undefined]> => {
      const answer = await at.s3.send(new GetObjectCommand({ Bucket, Key: 'key', Range }));
      return [await defined(answer.Body).transformToString(), answer.ContentRange];
    };
    expect(await range('bytes=2-4')).toEqual(['234', 'bytes 2-4/10']);
    expect(await range('bytes=7-')).toEqual(['789', 'bytes 7-9/10']);
    expect(await range('bytes=-3')).toEqual(['789', 'bytes 7-9/10']);
    expect(await refusal(range('bytes=10-'))).toBe('416 InvalidRange');
  });

  test('what is not there', async () => {
    const at = await bucketRig();
    expect(await refusal(get(at, 'missing'))).toBe('404 NoSuchKey');
    expect(await refusal(at.s3.send(new HeadObjectCommand({ Bucket, Key: 'missing' })))).toBe('404 NotFound');
    expect(await refusal(at.s3.send(new GetObjectCommand({ Bucket: 'other', Key: 'x' })))).toBe(
      '404 NoSuchBucket',
    );
    expect(await refusal(put(at, 'k'.repeat(1025), ''))).toBe('400 KeyTooLongError');
  });

  test('copies, and many deletions at once', async () => {
    const at = await bucketRig();
    await put(at, 'a', 'A', { Metadata: { x: '1' } });
    await at.s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }));
    expect(await get(at, 'b')).toBe('A');
    const Objects = [{ Key: 'a' }, { Key: 'b', ETag: '"other"' }, { Key: 'never' }];
    const answer = await at.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(answer.Deleted?.map(({ Key }) => Key)).toEqual(['a', 'never']);
    expect(answer.Errors).toMatchObject([{ Key: 'b', Code: 'PreconditionFailed' }]);
  });

  test("the program's own copy keeps bytes that are no text", async () => {
    const at = await bucketRig();
    const store = s3ObjectStore(makeClients({ region: homeRegion, wire: at.sandbox.wire }), Bucket);
    const bytes = Buffer.from(Array.from({ length: 1024 }, (_, index) => (index * 7) % 256));
    const { ETag } = await put(at, 'key', bytes);
    expect(await store.copy('key', defined(ETag), 'copy')).toEqual({ ok: true, value: undefined });
    const answer = await at.s3.send(new GetObjectCommand({ Bucket, Key: 'copy' }));
    expect(bytes.equals(await defined(answer.Body).transformToByteArray())).toBe(true);
  });

  test('an upload in parts', async () => {
    const at = await bucketRig();
    const Key = 'parts';
    const { UploadId } = await at.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const parts = [];
    for (const [index, Body] of ['one', 'two'].entries()) {
      const PartNumber = index + 1;
      const { ETag } = await at.s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
      parts.push({ ETag, PartNumber });
    }
    const finish = new CompleteMultipartUploadCommand({
      Bucket,
      Key,
      UploadId,
      MultipartUpload: { Parts: parts },
    });
    expect((await at.s3.send(finish)).ETag).toMatch(/^"[0-9a-f]{32}-2"$/u);
    expect(await get(at, Key)).toBe('onetwo');
    expect(await errorOf(at.s3.send(finish))).toBe('NoSuchUpload');
    const other = await at.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    await at.s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: other.UploadId }));
  });
});

describe('lists', () => {
  test('prefix, delimiter and pages', async () => {
    const at = await bucketRig();
    for (const key of ['a', 'leases/w/1', 'leases/w/2', 'leases/x/1', 'leases0', 'logs/1', 'é'])
      await put(at, key, '');
    const list = (input: { Prefix?: string; Delimiter?: string; StartAfter?: string }) =>
      at.s3.send(new ListObjectsV2Command({ Bucket, ...input }));
    const all = await list({});
    expect(all.Contents?.map(({ Key }) => Key)).toEqual([
      'a',
      'leases/w/1',
      'leases/w/2',
      'leases/x/1',
      'leases0',
      'logs/1',
      'é',
    ]);
    expect((await list({ Prefix: 'leases/' })).KeyCount).toBe(3);
    expect((await list({ StartAfter: 'leases/x/1' })).KeyCount).toBe(3);
    const folders = await list({ Delimiter: '/' });
    expect(folders.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['leases/', 'logs/']);
    expect(folders.Contents?.map(({ Key }) => Key)).toEqual(['a', 'leases0', 'é']);

    const seen: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await at.s3.send(
        new ListObjectsV2Command({ Bucket, Delimiter: '/', MaxKeys: 1, ContinuationToken }),
      );
      expect(page.KeyCount).toBe(1);
      seen.push(...(page.Contents ?? []).map(({ Key }) => defined(Key)));
      seen.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => defined(Prefix)));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(seen).toEqual(['a', 'leases/', 'leases0', 'logs/', 'é']);
  });
});
