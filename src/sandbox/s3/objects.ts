/** Putting, getting and deleting objects. It does not know how they are listed or uploaded in parts. */
import { Refusal } from '../call.ts';
import type { Call } from '../call.ts';
import type { ObjectRecord } from '../records.ts';
import type { WireResponse } from '../../core/wire.ts';
import type { Xml } from '../xml.ts';
import { empty, xml } from './answers.ts';
import { getBody, md5, putBody, removeBody } from './bodies.ts';
import { findBucket } from './buckets.ts';
import { checkCopy, checkDelete, checkRead, checkWrite, noSuchKey } from './conditions.ts';
import type { S3Request } from './request.ts';
import { unescapeXml, xmlTexts } from './request.ts';

const headersToKeep = new Set([
  'content-type',
  'cache-control',
  'content-disposition',
  'content-language',
  'expires',
]);
const encryption = { 'x-amz-server-side-encryption': 'AES256' };

export function keptHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(headers).filter(
    ([name]) => headersToKeep.has(name) || name.startsWith('x-amz-meta-'),
  );
  const encoding = (headers['content-encoding'] ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && one !== 'aws-chunked')
    .join(', ');
  return { ...Object.fromEntries(kept), ...(encoding !== '' && { 'content-encoding': encoding }) };
}

export function putObject(request: S3Request, call: Call): WireResponse {
  const bucket = findBucket(request, call);
  checkKey(request.key);
  const digest = request.headers['content-md5'];
  if (digest !== undefined && digest !== md5(request.body).toString('base64')) {
    throw new Refusal('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  checkWrite(request, call.tables.objects.get(bucket.name, request.key));
  const { etag } = putBody(
    call.tables,
    bucket.name,
    request.key,
    request.body,
    keptHeaders(request.headers),
    call.now,
  );
  return empty(200, { etag, ...encryption });
}

export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > 1024) throw new Refusal('KeyTooLongError', 'Your key is too long');
}

export function copyObject(request: S3Request, call: Call): WireResponse {
  const bucket = findBucket(request, call);
  checkKey(request.key);
  const source = decodeURIComponent(request.headers['x-amz-copy-source'] ?? '').replace(/^\//u, '');
  const slash = source.indexOf('/');
  const [from, key] = [source.slice(0, slash), source.slice(slash + 1)];
  const original = findObject({ ...request, bucket: from, key }, call);
  checkCopy(request, original);
  checkWrite(request, call.tables.objects.get(bucket.name, request.key));
  const replaced = request.headers['x-amz-metadata-directive'] === 'REPLACE';
  if (from === bucket.name && key === request.key && !replaced && !changesKeeping(request)) {
    throw new Refusal(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const headers = replaced ? keptHeaders(request.headers) : original.headers;
  const body = getBody(call.tables, from, key);
  const { etag } = putBody(call.tables, bucket.name, request.key, body, headers, call.now);
  return xml('CopyObjectResult', { ETag: etag, LastModified: new Date(call.now).toISOString() }, encryption);
}

/** How an object is kept, apart from its metadata. */
const changesKeeping = ({ headers }: S3Request): boolean =>
  Object.keys(headers).some((name) =>
    /^x-amz-(storage-class|website-redirect-location|server-side-encryption)/u.test(name),
  );

function findObject(request: S3Request, call: Call): ObjectRecord {
  const bucket = findBucket(request, call);
  const object = call.tables.objects.get(bucket.name, request.key);
  if (object === undefined) throw noSuchKey(request.key);
  return object;
}

export function headObject(request: S3Request, call: Call): WireResponse {
  const object = findObject(request, call);
  checkRead(request, object);
  return empty(200, { ...objectHeaders(object), 'content-length': String(object.size) });
}

export function getObject(request: S3Request, call: Call): WireResponse {
  const object = findObject(request, call);
  checkRead(request, object);
  const body = getBody(call.tables, request.bucket, request.key);
  const range = rangeOf(request.headers['range'], body.length);
  if (range === undefined) {
    return { ...empty(200, { ...objectHeaders(object), 'content-length': String(body.length) }), body };
  }
  const part = body.subarray(range.from, range.to + 1);
  const headers = {
    ...objectHeaders(object),
    'content-length': String(part.length),
    'content-range': `bytes ${range.from}-${range.to}/${body.length}`,
  };
  return { ...empty(206, headers), body: part };
}

const objectHeaders = (object: ObjectRecord): Record<string, string> => ({
  'content-type': 'binary/octet-stream',
  ...object.headers,
  etag: object.etag,
  'last-modified': new Date(object.modifiedAt).toUTCString(),
  'accept-ranges': 'bytes',
  ...encryption,
});

function rangeOf(header: string | undefined, size: number): { from: number; to: number } | undefined {
  const found = /^bytes=(?<first>\d*)-(?<last>\d*)$/u.exec(header ?? '')?.groups;
  const { first = '', last = '' } = found ?? {};
  if (found === undefined || (first === '' && last === '')) return undefined;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (from > to) {
    throw new Refusal('InvalidRange', 'The requested range is not satisfiable', {
      status: 416,
      details: { ActualObjectSize: String(size) },
    });
  }
  return { from, to };
}

export function deleteObject(request: S3Request, call: Call): WireResponse {
  const bucket = findBucket(request, call);
  checkDelete(request, call.tables.objects.get(bucket.name, request.key));
  removeBody(call.tables, bucket.name, request.key);
  return empty(204);
}

export function deleteObjects(request: S3Request, call: Call): WireResponse {
  const bucket = findBucket(request, call);
  const body = Buffer.from(request.body).toString('utf8');
  const asked = xmlTexts(body, 'Object').map((object) => ({
    key: unescapeXml(xmlTexts(object, 'Key')[0] ?? ''),
    etag: xmlTexts(object, 'ETag').map(unescapeXml)[0],
  }));
  if (asked.length === 0 || asked.length > 1000) {
    throw new Refusal(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  const quiet = xmlTexts(body, 'Quiet')[0] === 'true';
  const results = asked.map(({ key, etag }): { Deleted?: Xml; Error?: Xml } => {
    try {
      checkDelete(
        { key, headers: etag === undefined ? {} : { 'if-match': etag } },
        call.tables.objects.get(bucket.name, key),
      );
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { Error: { Key: key, Code: error.code, Message: error.message } };
    }
    removeBody(call.tables, bucket.name, key);
    return quiet ? {} : { Deleted: { Key: key } };
  });
  return xml('DeleteResult', {
    Deleted: results.flatMap((result) => result.Deleted ?? []),
    Error: results.flatMap((result) => result.Error ?? []),
  });
}
