/** A build that nobody goes on with: its lease is taken, freed, and what was launched under it is ended. It does not know why it is given up. */
import { asLeft, type Journal } from '../cache/journal.ts';
import type { LeaseBody } from '../cache/lease-body.ts';
import type { Standing } from '../cache/lease-protocol.ts';
import { takeLease } from '../cache/lease-watch.ts';
import type { Lease } from '../cache/lease.ts';
import { buildTag, templateTag } from '../cache/tags.ts';
import type { CloudFailure, Failure } from '../core/failure.ts';
import { type Digest, type InstanceId, instanceId } from '../core/ids.ts';
import type { TaggedInstance } from '../ports/builder.ts';
import type { ExecuteContext } from './context.ts';
import { endInstance, endInstances } from './machine.ts';
import { instancesUnder, isKept } from './orphans.ts';

export interface Ends {
  /** What was launched under the lease and was still there; one that was kept for a look stays. */
  readonly instances: readonly TaggedInstance[];
  /** Those of them that are gone now. */
  readonly ended: ReadonlySet<InstanceId>;
  /** Why they could not all be looked for. */
  readonly unsure: Failure | null;
  /** All that should be gone is. */
  readonly clean: boolean;
}

export type GivenUp =
  | ({ readonly kind: 'freed' } & Ends)
  /** Somebody has written it since it was seen. Nothing was touched. */
  | { readonly kind: 'lost'; readonly by: LeaseBody | undefined }
  | { readonly kind: 'failed'; readonly failure: CloudFailure };

export interface GiveUpOptions {
  readonly key: string;
  readonly digest: Digest;
  /** The lease as it was seen. */
  readonly standing: Standing;
}

/** Killed at any point, it leaves what the next run or sweep finds: the lease with its journal, or instances with their tags. */
export async function giveUp(ctx: ExecuteContext, options: GiveUpOptions): Promise<GivenUp> {
  const { key, digest, standing } = options;
  const taken = await takeLease(ctx.lease, key, standing, ctx.listed[digest]?.token ?? 0);
  if (taken.kind !== 'held') return taken;
  const { lease } = taken;
  const found = await instancesUnder(ctx, lease, digest, () => true);
  const under = found.ok ? found.value : [];
  const doomed = under.filter((one) => !isKept(one));
  const { journal } = lease;
  // An image that was asked for comes to be all the same: who reuses it then enters it into the manifest.
  const unfinished = journal?.image == null ? null : asLeft(journal);
  // First, as where a build ends: a process that is killed in between leaves instances that their tags tell of.
  if (!(await lease.free({ journal: unfinished, broken: null }))) {
    const { lostTo } = lease;
    return 'failure' in lostTo
      ? { kind: 'failed', failure: lostTo.failure }
      : { kind: 'lost', by: undefined };
  }
  const ended = new Set<InstanceId>();
  const [journaled] = await Promise.all([
    journal === null || under.some((one) => isOf(journal, one)) || endUnseen(ctx, lease, journal),
    ...doomed.map(async ({ id }) => {
      if (await endInstance(ctx, id, true)) ended.add(id);
    }),
  ]);
  const unseen = journal === null || journaled ? [] : journaledInstance(journal);
  return {
    kind: 'freed',
    instances: [...under, ...unseen],
    ended,
    unsure: found.ok ? null : found.error,
    clean: found.ok && journaled && ended.size === doomed.length,
  };
}

const journaledInstance = ({ instance, template, buildId }: Journal): TaggedInstance[] =>
  instance === null
    ? []
    : [{ id: instanceId(instance), tags: { [templateTag]: template, [buildTag]: buildId } }];

const isOf = ({ buildId, instance }: Journal, { id, tags }: TaggedInstance): boolean =>
  instance === null ? tags[buildTag] === buildId : id === instance;

/** No tag shows it: it may be gone, or have been launched a moment ago. */
function endUnseen(ctx: ExecuteContext, lease: Lease, journal: Journal): Promise<boolean> {
  return endInstances(ctx, { ctx, lease, journal: asLeft(journal), instanceSeen: true });
}
