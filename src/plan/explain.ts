/** Why images are to be built, for those that have been built before. It explains and decides nothing; all facts are given. */
import type { Found } from '../cache/lookup.ts';
import type { ManifestEntry } from '../cache/manifest.ts';
import { type Digest, imageId, type TemplateName } from '../core/ids.ts';
import type { Action, Plan, Reason } from '../core/plan.ts';
import { type CauseFacts, causesOf } from './causes.ts';

export interface ExplainFacts extends CauseFacts {
  /** The newest image of each template, whatever its digest. */
  readonly newest: ReadonlyMap<TemplateName, Found>;
  /** What the manifest remembers, by digest. */
  readonly remembered: Readonly<Record<string, ManifestEntry>>;
}

/** The actions of which more can be said than that no image has their digest. */
export const unexplained = ({ actions }: Plan): Action[] =>
  actions.filter(({ reason }) => reason.kind === 'no-image');

export function explain(plan: Plan, facts: ExplainFacts): Plan {
  return {
    actions: plan.actions.map((action) =>
      action.reason.kind === 'no-image'
        ? { ...action, reason: reasonOf(action.template, action.digest, facts) }
        : action,
    ),
  };
}

function reasonOf(name: TemplateName, digest: Digest, facts: ExplainFacts): Reason {
  const gone = facts.remembered[digest];
  if (gone !== undefined) return { kind: 'image-gone', image: imageId(gone.image), builtAt: gone.builtAt };
  const newest = facts.newest.get(name);
  if (newest === undefined) return { kind: 'no-image' };
  const { image, record } = newest;
  const changes = causesOf(name, record.digest, facts);
  return { kind: 'changed', image: image.id, createdAt: image.createdAt, changes };
}

/** The others that are built for one of the reasons for which `name` is, in the order of the plan. */
export function builtWith({ actions }: Plan, name: TemplateName): TemplateName[] {
  const causes = ({ reason }: Action): string[] =>
    reason.kind === 'changed'
      ? reason.changes.map(({ part, kind, name: what, from, to }) =>
          JSON.stringify([part, kind, what, from, to]),
        )
      : [];
  const own = new Set(actions.filter(({ template }) => template === name).flatMap(causes));
  return actions
    .filter((action) => action.template !== name && causes(action).some((cause) => own.has(cause)))
    .map(({ template }) => template);
}
