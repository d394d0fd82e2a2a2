/** If-Match and If-None-Match as S3 answers them. It does not know what happens to the object when they hold. */
import { Refusal } from '../call.ts';
import type { ObjectRecord } from '../records.ts';
import type { S3Request } from './request.ts';

type Conditional = Pick<S3Request, 'headers' | 'key'>;

/** For PUT, and for the completion of an upload in parts. */
export function checkWrite({ headers, key }: Conditional, existing: ObjectRecord | undefined): void {
  const absent = headers['if-none-match'];
  if (absent !== undefined) {
    if (absent !== '*') throw notImplemented('If-None-Match');
    if (existing !== undefined) throw failed('If-None-Match');
  }
  const match = headers['if-match'];
  if (match === undefined) return;
  if (existing === undefined) throw noSuchKey(key);
  if (!matches(match, existing)) throw failed('If-Match');
}

export function checkDelete({ headers, key }: Conditional, existing: ObjectRecord | undefined): void {
  const match = headers['if-match'];
  if (match === undefined) return;
  if (existing === undefined) throw noSuchKey(key);
  if (!matches(match, existing)) throw failed('If-Match');
}

/** For GET and HEAD. */
export function checkRead({ headers }: Conditional, existing: ObjectRecord): void {
  const match = headers['if-match'];
  if (match !== undefined && !matches(match, existing)) throw failed('If-Match');
  const none = headers['if-none-match'];
  if (none !== undefined && matches(none, existing)) {
    throw new Refusal('NotModified', 'Not Modified', { status: 304, headers: { etag: existing.etag } });
  }
}

/** For the source of a copy. */
export function checkCopy({ headers }: Conditional, source: ObjectRecord): void {
  const match = headers['x-amz-copy-source-if-match'];
  if (match !== undefined && !matches(match, source)) throw failed('x-amz-copy-source-If-Match');
  const none = headers['x-amz-copy-source-if-none-match'];
  if (none !== undefined && matches(none, source)) throw failed('x-amz-copy-source-If-None-Match');
}

/** Quotes are optional in the header. */
function matches(condition: string, { etag }: ObjectRecord): boolean {
  return condition.trim() === '*' || condition.split(',').some((one) => bare(one) === bare(etag));
}

const bare = (text: string): string => text.trim().replace(/^(?:W\/)?"(.*)"$/u, '$1');

const failed = (condition: string): Refusal =>
  new Refusal('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    status: 412,
    details: { Condition: condition },
  });

const notImplemented = (header: string): Refusal =>
  new Refusal('NotImplemented', 'A header you provided implies functionality that is not implemented', {
    status: 501,
    details: { Header: header },
  });

export const noSuchKey = (key: string): Refusal =>
  new Refusal('NoSuchKey', 'The specified key does not exist.', { status: 404, details: { Key: key } });
