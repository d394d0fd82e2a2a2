/** An HTTP exchange as plain data. It does not know who sends it, over what, or which service answers. */

export interface WireRequest {
  readonly method: string;
  /** Host and, where there is one, port: `bucket.s3.us-west-2.amazonaws.com`, `127.0.0.1:4566`. */
  readonly host: string;
  /** Percent-encoded as sent, without the query. */
  readonly path: string;
  /** Decoded pairs, in the order sent. */
  readonly query: readonly (readonly [string, string])[];
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * Answers one request. Rejects with a {@link WireReset} where a network would break the connection;
 * an answer of the service, an error included, is a response.
 */
export type Wire = (request: WireRequest) => Promise<WireResponse>;

/** A connection that broke before the answer arrived; whether the request took effect is unknown to the sender. */
export class WireReset extends Error {
  readonly code = 'ECONNRESET';
  override readonly name = 'WireReset';
}
