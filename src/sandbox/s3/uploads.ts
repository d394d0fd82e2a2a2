/** Uploads in parts, as clients make them for large bodies. It does not know how the object is read later. */
import { Refusal } from '../call.ts';
import type { Call } from '../call.ts';
import type { UploadRecord } from '../records.ts';
import type { WireResponse } from '../../core/wire.ts';
import { empty, xml } from './answers.ts';
import { md5, putBody } from './bodies.ts';
import { findBucket } from './buckets.ts';
import { checkWrite } from './conditions.ts';
import { checkKey, keptHeaders } from './objects.ts';
import type { S3Request } from './request.ts';
import { unescapeXml, xmlTexts } from './request.ts';

export function createMultipartUpload(request: S3Request, call: Call): WireResponse {
  const bucket = findBucket(request, call);
  checkKey(request.key);
  const id = call.ids.uuid().replaceAll('-', '');
  call.tables.uploads.put([id], {
    bucket: bucket.name,
    key: request.key,
    startedAt: call.now,
    headers: keptHeaders(request.headers),
  });
  return xml('InitiateMultipartUploadResult', { Bucket: bucket.name, Key: request.key, UploadId: id });
}

function findUpload(request: S3Request, call: Call): { id: string; upload: UploadRecord } {
  findBucket(request, call);
  const id = request.query.get('uploadId') ?? '';
  const upload = id === '' ? undefined : call.tables.uploads.get(id);
  if (upload?.bucket === request.bucket && upload.key === request.key) return { id, upload };
  throw new Refusal(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { status: 404 },
  );
}

/** Numbers as keys of a fixed width, so that the store has the parts in order. */
const partKey = (number: number): string => String(number).padStart(5, '0');

export function uploadPart(request: S3Request, call: Call): WireResponse {
  const { id } = findUpload(request, call);
  const number = Number(request.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw new Refusal('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
  }
  const etag = `"${md5(request.body).toString('hex')}"`;
  const key = partKey(number);
  call.tables.parts.put([id, key], {
    key,
    etag,
    size: request.body.length,
    modifiedAt: call.now,
    headers: {},
  });
  call.tables.bodies.put(['part', id, key], Buffer.from(request.body));
  return empty(200, { etag });
}

export function completeMultipartUpload(request: S3Request, call: Call): WireResponse {
  const { id, upload } = findUpload(request, call);
  const named = xmlTexts(Buffer.from(request.body).toString('utf8'), 'Part').map((part) => ({
    key: partKey(Number(xmlTexts(part, 'PartNumber')[0])),
    etag: unescapeXml(xmlTexts(part, 'ETag')[0] ?? '').replaceAll('"', ''),
  }));
  if (named.length === 0) throw new Refusal('MalformedXML', 'You must specify at least one part');
  const bodies = named.map(({ key, etag }) => {
    const part = call.tables.parts.get(id, key);
    const body = call.tables.bodies.get('part', id, key);
    if (part === undefined || body === undefined || part.etag !== `"${etag}"`) {
      throw new Refusal(
        'InvalidPart',
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      );
    }
    return body;
  });
  checkWrite(request, call.tables.objects.get(upload.bucket, upload.key));
  const etag = `"${md5(Buffer.concat(bodies.map(md5))).toString('hex')}-${bodies.length}"`;
  putBody(call.tables, upload.bucket, upload.key, Buffer.concat(bodies), upload.headers, call.now, etag);
  forget(call, id);
  return xml('CompleteMultipartUploadResult', { Bucket: upload.bucket, Key: upload.key, ETag: etag });
}

export function abortMultipartUpload(request: S3Request, call: Call): WireResponse {
  forget(call, findUpload(request, call).id);
  return empty(204);
}

function forget(call: Call, id: string): void {
  for (const { key } of call.tables.parts.all(id)) {
    call.tables.parts.remove(id, key);
    call.tables.bodies.remove('part', id, key);
  }
  call.tables.uploads.remove(id);
}
