/** Where the sandbox's S3 and moto's differ. */
import {
  CopyObjectCommand,
  type CopyObjectCommandInput,
  DeleteObjectsCommand,
  GetBucketEncryptionCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import type { Asked, Difference } from './difference.ts';
import { verdict } from './difference.ts';
import { bucket } from './servers.ts';

const put = ({ s3 }: Asked, more: Partial<PutObjectCommandInput> = {}) =>
  s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'key', Body: 'text', ...more }));

const copy = async (at: Asked, more: Partial<CopyObjectCommandInput>) => {
  await put(at);
  return at.s3.send(
    new CopyObjectCommand({ Bucket: bucket, Key: 'copy', CopySource: `${bucket}/key`, ...more }),
  );
};

export const s3Differences: readonly Difference[] = [
  {
    what: 'CopyObject, with CopySourceIfMatch of another ETag',
    ask: (at) => verdict(copy(at, { CopySourceIfMatch: '"another"' })),
    sandbox: '412 PreconditionFailed',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'S3 API Reference, CopyObject: x-amz-copy-source-if-match copies if the ETag is this one, else 412',
  },
  {
    what: 'CopyObject, with IfNoneMatch where there is an object',
    async ask(at) {
      await put(at, { Key: 'copy' });
      return verdict(copy(at, { IfNoneMatch: '*' }));
    },
    sandbox: '412 PreconditionFailed',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'S3 API Reference, CopyObject: If-None-Match copies if there is no object of that key, else 412',
  },
  {
    what: 'PutObject, with IfNoneMatch of an ETag',
    ask: (at) => verdict(put(at, { IfNoneMatch: '"another"' })),
    sandbox: '501 NotImplemented',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'S3 API Reference, PutObject: If-None-Match expects the character *',
  },
  {
    what: 'PutObject, with a key of 1025 bytes',
    ask: (at) => verdict(put(at, { Key: 'x'.repeat(1025) })),
    sandbox: '400 KeyTooLongError',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'S3 User Guide, Naming objects: a key has at most 1,024 bytes',
  },
  {
    what: 'PutObject, with the MD5 of another text',
    ask: (at) => verdict(put(at, { ContentMD5: '1B2M2Y8AsgTpgAmY7PhCfg==' })),
    sandbox: '400 BadDigest',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'S3 API Reference, Error responses: BadDigest',
  },
  {
    what: 'PutObject: the encryption in its answer',
    ask: async (at) => (await put(at)).ServerSideEncryption,
    sandbox: 'AES256',
    moto: undefined,
    likeAws: 'the sandbox',
    why: 'S3 User Guide, Default encryption FAQ: since 2023 all new objects are encrypted, and the answer says so',
  },
  {
    what: 'PutObject: the checksum in its answer',
    ask: async (at) => (await put(at)).ChecksumCRC32,
    // It compares what came with a checksum of it in no other form than MD5, and keeps none.
    sandbox: undefined,
    moto: 'O4unxw==',
    likeAws: 'moto',
    why: 'S3 API Reference, PutObject: x-amz-checksum-crc32 is in the answer where it was in the request',
  },
  {
    what: 'GetBucketEncryption, of a new bucket',
    ask: ({ s3 }) => verdict(s3.send(new GetBucketEncryptionCommand({ Bucket: bucket }))),
    sandbox: 'accepted',
    moto: '404 ServerSideEncryptionConfigurationNotFoundError',
    likeAws: 'the sandbox',
    why: 'S3 API Reference, GetBucketEncryption: by default all buckets have SSE-S3',
  },
  {
    what: 'DeleteObjects, of an object that has another ETag',
    async ask(at) {
      await put(at);
      const Delete = { Objects: [{ Key: 'key', ETag: '"another"' }] };
      const { Errors } = await at.s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }));
      return Errors?.map(({ Code }) => Code);
    },
    sandbox: ['PreconditionFailed'],
    moto: undefined,
    likeAws: 'the sandbox',
    why: 'S3 User Guide, Conditional deletes: an ETag that does not match fails the deletion of its object',
  },
  {
    what: 'ListObjectsV2, with a token that was never given',
    ask: ({ s3 }) =>
      verdict(s3.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: 'none' }))),
    sandbox: '400 InvalidArgument',
    moto: 'accepted',
    likeAws: 'the sandbox',
    why: 'S3 API Reference, Error responses: InvalidArgument',
  },
];
