/**
 * The lease's protocol: which read or conditional write comes next, and what each answer means.
 * Each function is a state machine written as a generator: it yields what it wants done and is resumed with the answer.
 * It does no I/O and has no clock: lease.ts drives it.
 */
import type { CloudFailure } from '../core/failure.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Precondition, StoredObject, WriteOutcome } from '../ports/object-store.ts';
import { type BrokenStep, type Holder, type LeaseBody, type LeaseDraft, parseLease } from './lease-body.ts';

export type Request =
  | { readonly kind: 'get' }
  /** To be sent with a nonce that nobody has used. */
  | { readonly kind: 'put'; readonly draft: LeaseDraft; readonly precondition: Precondition }
  /** Between two attempts of one write: short, and of a length that is nobody else's. */
  | { readonly kind: 'pause' }
  /** Between two looks at what another holds; `by` is undefined where the store did not answer. */
  | { readonly kind: 'watch'; readonly by: LeaseBody | undefined }
  /** Somebody has held it and is done: is there still a reason to have it? */
  | { readonly kind: 'needed' };

interface At {
  /** When the answer came, in milliseconds on the monotonic clock. */
  readonly at: number;
  /** Nobody wants the outcome any more. */
  readonly interrupted: boolean;
}

export type Answer = At &
  (
    | { readonly kind: 'get'; readonly result: Result<StoredObject | undefined, CloudFailure> }
    | {
        readonly kind: 'put';
        readonly outcome: WriteOutcome;
        readonly nonce: string;
        /** On the monotonic clock, before anything was sent. */
        readonly sentAt: number;
      }
    | { readonly kind: 'needed'; readonly isNeeded: boolean }
    | { readonly kind: 'pause' | 'watch' }
  );

export type Protocol<Outcome> = Generator<Request, Outcome, Answer>;

function* ask<Kind extends Request['kind']>(
  request: Request & { readonly kind: Kind },
): Protocol<Extract<Answer, { kind: Kind }>> {
  const answer = yield request;
  if (isOf(answer, request.kind)) return answer;
  throw new Error(`the answer to ${request.kind} is of the kind ${answer.kind}`);
}

const isOf = <Kind extends Request['kind']>(
  answer: Answer,
  kind: Kind,
): answer is Extract<Answer, { kind: Kind }> => answer.kind === kind;

export type Written =
  /** `since`: when the attempt that counts was sent, on the monotonic clock. Whoever watches has seen it later, or not yet. */
  | { readonly kind: 'held'; readonly etag: string; readonly since: number }
  /** Another's write stands there. */
  | { readonly kind: 'lost'; readonly by: LeaseBody | undefined }
  | { readonly kind: 'failed'; readonly failure: CloudFailure };

interface WriteOptions {
  readonly draft: LeaseDraft;
  readonly precondition: Precondition;
  /** On the monotonic clock: what has not been answered by then counts as not written. */
  readonly deadline: number;
  /** Those of all attempts, and when they were sent; a later look that finds one of them knows that it happened. */
  readonly nonces?: Map<string, number>;
}

/**
 * One conditional write, of which every answer but a plain yes or no is resolved by reading back.
 * To find a nonce of one of its attempts means that it happened; the same object as before, that it did not.
 */
export function* writing({
  draft,
  precondition,
  deadline,
  nonces = new Map(),
}: WriteOptions): Protocol<Written> {
  for (;;) {
    const { outcome, nonce, sentAt } = yield* ask({ kind: 'put', draft, precondition });
    nonces.set(nonce, sentAt);
    if (outcome.kind === 'stored') return { kind: 'held', etag: outcome.etag, since: sentAt };
    if (outcome.kind === 'refused') return { kind: 'failed', failure: outcome.failure };
    const { result, at } = yield* ask({ kind: 'get' });
    if (result.ok) {
      const stored = result.value;
      const there = stored === undefined ? undefined : parseLease(stored.text);
      const since = there === undefined ? undefined : nonces.get(there.nonce);
      if (stored !== undefined && since !== undefined) return { kind: 'held', etag: stored.etag, since };
      const unchanged = 'absent' in precondition ? stored === undefined : stored?.etag === precondition.etag;
      if (!unchanged) return { kind: 'lost', by: there };
    }
    if (at >= deadline)
      return { kind: 'failed', failure: outcome.kind === 'unknown' ? outcome.failure : contested };
    yield* ask({ kind: 'pause' });
  }
}

const contested: CloudFailure = {
  code: 'cloud',
  awsCode: 'ConditionalRequestConflict',
  operation: 's3:PutObject',
  message: 'the lease could not be written: every attempt met another writer',
  nature: 'unknown',
};

/** After its last write a holder renews the lease, and is no holder any more where none of its attempts has been answered. */
export const renewAfter = (ttlMs: number): number => ttlMs / 3;
export const lostAfter = (ttlMs: number): number => ttlMs;
/** To get it, so much may be tried. */
const acquireWithin = (ttlMs: number): number => (2 / 3) * ttlMs;
/** Watched for so long without a change, its holder counts as dead. */
export const deadAfter = (ttlMs: number): number => 1.5 * ttlMs;
/** A service that fails for longer will not be waited for. */
const longestOutageMs = 20 * 60_000;

export type AcquireFailure =
  | CloudFailure
  | { readonly code: 'held'; readonly by: LeaseBody }
  /** Whoever was waited for found that the template does not work, and let go. */
  | { readonly code: 'broken'; readonly holder: Holder; readonly step: BrokenStep }
  | { readonly code: 'unreadable'; readonly key: string }
  | { readonly code: 'not-needed' }
  | { readonly code: 'interrupted' };

export interface Acquired {
  readonly draft: LeaseDraft;
  readonly etag: string;
  /** When that was written, as in Written. */
  readonly since: number;
  /** What stood there before; where it was held, its holder died. */
  readonly previous: LeaseBody | undefined;
}

export interface AcquireOptions {
  readonly key: string;
  /** What a holder writes about itself when it gets the lease. */
  readonly holding: () => Pick<LeaseDraft, 'holder' | 'ttlMs' | 'since'>;
  /** False: answer `held` as soon as the holder has shown that it is alive, by a renewal. */
  readonly wait: boolean;
  /** The highest token known from elsewhere; the lease's own may have been lost with its object. */
  readonly above: number;
}

/** What stands in the bucket, to be written over if it still stands there. */
export interface Standing {
  /** Undefined: there is no object. */
  readonly etag: string | undefined;
  readonly body: LeaseBody | undefined;
}

interface TakeOptions {
  readonly holding: ReturnType<AcquireOptions['holding']>;
  readonly above: number;
  /** When that was seen, on the monotonic clock. */
  readonly seenAt: number;
  readonly nonces?: Map<string, number>;
}

/** One conditional write of a new holder. The journal stays: should it die, whoever comes next finds what there is to go on with, or to end. */
export function* taking(
  { etag, body }: Standing,
  { holding, above, seenAt, nonces = new Map() }: TakeOptions,
): Protocol<Written & { readonly draft: LeaseDraft }> {
  const draft: LeaseDraft = {
    ...holding,
    version: 1,
    state: 'held',
    token: Math.max(body?.token ?? 0, above) + 1,
    journal: body?.journal ?? null,
    broken: null,
  };
  const precondition = etag === undefined ? ({ absent: true } as const) : { etag };
  const deadline = seenAt + acquireWithin(holding.ttlMs);
  return { draft, ...(yield* writing({ draft, precondition, deadline, nonces })) };
}

/** Watches until the lease is free, or its holder has not been heard of for too long, and takes it. */
export function* acquiring({
  key,
  holding,
  wait,
  above,
}: AcquireOptions): Protocol<Result<Acquired, AcquireFailure>> {
  const nonces = new Map<string, number>();
  let failingSince: number | undefined;
  let watched: { readonly etag: string; readonly since: number; readonly token: number } | undefined;
  for (;;) {
    const { result, at, interrupted } = yield* ask({ kind: 'get' });
    let seenAt = at;
    if (interrupted) return fail({ code: 'interrupted' });
    if (!result.ok) {
      failingSince ??= at;
      if (result.error.nature === 'refused' || at - failingSince > longestOutageMs) return result;
      yield* ask({ kind: 'watch', by: undefined });
      continue;
    }
    failingSince = undefined;
    const stored = result.value;
    const there = stored === undefined ? undefined : parseLease(stored.text);
    if (stored !== undefined && there === undefined) return fail({ code: 'unreadable', key });

    // A write of ours that was given up on may have arrived after all: nobody holds that.
    if (stored !== undefined && there?.state === 'held' && !nonces.has(there.nonce)) {
      // A holder that writes is alive; one that has died would be reported as building for ever.
      if (!wait && watched !== undefined && watched.etag !== stored.etag)
        return fail({ code: 'held', by: there });
      if (watched?.etag !== stored.etag) watched = { etag: stored.etag, since: at, token: there.token };
      if (at - watched.since < deadAfter(there.ttlMs)) {
        yield* ask({ kind: 'watch', by: there });
        continue;
      }
    }
    if (there?.state === 'free' && there.broken !== null && there.token === watched?.token)
      return fail({ code: 'broken', holder: there.holder, step: there.broken });

    // Asked before, not under the lease: a run that dies over a mere look would leave it held.
    if (there?.state === 'free' && there.journal === null) {
      const answer = yield* ask({ kind: 'needed' });
      if (answer.interrupted) return fail({ code: 'interrupted' });
      if (!answer.isNeeded) return fail({ code: 'not-needed' });
      seenAt = answer.at;
    }

    const standing = { etag: stored?.etag, body: there };
    const taken = yield* taking(standing, { holding: holding(), above, seenAt, nonces });
    if (taken.kind === 'failed') return fail(taken.failure);
    if (taken.kind === 'held') {
      const { draft, etag, since } = taken;
      return ok({ draft, etag, since, previous: there });
    }
  }
}
