/** Takes the lease on an image, and tells who is waited for. It does not know what for. */
import { holderName } from '../cache/lease-body.ts';
import { stepUnderWay } from '../cache/journal.ts';
import { acquireLease, type Lease, leaseKey } from '../cache/lease.ts';
import type { AcquireFailure } from '../cache/lease-protocol.ts';
import type { Failure } from '../core/failure.ts';
import type { Digest } from '../core/ids.ts';
import type { Action } from '../core/plan.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type ExecuteContext, paced } from './context.ts';
import type { Place } from './places.ts';

/** When an action may go on: others may have its place while it waits, and `stop` is aborted to give it up. */
export interface Turn {
  readonly place: Place;
  readonly stop: AbortSignal;
}

export async function acquire(
  ctx: ExecuteContext,
  action: Action,
  purpose: 'build' | 'clean-up',
  { place, stop }: Turn,
): Promise<Result<Lease, Failure>> {
  const { template, digest } = action;
  let told: string | undefined;
  const acquired = await acquireLease(ctx.lease, leaseKey(ctx.prefix, ctx.region, digest), {
    signal: stop,
    // What is there is not waited for: who has it, and is alive, cleans up.
    wait: purpose === 'build' && ctx.wait,
    above: ctx.tokens.get(digest) ?? 0,
    pollMs: Math.max(200, paced(ctx.pace, 10_000)),
    onWaiting: (by) => {
      place.leave();
      const step = by.journal === null ? null : stepUnderWay(by.journal);
      const progress = `${by.token} ${step}`;
      if (told === progress) return;
      told = progress;
      const holder = holderName(by.holder);
      ctx.emit({ type: 'lease-waiting', template, digest, holder, since: by.since, step });
    },
  });
  if (!acquired.ok) return fail(asFailure(acquired.error, digest));
  const { token, takenFrom } = acquired.value;
  const from = takenFrom === undefined ? null : holderName(takenFrom.holder);
  ctx.emit({ type: 'lease-taken', template, digest, token, from, purpose });
  return ok(acquired.value);
}

function asFailure(failure: AcquireFailure, digest: Digest): Failure {
  switch (failure.code) {
    case 'held': {
      const { holder, since } = failure.by;
      return { code: 'lease-held', digest, holder: holderName(holder), since };
    }
    case 'broken':
      return { code: 'failed-elsewhere', holder: holderName(failure.holder), ...failure.step };
    case 'unreadable':
      return { code: 'lease-unreadable', key: failure.key };
    case 'cloud':
    case 'interrupted':
      return failure;
  }
}
