/** One lease in a sweep: watched, and where nobody has it, what was launched under it is ended. It knows no other lease. */
import type { LeaseBody } from '../cache/lease-body.ts';
import { watchLease } from '../cache/lease-watch.ts';
import type { HeldLease } from '../cache/leases.ts';
import { buildTag, templateTag } from '../cache/tags.ts';
import type { CloudFailure } from '../core/failure.ts';
import type { Digest, InstanceId } from '../core/ids.ts';
import type { TaggedInstance } from '../ports/builder.ts';
import type { ExecuteContext } from './context.ts';
import { type Ends, giveUp } from './giving-up.ts';
import { isKept } from './orphans.ts';

/** `unknown`: its lease could not be read or taken, so that nothing was done. */
export interface SweptInstance {
  readonly instance: InstanceId;
  readonly template: string | null;
  readonly buildId: string | null;
  readonly verdict: 'orphan' | 'in-use' | 'kept' | 'unknown';
  readonly ended: boolean;
}

/** One that was held. */
export interface SweptLease {
  readonly key: string;
  readonly template: string | null;
  readonly verdict: 'dead' | 'alive' | 'unknown';
  readonly released: boolean;
}

export interface Watched {
  readonly key: string;
  readonly digest: Digest;
  /** As it was when all were listed; undefined: it was not held then. */
  readonly held: HeldLease | undefined;
  /** Launched under it, and not kept. */
  readonly instances: readonly TaggedInstance[];
}

export interface SweptUnder {
  readonly instances: readonly SweptInstance[];
  readonly leases: readonly SweptLease[];
  /** Why something is not known. */
  readonly failures: readonly CloudFailure[];
  /** Somebody builds it, or may. */
  readonly busy: boolean;
  /** Something is there that should be gone. */
  readonly left: boolean;
}

const nothing: SweptUnder = { instances: [], leases: [], failures: [], busy: false, left: false };

export async function sweepLease(
  ctx: ExecuteContext,
  watched: Watched,
  dryRun: boolean,
): Promise<SweptUnder> {
  const { key, digest, held, instances } = watched;
  const seen = await watchLease(ctx.lease, key, ctx.interrupted);
  switch (seen.kind) {
    case 'alive':
      return inUse(watched, seen.by);
    case 'unreadable':
    case 'interrupted':
      return unknown(watched, []);
    case 'failed':
      return unknown(watched, [seen.failure]);
    case 'free':
      // It was let go of since it was listed.
      if (instances.length === 0) return nothing;
      break;
    case 'dead':
      break;
  }
  const { standing } = seen;
  const template = standing.body?.journal?.template ?? held?.body.journal?.template ?? null;
  const lease = (released: boolean): SweptLease[] =>
    seen.kind === 'dead' ? [{ key, template, verdict: 'dead', released }] : [];
  if (dryRun)
    return {
      ...nothing,
      instances: instances.map((one) => verdictOn(one, 'orphan', false)),
      leases: lease(false),
    };
  const given = await giveUp(ctx, { key, digest, standing });
  switch (given.kind) {
    case 'lost':
      return inUse(watched, given.by ?? standing.body);
    case 'failed':
      return unknown(watched, [given.failure]);
    case 'freed':
      return {
        ...nothing,
        instances: verdictsAfter(watched, given),
        leases: lease(true),
        left: !given.clean,
      };
  }
}

function verdictsAfter(watched: Watched, { instances, ended, unsure }: Ends): SweptInstance[] {
  const seen = new Set(instances.map(({ id }) => id));
  // What is there no more has ended by itself meanwhile.
  const unseen = watched.instances.filter(({ id }) => !seen.has(id));
  return [
    ...instances.map((one) =>
      isKept(one) ? verdictOn(one, 'kept', false) : verdictOn(one, 'orphan', ended.has(one.id)),
    ),
    ...unseen.map((one) => verdictOn(one, 'orphan', unsure === null)),
  ];
}

/** `by`: the holder's own words, where they were seen. */
function inUse({ key, held, instances }: Watched, by: LeaseBody | undefined): SweptUnder {
  const journal = by?.journal ?? held?.body.journal ?? null;
  return {
    ...nothing,
    instances: instances.map((one) => verdictOn(one, 'in-use', false)),
    leases: [{ key, template: journal?.template ?? null, verdict: 'alive', released: false }],
    busy: true,
  };
}

function unknown({ key, held, instances }: Watched, failures: readonly CloudFailure[]): SweptUnder {
  const journal = held?.body.journal ?? null;
  return {
    ...nothing,
    instances: instances.map((one) => verdictOn(one, 'unknown', false)),
    leases:
      held === undefined
        ? []
        : [{ key, template: journal?.template ?? null, verdict: 'unknown', released: false }],
    failures,
    busy: true,
  };
}

export const verdictOn = (
  { id, tags }: TaggedInstance,
  verdict: SweptInstance['verdict'],
  ended: boolean,
): SweptInstance => ({
  instance: id,
  template: tags[templateTag] ?? null,
  buildId: tags[buildTag] ?? null,
  verdict,
  ended,
});
