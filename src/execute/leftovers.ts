/** What a run that died has left of an image that is there. It builds nothing. */
import { asLeft } from '../cache/journal.ts';
import { holderName, parseLease } from '../cache/lease-body.ts';
import { leaseKey } from '../cache/lease-keys.ts';
import type { Lease } from '../cache/lease.ts';
import { recordOf } from '../cache/tags.ts';
import type { ImageId } from '../core/ids.ts';
import type { RegisteredImage } from '../core/image.ts';
import type { Action, Plan, Reuse } from '../core/plan.ts';
import type { TaggedInstance } from '../ports/builder.ts';
import { acquire, type Turn } from './acquire.ts';
import type { ExecuteContext } from './context.ts';
import { enterIntoManifest } from './entering.ts';
import { doubtLatest, nameLatest } from './latest.ts';
import { letGo } from './letting-go.ts';
import { findOrphans, isOurInstance } from './orphans.ts';

/** Why a run may have died over it: an instance of its build is still there, or the manifest lacks its image. */
export type Leftover = 'instance' | 'unlisted';

const isListed = ({ listed }: ExecuteContext, { digest, image }: Reuse): boolean =>
  listed[digest]?.image === image;

/** More are missing where the manifest was lost, of which no journal tells. */
const mostUnlisted = 50;

export async function findLeftovers(
  ctx: ExecuteContext,
  { actions }: Plan,
): Promise<ReadonlyMap<Action, Leftover>> {
  const reused = actions.filter((action) => action.action === 'reuse');
  const found = new Map<Action, Leftover>();
  if (ctx.readOnly || reused.length === 0) return found;
  const unlisted = reused.filter((action) => !isListed(ctx, action));
  if (unlisted.length <= mostUnlisted) for (const action of unlisted) found.set(action, 'unlisted');
  const alive = await ourInstances(ctx, 'ManagedBy', 'amigraph');
  const digests = new Set(alive.map(({ tags }) => tags['TemplateDigest']));
  for (const action of reused) if (digests.has(action.digest)) found.set(action, 'instance');
  return found;
}

/** For an image that another run has made while this one waited: whoever lets go of a lease may die before its instance is ended. */
export async function settleAfter(
  ctx: ExecuteContext,
  action: Action,
  image: RegisteredImage | undefined,
  turn: Turn,
): Promise<void> {
  const alive = await ourInstances(ctx, 'TemplateDigest', action.digest);
  if (alive.length === 0) return;
  turn.place.leave();
  const buildId = image === undefined ? undefined : recordOf(image)?.buildId;
  const reused =
    image === undefined || buildId === undefined
      ? null
      : { image: image.id, buildId, createdAt: image.createdAt };
  await settle(ctx, action, reused, turn);
}

async function ourInstances(ctx: ExecuteContext, tag: string, value: string): Promise<TaggedInstance[]> {
  const tagged = await ctx.builder.instancesTagged(tag, value);
  return tagged.ok ? tagged.value.filter((one) => isOurInstance(ctx, one)) : [];
}

/** For an image that is reused as planned. */
export async function settleLeftovers(
  ctx: ExecuteContext,
  action: Reuse,
  left: Leftover,
  turn: Turn,
): Promise<void> {
  turn.place.leave();
  if (left === 'unlisted' && !(await hasJournal(ctx, action))) return;
  await settle(ctx, action, action.reason.kind === 'hit' ? action.reason : null, turn);
}

/** An image that is there, by its tags. */
interface Reused {
  readonly image: ImageId;
  readonly buildId: string;
  readonly createdAt: string;
}

/** Ends its instances, enters the image into the manifest where only that was missing, and frees the lease. Nobody waits for the outcome, which is known. */
async function settle(ctx: ExecuteContext, action: Action, reused: Reused | null, turn: Turn): Promise<void> {
  const acquired = await acquire(ctx, action, turn, {
    purpose: 'clean-up',
    // Whoever had it may have cleaned up meanwhile.
    isNeeded: async () => (await ourInstances(ctx, 'TemplateDigest', action.digest)).length > 0,
  });
  if (!acquired.ok || acquired.value === undefined) return;
  const lease = acquired.value;
  const { journal } = lease;
  const orphans = await findOrphans(ctx, lease, action.digest, journal?.buildId);
  if (reused !== null) await enterImage(ctx, action, reused, lease);
  // An image that was asked for and is another one is still to come: who reuses that enters it then.
  const isToCome = reused !== null && journal?.image != null && journal.image !== reused.image;
  await letGo(
    { ctx, lease, journal: journal && asLeft(journal), instanceSeen: true },
    { failure: isToCome ? { code: 'interrupted' } : null, orphans },
  );
}

async function hasJournal({ store, prefix, region }: ExecuteContext, { digest }: Action): Promise<boolean> {
  const stored = await store.get(leaseKey(prefix, region, digest));
  const lease = stored.ok && stored.value !== undefined ? parseLease(stored.value.text) : undefined;
  return lease !== undefined && lease.journal !== null;
}

/** Where the image is that of the journal, and its run did not come to publishing it. */
async function enterImage(
  ctx: ExecuteContext,
  { template, digest }: Action,
  { image, buildId, createdAt }: Reused,
  lease: Lease,
): Promise<void> {
  const { journal, previous } = lease;
  if (journal === null || previous === undefined || buildId !== journal.buildId) return;
  if (ctx.listed[digest]?.image === image) return;
  await doubtLatest(ctx, template, image);
  if (!(await lease.confirm())) return;
  const { taken } = await nameLatest(ctx, template, image, lease);
  const took = Date.parse(createdAt) - Date.parse(journal.startedAt);
  await enterIntoManifest(ctx, digest, {
    template,
    image,
    buildId: journal.buildId,
    token: lease.token,
    builtAt: createdAt,
    durationMs: Math.max(0, took || 0),
    builtBy: holderName(previous.holder),
  });
  await taken;
}
