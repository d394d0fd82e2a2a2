/** Instances whose build is over, found by their tags under the lease that they were launched under. It does not know why they are still there. */
import { leaseKey, type Lease } from '../cache/lease.ts';
import { keptTag, leaseTag, leaseTagValue } from '../cache/tags.ts';
import { type Digest, type InstanceId, parseDigest } from '../core/ids.ts';
import type { TaggedInstance } from '../ports/builder.ts';
import { attempt } from './attempt.ts';
import type { ExecuteContext } from './context.ts';

/** Launched under a lease of this bucket, and not kept for a look. Another bucket's may be of a run that lives. */
export function isOurInstance(
  { bucket, prefix, region }: Pick<ExecuteContext, 'bucket' | 'prefix' | 'region'>,
  { tags }: TaggedInstance,
): boolean {
  const digest = parseDigest(tags['TemplateDigest']);
  if (digest === undefined || tags[keptTag] !== undefined) return false;
  return tags[leaseTag] === leaseTagValue(bucket, leaseKey(prefix, region, digest));
}

/** All but those of the build that goes on. Where they cannot be looked for there are none: the next run looks again. */
export async function findOrphans(
  ctx: ExecuteContext,
  lease: Lease,
  digest: Digest,
  goingOn: string | undefined,
): Promise<InstanceId[]> {
  const found = await attempt(ctx, () => ctx.builder.instancesTagged('TemplateDigest', digest), {
    signal: lease.signal,
    withinMs: 60_000,
  });
  if (!found.ok) return [];
  const orphans = found.value.filter((one) => isOurInstance(ctx, one) && one.tags['BuildId'] !== goingOn);
  if (orphans.length === 0) return [];
  // Only if the lease is ours now was it when they were seen, and none of them is a later holder's.
  return (await lease.confirm()) ? orphans.map(({ id }) => id) : [];
}
