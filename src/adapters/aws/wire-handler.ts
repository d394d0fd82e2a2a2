/** Lets an SDK client speak over a Wire instead of a socket. It knows no service and no operation. */
import { Readable } from 'node:stream';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Wire } from '../../core/wire.ts';

type Handler = EC2Client['config']['requestHandler'];

/** A request handler for any SDK client that passes each request to `wire`. */
export function wireHandler(wire: Wire): Handler {
  return {
    async handle(request, options?: { abortSignal?: unknown }) {
      if (options?.abortSignal instanceof AbortSignal) options.abortSignal.throwIfAborted();
      const answer = await wire({
        method: request.method,
        host: request.port === undefined ? request.hostname : `${request.hostname}:${request.port}`,
        path: request.path,
        query: flatten(request.query),
        headers: lowerCaseNames(request.headers),
        body: await bytesOf(request.body),
      });
      const body = Readable.from([answer.body], { objectMode: false });
      return { response: { statusCode: answer.status, headers: { ...answer.headers }, body } };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
}

function flatten(query: Record<string, string | string[] | null> = {}): [string, string][] {
  return Object.entries(query).flatMap(([name, value]) => {
    if (Array.isArray(value)) return value.map((one): [string, string] => [name, one]);
    return [[name, value ?? '']];
  });
}

function lowerCaseNames(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array();
  // A plain view: the SDK's own kind of bytes prints a warning where it is taken for text.
  if (body instanceof Uint8Array) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Readable) return Buffer.concat(await body.toArray());
  throw new TypeError(`a request body of type ${typeof body} cannot be sent over a wire`);
}
