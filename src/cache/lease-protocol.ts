/**
 * The lease's protocol: which read or conditional write comes next, and what each answer means.
 * Each function is a state machine written as a generator: it yields what it wants done and is resumed with the answer.
 * It does no I/O and has no clock: lease-driving.ts does what it asks for.
 */
import type { CloudFailure } from '../core/failure.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Precondition } from '../ports/object-store.ts';
import {
  type BrokenStep,
  highestToken,
  type Holder,
  type LeaseBody,
  type LeaseDraft,
  parseLease,
} from './lease-body.ts';
import { deadAfter, looking, type Vigil, vigilFrom, watchedOn } from './lease-look.ts';
import { ask, type Protocol } from './lease-requests.ts';

export type Written =
  /** `since`: when the attempt that counts was sent, on the monotonic clock. Whoever watches has seen it later, or not yet. */
  | { readonly kind: 'held'; readonly etag: string; readonly since: number }
  /** Another's write stands there; `etag`: undefined where nothing does. */
  | { readonly kind: 'lost'; readonly by: LeaseBody | undefined; readonly etag: string | undefined }
  | { readonly kind: 'failed'; readonly failure: CloudFailure };

interface WriteOptions {
  readonly draft: LeaseDraft;
  readonly precondition: Precondition;
  /** On the monotonic clock: what has not been answered by then counts as not written. Asked after each attempt. */
  readonly deadline: () => number;
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
      if (!unchanged) return { kind: 'lost', by: there, etag: stored?.etag };
    }
    if (at >= deadline())
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

/** After its last sign of life a holder gives the next, and is no holder any more where none of its attempts has been answered. */
export const beatAfter = (ttlMs: number): number => (2 / 3) * ttlMs;
export const lostAfter = (ttlMs: number): number => ttlMs;
/** To get it, so much may be tried. */
const acquireWithin = (ttlMs: number): number => (2 / 3) * ttlMs;
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
  /** False: answer `held` as soon as the holder has given a sign of life. */
  readonly wait: boolean;
  /** The highest token known from elsewhere; the lease's own may have been lost with its object. */
  readonly above: number;
  /** The token of this run's own lease that it could not keep: nobody holds that. */
  readonly lapsed?: number | undefined;
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
    version: 2,
    state: 'held',
    token: Math.max(body?.token ?? 0, above) + 1,
    journal: body?.journal ?? null,
    broken: null,
  };
  const precondition = etag === undefined ? ({ absent: true } as const) : { etag };
  const deadline = (): number => seenAt + acquireWithin(holding.ttlMs);
  return { draft, ...(yield* writing({ draft, precondition, deadline, nonces })) };
}

/** Watches until the lease is free, or its holder has not been heard of for too long, and takes it. */
export function* acquiring({
  key,
  holding,
  wait,
  above,
  lapsed,
}: AcquireOptions): Protocol<Result<Acquired, AcquireFailure>> {
  const nonces = new Map<string, number>();
  let failingSince: number | undefined;
  let watched: { readonly vigil: Vigil; readonly token: number } | undefined;
  for (;;) {
    const { look, at, interrupted } = yield* looking();
    let seenAt = at;
    if (interrupted) return fail({ code: 'interrupted' });
    if (!look.ok) {
      failingSince ??= at;
      if (look.error.nature === 'refused' || at - failingSince > longestOutageMs) return look;
      yield* ask({ kind: 'watch', by: undefined });
      continue;
    }
    failingSince = undefined;
    const { stored, body: there } = look.value;
    const isStrange = stored !== undefined && there === undefined;
    // Nobody could read the lease of a next holder, nor the manifest with its token.
    const isAtEnd = Math.max(there?.token ?? 0, above) >= highestToken;
    if (isStrange || isAtEnd) return fail({ code: 'unreadable', key });

    // A write of ours that was given up on may have arrived after all: nobody holds that.
    const isOurs =
      there !== undefined &&
      (nonces.has(there.nonce) || (there.token === lapsed && there.holder.run === holding().holder.run));
    if (there?.state === 'held' && !isOurs) {
      const vigil = watchedOn(watched?.vigil, vigilFrom(look.value));
      // One that has died would be reported as building for ever.
      if (!wait && watched !== undefined && watched.vigil !== vigil) return fail({ code: 'held', by: there });
      watched = { vigil, token: there.token };
      if (at - vigil.since < deadAfter(there.ttlMs)) {
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
