/** What S3 says of a bucket's settings. It does not judge them, nor know what lies in it. */
import {
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { fail, ok } from '../../core/result.ts';
import type { Account } from '../../ports/account.ts';
import { answerOf, statusOf } from './calls.ts';

type OfBucket =
  'bucketRegion' | 'bucketVersioned' | 'bucketPolicy' | 'bucketClosed' | 'bucketEncryption' | 'removeObject';

export function bucketAccount(s3: S3Client, bucket: string): Pick<Account, OfBucket> {
  const Bucket = bucket;
  return {
    async bucketRegion() {
      let status: number | undefined;
      const answer = await answerOf('s3:ListBucket', async () => {
        try {
          return (await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion ?? '';
        } catch (error) {
          status = statusOf(error);
          throw error;
        }
      });
      // An answer to HEAD has no body, and so no code.
      const awsCode = { 404: 'NoSuchBucket', 403: 'AccessDenied' }[status ?? 0];
      if (answer.ok || awsCode === undefined) return answer;
      const message =
        status === 404
          ? 'there is no such bucket'
          : 'it is of another account, or the caller may not list it';
      return fail({ ...answer.error, awsCode, message });
    },
    bucketVersioned: () =>
      answerOf('s3:GetBucketVersioning', async () => {
        const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket }));
        return Status === 'Enabled';
      }),
    async bucketPolicy() {
      const answer = await answerOf('s3:GetBucketPolicy', () =>
        s3.send(new GetBucketPolicyCommand({ Bucket })),
      );
      if (answer.ok) return ok(answer.value.Policy);
      return answer.error.awsCode === 'NoSuchBucketPolicy' ? ok(undefined) : answer;
    },
    async bucketClosed() {
      const answer = await answerOf('s3:GetBucketPublicAccessBlock', () =>
        s3.send(new GetPublicAccessBlockCommand({ Bucket })),
      );
      if (!answer.ok)
        return answer.error.awsCode === 'NoSuchPublicAccessBlockConfiguration' ? ok(false) : answer;
      const { BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets } =
        answer.value.PublicAccessBlockConfiguration ?? {};
      const all = [BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets];
      return ok(all.every((one) => one === true));
    },
    async bucketEncryption() {
      const answer = await answerOf('s3:GetEncryptionConfiguration', () =>
        s3.send(new GetBucketEncryptionCommand({ Bucket })),
      );
      if (!answer.ok)
        return answer.error.awsCode === 'ServerSideEncryptionConfigurationNotFoundError'
          ? ok('none')
          : answer;
      const [rule] = answer.value.ServerSideEncryptionConfiguration?.Rules ?? [];
      return ok(rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm ?? 'none');
    },
    async removeObject(key, etag) {
      let status: number | undefined;
      const condition = etag === undefined ? {} : { IfMatch: etag };
      const removed = await answerOf('s3:DeleteObject', async () => {
        try {
          await s3.send(new DeleteObjectCommand({ Bucket, Key: key, ...condition }));
        } catch (error) {
          status = statusOf(error);
          throw error;
        }
      });
      if (removed.ok) return ok('removed');
      return status === 412 ? ok('kept') : removed;
    },
  };
}
