/** Does what a lease's protocol asks for, on a store and by a clock. It does not know what any answer means. */
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore, StoredObject } from '../ports/object-store.ts';
import type { Random } from '../ports/random.ts';
import { ok } from '../core/result.ts';
import { type Holder, keptAs, type LeaseBody, leaseText, parseLease } from './lease-body.ts';
import { heartbeatKey } from './lease-keys.ts';
import type { Answer, Protocol, Request } from './lease-requests.ts';

export interface Driving {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly holder: Holder;
  readonly ttlMs: number;
  /** What object keys begin with. */
  readonly prefix: string;
}

export interface Watching {
  readonly signal: AbortSignal;
  /** Called at each look that finds it held. */
  readonly onWaiting?: (by: LeaseBody) => void;
  /** Asked where somebody has held it meanwhile; unless given, it is. */
  readonly isNeeded?: () => Promise<boolean>;
}

/** `watching`: what a protocol needs that waits for others. */
export async function drive<Outcome>(
  { store, clock, random, ttlMs, prefix }: Driving,
  key: string,
  protocol: Protocol<Outcome>,
  watching?: Watching,
): Promise<Outcome> {
  const carryOut = async (request: Request): Promise<Answer> => {
    const answered = <Given extends object>(given: Given): Given & { at: number; interrupted: boolean } => ({
      ...given,
      at: clock.monotonic(),
      interrupted: watching?.signal.aborted === true,
    });
    switch (request.kind) {
      case 'get':
        return answered({ kind: 'get', result: await store.getOnce(key) });
      case 'heartbeat': {
        const seen = await store.getOnce(heartbeatKey(prefix, request.run));
        const result = seen.ok ? ok(heartbeatIn(seen.value, key, request.token)) : seen;
        return answered({ kind: 'heartbeat', result });
      }
      case 'put': {
        const nonce = random.hex(32);
        const text = leaseText({ ...request.draft, nonce });
        const sentAt = clock.monotonic();
        const outcome = await store.put(key, text, request.precondition);
        return answered({ kind: 'put', nonce, sentAt, outcome });
      }
      case 'needed':
        return answered({ kind: 'needed', isNeeded: (await watching?.isNeeded?.()) !== false });
      case 'pause':
        await clock.sleep(50 + random.fraction() * 200);
        break;
      case 'watch':
        if (request.by !== undefined) watching?.onWaiting?.(request.by);
        await clock.sleep(ttlMs / 6, watching?.signal);
    }
    return answered({ kind: request.kind });
  };
  let next = protocol.next();
  while (next.done !== true) next = protocol.next(await carryOut(next.value));
  return next.value;
}

/** Its ETag, where it stands for the lease at `key`. */
export function heartbeatIn(
  stored: StoredObject | undefined,
  key: string,
  token: number,
): string | undefined {
  const keeps = stored === undefined ? undefined : parseLease(stored.text)?.keeps;
  return keeps?.includes(keptAs(key, token)) === true ? stored?.etag : undefined;
}
