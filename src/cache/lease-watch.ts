/**
 * A lease seen from outside: whether its holder lives, and taking it from one that was seen. The protocols are generators
 * as those of lease-protocol.ts are, and are driven below. It does not know what the lease is taken for.
 */
import type { CloudFailure } from '../core/failure.ts';
import type { LeaseBody, LeaseDraft } from './lease-body.ts';
import { leaseText, parseLease } from './lease-body.ts';
import { Lease, type LeaseAccess } from './lease.ts';
import {
  type Answer,
  deadAfter,
  type Protocol,
  type Request,
  writeWithin,
  type Written,
  writing,
} from './lease-protocol.ts';

/** What stands in the bucket, to be written over if it still stands there. */
export interface Standing {
  /** Undefined: there is no object. */
  readonly etag: string | undefined;
  readonly body: LeaseBody | undefined;
}

export type Observed =
  /** It has been written: its holder lives, or lived until it let go just now. */
  | { readonly kind: 'alive'; readonly by: LeaseBody | undefined }
  | { readonly kind: 'dead'; readonly standing: Standing & { readonly body: LeaseBody } }
  | { readonly kind: 'free'; readonly standing: Standing }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'failed'; readonly failure: CloudFailure }
  | { readonly kind: 'interrupted' };

/** Somebody waits for the answer: a bucket that is away for longer is told of instead. */
const longestOutageMs = 2 * 60_000;

/** One look where it is free; where it is held, until it is written or has not been for so long that its holder counts as dead. */
export function* observing(): Protocol<Observed> {
  let first: { readonly etag: string; readonly at: number } | undefined;
  let failingSince: number | undefined;
  for (;;) {
    const answer = yield { kind: 'get' };
    if (answer.kind !== 'get') throw new Error(`the answer to get is of the kind ${answer.kind}`);
    const { result, at } = answer;
    if (answer.interrupted) return { kind: 'interrupted' };
    if (!result.ok) {
      failingSince ??= at;
      if (result.error.nature === 'refused' || at - failingSince > longestOutageMs)
        return { kind: 'failed', failure: result.error };
      yield { kind: 'watch', by: undefined };
      continue;
    }
    failingSince = undefined;
    const stored = result.value;
    const body = stored === undefined ? undefined : parseLease(stored.text);
    if (first !== undefined && first.etag !== stored?.etag) return { kind: 'alive', by: body };
    if (stored !== undefined && body === undefined) return { kind: 'unreadable' };
    if (stored === undefined || body?.state !== 'held')
      return { kind: 'free', standing: { etag: stored?.etag, body } };
    first ??= { etag: stored.etag, at };
    if (at - first.at >= deadAfter(body.ttlMs))
      return { kind: 'dead', standing: { etag: stored.etag, body } };
    yield { kind: 'watch', by: body };
  }
}

type Taking = { readonly draft: LeaseDraft; readonly written: Written };

/** One conditional write: the journal stays, so that whoever comes after a taker that dies finds what there is to end. */
export function* taking(
  { etag, body }: Standing,
  holding: Pick<LeaseDraft, 'holder' | 'ttlMs' | 'since'>,
  { above, deadline }: { readonly above: number; readonly deadline: number },
): Protocol<Taking> {
  const draft: LeaseDraft = {
    ...holding,
    version: 1,
    state: 'held',
    token: Math.max(body?.token ?? 0, above) + 1,
    journal: body?.journal ?? null,
    broken: null,
  };
  const precondition = etag === undefined ? ({ absent: true } as const) : { etag };
  return { draft, written: yield* writing({ draft, precondition, deadline }) };
}

export interface WatchOptions {
  readonly signal: AbortSignal;
  readonly pollMs: number;
}

/** Watched by our own monotonic clock; the holder's is never asked. */
export const watchLease = (access: LeaseAccess, key: string, options: WatchOptions): Promise<Observed> =>
  drive(access, key, observing(), options);

export type Taken =
  | { readonly kind: 'held'; readonly lease: Lease }
  /** It was written meanwhile. */
  | { readonly kind: 'lost'; readonly by: LeaseBody | undefined }
  | { readonly kind: 'failed'; readonly failure: CloudFailure };

/** Ours, if nobody has written it since it was seen. `above`: the highest token known from elsewhere. */
export async function takeLease(
  access: LeaseAccess,
  key: string,
  standing: Standing,
  above: number,
): Promise<Taken> {
  const { holder, ttlMs, clock } = access;
  const holding = { holder, ttlMs, since: new Date(clock.now()).toISOString() };
  const deadline = clock.monotonic() + writeWithin(ttlMs);
  const { draft, written } = await drive(access, key, taking(standing, holding, { above, deadline }));
  if (written.kind !== 'held') return written;
  const takenFrom = standing.body?.state === 'held' ? standing.body : undefined;
  return { kind: 'held', lease: new Lease(access, key, { draft, etag: written.etag, takenFrom }) };
}

async function drive<Outcome>(
  { store, clock, random }: LeaseAccess,
  key: string,
  protocol: Protocol<Outcome>,
  watching?: WatchOptions,
): Promise<Outcome> {
  const carryOut = async (request: Request): Promise<Answer> => {
    const now = (): { at: number; interrupted: boolean } => ({
      at: clock.monotonic(),
      interrupted: watching?.signal.aborted === true,
    });
    switch (request.kind) {
      case 'get': {
        const result = await store.getOnce(key);
        return { kind: 'get', result, ...now() };
      }
      case 'put': {
        const nonce = random.hex(32);
        const outcome = await store.put(key, leaseText({ ...request.draft, nonce }), request.precondition);
        return { kind: 'put', outcome, nonce, ...now() };
      }
      case 'pause':
        await clock.sleep(50 + random.fraction() * 200);
        return { kind: 'pause', ...now() };
      case 'watch':
        await clock.sleep(watching?.pollMs ?? 0, watching?.signal);
        return { kind: 'watch', ...now() };
    }
  };
  let next = protocol.next();
  while (next.done !== true) next = protocol.next(await carryOut(next.value));
  return next.value;
}
