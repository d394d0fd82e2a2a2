/** S3's protocol: which operation a method, a path and a query stand for. It does not know what the operations do. */
import type { WireRequest, WireResponse } from '../../core/wire.ts';
import type { Call, Operation } from '../call.ts';
import { Refusal } from '../call.ts';
import type { S3OperationName } from '../operations.ts';
import type { Route } from '../route.ts';
import { empty, errorAnswer } from './answers.ts';
import * as buckets from './buckets.ts';
import { listObjectsV2 } from './listing.ts';
import * as objects from './objects.ts';
import type { S3Request } from './request.ts';
import { s3Request } from './request.ts';
import * as uploads from './uploads.ts';

const performers: { readonly [Name in S3OperationName]: (request: S3Request, call: Call) => WireResponse } = {
  ListBuckets: buckets.listBuckets,
  CreateBucket: buckets.createBucket,
  HeadBucket: buckets.headBucket,
  DeleteBucket: buckets.deleteBucket,
  GetBucketLocation: buckets.getBucketLocation,
  GetBucketVersioning: buckets.getSetting('versioning'),
  PutBucketVersioning: buckets.putSetting('versioning'),
  GetBucketPolicy: buckets.getSetting('policy'),
  PutBucketPolicy: buckets.putSetting('policy'),
  DeleteBucketPolicy: buckets.deleteSetting('policy'),
  GetPublicAccessBlock: buckets.getSetting('publicAccessBlock'),
  PutPublicAccessBlock: buckets.putSetting('publicAccessBlock'),
  DeletePublicAccessBlock: buckets.deleteSetting('publicAccessBlock'),
  GetBucketEncryption: buckets.getSetting('encryption'),
  PutBucketEncryption: buckets.putSetting('encryption'),
  DeleteBucketEncryption: buckets.deleteSetting('encryption'),
  ListObjectsV2: listObjectsV2,
  GetObject: objects.getObject,
  HeadObject: objects.headObject,
  PutObject: objects.putObject,
  CopyObject: objects.copyObject,
  DeleteObject: objects.deleteObject,
  DeleteObjects: objects.deleteObjects,
  CreateMultipartUpload: uploads.createMultipartUpload,
  UploadPart: uploads.uploadPart,
  CompleteMultipartUpload: uploads.completeMultipartUpload,
  AbortMultipartUpload: uploads.abortMultipartUpload,
};

/** Method and sub-resource, of a bucket and of an object. */
const bucketOperations: Readonly<Record<string, S3OperationName>> = {
  'PUT ': 'CreateBucket',
  'HEAD ': 'HeadBucket',
  'DELETE ': 'DeleteBucket',
  'GET list-type': 'ListObjectsV2',
  'GET location': 'GetBucketLocation',
  'POST delete': 'DeleteObjects',
  'GET versioning': 'GetBucketVersioning',
  'PUT versioning': 'PutBucketVersioning',
  'GET policy': 'GetBucketPolicy',
  'PUT policy': 'PutBucketPolicy',
  'DELETE policy': 'DeleteBucketPolicy',
  'GET publicAccessBlock': 'GetPublicAccessBlock',
  'PUT publicAccessBlock': 'PutPublicAccessBlock',
  'DELETE publicAccessBlock': 'DeletePublicAccessBlock',
  'GET encryption': 'GetBucketEncryption',
  'PUT encryption': 'PutBucketEncryption',
  'DELETE encryption': 'DeleteBucketEncryption',
};

const objectOperations: Readonly<Record<string, S3OperationName>> = {
  'GET ': 'GetObject',
  'HEAD ': 'HeadObject',
  'PUT ': 'PutObject',
  'DELETE ': 'DeleteObject',
  'POST uploads': 'CreateMultipartUpload',
  'PUT uploadId': 'UploadPart',
  'POST uploadId': 'CompleteMultipartUpload',
  'DELETE uploadId': 'AbortMultipartUpload',
};

/** Query parameters that change what a request does, whether or not the sandbox can do it. */
const subResources = [
  ...'list-type location delete versioning policy publicAccessBlock encryption uploads uploadId'.split(' '),
  ...'acl accelerate analytics cors inventory lifecycle logging metrics notification object-lock'.split(' '),
  ...'ownershipControls replication requestPayment tagging versions website attributes restore select'.split(
    ' ',
  ),
  ...'legal-hold retention torrent policyStatus versionId'.split(' '),
];

export function s3Operation(wireRequest: WireRequest, route: Route): Operation {
  const refuse = (refusal: Refusal): WireResponse => refused(wireRequest, refusal);
  let request: S3Request;
  try {
    request = s3Request(wireRequest, route);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const perform = (): never => {
      throw error;
    };
    return { name: 's3:', parameters: new Map(), perform, refuse };
  }
  const name = operationOf(request);
  return {
    name: `s3:${name ?? ''}`,
    parameters: new Map([
      ...Object.entries(request.headers),
      ...request.query,
      ['Bucket', request.bucket],
      ['Key', request.key],
    ]),
    perform: (call) => {
      if (name !== undefined) return performers[name](request, call);
      throw new Refusal('NotImplemented', `A request of the form ${described(request)} is not implemented`, {
        status: 501,
      });
    },
    refuse,
  };
}

const subResourceOf = (request: S3Request): string =>
  subResources.find((name) => request.query.has(name)) ?? '';

function operationOf(request: S3Request): S3OperationName | undefined {
  const { method, bucket, key } = request;
  const form = `${method} ${subResourceOf(request)}`;
  if (bucket === '') return form === 'GET ' ? 'ListBuckets' : undefined;
  if (key === '') return bucketOperations[form];
  if (form === 'PUT ' && request.headers['x-amz-copy-source'] !== undefined) return 'CopyObject';
  return objectOperations[form];
}

const described = (request: S3Request): string => {
  const subResource = subResourceOf(request);
  const thing = request.key === '' ? 'bucket' : 'object';
  return `${request.method} ${thing}${subResource === '' ? '' : `?${subResource}`}`;
};

function refused(request: WireRequest, { status, headers, details, code, message }: Refusal): WireResponse {
  if (request.method === 'HEAD' || status === 304) return empty(status, headers);
  return errorAnswer(status, headers, { Code: code, Message: message, ...details, Resource: request.path });
}
