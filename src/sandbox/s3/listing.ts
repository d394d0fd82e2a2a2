/** ListObjectsV2: keys in order, folded at a delimiter, in pages. It does not know what the objects hold. */
import { Refusal } from '../call.ts';
import type { Call } from '../call.ts';
import type { ObjectRecord } from '../records.ts';
import type { WireResponse } from '../../core/wire.ts';
import { xml } from './answers.ts';
import { findBucket } from './buckets.ts';
import type { S3Request } from './request.ts';

export function listObjectsV2(request: S3Request, call: Call): WireResponse {
  const bucket = findBucket(request, call);
  const prefix = request.query.get('prefix') ?? '';
  const delimiter = request.query.get('delimiter') ?? '';
  const most = Math.min(maxKeys(request.query.get('max-keys')), 1000);
  const token = request.query.get('continuation-token');
  const startAfter = request.query.get('start-after') ?? '';
  const after = token === undefined ? startAfter : readToken(token);

  const objects: ObjectRecord[] = [];
  const folders: string[] = [];
  let last = '';
  let more = false;
  for (const { key, row } of call.tables.objects.scan([bucket.name], latest(prefix, after))) {
    if (!key.startsWith(prefix)) break;
    if (isBefore(key, after, delimiter, prefix)) continue;
    const folder = folderOf(key, prefix, delimiter);
    if (folder !== undefined && folder === folders.at(-1)) continue;
    if (objects.length + folders.length === most) {
      more = true;
      break;
    }
    last = folder ?? key;
    if (folder === undefined) objects.push(row);
    else folders.push(folder);
  }

  const encode = request.query.get('encoding-type') === 'url' ? urlEncoded : (text: string): string => text;
  return xml('ListBucketResult', {
    Name: bucket.name,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    StartAfter: startAfter === '' ? undefined : encode(startAfter),
    EncodingType: request.query.get('encoding-type'),
    MaxKeys: most,
    KeyCount: objects.length + folders.length,
    IsTruncated: more && most > 0,
    ContinuationToken: token,
    NextContinuationToken: more && most > 0 ? Buffer.from(`after ${last}`).toString('base64') : undefined,
    Contents: objects.map(({ key, etag, size, modifiedAt }) => ({
      Key: encode(key),
      LastModified: new Date(modifiedAt).toISOString(),
      ETag: etag,
      Size: size,
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: folders.map((folder) => ({ Prefix: encode(folder) })),
  });
}

/** Where the scan may begin; both are lower bounds in the order of the store. */
const latest = (prefix: string, after: string): string =>
  Buffer.compare(Buffer.from(prefix), Buffer.from(after)) > 0 ? prefix : after;

/** A page that ended with a folder goes on behind all of that folder's keys. */
function isBefore(key: string, after: string, delimiter: string, prefix: string): boolean {
  if (after === '') return false;
  if (key === after) return true;
  return delimiter !== '' && after.endsWith(delimiter) && folderOf(key, prefix, delimiter) === after;
}

function folderOf(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '') return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}

function maxKeys(written: string | undefined): number {
  if (written === undefined || written === '') return 1000;
  if (/^\d{1,9}$/u.test(written)) return Number(written);
  throw new Refusal('InvalidArgument', 'Provided max-keys not an integer or within integer range');
}

function readToken(token: string): string {
  const key = /^after (?<key>.*)$/su.exec(Buffer.from(token, 'base64').toString('utf8'))?.groups?.['key'];
  if (key === undefined) throw new Refusal('InvalidArgument', 'The continuation token provided is incorrect');
  return key;
}

const urlEncoded = (text: string): string => encodeURIComponent(text).replaceAll('%2F', '/');
