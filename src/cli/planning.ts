/** From a workspace to a plan: reads, resolves, looks up, and hands the facts to the rungs that decide. */
import type { Manifest, Parameters } from '../cache/manifest.ts';
import type { Pin } from '../config/pins.ts';
import type { Config } from '../config/config.ts';
import { InvalidInput } from '../core/diagnostic.ts';
import type { Warning } from '../core/event.ts';
import type { TemplateName } from '../core/ids.ts';
import type { Plan } from '../core/plan.ts';
import type { Collection } from '../graph/collection.ts';
import {
  decideAll,
  factsOf,
  type Fingerprinted,
  fingerprintEach,
  makePlan,
  type NamedFingerprint,
  type PlanFacts,
  type Wishes,
} from '../plan/plan.ts';
import { type Doubts, warningsOf } from '../plan/warnings.ts';
import type { InputIndex } from '../template/inputs.ts';
import { type Asked, askCloud } from './asking.ts';
import { explainPlan, type Explanation } from './explaining.ts';
import type { Recalled } from './known-templates.ts';
import type { Cloud, Workspace } from './context.ts';
import type { Bases } from './pinned-bases.ts';

/** What recipes are made of, besides templates and amifile.ts. */
export interface Sources extends Bases {
  readonly inputs: InputIndex;
}

/** The recipe and digest of each template, made as they are taken. Throws InvalidInput where a script or an input is missing. */
export async function fingerprints(
  { config, indexed }: Workspace,
  collection: Collection,
  { imageOf, inputs }: Sources,
): Promise<Iterable<NamedFingerprint>> {
  await indexed.remember();
  const each = fingerprintEach(collection, config, inputs, imageOf);
  if (!each.ok) throw new InvalidInput(each.error);
  return each.value;
}

export interface PlannedRun {
  readonly plan: Plan;
  /** Bases that the lock file does not have yet. */
  readonly unpinned: readonly Pin[];
  /** What is not as it should be, and does not stop the run. */
  readonly warnings: readonly Warning[];
  /** What the manifest has, by digest. */
  readonly listed: Manifest['images'];
  /** What it says that parameters say. */
  readonly parameters: Parameters | undefined;
}

/** With what the reasons rest on. */
export interface ExplainedRun extends PlannedRun, Explanation {
  readonly fingerprints: ReadonlyMap<TemplateName, Fingerprinted>;
  readonly manifest: Manifest;
  /** The images that carry the digests of the plan, newest first. */
  readonly found: PlanFacts['found'];
}

export async function planRun(
  workspace: Workspace,
  collection: Collection,
  wishes: Wishes,
  cloud: Cloud,
  sources: Sources,
): Promise<ExplainedRun> {
  const { config } = workspace;
  const fingerprinted = new Map(await fingerprints(workspace, collection, sources));
  const facts = factsOf(collection, config, fingerprinted);
  const asked = await askCloud(config, facts, wishes.selected, cloud);
  const { found, manifest } = asked;
  const decisions = decideAll({ ...facts, ...asked }, wishes);
  const plan = makePlan({ ...facts, ...asked }, decisions.decided);
  const explained = await explainPlan(workspace, collection, fingerprinted, manifest, plan, cloud);
  return {
    ...runOf(config, { ...facts, ...asked, ...decisions, plan: explained.plan }, sources.unpinned),
    newest: explained.newest,
    fingerprints: fingerprinted,
    manifest,
    found,
  };
}

/** Of templates that were not read: undefined where one of them is not there to be reused, which takes its recipe. */
export async function planKnown(
  { config }: Workspace,
  known: Recalled,
  wishes: Wishes,
  cloud: Cloud,
): Promise<PlannedRun | undefined> {
  const asked = await askCloud(config, known, wishes.selected, cloud);
  const decisions = decideAll({ ...known, ...asked }, wishes);
  if ([...decisions.decided.values()].some(({ action }) => action !== 'reuse')) return undefined;
  const workOf = (name: TemplateName): never => {
    throw new Error(`${name} is reused, and needs no work`);
  };
  const plan = makePlan({ ...known, ...asked, workOf }, decisions.decided);
  return runOf(config, { ...known, ...asked, ...decisions, plan }, []);
}

const runOf = (
  { region }: Config,
  facts: Doubts & Pick<Asked, 'manifest'>,
  unpinned: readonly Pin[],
): PlannedRun => ({
  plan: facts.plan,
  listed: facts.manifest.images,
  parameters: facts.manifest.parameters,
  unpinned,
  warnings: warningsOf(region, facts),
});
