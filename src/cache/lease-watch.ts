/** A lease seen from outside: whether its holder lives, and taking it from one that was seen. It does not know what the lease is taken for. */
import type { CloudFailure } from '../core/failure.ts';
import type { LeaseBody } from './lease-body.ts';
import { drive } from './lease-driving.ts';
import { deadAfter, looking, type Vigil, vigilFrom, watchedOn } from './lease-look.ts';
import { type Standing, taking } from './lease-protocol.ts';
import { ask, type Protocol } from './lease-requests.ts';
import { Lease, type LeaseAccess } from './lease.ts';

export type Observed =
  /** It has been heard of: it lives, or lived until it let go just now. */
  | { readonly kind: 'alive'; readonly by: LeaseBody | undefined }
  | { readonly kind: 'dead'; readonly standing: Standing & { readonly body: LeaseBody } }
  | { readonly kind: 'free'; readonly standing: Standing }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'failed'; readonly failure: CloudFailure }
  | { readonly kind: 'interrupted' };

/** Somebody waits for the answer: a bucket that is away for longer is told of instead. */
const longestOutageMs = 2 * 60_000;

/** One look where it is free; where it is held, until its holder is heard of, or has not been for so long that it counts as dead. */
export function* observing(): Protocol<Observed> {
  let vigil: Vigil | undefined;
  let failingSince: number | undefined;
  for (;;) {
    const { look, at, interrupted } = yield* looking();
    if (interrupted) return { kind: 'interrupted' };
    if (!look.ok) {
      failingSince ??= at;
      if (look.error.nature === 'refused' || at - failingSince > longestOutageMs)
        return { kind: 'failed', failure: look.error };
      yield* ask({ kind: 'watch', by: undefined });
      continue;
    }
    failingSince = undefined;
    const { stored, body } = look.value;
    const now = watchedOn(vigil, vigilFrom(look.value));
    if (vigil !== undefined && vigil !== now) return { kind: 'alive', by: body };
    if (stored !== undefined && body === undefined) return { kind: 'unreadable' };
    if (stored === undefined || body?.state !== 'held')
      return { kind: 'free', standing: { etag: stored?.etag, body } };
    vigil = now;
    if (at - vigil.since >= deadAfter(body.ttlMs))
      return { kind: 'dead', standing: { etag: stored.etag, body } };
    yield* ask({ kind: 'watch', by: body });
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
