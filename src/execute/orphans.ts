/** Instances whose build is over, found by their tags under the lease that they were launched under. It does not know why they are still there. */
import { leaseKey } from '../cache/lease-keys.ts';
import type { Lease } from '../cache/lease.ts';
import { keptTag, leaseTag, leaseTagValue } from '../cache/tags.ts';
import type { Failure } from '../core/failure.ts';
import { type Digest, type InstanceId, parseDigest } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { TaggedInstance } from '../ports/builder.ts';
import { attempt } from './attempt.ts';
import type { ExecuteContext } from './context.ts';

type Where = Pick<ExecuteContext, 'bucket' | 'prefix' | 'region'>;

/** The digest and the key of the lease that it was launched under, where that is one of this bucket; another bucket's may be of a run that lives. */
export function leaseOf(
  { bucket, prefix, region }: Where,
  { tags }: TaggedInstance,
): { readonly digest: Digest; readonly key: string } | undefined {
  const digest = parseDigest(tags['TemplateDigest']);
  if (digest === undefined) return undefined;
  const key = leaseKey(prefix, region, digest);
  return tags[leaseTag] === leaseTagValue(bucket, key) ? { digest, key } : undefined;
}

export const isKept = ({ tags }: TaggedInstance): boolean => tags[keptTag] !== undefined;

/** Launched under a lease of this bucket, and not kept for a look. */
export const isOurInstance = (where: Where, instance: TaggedInstance): boolean =>
  !isKept(instance) && leaseOf(where, instance) !== undefined;

/** Those that were launched under it and are `wanted`, and none of a later holder's. */
export async function instancesUnder(
  ctx: ExecuteContext,
  lease: Lease,
  digest: Digest,
  wanted: (instance: TaggedInstance) => boolean,
): Promise<Result<TaggedInstance[], Failure>> {
  const found = await attempt(ctx, () => ctx.builder.instancesTagged('TemplateDigest', digest), {
    signal: lease.signal,
    withinMs: 60_000,
  });
  if (!found.ok) return found;
  const under = found.value.filter((one) => leaseOf(ctx, one)?.key === lease.key && wanted(one));
  if (under.length === 0) return ok([]);
  // Only if the lease is ours now was it when they were seen, and none of them is a later holder's.
  return (await lease.confirm()) ? ok(under) : fail({ code: 'interrupted' });
}

/** All but those of the build that goes on. Where they cannot be looked for there are none: the next run looks again. */
export async function findOrphans(
  ctx: ExecuteContext,
  lease: Lease,
  digest: Digest,
  goingOn: string | undefined,
): Promise<InstanceId[]> {
  const isOrphan = (one: TaggedInstance): boolean => !isKept(one) && one.tags['BuildId'] !== goingOn;
  const found = await instancesUnder(ctx, lease, digest, isOrphan);
  return found.ok ? found.value.map(({ id }) => id) : [];
}
