/** Objects as they are kept: what is known of them, and their bytes. It does not know conditions or Regions. */
import { createHash } from 'node:crypto';
import type { ObjectRecord } from '../records.ts';
import type { Tables } from '../store.ts';

export function putBody(
  tables: Tables,
  bucket: string,
  key: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
  now: number,
  etag = etagOf(body),
): ObjectRecord {
  const record: ObjectRecord = { key, etag, size: body.length, modifiedAt: now, headers };
  tables.objects.put([bucket, key], record);
  tables.bodies.put(['object', bucket, key], Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  return record;
}

export const getBody = (tables: Tables, bucket: string, key: string): Buffer =>
  tables.bodies.get('object', bucket, key) ?? Buffer.alloc(0);

export function removeBody(tables: Tables, bucket: string, key: string): void {
  tables.objects.remove(bucket, key);
  tables.bodies.remove('object', bucket, key);
}

export const md5 = (body: Uint8Array): Buffer => createHash('md5').update(body).digest();

const etagOf = (body: Uint8Array): string => `"${md5(body).toString('hex')}"`;
