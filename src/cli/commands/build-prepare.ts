/** All of `amigraph build` that comes before anything is begun: reads templates, opens the cloud and plans. It changes nothing in the cloud. */
import type { Config } from '../../config/config.ts';
import type { Warning } from '../../core/event.ts';
import { type TemplateName, templateName } from '../../core/ids.ts';
import type { Plan } from '../../core/plan.ts';
import type { BaseImage, MergedTemplate } from '../../core/template.ts';
import type { Collection } from '../../graph/collection.ts';
import type { TemplateGraph } from '../../graph/graph.ts';
import { listed } from '../../graph/names.ts';
import { subjectsOf } from '../../graph/pattern.ts';
import { select } from '../../graph/select.ts';
import { digestsOf, type Wishes } from '../../plan/plan.ts';
import { baseOf } from '../../plan/recipe.ts';
import { keptChildren } from '../../plan/warnings.ts';
import { credentialsInScripts } from '../../template/scripts.ts';
import { nothingAffected } from '../../report/affected.ts';
import { ndjsonReporter, plainReporter, type Reporter } from '../../report/reporter.ts';
import { isSteerable, styleFor } from '../../report/style.ts';
import { type Cloud, openCloud, type Workspace } from '../context.ts';
import { givenBase } from '../given-base.ts';
import { recallTemplates, rememberTemplates } from '../known-templates.ts';
import { type Bases, pinnedBases, refuseInCi } from '../pinned-bases.ts';
import { tellUnrunnable } from '../runnable.ts';
import { planKnown, type PlannedRun, planRun } from '../planning.ts';
import { readCollection } from '../reading.ts';
import { selectWhole, standingOn, type WholeSelection } from '../selecting.ts';
import { checkBases } from '../standing.ts';
import { isTerminal, type Surroundings } from '../surroundings.ts';
import { tellDiagnostics } from '../telling.ts';
import { invalidFlag } from './base.ts';

export interface PrepareOptions {
  /** Patterns as in graph/pattern.ts. */
  readonly names: readonly string[] | 'all' | 'affected';
  /** What the affected ones are told by, instead of what the environment and amifile.ts say. */
  readonly base: string | undefined;
  readonly exclude: readonly string[];
  readonly keepGoing: boolean;
  readonly json: boolean;
  /** Which images are built anew although they are there: the selected, or all that they stand on too. */
  readonly rebuild: 'none' | 'selected' | 'chain';
  /** What all templates without a parent stand on, in the place of their bases. */
  readonly baseAmi: string | undefined;
}

export interface PreparedBuild {
  /** To be closed by whoever receives it. */
  readonly cloud: Cloud;
  readonly planned: PlannedRun;
  readonly reporter: Reporter;
  /** Templates that are, or may be, wanted too and cannot be used; why has been said. */
  readonly left: readonly TemplateName[];
  /** What the chain of a template that is to be built begins with. */
  readonly baseOf: (template: TemplateName) => BaseImage | undefined;
}

export async function prepareBuild(
  around: Surroundings,
  workspace: Workspace,
  options: PrepareOptions,
): Promise<PreparedBuild> {
  const known = await reuseKnown(around, workspace, options);
  if (known !== undefined) return known;
  const { collection, templates, left, lacking, needed, inputs } = await wanted(workspace, around, options);
  tellDiagnostics(around, collection, lacking);
  const reporter = await reporterFor(around, options.json);
  const cloud = await openCloud(workspace, around);
  return unlessFailed(cloud, async () => {
    const bases = await basesFor(around, workspace, needed, options, cloud);
    const wishes = wishesOf(templates, needed.graph, options);
    const planned = await planRun(workspace, needed, wishes, cloud, { ...bases, inputs });
    await tellUnrunnable(around, workspace, needed, planned.plan);
    await checkBases(workspace, needed, planned.plan, cloud.registry);
    // What is affected is told from a part of the templates.
    if (needed === collection && options.names !== 'affected' && options.baseAmi === undefined) {
      const digests = digestsOf(planned.fingerprints);
      await rememberTemplates(workspace, collection, digests, { ...bases, inputs });
    }
    const warnings = [
      ...planned.warnings,
      ...keptChildren(planned.plan, collection.graph),
      ...(await scriptWarnings(workspace, planned.plan)),
    ];
    const given: BaseImage | undefined = options.baseAmi === undefined ? undefined : { ami: options.baseAmi };
    return {
      cloud,
      reporter,
      left,
      planned: { ...planned, warnings },
      baseOf: (template) => given ?? chainBase(needed.templates.get(template), workspace.config),
    };
  });
}

/** Of the scripts that are about to be sent. */
async function scriptWarnings({ files }: Workspace, { actions }: Plan): Promise<Warning[]> {
  const scripts = actions.flatMap((one) =>
    one.action === 'build' ? one.recipe.steps.map(({ script }) => script) : [],
  );
  const found = await credentialsInScripts(files, scripts);
  return found.map((one) => ({ code: 'credential', ...one }));
}

/** Where no template has changed and every image is there, none has to be read. */
async function reuseKnown(
  around: Surroundings,
  workspace: Workspace,
  options: PrepareOptions,
): Promise<PreparedBuild | undefined> {
  const { names, baseAmi, rebuild } = options;
  if (names === 'affected' || names.length === 0 || baseAmi !== undefined || rebuild !== 'none')
    return undefined;
  const known = await recallTemplates(workspace);
  if (known === undefined) return undefined;
  const { templates, left } = select(
    {
      graph: known.graph,
      templates: new Map([...known.templates].map(([name, template]) => [name, { template }])),
      unusable: new Map(),
      diagnostics: known.diagnostics,
    },
    { ...options, names },
  );
  const cloud = await openCloud(workspace, around);
  return unlessFailed(cloud, async () => {
    const wishes = wishesOf(templates, known.graph, options);
    const planned = await planKnown(workspace, known, wishes, cloud);
    if (planned === undefined) {
      await cloud.close();
      return undefined;
    }
    tellDiagnostics(around, known, []);
    const reporter = await reporterFor(around, options.json);
    return { cloud, planned, left, reporter, baseOf: () => undefined };
  });
}

function wishesOf(
  selected: ReadonlySet<TemplateName>,
  graph: TemplateGraph,
  { names, rebuild }: PrepareOptions,
): Wishes {
  const typed: readonly string[] = typeof names === 'string' ? [] : names;
  return {
    selected,
    named: new Set(typed.flatMap(subjectsOf).map(templateName)),
    rebuild:
      rebuild === 'chain' ? graph.withAncestors(selected) : rebuild === 'selected' ? selected : new Set(),
  };
}

function chainBase(merged: MergedTemplate | undefined, config: Config): BaseImage | undefined {
  if (merged === undefined) return undefined;
  return merged.parent === undefined ? baseOf(merged, config) : chainBase(merged.parent, config);
}

async function unlessFailed<Value>(cloud: Cloud, prepare: () => Promise<Value>): Promise<Value> {
  try {
    return await prepare();
  } catch (error) {
    await cloud.close();
    throw error;
  }
}

function basesFor(
  around: Surroundings,
  workspace: Workspace,
  collection: Collection,
  { baseAmi }: PrepareOptions,
  { registry }: Cloud,
): Promise<Bases> {
  if (baseAmi !== undefined) return givenBase(baseAmi, workspace, collection, registry);
  const refuse = refuseInCi(around.env, workspace);
  return pinnedBases(around, workspace, collection, () => Promise.resolve(registry), refuse);
}

async function wanted(
  workspace: Workspace,
  around: Surroundings,
  options: PrepareOptions,
): Promise<WholeSelection> {
  const { names } = options;
  if (names === 'affected') return affectedOnes(workspace, around, options);
  const collection = await readCollection(workspace);
  const state = { config: workspace.config, files: workspace.indexed };
  if (names.length > 0) return selectWhole(state, collection, { ...options, names });
  const known = [...collection.templates.keys()];
  const cure = known.length === 0 ? undefined : listed(known);
  throw invalidFlag('build needs the names of templates, or --all', cure);
}

/** Against the working tree, since that is what is built. */
async function affectedOnes(
  workspace: Workspace,
  around: Surroundings,
  { base, exclude, keepGoing }: PrepareOptions,
): Promise<WholeSelection> {
  const { findAffected } = await import('../affected.ts');
  const found = await findAffected(workspace, around, { base, exclude, keepGoing });
  const templates = new Set(found.affected.templates.map(({ template }) => template));
  if (templates.size === 0) around.stderr.write(nothingAffected);
  return { ...found, templates, needed: standingOn(found.collection, templates) };
}

async function reporterFor(around: Surroundings, json: boolean): Promise<Reporter> {
  const style = styleFor(around.stderr, around.env);
  if (json) return ndjsonReporter(around.stdout, around.clock);
  if (!isSteerable(around.stderr, around.env) || !isTerminal(around.stderr)) {
    return plainReporter(around.stderr, style);
  }
  const { terminalReporter } = await import('../../report/terminal.ts');
  return terminalReporter(around.stderr, around.clock, style);
}
