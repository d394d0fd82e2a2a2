/** Tries on a scratch object whether a bucket honours the conditions that the lease and the manifest stand on. It does not know who asks. */
import type { CloudFailure } from '../core/failure.ts';
import type { Account } from '../ports/account.ts';
import type { ObjectStore, Precondition } from '../ports/object-store.ts';

export type WriteTrial = { readonly key: string; readonly left: CloudFailure | undefined } & Outcome;

type Outcome =
  /** `deletes`: conditional ones are honoured too. */
  | { readonly kind: 'honoured'; readonly deletes: boolean }
  | { readonly kind: 'ignored'; readonly conditions: readonly string[] }
  /** A condition that holds was not taken for one, or one that does not hold was answered in no known way. */
  | { readonly kind: 'odd'; readonly condition: string; readonly answer: string }
  | { readonly kind: 'failed'; readonly failure: CloudFailure };

/** Nobody's. */
const otherEtag = '"00000000000000000000000000000000"';

/** Whatever comes of it, and also once `interrupted`, the scratch object is removed before it answers. */
export async function tryWrites(
  { store, account }: { readonly store: ObjectStore; readonly account: Account },
  key: string,
  interrupted: AbortSignal,
): Promise<WriteTrial> {
  const outcome = await attempt(store, account, key, interrupted);
  const removed = await account.removeObject(key);
  return { key, ...outcome, left: removed.ok ? undefined : removed.error };
}

async function attempt(
  store: ObjectStore,
  account: Account,
  key: string,
  interrupted: AbortSignal,
): Promise<Outcome> {
  const ignored: string[] = [];
  let etag = otherEtag;
  let turn = 0;
  const write = async (condition: string, precondition: Precondition, holds: boolean) => {
    if (interrupted.aborted) return undefined;
    // Equal texts would have equal ETags.
    const outcome = await store.put(key, `{"turn":${(turn += 1)}}`, precondition);
    if (outcome.kind === 'unknown' || outcome.kind === 'refused')
      return { ...outcome, kind: 'failed' } as const;
    if (outcome.kind === 'stored') etag = outcome.etag;
    if (outcome.kind === 'stored' && !holds) ignored.push(condition);
    else if (outcome.kind !== (holds ? 'stored' : 'precondition-failed'))
      return { kind: 'odd', condition, answer: outcome.kind } as const;
    return undefined;
  };
  const wrong =
    (await write('If-None-Match', { absent: true }, true)) ??
    (await write('If-None-Match', { absent: true }, false)) ??
    (await write('If-Match', { etag: otherEtag }, false)) ??
    (await write('If-Match', { etag }, true));
  if (wrong !== undefined) return wrong;
  if (ignored.length > 0) return { kind: 'ignored', conditions: ignored };
  const kept = await account.removeObject(key, otherEtag);
  return { kind: 'honoured', deletes: kept.ok && kept.value === 'kept' };
}
