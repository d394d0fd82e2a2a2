/** Why a template's recipe is another one than it was: its own changes, and those of what it stands on. It does not know where earlier recipes come from. */
import type { Change } from '../core/change.ts';
import type { Fingerprint, NamedParts } from '../core/fingerprint.ts';
import { type Digest, parseDigest, type TemplateName } from '../core/ids.ts';
import type { Recipe } from '../core/recipe.ts';
import type { MergedTemplate } from '../core/template.ts';
import { placeOfChange } from './change-place.ts';
import { changesOf, type PartChange } from './changes.ts';

export interface CauseFacts {
  /** What a digest stood for, in each template that had it. */
  readonly earlier: ReadonlyMap<Digest, readonly NamedParts[]>;
  readonly now: ReadonlyMap<TemplateName, { readonly recipe: Recipe; readonly fingerprint: Fingerprint }>;
  readonly templates: ReadonlyMap<TemplateName, MergedTemplate>;
  /** When each pinned base image was pinned. */
  readonly pinnedAt: ReadonlyMap<string, string>;
}

/**
 * From the recipe with the digest `before` to that of `name` now: those of ancestors first, each change once, where it was made.
 * A recipe that is not among the earlier ones is one change of the part `recipe`, which says neither from nor to.
 */
export function causesOf(name: TemplateName, before: Digest, facts: CauseFacts): Change[] {
  const causes = new Causes(facts);
  causes.visit(name, before);
  return causes.found();
}

class Causes {
  readonly #facts: CauseFacts;
  readonly #visited = new Set<string>();
  readonly #found = new Map<string, Change>();

  constructor(facts: CauseFacts) {
    this.#facts = facts;
  }

  found(): Change[] {
    return [...this.#found.values()];
  }

  visit(name: TemplateName, before: Digest): void {
    const now = this.#facts.now.get(name);
    const merged = this.#facts.templates.get(name);
    const visited = `${before} ${name}`;
    if (now === undefined || merged === undefined || this.#visited.has(visited)) return;
    this.#visited.add(visited);
    if (now.fingerprint.digest === before) return;
    const recipes = this.#facts.earlier.get(before) ?? [];
    const was = recipes.find(({ template }) => template === name) ?? recipes[0];
    if (was === undefined) {
      this.#add(name, merged, { part: 'recipe', kind: 'changed', name: '', from: '', to: '' });
      return;
    }
    const scripts = new Map(now.recipe.steps.map((step) => [step.name, step.script]));
    const changes = changesOf(was.parts, now.fingerprint.parts, (step) => scripts.get(step));
    const own = changes.filter((change) => !isLink(change) && !isInheritedOrder(change, was, merged));
    const links = [
      ...this.#parentChanges(changes, was, merged),
      ...(changes.some(({ part }) => part === 'depends on') ? this.#dependencyChanges(was, merged) : []),
    ];
    for (const change of [...links, ...own]) this.#add(name, merged, change);
  }

  /** What is inherited differs in each descendant too; it is told of the first one. */
  #add(template: TemplateName, merged: MergedTemplate, change: PartChange): void {
    const { part, kind, name, from, to } = change;
    const key = JSON.stringify([part, kind, name, from, to, part === 'recipe' ? template : '']);
    if (this.#found.has(key)) return;
    const pinnedAt = part === 'base image' ? this.#facts.pinnedAt.get(to) : undefined;
    const place = placeOfChange(change, merged);
    this.#found.set(key, { template, ...change, place, ...(pinnedAt === undefined ? {} : { pinnedAt }) });
  }

  /** Follows a parent that is another image of the same template; answers what else became of the parent. */
  #parentChanges(
    changes: readonly PartChange[],
    was: NamedParts,
    { template }: MergedTemplate,
  ): PartChange[] {
    const parent = template.extends?.value;
    return changes.flatMap((change): PartChange[] => {
      if (change.part !== 'parent') return [];
      const before = parseDigest(change.from);
      if (before !== undefined && parent !== undefined && was.parent === parent) {
        this.visit(parent, before);
        return [];
      }
      const from = change.from === '' ? '' : (was.parent ?? change.from);
      return [{ ...change, from, to: change.to === '' ? '' : (parent ?? change.to) }];
    });
  }

  #dependencyChanges(was: NamedParts, { template }: MergedTemplate): PartChange[] {
    const before = new Map(was.dependsOn);
    const names = new Set(template.dependsOn.map(({ value }) => value));
    const said = { part: 'depends on', from: '', to: '' } as const;
    for (const [name, digest] of before) if (names.has(name)) this.visit(name, digest);
    // Of what became the parent, or was it, the change of parents tells.
    const gone = [...before.keys()].filter((name) => !names.has(name) && name !== template.extends?.value);
    const come = [...names].filter((name) => !before.has(name) && name !== was.parent);
    return [
      ...gone.map((name): PartChange => ({ ...said, kind: 'removed', name, from: name })),
      ...come.map((name): PartChange => ({ ...said, kind: 'added', name, to: name })),
    ];
  }
}

const isLink = ({ part }: PartChange): boolean => part === 'parent' || part === 'depends on';

/** Tests run in each descendant too: what an ancestor has put in another order is told there. */
function isInheritedOrder(
  { part, kind }: PartChange,
  was: NamedParts,
  { own, all }: MergedTemplate,
): boolean {
  if (part !== 'test' || kind !== 'reordered') return false;
  const inherited = new Set(all.tests.map(({ value }) => value));
  for (const { value } of own.tests) inherited.delete(value);
  const before = was.parts.flatMap(([name, value]) =>
    name === 'test' && !inherited.has(value) ? [value] : [],
  );
  const now = own.tests.map(({ value }) => value).filter((test) => before.includes(test));
  return JSON.stringify(before.filter((test) => now.includes(test))) === JSON.stringify(now);
}
