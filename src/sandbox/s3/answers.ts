/** S3's answers: empty, XML, or an error. It does not know what they are about. */
import { randomUUID } from 'node:crypto';
import type { WireResponse } from '../../core/wire.ts';
import { document } from '../xml.ts';
import type { Xml } from '../xml.ts';

const xmlNamespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

const requestId = (): string => randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase();

export const empty = (status: number, headers: Record<string, string> = {}): WireResponse => ({
  status,
  headers: { 'x-amz-request-id': requestId(), 'x-amz-id-2': 'sandbox', ...headers },
  body: new Uint8Array(),
});

export const xml = (
  root: string,
  values: Record<string, Xml>,
  headers: Record<string, string> = {},
): WireResponse => ({
  ...empty(200, { 'content-type': 'application/xml', ...headers }),
  body: document(root, xmlNamespace, values),
});

export function errorAnswer(
  status: number,
  headers: Readonly<Record<string, string>>,
  values: Record<string, Xml>,
): WireResponse {
  const answer = empty(status, { ...headers, 'content-type': 'application/xml' });
  const id = answer.headers['x-amz-request-id'];
  return { ...answer, body: document('Error', '', { ...values, RequestId: id, HostId: 'sandbox' }) };
}
