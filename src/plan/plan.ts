/** Decides what to do for each selected template, and for what it stands on where that is needed. Pure: all facts are given. */
import type { Found } from '../cache/lookup.ts';
import type { Config } from '../config/config.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Fingerprint } from '../core/fingerprint.ts';
import type { Digest, ImageId, TemplateName } from '../core/ids.ts';
import type { RegisteredImage } from '../core/image.ts';
import type { Action, Plan, Work } from '../core/plan.ts';
import type { Recipe } from '../core/recipe.ts';
import type { BaseImage, MergedTemplate } from '../core/template.ts';
import type { Collection } from '../graph/collection.ts';
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
  if (inputs.diagnostics.length > 0) return fail(inputs.diagnostics);
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

export interface PlanFacts {
  readonly collection: Collection;
  readonly config: Config;
  readonly fingerprints: ReadonlyMap<TemplateName, Fingerprinted>;
  /** Images by the digest that they carry, newest first. */
  readonly found: ReadonlyMap<Digest, readonly Found[]>;
  /** How long each template's last build took, in milliseconds. */
  readonly durations: ReadonlyMap<TemplateName, number>;
}

export interface Planned {
  readonly plan: Plan;
  /** Images that carry a wanted digest and cannot be used. */
  readonly unusable: readonly RegisteredImage[];
}

/** The selected templates and, of what they stand on, only what a build needs. */
export function makePlan(facts: PlanFacts, selected: ReadonlySet<TemplateName>): Planned {
  const { collection, fingerprints, found } = facts;
  const order = collection.graph.order();
  const decisions = new Map<TemplateName, Decision>();
  const wanted = new Set(selected);
  for (const name of order.toReversed()) {
    const merged = collection.templates.get(name);
    const known = fingerprints.get(name);
    if (!wanted.has(name) || merged === undefined || known === undefined) continue;
    const decision = decide(found.get(known.fingerprint.digest) ?? [], expectedOf(merged, known.recipe));
    decisions.set(name, decision);
    if (decision.action === 'build') for (const parent of collection.graph.parents(name)) wanted.add(parent);
  }
  const firstWith = new Map<Digest, TemplateName>();
  const actions: Action[] = [];
  for (const name of order) {
    const decision = decisions.get(name);
    const merged = collection.templates.get(name);
    const known = fingerprints.get(name);
    if (decision === undefined || merged === undefined || known === undefined) continue;
    const { digest } = known.fingerprint;
    const twin = firstWith.get(digest);
    firstWith.set(digest, twin ?? name);
    const parents = collection.graph.parents(name).filter((parent) => decisions.has(parent));
    const common = {
      template: name,
      digest,
      parent: merged.template.extends?.value ?? null,
      expectedMs: facts.durations.get(name) ?? null,
      needs: [],
    };
    const { action, reason, image } = decision;
    if (action === 'reuse') {
      actions.push({ ...common, action, reason, image: image.id });
      continue;
    }
    const work = {
      ...common,
      recipe: known.recipe,
      settings: settingsOf(merged, facts.config),
      inputPatterns: inputPatternsOf(merged, facts.config),
    };
    if (twin !== undefined && action === 'build') {
      const shared = { kind: 'same-digest', template: twin } as const;
      actions.push({ ...work, action: 'wait', reason: shared, image: null, needs: [twin], sameAs: twin });
    } else {
      const needs = action === 'build' ? parents : [];
      actions.push({ ...work, action, reason, image: image?.id ?? null, needs, sameAs: null });
    }
  }
  return { plan: { actions }, unusable: [...decisions.values()].flatMap((decision) => decision.unusable) };
}

function expectedOf(merged: MergedTemplate, recipe: Recipe): Parameters<typeof decide>[1] {
  return {
    parent: merged.template.extends?.value ?? null,
    baseImage: recipe.origin.kind === 'base' ? recipe.origin.image : null,
  };
}

function settingsOf({ build }: MergedTemplate, { builder }: Config): Work['settings'] {
  const architecture = build.architecture?.value ?? builder.architecture;
  return {
    instanceType: build.instanceType?.value ?? builder.instanceType[architecture],
    spot: build.spot?.value ?? builder.spot,
    timeoutSeconds: build.timeoutSeconds?.value ?? builder.timeoutSeconds,
  };
}
