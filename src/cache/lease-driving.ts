/** Does what a lease's protocol asks for, on a store and by a clock. It does not know what any answer means. */
import type { CloudFailure } from '../core/failure.ts';
import { ok, type Result } from '../core/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Random } from '../ports/random.ts';
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
        const { run, token } = request;
        const result = await heartbeatOf((at) => store.getOnce(at), prefix, { key, run, token });
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

/** The ETag of the heartbeat that stands for a lease, which is another whenever it has been written; undefined: there is none. */
export async function heartbeatOf(
  read: ObjectStore['get'],
  prefix: string,
  lease: { readonly key: string; readonly run: string; readonly token: number },
): Promise<Result<string | undefined, CloudFailure>> {
  const stored = await read(heartbeatKey(prefix, lease.run));
  if (!stored.ok) return stored;
  const keeps = stored.value === undefined ? undefined : parseLease(stored.value.text)?.keeps;
  return ok(keeps?.includes(keptAs(lease.key, lease.token)) === true ? stored.value?.etag : undefined);
}
