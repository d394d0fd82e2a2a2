/** Decides what to do for each selected template, and for what it stands on where that is needed. Pure: all facts are given. */
import type { Found } from '../cache/lookup.ts';
import type { Config } from '../config/config.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Fingerprint, NamedParts } from '../core/fingerprint.ts';
import type { Digest, ImageId, TemplateName } from '../core/ids.ts';
import type { Action, Plan, Work } from '../core/plan.ts';
import type { Recipe } from '../core/recipe.ts';
import type { BaseImage, MergedTemplate } from '../core/template.ts';
import type { Collection } from '../graph/collection.ts';
import type { TemplateGraph } from '../graph/graph.ts';
import type { InputIndex } from '../template/inputs.ts';
import { decide, type Decision } from './decide.ts';
import { fingerprint } from './fingerprint.ts';
import { inputPatternsOf, recipeOf } from './recipe.ts';

export interface Fingerprinted {
  readonly recipe: Recipe;
  readonly fingerprint: Fingerprint;
}

export type NamedFingerprint = readonly [TemplateName, Fingerprinted];

/** The recipe and digest of every template, parents before children and made as they are taken; or what is wrong with the files that they need. */
export function fingerprintEach(
  collection: Collection,
  config: Config,
  inputs: InputIndex,
  baseImage: (base: BaseImage) => ImageId,
): Result<Iterable<NamedFingerprint>, readonly Diagnostic[]> {
  const lacking = [...collection.templates.keys()].flatMap((name) => inputs.lacking.get(name) ?? []);
  const wrong = [...inputs.diagnostics, ...lacking];
  if (wrong.length > 0) return fail(wrong);
  return ok(each(collection, config, inputs, baseImage));
}

function* each(
  { templates }: Collection,
  config: Config,
  inputs: InputIndex,
  baseImage: (base: BaseImage) => ImageId,
): Generator<NamedFingerprint> {
  const digests = new Map<TemplateName, Digest>();
  for (const [name, merged] of templates) {
    const recipe = recipeOf(merged, { config, inputs, digests, baseImage });
    const one = { recipe, fingerprint: fingerprint(recipe) };
    digests.set(name, one.fingerprint.digest);
    yield [name, one];
  }
}

/** What must be known of a template to decide what is done for it. */
export interface Outlined {
  readonly digest: Digest;
  readonly parent: TemplateName | null;
  /** What it stands on where it has no parent. */
  readonly baseImage: ImageId | null;
}

export interface DecideFacts {
  readonly graph: TemplateGraph;
  readonly templates: ReadonlyMap<TemplateName, Outlined>;
  /** Images by the digest that they carry, newest first. */
  readonly found: ReadonlyMap<Digest, readonly Found[]>;
  /** Whether an image may be reused that is right in all else. */
  readonly isTrusted: (image: Found) => boolean;
}

/** What a run was asked for. */
export interface Wishes {
  readonly selected: ReadonlySet<TemplateName>;
  /** Those of the selected that were asked for by their own names. */
  readonly named: ReadonlySet<TemplateName>;
  /** To be built anew although their images are there. */
  readonly rebuild: ReadonlySet<TemplateName>;
}

export interface PlanFacts extends DecideFacts {
  /** How long each template's last build took, in milliseconds. */
  readonly durations: ReadonlyMap<TemplateName, number>;
  /** How an image is made; asked of those alone that are not reused. */
  readonly workOf: (name: TemplateName) => Pick<Work, 'recipe' | 'dependsOn' | 'settings' | 'inputPatterns'>;
}

/** `replaces`: as in an action. */
export type Decided = Decision & Pick<Work, 'replaces'>;

export interface Decisions {
  readonly decided: ReadonlyMap<TemplateName, Decided>;
  /** Selected as a part of more, without an image, and only there to be stood on by what is there already. */
  readonly notNeeded: readonly TemplateName[];
}

/** For the selected templates and, of what they stand on, only what a build needs. */
export function decideAll(
  { graph, templates, found, isTrusted }: DecideFacts,
  { selected, named, rebuild }: Wishes,
): Decisions {
  const decided = new Map<TemplateName, Decided>();
  const shared = sharedNames(templates);
  const notNeeded: TemplateName[] = [];
  const stoodOn = new Set<TemplateName>();
  const needed = new Set<TemplateName>();
  for (const name of graph.order().toReversed()) {
    const one = templates.get(name);
    if (one === undefined || !(selected.has(name) || needed.has(name))) continue;
    const images = found.get(one.digest) ?? [];
    const above = one.parent === null ? undefined : templates.get(one.parent);
    const expected =
      above === undefined
        ? one
        : { ...one, twins: shared.get(above.digest), parentImages: found.get(above.digest) };
    const decision = anew(decide(images, expected, isTrusted), images, rebuild.has(name));
    const parents = graph.parents(name);
    for (const parent of parents) stoodOn.add(parent);
    if (decision.action !== 'build' || needed.has(name) || named.has(name) || !stoodOn.has(name)) {
      decided.set(name, decision);
      if (decision.action === 'build') for (const parent of parents) needed.add(parent);
    } else notNeeded.push(name);
  }
  return { decided, notNeeded: notNeeded.toReversed() };
}

function anew(decision: Decision, found: readonly Found[], rebuild: boolean): Decided {
  if (!rebuild) return { ...decision, replaces: null };
  const { rejected, image } = decision;
  const replaces = found.map((one) => one.image.id);
  if (image === null) return { ...decision, replaces };
  return { action: 'build', image: null, reason: { kind: 'rebuild', image: image.id }, rejected, replaces };
}

/** The names of those that share their digest with others. */
function sharedNames(
  templates: ReadonlyMap<TemplateName, Outlined>,
): ReadonlyMap<Digest, ReadonlySet<TemplateName>> {
  const first = new Map<Digest, TemplateName>();
  const shared = new Map<Digest, Set<TemplateName>>();
  for (const [name, { digest }] of templates) {
    const other = first.get(digest);
    if (other === undefined) first.set(digest, name);
    else shared.set(digest, (shared.get(digest) ?? new Set([other])).add(name));
  }
  return shared;
}

/** In topological order. */
export function makePlan(facts: PlanFacts, decisions: ReadonlyMap<TemplateName, Decided>): Plan {
  const { graph, templates } = facts;
  const firstWith = new Map<Digest, TemplateName>();
  const actions: Action[] = [];
  for (const name of graph.order()) {
    const decision = decisions.get(name);
    const one = templates.get(name);
    if (decision === undefined || one === undefined) continue;
    const { digest, parent } = one;
    const twin = firstWith.get(digest);
    firstWith.set(digest, twin ?? name);
    const expectedMs = facts.durations.get(name) ?? null;
    const common = { template: name, digest, parent, expectedMs, needs: [] };
    const { action, reason, image, replaces } = decision;
    if (action === 'reuse') {
      actions.push({ ...common, action, reason, image: image.id });
      continue;
    }
    const work = { ...common, ...facts.workOf(name), replaces };
    // What is to be built anew is not served by what is there.
    const isServed = replaces === null || decisions.get(twin ?? name)?.action === 'build';
    if (twin !== undefined && action === 'build' && isServed) {
      const shared = { kind: 'same-digest', template: twin } as const;
      actions.push({ ...work, action: 'wait', reason: shared, image: null, needs: [twin], sameAs: twin });
    } else {
      const needs = action === 'build' ? graph.parents(name).filter((above) => decisions.has(above)) : [];
      actions.push({ ...work, action, reason, image: image?.id ?? null, needs, sameAs: null });
    }
  }
  return { actions };
}

/** The facts that templates hold which have been read in full. */
export function factsOf(
  { templates, graph }: Collection,
  config: Config,
  fingerprints: ReadonlyMap<TemplateName, Fingerprinted>,
): Pick<PlanFacts, 'graph' | 'templates' | 'workOf'> {
  const outlined = new Map<TemplateName, Outlined>();
  for (const [name, { recipe, fingerprint: made }] of fingerprints) {
    const parent = templates.get(name)?.template.extends?.value ?? null;
    const baseImage = recipe.origin.kind === 'base' ? recipe.origin.image : null;
    outlined.set(name, { digest: made.digest, parent, baseImage });
  }
  return {
    graph,
    templates: outlined,
    workOf(name) {
      const [merged, known] = [templates.get(name), fingerprints.get(name)];
      if (merged === undefined || known === undefined) throw new Error(`${name} has no recipe`);
      return {
        recipe: known.recipe,
        dependsOn: dependencies(merged, fingerprints),
        settings: settingsOf(merged, config),
        inputPatterns: inputPatternsOf(merged, config),
      };
    },
  };
}

export const digestsOf = (fingerprints: Iterable<NamedFingerprint>): Map<TemplateName, Digest> =>
  new Map(Array.from(fingerprints, ([name, one]) => [name, one.fingerprint.digest]));

/** The parts of each fingerprint with their names, by digest. */
export function namedParts(
  templates: ReadonlyMap<TemplateName, MergedTemplate>,
  fingerprints: ReadonlyMap<TemplateName, Fingerprinted>,
): Map<Digest, NamedParts[]> {
  const named = new Map<Digest, NamedParts[]>();
  for (const [template, known] of fingerprints) {
    const merged = templates.get(template);
    if (merged === undefined) continue;
    const { digest, parts } = known.fingerprint;
    const parent = merged.template.extends?.value ?? null;
    const one = { template, parent, dependsOn: dependencies(merged, fingerprints), parts };
    const others = named.get(digest);
    if (others === undefined) named.set(digest, [one]);
    else others.push(one);
  }
  return named;
}

const dependencies = (
  { template }: MergedTemplate,
  fingerprints: ReadonlyMap<TemplateName, Fingerprinted>,
): (readonly [TemplateName, Digest])[] =>
  template.dependsOn.flatMap(({ value }) => {
    const digest = fingerprints.get(value)?.fingerprint.digest;
    return digest === undefined ? [] : [[value, digest] as const];
  });

function settingsOf({ build }: MergedTemplate, { builder }: Config): Work['settings'] {
  const architecture = build.architecture?.value ?? builder.architecture;
  return {
    instanceTypes: build.instanceTypes?.value ?? builder.instanceTypes[architecture],
    subnets: builder.subnets,
    spot: build.spot?.value ?? builder.spot,
    timeoutSeconds: build.timeoutSeconds?.value ?? builder.timeoutSeconds,
  };
}
