/** Takes the lease on an image, and tells who is waited for. It does not know what for. */
import { holderName } from '../cache/lease-body.ts';
import { stepUnderWay } from '../cache/journal.ts';
import { leaseKey } from '../cache/lease-keys.ts';
import { acquireLease, type Lease } from '../cache/lease.ts';
import type { AcquireFailure } from '../cache/lease-protocol.ts';
import type { Failure } from '../core/failure.ts';
import type { Digest } from '../core/ids.ts';
import type { Action } from '../core/plan.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { ExecuteContext } from './context.ts';
import type { Place } from './places.ts';

/** When an action may go on: others may have its place while it waits, and `stop` is aborted to give it up. */
export interface Turn {
  readonly place: Place;
  readonly stop: AbortSignal;
}

interface Purpose {
  readonly purpose: 'build' | 'clean-up';
  /** Asked where another run has had the lease since the plan was made. */
  readonly isNeeded: () => Promise<boolean>;
  /** Of a build that goes on: its lease, which could not be kept. */
  readonly lapsed?: Lease | undefined;
}

/** Undefined: it is not needed any more. */
export async function acquire(
  ctx: ExecuteContext,
  action: Action,
  { place, stop }: Turn,
  { purpose, isNeeded, lapsed }: Purpose,
): Promise<Result<Lease | undefined, Failure>> {
  const { template, digest } = action;
  let told: string | undefined;
  const acquired = await acquireLease(ctx.lease, leaseKey(ctx.prefix, ctx.region, digest), {
    signal: stop,
    // What is there is not waited for: who has it, and is alive, cleans up.
    wait: purpose === 'build' && ctx.wait,
    above: Math.max(ctx.listed[digest]?.token ?? 0, ctx.seen.images[digest]?.token ?? 0),
    isNeeded,
    lapsed: lapsed?.token,
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
  if (!acquired.ok)
    return acquired.error.code === 'not-needed' ? ok(undefined) : fail(asFailure(acquired.error, digest));
  const { token, previous } = acquired.value;
  // A write of our own that was given up on is no dead holder.
  const hasDied = previous?.state === 'held' && previous.holder.run !== ctx.lease.holder.run;
  const from = hasDied ? holderName(previous.holder) : null;
  ctx.emit({ type: 'lease-taken', template, digest, token, from, purpose });
  return ok(acquired.value);
}

function asFailure(failure: Exclude<AcquireFailure, { code: 'not-needed' }>, digest: Digest): Failure {
  switch (failure.code) {
    case 'held': {
      const { holder, since } = failure.by;
      return { code: 'lease-held', digest, holder: holderName(holder), since };
    }
    case 'broken':
      return {
        code: 'failed-elsewhere',
        holder: holderName(failure.holder),
        buildId: failure.step.buildId,
        step: failure.step.step,
        exitCode: failure.step.exitCode,
        status: failure.step.status,
      };
    case 'unreadable':
      return { code: 'lease-unreadable', key: failure.key };
    case 'cloud':
    case 'interrupted':
      return failure;
  }
}
