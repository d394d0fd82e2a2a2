/** A sandbox over loopback, for programs that want a socket. It does not know what the requests mean. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WireRequest } from '../core/wire.ts';
import { WireReset } from '../core/wire.ts';
import type { Sandbox } from './sandbox.ts';

export interface Served {
  readonly endpoint: string;
  close(): Promise<void>;
}

const loopback = '127.0.0.1';
/** More than any body that is sent in one piece; larger ones come in parts. */
const mostBytes = 1024 ** 3;

export async function serve(sandbox: Pick<Sandbox, 'wire'>, options: { port?: number }): Promise<Served> {
  const server = createServer((request, response) => {
    respond(sandbox, request, response).catch((error: unknown) => fail(response, error));
  });
  server.on('clientError', (_, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, loopback, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    endpoint: `http://${loopback}:${port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function respond(
  sandbox: Pick<Sandbox, 'wire'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await sandbox.wire(await wireRequest(request));
  const headers = { ...answer.headers };
  if (request.method !== 'HEAD') headers['content-length'] = String(answer.body.length);
  response.writeHead(answer.status, headers);
  response.end(request.method === 'HEAD' || answer.status === 304 ? undefined : answer.body);
}

function fail(response: ServerResponse, error: unknown): void {
  if (error instanceof WireReset || response.headersSent) {
    response.socket?.resetAndDestroy();
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  response.writeHead(500, { 'content-type': 'text/plain' }).end(`InternalFailure: ${message}\n`);
}

async function wireRequest(request: IncomingMessage): Promise<WireRequest> {
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/su);
  return {
    method: request.method ?? 'GET',
    host: request.headers.host ?? loopback,
    path: path.startsWith('/') ? path : '/',
    query: [...new URLSearchParams(query)],
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    ),
    body: await bodyOf(request),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) continue;
    size += chunk.length;
    if (size > mostBytes) throw new Error(`a body of more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
