/**
 * A lease seen from outside, and whether its holder lives: it writes the lease when its build comes further, and between
 * times the heartbeat of its run. It does not know what is done when it is dead.
 */
import type { CloudFailure } from '../core/failure.ts';
import { ok, type Result } from '../core/result.ts';
import type { StoredObject } from '../ports/object-store.ts';
import { type LeaseBody, parseLease } from './lease-body.ts';
import { ask, type Protocol } from './lease-requests.ts';

export interface Look {
  readonly stored: StoredObject | undefined;
  /** Undefined: what is there is no lease. */
  readonly body: LeaseBody | undefined;
  /** The ETag of its run's heartbeat; undefined: there is none that stands for it, as in its first minutes, and once it was dropped. */
  readonly heartbeat: string | undefined;
  /** When both had been seen, in milliseconds on the monotonic clock. */
  readonly doneAt: number;
}

interface Looked {
  readonly look: Result<Look, CloudFailure>;
  /** When the lease itself had been seen, which is first. */
  readonly at: number;
  readonly interrupted: boolean;
}

export function* looking(): Protocol<Looked> {
  const { result, at, interrupted } = yield* ask({ kind: 'get' });
  if (!result.ok) return { look: result, at, interrupted };
  const stored = result.value;
  const body = stored === undefined ? undefined : parseLease(stored.text);
  if (interrupted || body?.state !== 'held')
    return { look: ok({ stored, body, heartbeat: undefined, doneAt: at }), at, interrupted };
  const heartbeat = yield* ask({ kind: 'heartbeat', run: body.holder.run, token: body.token });
  if (!heartbeat.result.ok) return { look: heartbeat.result, at, interrupted };
  const look = { stored, body, heartbeat: heartbeat.result.value, doneAt: heartbeat.at };
  return { look: ok(look), at, interrupted };
}

/** Watching a holder until it gives a sign of life, or has given none for too long. */
export interface Vigil {
  /** Another one whenever the lease has been written. */
  readonly mark: string | undefined;
  readonly heartbeat: string | undefined;
  /** Since when nothing has been heard, on the monotonic clock of whoever watches. */
  readonly since: number;
}

/** The one that would begin with this look. */
export const vigilFrom = ({ stored, heartbeat, doneAt }: Look): Vigil => ({
  mark: stored?.etag,
  heartbeat,
  since: doneAt,
});

/**
 * The same vigil where the look shows no sign of life. A heartbeat that is gone is none: either the run does not keep this
 * lease any more, or somebody has removed it. One that is removed before it was seen leaves its holder believing in the lease
 * for longer than others do, until it writes the lease.
 */
export function watchedOn(vigil: Vigil | undefined, seen: Vigil): Vigil {
  const isSame = vigil !== undefined && vigil.mark === seen.mark;
  return isSame && (seen.heartbeat === undefined || seen.heartbeat === vigil.heartbeat) ? vigil : seen;
}

/** Not heard of for so long, a holder counts as dead. */
export const deadAfter = (ttlMs: number): number => 1.5 * ttlMs;
