/** Objects by key with conditional writes: S3, as far as the manifest and the lease need it. */
import type { CloudFailure } from '../core/failure.ts';
import type { Result } from '../core/result.ts';

export interface StoredObject {
  /** Null: it is larger than 64 MiB, and was not read. */
  readonly text: string | null;
  readonly etag: string;
}

/** What must be true of the key for a write to happen. */
export type Precondition = { readonly absent: true } | { readonly etag: string };

/**
 * What became of a conditional write.
 * `precondition-failed` may be the answer to one's own write whose first answer was lost: read back.
 * `missing`: there is no object where one with that ETag was expected. `conflict`: try again.
 * `unknown`: no answer, or a 5xx; it may have happened. `refused`: it did not happen and will not.
 */
export type WriteOutcome =
  | { readonly kind: 'stored'; readonly etag: string }
  | { readonly kind: 'precondition-failed' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'unknown'; readonly failure: CloudFailure }
  | { readonly kind: 'refused'; readonly failure: CloudFailure };

/** A piece of an object, whatever bytes it holds. */
interface ObjectPart {
  readonly bytes: Uint8Array;
  /** Of the whole object, in bytes. */
  readonly size: number;
  readonly modifiedAt: Date;
}

export interface ObjectStore {
  /** The object, or undefined where there is none. */
  get(key: string): Promise<Result<StoredObject | undefined, CloudFailure>>;
  /** The same in one attempt of few seconds, for who has a deadline. */
  getOnce(key: string): Promise<Result<StoredObject | undefined, CloudFailure>>;
  /** At most `count` bytes from `from` on, counted from the end where it is negative; undefined where there is no object. */
  part(key: string, from: number, count: number): Promise<Result<ObjectPart | undefined, CloudFailure>>;
  /** One attempt, no retries: only the caller knows how to read the answer. */
  put(key: string, text: string, precondition: Precondition): Promise<WriteOutcome>;
  /** Byte for byte, what has this ETag; what is at `to` already is replaced. */
  copy(from: string, etag: string, to: string): Promise<Result<void, CloudFailure>>;
  /** Keys that begin with `prefix`, all pages, in code-unit order. */
  list(prefix: string): Promise<Result<string[], CloudFailure>>;
}
