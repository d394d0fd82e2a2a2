/** A lease seen from outside: whether its holder lives, and taking it from one that was seen. It does not know what the lease is taken for. */
import type { CloudFailure } from '../core/failure.ts';
import { type LeaseBody, parseLease } from './lease-body.ts';
import { drive, type LeaseAccess } from './lease-driving.ts';
import { deadAfter, type Protocol, type Standing, taking } from './lease-protocol.ts';
import { Lease } from './lease.ts';

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

/** Watched by our own monotonic clock; the holder's is never asked. */
export const watchLease = (access: LeaseAccess, key: string, signal: AbortSignal): Promise<Observed> =>
  drive(access, key, observing(), { signal });

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
  const seenAt = clock.monotonic();
  const taken = await drive(access, key, taking(standing, { holding, above, seenAt }));
  if (taken.kind !== 'held') return taken;
  return { kind: 'held', lease: new Lease(access, key, { ...taken, previous: standing.body }) };
}
