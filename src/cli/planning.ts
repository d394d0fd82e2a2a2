/** From a workspace to a plan: reads, resolves, looks up, and hands the facts to the rungs that decide. */
import { lookUp } from '../cache/lookup.ts';
import {
  knownTokens,
  type Manifest,
  manifestKey,
  readManifest,
  rememberedDurations,
} from '../cache/manifest.ts';
import type { Pin } from '../config/pins.ts';
import { InvalidInput } from '../core/diagnostic.ts';
import type { Warning } from '../core/event.ts';
import type { Digest, TemplateName } from '../core/ids.ts';
import type { RegisteredImage } from '../core/image.ts';
import type { Collection } from '../graph/collection.ts';
import {
  decideAll,
  factsOf,
  type Fingerprinted,
  fingerprintEach,
  makePlan,
  type NamedFingerprint,
  type PlanFacts,
  type Planned,
} from '../plan/plan.ts';
import { readInputs } from '../template/inputs.ts';
import { explainPlan, type Explanation } from './explaining.ts';
import type { Cloud, Workspace } from './context.ts';
import type { Bases } from './pinned-bases.ts';
import { must } from './unavailable.ts';

/** The recipe and digest of each template, made as they are taken. Throws InvalidInput where a script or an input is missing. */
export async function fingerprints(
  workspace: Workspace,
  collection: Collection,
  { imageOf }: Bases,
): Promise<Iterable<NamedFingerprint>> {
  const { config, indexed } = workspace;
  const inputs = await readInputs(indexed, config.steps, collection.templates.values());
  await indexed.remember();
  const each = fingerprintEach(collection, config, inputs, imageOf);
  if (!each.ok) throw new InvalidInput(each.error);
  return each.value;
}

export interface PlannedRun extends Planned, Explanation {
  readonly fingerprints: ReadonlyMap<TemplateName, Fingerprinted>;
  readonly manifest: Manifest;
  /** The images that carry the digests of the plan, newest first. */
  readonly found: PlanFacts['found'];
  /** Bases that the lock file does not have yet. */
  readonly unpinned: readonly Pin[];
  /** What is not as it should be, and does not stop the run. */
  readonly warnings: readonly Warning[];
  /** The highest lease token that the manifest has seen, by digest. */
  readonly tokens: ReadonlyMap<Digest, number>;
}

export async function planRun(
  workspace: Workspace,
  collection: Collection,
  selected: ReadonlySet<TemplateName>,
  cloud: Cloud,
  bases: Bases,
): Promise<PlannedRun> {
  const { config } = workspace;
  const all = new Map(await fingerprints(workspace, collection, bases));
  const wanted = collection.graph.withAncestors(selected);
  const digests = [...wanted].flatMap((name): Digest[] => {
    const one = all.get(name);
    return one === undefined ? [] : [one.fingerprint.digest];
  });
  const key = manifestKey(config.prefix, config.region);
  const [found, manifest] = await Promise.all([
    lookUp(cloud.registry, digests),
    readManifest(cloud.store, key),
  ]);
  const { manifest: read, problem } = must(manifest);
  if (problem?.kind === 'newer') {
    throw new InvalidInput([
      {
        severity: 'error',
        code: 'manifest-newer',
        message: `s3://${config.bucket}/${key}: ${problem.message}`,
        cure: 'use a newer amigraph',
      },
    ]);
  }
  const durations = rememberedDurations(read);
  const tokens = knownTokens(read);
  const images = must(found);
  const facts = { ...factsOf(collection, config, all), found: images, durations };
  const planned = makePlan(facts, decideAll(facts, selected));
  const explained = await explainPlan(workspace, collection, all, read, planned.plan, cloud);
  return {
    ...explained,
    unusable: planned.unusable,
    fingerprints: all,
    manifest: read,
    found: images,
    tokens,
    unpinned: bases.unpinned,
    warnings: [
      ...planned.unusable.map(unusableImage),
      ...(problem === undefined
        ? []
        : [
            {
              code: 'manifest-broken',
              object: `s3://${config.bucket}/${key}`,
              problem: problem.message,
            } as const,
          ]),
    ],
  };
}

const unusableImage = ({ id, state, stateReason }: RegisteredImage): Warning => ({
  code: 'image-unusable',
  image: id,
  state,
  ...(stateReason === undefined ? {} : { why: stateReason }),
});
