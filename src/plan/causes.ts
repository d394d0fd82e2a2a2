/** Why a template's recipe is another one than it was: its own changes, and those of what it stands on. It does not know where earlier recipes come from. */
import type { Change } from '../core/change.ts';
import { shortDigest } from '../core/digest.ts';
import type { Fingerprint, Part } from '../core/fingerprint.ts';
import { type Digest, parseDigest, type TemplateName } from '../core/ids.ts';
import type { Recipe } from '../core/recipe.ts';
import type { MergedTemplate } from '../core/template.ts';
import { placeOfChange } from './change-place.ts';
import { changesOf, type PartChange } from './changes.ts';

export interface CauseFacts {
  /** What a digest stood for, and in which template. */
  readonly earlier: ReadonlyMap<Digest, { readonly template: TemplateName; readonly parts: readonly Part[] }>;
  readonly now: ReadonlyMap<TemplateName, { readonly recipe: Recipe; readonly fingerprint: Fingerprint }>;
  readonly templates: ReadonlyMap<TemplateName, MergedTemplate>;
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
    const was = this.#facts.earlier.get(before);
    if (was === undefined) {
      this.#add(name, merged, { part: 'recipe', kind: 'changed', name: '', from: '', to: '' });
      return;
    }
    const scripts = new Map(now.recipe.steps.map((step) => [step.name, step.script]));
    const changes = changesOf(was.parts, now.fingerprint.parts, (step) => scripts.get(step));
    const own = changes.filter(({ part }) => part !== 'parent' && part !== 'depends on');
    const links = [...this.#parentChanges(changes, merged), ...this.#dependencyChanges(changes, merged)];
    for (const change of [...links, ...own]) this.#add(name, merged, change);
  }

  /** What is inherited differs in each descendant too; it is told of the first one. */
  #add(template: TemplateName, merged: MergedTemplate, change: PartChange): void {
    const { part, kind, name, from, to } = change;
    const key = JSON.stringify([part, kind, name, from, to, part === 'recipe' ? template : '']);
    if (!this.#found.has(key))
      this.#found.set(key, { template, ...change, place: placeOfChange(change, merged) });
  }

  /** Follows a parent that is another image of the same template; answers what else became of the parent. */
  #parentChanges(changes: readonly PartChange[], { template }: MergedTemplate): PartChange[] {
    const parent = template.extends?.value;
    return changes.flatMap((change): PartChange[] => {
      if (change.part !== 'parent') return [];
      if (change.kind === 'added') return [{ ...change, to: parent ?? change.to }];
      if (change.kind === 'removed') return [{ ...change, from: this.#nameOf(change.from) }];
      const was = parseDigest(change.from);
      const earlier = was && this.#facts.earlier.get(was)?.template;
      if (was !== undefined && parent !== undefined && (earlier ?? parent) === parent) {
        this.visit(parent, was);
        return [];
      }
      return [{ ...change, from: this.#nameOf(change.from), to: parent ?? change.to }];
    });
  }

  #dependencyChanges(changes: readonly PartChange[], { template }: MergedTemplate): PartChange[] {
    const links = changes.filter(({ part }) => part === 'depends on');
    const names = new Set(template.dependsOn.map(({ value }) => value));
    const followed = new Set<TemplateName>();
    const gone = links.filter(({ kind, name }) => {
      const digest = parseDigest(name);
      const earlier = digest && this.#facts.earlier.get(digest)?.template;
      if (kind !== 'removed') return false;
      if (digest === undefined || earlier === undefined || !names.has(earlier)) return true;
      followed.add(earlier);
      this.visit(earlier, digest);
      return false;
    });
    const come = [...names].filter((name) => {
      const digest = this.#facts.now.get(name)?.fingerprint.digest;
      return !followed.has(name) && links.some((link) => link.kind === 'added' && link.name === digest);
    });
    return [
      ...gone.map((change) => {
        const name = this.#nameOf(change.name);
        return { ...change, name, from: name };
      }),
      ...come.map((name): PartChange => ({ part: 'depends on', kind: 'added', name, from: '', to: name })),
    ];
  }

  /** Of the template that had a digest; a part of the digest where nobody knows. */
  #nameOf(digest: string): string {
    const known = parseDigest(digest);
    return known === undefined ? digest : (this.#facts.earlier.get(known)?.template ?? shortDigest(known));
  }
}
