/** A collection without templates with which something turned out to be wrong, and without what stands on them. It does not know what. */
import type { Diagnostic } from '../core/diagnostic.ts';
import type { TemplateName } from '../core/ids.ts';
import type { Collection } from './collection.ts';
import { restrict } from './focus.ts';
import { blockedIn } from './links.ts';

/** `errors`: of each such template. */
export function without(
  collection: Collection,
  errors: ReadonlyMap<TemplateName, readonly Diagnostic[]>,
): Collection {
  if (errors.size === 0) return collection;
  const unusable = new Map(collection.unusable);
  const found: Diagnostic[] = [];
  const good = new Set<TemplateName>();
  for (const [name, { template }] of collection.templates) {
    const wrong = errors.get(name) ?? blockedIn(template, unusable);
    if (wrong.length === 0) {
      good.add(name);
      continue;
    }
    for (const one of wrong) found.push(one);
    unusable.set(name, { files: [template.file], templates: [template], errors: wrong });
  }
  return { ...restrict(collection, good), unusable, diagnostics: [...collection.diagnostics, ...found] };
}
