/** Finds instances and images that no run comes back for, by their tags, and ends them. It does not word what it has done. */
import { setMaxListeners } from 'node:events';
import { deadAfter } from '../cache/lease-look.ts';
import { allLeases, type HeldLease } from '../cache/leases.ts';
import { ownership } from '../cache/tags.ts';
import type { Emit } from '../core/event.ts';
import type { CloudFailure } from '../core/failure.ts';
import type { InstanceId } from '../core/ids.ts';
import { byCodeUnits } from '../core/order.ts';
import { ok, type Result } from '../core/result.ts';
import type { TaggedInstance } from '../ports/builder.ts';
import type { ExecuteContext } from './context.ts';
import { isKept, leaseOf } from './orphans.ts';
import { removeImages, type SweptImage, uselessImages } from './sweep-images.ts';
import { sweepLease, type SweptInstance, type SweptLease, verdictOn, type Watched } from './sweep-lease.ts';

export interface Swept {
  readonly instances: readonly SweptInstance[];
  readonly leases: readonly SweptLease[];
  readonly images: readonly SweptImage[];
  /** Instances of ours that were launched under leases of other buckets, prefixes or Regions. */
  readonly elsewhere: number;
  /** Keys of objects among the leases that are none. */
  readonly strange: readonly string[];
  /** Something is there that should be gone. */
  readonly left: boolean;
  /** Why something is not known. */
  readonly failures: readonly CloudFailure[];
  /** Why an instance was not ended, where that was refused. */
  readonly causes: ReadonlyMap<InstanceId, CloudFailure>;
}

export interface SweepOptions {
  readonly dryRun: boolean;
  /** How many leases are watched, and for how long at most in milliseconds. */
  readonly onWatching: (count: number, forMs: number) => void;
}

/** All leases at the same time, each by itself. Interrupted, it finishes what it has begun and begins nothing more. */
export async function sweep(
  outer: ExecuteContext,
  { dryRun, onWatching }: SweepOptions,
): Promise<Result<Swept, CloudFailure>> {
  const causes = new Map<InstanceId, CloudFailure>();
  const ctx = { ...outer, emit: unlessVerdict(outer.emit, causes) };
  // Every wait for every lease listens to it.
  setMaxListeners(0, ctx.interrupted, ctx.abandoned);
  // Images before leases: the run of one that has failed by now either holds its lease yet or is over.
  const images = await uselessImages(ctx);
  if (!images.ok) return images;
  const leases = await allLeases(ctx.store, ctx.prefix, ctx.region);
  if (!leases.ok) return leases;
  const tagged = await ctx.builder.instancesTagged(ownership.key, ownership.value);
  if (!tagged.ok) return tagged;
  const { held, strange } = leases.value;
  const ours = tagged.value.filter((one) => leaseOf(ctx, one) !== undefined);
  const elsewhere = tagged.value.filter((one) => leaseOf(ctx, one) === undefined);
  if (held.length > 0) onWatching(held.length, Math.max(...held.map(({ body }) => deadAfter(body.ttlMs))));
  const swept = await Promise.all(
    toWatch(ctx, held, ours).map(async (one) => ({ one, ...(await sweepLease(ctx, one, dryRun)) })),
  );
  const busy = new Set<string | undefined>(
    swept.flatMap(({ one, ...under }) => (under.busy ? one.digest : [])),
  );
  for (const { tags } of elsewhere) busy.add(tags['TemplateDigest']);
  const idle = images.value.filter(({ tags }) => !busy.has(tags['TemplateDigest']));
  const kept = ours.filter(isKept).map((one) => verdictOn(one, 'kept', false));
  const instances = new Map<string, SweptInstance>();
  for (const one of [...kept, ...swept.flatMap((under) => under.instances)]) instances.set(one.instance, one);
  return ok({
    instances: [...instances.values()].toSorted((a, b) => byCodeUnits(a.instance, b.instance)),
    leases: swept.flatMap((under) => under.leases).toSorted((a, b) => byCodeUnits(a.key, b.key)),
    images: await removeImages(ctx, idle, dryRun),
    elsewhere: elsewhere.length,
    strange,
    left: swept.some(({ left }) => left),
    failures: swept.flatMap(({ failures }) => failures),
    causes,
  });
}

/** What was not ended has a verdict that says so; why is noted in `causes`. */
const unlessVerdict =
  (emit: Emit, causes: Map<InstanceId, CloudFailure>): Emit =>
  (event) => {
    if (event.type !== 'warning' || event.code !== 'instance-not-ended') emit(event);
    else if (event.cause !== null) causes.set(event.instance, event.cause);
  };

/** The leases that are held, and those that instances name. */
function toWatch(
  ctx: ExecuteContext,
  held: readonly HeldLease[],
  ours: readonly TaggedInstance[],
): Watched[] {
  const all = new Map<string, Watched>();
  for (const one of held) all.set(one.key, { key: one.key, digest: one.digest, held: one, instances: [] });
  for (const instance of ours.filter((one) => !isKept(one))) {
    const named = leaseOf(ctx, instance);
    if (named === undefined) continue;
    const watched = all.get(named.key) ?? { ...named, held: undefined, instances: [] };
    all.set(named.key, { ...watched, instances: [...watched.instances, instance] });
  }
  return [...all.values()];
}

/** Nothing is left that should have gone, and nothing is unknown. */
export function isClean({ instances, leases, images, failures, left }: Swept, dryRun: boolean): boolean {
  if (failures.length > 0 || left) return false;
  if ([...instances, ...leases].some(({ verdict }) => verdict === 'unknown')) return false;
  return dryRun || images.every(({ removed }) => removed);
}
