/** What a run does with a lease where every order of events is gone through, and when it believes to have it. */
import type { Journal, LeaseDraft } from '../../src/cache/lease-body.ts';
import { acquiring, lostAfter, writing } from '../../src/cache/lease-protocol.ts';
import type { Protocol } from '../../src/cache/lease-requests.ts';
import { draftOf, holderOf, OneKey, ttlMs } from './lease-rig.ts';

export interface Life {
  readonly user: string;
  /** It has the lease from the start; others acquire it. */
  readonly holds: boolean;
  /** After these it goes on believing, and says nothing more: it may as well be dead. */
  readonly renewals: number;
  /** What it leaves in the lease when it then lets go; undefined: it does not. */
  readonly frees: Journal | null | undefined;
  /** How often it waits for another; without an end, runs that lose each answer would take the lease from each other for ever. */
  readonly watches: number;
  /** How often it sees that the holder's heartbeat has been written since its last look. */
  readonly heartbeats: number;
  /** How often a look at the store stays without an answer. */
  readonly blindLooks: number;
  /** How many of its writes stay without a plain yes or no. */
  readonly unsureWrites: number;
}

export const firstNonce = 'first';
export const draftOfHolder = ({ user }: Life): LeaseDraft => draftOf(user, { token: 1 });

/** That it has the lease, by the last write that it knows to have happened. */
export interface Belief {
  readonly token: number;
  readonly etag: string;
}

export function* live(
  life: Life,
  believe: (belief: Belief | undefined) => void,
): Protocol<'declined' | undefined> {
  const { user, holds, renewals, frees } = life;
  let draft = draftOfHolder(life);
  let etag = new OneKey().lay(firstNonce, draft);
  let since = 0;
  if (!holds) {
    const holding = () => ({ holder: holderOf(user), ttlMs, since: 's' });
    const acquired = yield* acquiring({ key: 'k', holding, wait: true, above: 0 });
    if (!acquired.ok) return acquired.error.code === 'not-needed' ? 'declined' : undefined;
    ({ draft, etag, since } = acquired.value);
  }
  const write = (change: Partial<LeaseDraft>) =>
    writing({
      draft: { ...draft, ...change },
      precondition: { etag },
      deadline: () => since + lostAfter(ttlMs),
    });
  believe({ token: draft.token, etag });
  for (let renewal = 0; renewal < renewals; renewal += 1) {
    const written = yield* write({});
    if (written.kind !== 'held') {
      believe(undefined);
      return undefined;
    }
    ({ etag, since } = written);
    believe({ token: draft.token, etag });
  }
  if (frees === undefined) return undefined;
  believe(undefined);
  yield* write({ state: 'free', journal: frees });
  return undefined;
}
