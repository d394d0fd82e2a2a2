/** Asks the cloud for what is needed to explain a plan. It decides nothing, so that a plan is as good without it. */
import { readFingerprints } from '../cache/fingerprints.ts';
import { type Found, newestImages } from '../cache/lookup.ts';
import type { Manifest } from '../cache/manifest.ts';
import { pinDates } from '../config/pins.ts';
import type { NamedParts } from '../core/fingerprint.ts';
import type { Digest, TemplateName } from '../core/ids.ts';
import type { Plan } from '../core/plan.ts';
import type { Collection } from '../graph/collection.ts';
import { explain, type ExplainFacts, unexplained } from '../plan/explain.ts';
import { type Fingerprinted, namedParts } from '../plan/plan.ts';
import type { Cloud, Workspace } from './context.ts';
import { readPins } from './lock-file.ts';

export interface Explanation {
  readonly plan: Plan;
  /** The newest image of each template that is explained. */
  readonly newest: ReadonlyMap<TemplateName, Found>;
}

/** One call for a page of templates, and one object for each recipe that differs; none where nothing is built. */
export async function explainPlan(
  { config, files }: Workspace,
  { templates }: Collection,
  now: ReadonlyMap<TemplateName, Fingerprinted>,
  { images: remembered }: Manifest,
  plan: Plan,
  { registry, store }: Pick<Cloud, 'registry' | 'store'>,
): Promise<Explanation> {
  const names = unexplained(plan).map(({ template }) => template);
  const found = await newestImages(registry, config.workspace, names);
  if (!found.ok || found.value.size === 0) {
    return { plan: explain(plan, { ...nothing, now, templates, remembered }), newest: new Map() };
  }
  const newest = found.value;
  const current = namedParts(templates, now);
  const digests = [...newest.values()].map(({ record }) => record.digest);
  const kept = await readFingerprints(store, config.prefix, digests, new Set(current.keys()));
  const earlier = new Map<Digest, readonly NamedParts[]>([
    ...current,
    ...[...kept].map(([digest, one]) => [digest, [one]] as const),
  ]);
  const pinnedAt = pinDates(await readPins(files));
  return { plan: explain(plan, { earlier, newest, now, templates, remembered, pinnedAt }), newest };
}

const nothing: Pick<ExplainFacts, 'earlier' | 'newest' | 'pinnedAt'> = {
  earlier: new Map(),
  newest: new Map(),
  pinnedAt: new Map(),
};
