/** The leases that there are in a Region, and which of them a word means. It does not know whether a holder lives. */
import type { CloudFailure } from '../core/failure.ts';
import { type Digest, parseDigest } from '../core/ids.ts';
import { byCodeUnits } from '../core/order.ts';
import { ok, type Result } from '../core/result.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { type LeaseBody, parseLease } from './lease-body.ts';
import { leasePrefix } from './lease-keys.ts';

export interface HeldLease {
  readonly key: string;
  readonly digest: Digest;
  readonly body: LeaseBody;
  /** Of the object that holds the body. */
  readonly etag: string;
}

export interface Leases {
  /** The newest first, as their holders' clocks say. */
  readonly held: readonly HeldLease[];
  readonly free: readonly Omit<HeldLease, 'etag'>[];
  /** Keys of objects among them that are no leases. */
  readonly strange: readonly string[];
}

const readAtOnce = 32;

/** One look at all of them, or at those of `wanted`. */
export async function allLeases(
  store: ObjectStore,
  prefix: string,
  region: string,
  wanted?: ReadonlySet<Digest>,
): Promise<Result<Leases, CloudFailure>> {
  const below = leasePrefix(prefix, region);
  const keys = await store.list(below);
  if (!keys.ok) return keys;
  const held: HeldLease[] = [];
  const free: Omit<HeldLease, 'etag'>[] = [];
  const strange: string[] = [];
  const look = async (key: string): Promise<CloudFailure | undefined> => {
    const digest = digestIn(key, below);
    if (digest === undefined) return void strange.push(key);
    if (wanted?.has(digest) === false) return undefined;
    const stored = await store.get(key);
    if (!stored.ok) return stored.error;
    // It was removed since it was listed.
    if (stored.value === undefined) return undefined;
    const { text, etag } = stored.value;
    const body = parseLease(text);
    if (body === undefined) strange.push(key);
    else if (body.state === 'free') free.push({ key, digest, body });
    else held.push({ key, digest, body, etag });
    return undefined;
  };
  const failure = await eachOf(keys.value, look);
  if (failure !== undefined) return { ok: false, error: failure };
  return ok({
    held: held.toSorted((a, b) => byCodeUnits(b.body.since, a.body.since) || byCodeUnits(a.key, b.key)),
    free: free.toSorted((a, b) => byCodeUnits(a.key, b.key)),
    strange: strange.toSorted(byCodeUnits),
  });
}

const digestIn = (key: string, below: string): Digest | undefined =>
  key.endsWith('.json') ? parseDigest(key.slice(below.length, -'.json'.length)) : undefined;

/** So many at once and no more; the first failure ends it. */
async function eachOf(
  keys: readonly string[],
  look: (key: string) => Promise<CloudFailure | undefined>,
): Promise<CloudFailure | undefined> {
  const rest = keys.values();
  let failure: CloudFailure | undefined;
  const reader = async (): Promise<void> => {
    for (const key of rest) {
      failure ??= await look(key);
      if (failure !== undefined) return;
    }
  };
  await Promise.all(Array.from({ length: readAtOnce }, reader));
  return failure;
}

export type Meant =
  | { readonly kind: 'held'; readonly lease: HeldLease }
  | { readonly kind: 'free'; readonly keys: readonly string[] }
  | { readonly kind: 'ambiguous'; readonly leases: readonly HeldLease[] }
  | { readonly kind: 'unknown' };

/** `word`: a lease's key, a digest or four or more digits that it begins with, or the name of the template that is built. */
export function meantLease(
  word: string,
  {
    held,
    free,
  }: { readonly held: Leases['held']; readonly free: readonly Pick<HeldLease, 'key' | 'digest'>[] },
): Meant {
  const isBeginning = /^[0-9a-f]{4,64}$/.test(word);
  const names = ({ key, digest }: Pick<HeldLease, 'key' | 'digest'>): boolean =>
    key === word || (isBeginning && digest.startsWith(word));
  const fitting = held.filter((one) => names(one) || one.body.journal?.template === word);
  const [lease, ...others] = fitting;
  if (lease !== undefined)
    return others.length === 0 ? { kind: 'held', lease } : { kind: 'ambiguous', leases: fitting };
  const keys = free.filter(names).map(({ key }) => key);
  return keys.length === 0 ? { kind: 'unknown' } : { kind: 'free', keys };
}
