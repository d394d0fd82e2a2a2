/** What an S3 request is about: bucket, key, sub-resource and the true bytes of its body. It does not know the operations. */
import type { WireRequest } from '../../core/wire.ts';
import { Refusal } from '../call.ts';
import type { Route } from '../route.ts';

export interface S3Request {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly signed: boolean;
}

const bucketHost = /^(?<bucket>.+)\.(?:s3(?:[.-][a-z0-9.-]+)?\.amazonaws\.com|localhost)(?::\d+)?$/u;

export function s3Request(request: WireRequest, route: Route): S3Request {
  const path = decoded(request.path).replace(/^\//u, '');
  const inHost = bucketHost.exec(request.host)?.groups?.['bucket'];
  const slash = path.indexOf('/');
  const inPath = slash < 0 ? [path, ''] : [path.slice(0, slash), path.slice(slash + 1)];
  const [bucket = '', key = ''] = inHost === undefined ? inPath : [inHost, path];
  return {
    method: request.method.toUpperCase(),
    bucket,
    key,
    query: new Map(request.query.filter(([name]) => name !== 'x-id' && !name.startsWith('X-Amz-'))),
    headers: request.headers,
    body: isChunked(request.headers) ? unchunked(request.body) : request.body,
    signed: route.signed,
  };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Refusal('InvalidURI', "Couldn't parse the specified URI.");
  }
}

const isChunked = (headers: Readonly<Record<string, string>>): boolean =>
  headers['content-encoding']?.includes('aws-chunked') === true ||
  headers['x-amz-content-sha256']?.startsWith('STREAMING-') === true;

/** `<size in hex>[;chunk-signature=...]\r\n<bytes>\r\n`, until a chunk of size 0 and the trailers. */
function unchunked(body: Uint8Array): Uint8Array {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, Math.max(at, lineEnd)), 16);
    if (lineEnd < 0 || Number.isNaN(size) || lineEnd + 2 + size > bytes.length) {
      throw new Refusal('IncompleteBody', 'The request body terminated unexpectedly.');
    }
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

/** The text of each such element; S3's bodies are flat enough for that. */
export function xmlTexts(xml: string, name: string): string[] {
  const pattern = new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, 'gu');
  return Array.from(xml.matchAll(pattern), ([, text = '']) => text);
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export const unescapeXml = (text: string): string =>
  text.replaceAll(
    /&(?:#x(?<hex>[0-9a-f]+)|#(?<decimal>\d+)|(?<name>\w+));/giu,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      return entities[name ?? ''] ?? whole;
    },
  );
