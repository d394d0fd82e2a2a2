/** Buckets and their settings. It does not know what lies in them. */
import { account, Refusal } from '../call.ts';
import type { Call } from '../call.ts';
import type { BucketRecord } from '../records.ts';
import { empty, xml } from './answers.ts';
import type { WireResponse } from '../../core/wire.ts';
import type { S3Request } from './request.ts';
import { xmlTexts } from './request.ts';

/** The bucket, seen from the Region that the request went to. */
export function findBucket(request: S3Request, call: Call): BucketRecord {
  const bucket = call.tables.buckets.get(request.bucket);
  if (bucket === undefined) {
    throw new Refusal('NoSuchBucket', 'The specified bucket does not exist', {
      status: 404,
      details: { BucketName: request.bucket },
    });
  }
  if (bucket.region !== call.region && request.signed) {
    throw new Refusal(
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
      {
        status: 301,
        headers: { 'x-amz-bucket-region': bucket.region },
        details: { Endpoint: `${bucket.name}.s3.${bucket.region}.amazonaws.com`, Bucket: bucket.name },
      },
    );
  }
  return bucket;
}

export function createBucket(request: S3Request, call: Call): WireResponse {
  const { bucket: name } = request;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/u.test(name)) {
    throw new Refusal('InvalidBucketName', 'The specified bucket is not valid.', {
      details: { BucketName: name },
    });
  }
  const written = xmlTexts(Buffer.from(request.body).toString('utf8'), 'LocationConstraint')[0];
  const constraint = written === undefined && !request.signed ? call.region : written;
  if (call.region !== 'us-east-1' && constraint !== call.region) {
    throw new Refusal(
      'IllegalLocationConstraintException',
      `The ${constraint ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
  }
  const existing = call.tables.buckets.get(name);
  if (existing !== undefined && existing.region !== 'us-east-1') {
    throw new Refusal(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      { status: 409, details: { BucketName: name } },
    );
  }
  const region = constraint ?? 'us-east-1';
  if (existing === undefined)
    call.tables.buckets.put([name], { name, region, createdAt: call.now, settings: {} });
  return empty(200, { location: `/${name}` });
}

export function headBucket(request: S3Request, call: Call): WireResponse {
  return empty(200, { 'x-amz-bucket-region': findBucket(request, call).region });
}

export function deleteBucket(request: S3Request, call: Call): WireResponse {
  const { name } = findBucket(request, call);
  for (const _found of call.tables.objects.scan([name])) {
    throw new Refusal('BucketNotEmpty', 'The bucket you tried to delete is not empty', { status: 409 });
  }
  call.tables.buckets.remove(name);
  return empty(204);
}

export function listBuckets(_request: S3Request, call: Call): WireResponse {
  return xml('ListAllMyBucketsResult', {
    Owner: { ID: account, DisplayName: 'sandbox' },
    Buckets: {
      Bucket: call.tables.buckets.all().map(({ name, region, createdAt }) => ({
        Name: name,
        CreationDate: new Date(createdAt).toISOString(),
        BucketRegion: region,
      })),
    },
  });
}

export function getBucketLocation(request: S3Request, call: Call): WireResponse {
  const bucket = call.tables.buckets.get(request.bucket) ?? findBucket(request, call);
  const body = bucket.region === 'us-east-1' ? '' : bucket.region;
  return {
    ...empty(200, { 'content-type': 'application/xml' }),
    body: Buffer.from(
      `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${body}</LocationConstraint>`,
    ),
  };
}

/** What S3 says where a setting was never put: a default, or that there is none. */
const unsetSettings: Readonly<Record<string, string | Refusal>> = {
  versioning: '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>',
  encryption:
    '<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>',
  policy: new Refusal('NoSuchBucketPolicy', 'The bucket policy does not exist', { status: 404 }),
  publicAccessBlock: new Refusal(
    'NoSuchPublicAccessBlockConfiguration',
    'The public access block configuration was not found',
    { status: 404 },
  ),
};

export const getSetting =
  (setting: string) =>
  (request: S3Request, call: Call): WireResponse => {
    const value = findBucket(request, call).settings[setting] ?? unsetSettings[setting] ?? '';
    if (value instanceof Refusal) throw value;
    const type = setting === 'policy' ? 'application/json' : 'application/xml';
    return { ...empty(200, { 'content-type': type }), body: Buffer.from(value) };
  };

export const putSetting =
  (setting: string) =>
  (request: S3Request, call: Call): WireResponse => {
    const bucket = findBucket(request, call);
    const value = Buffer.from(request.body).toString('utf8');
    call.tables.buckets.put([bucket.name], { ...bucket, settings: { ...bucket.settings, [setting]: value } });
    return empty(setting === 'policy' ? 204 : 200);
  };

export const deleteSetting =
  (setting: string) =>
  (request: S3Request, call: Call): WireResponse => {
    const bucket = findBucket(request, call);
    const { [setting]: _, ...settings } = bucket.settings;
    call.tables.buckets.put([bucket.name], { ...bucket, settings });
    return empty(204);
  };
