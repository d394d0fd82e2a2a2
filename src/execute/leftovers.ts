/** What a run that died has left of an image that is there. It builds nothing. */
import { holderName } from '../cache/lease-body.ts';
import type { Lease } from '../cache/lease.ts';
import { publish } from '../cache/manifest-store.ts';
import type { Reuse } from '../core/plan.ts';
import { acquire, type Turn } from './acquire.ts';
import type { ExecuteContext } from './context.ts';
import { letGo } from './letting-go.ts';
import { findOrphans } from './orphans.ts';

/** Ends its instances, enters the image into the manifest where only that was missing, and frees the lease. Nobody waits for the outcome, which is known. */
export async function settleLeftovers(ctx: ExecuteContext, action: Reuse, turn: Turn): Promise<void> {
  turn.place.leave();
  const acquired = await acquire(ctx, action, 'clean-up', turn);
  if (!acquired.ok) return;
  const lease = acquired.value;
  const { journal } = lease;
  const orphans = await findOrphans(ctx, lease, action.digest, journal?.buildId);
  await enterImage(ctx, action, lease);
  await letGo({ ctx, lease, journal, instanceSeen: true }, { failure: null, orphans });
}

/** Where the image is that of the journal, and its run did not come to publishing it. */
async function enterImage(ctx: ExecuteContext, action: Reuse, lease: Lease): Promise<void> {
  const { journal, takenFrom } = lease;
  const { template, digest, image, reason } = action;
  if (journal === null || takenFrom === undefined || reason.kind !== 'hit') return;
  const isPublished = ctx.tokens.get(digest) === takenFrom.token;
  if (isPublished || reason.buildId !== journal.buildId || !(await lease.confirm())) return;
  const took = Date.parse(reason.createdAt) - Date.parse(journal.startedAt);
  const published = await publish(ctx.manifest, digest, {
    template,
    image,
    buildId: journal.buildId,
    token: lease.token,
    builtAt: reason.createdAt,
    durationMs: Math.max(0, took || 0),
    builtBy: holderName(takenFrom.holder),
  });
  if (published.ok || published.error.code === 'fenced') return;
  const about = { region: ctx.region, image, cause: published.error };
  ctx.emit({ type: 'warning', code: 'manifest-not-written', ...about });
}
