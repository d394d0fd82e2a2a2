/** Part of a collection, with what stands around it. It does not know how it is drawn or built. */
import { InvalidInput } from '../core/diagnostic.ts';
import type { TemplateName } from '../core/ids.ts';
import type { Collection } from './collection.ts';
import { buildGraph } from './graph.ts';
import { matchPattern } from './pattern.ts';
import { errorsAbout, unusable } from './select.ts';

/** These templates and the edges between them; what is said about the others stays. */
export function restrict(collection: Collection, names: ReadonlySet<TemplateName>): Collection {
  if (names.size === collection.templates.size) return collection;
  const templates = new Map([...collection.templates].filter(([name]) => names.has(name)));
  const edges = collection.graph.edges().filter(({ from, to }) => templates.has(from) && templates.has(to));
  return { ...collection, templates, graph: buildGraph(templates.keys(), edges) };
}

/** What `pattern` selects, all that it stands on and all that stands on it. Throws InvalidInput where that is nothing good. */
export function focusOn(collection: Collection, pattern: string): Collection {
  const match = matchPattern(collection, pattern);
  if (!match.ok) throw new InvalidInput([match.error]);
  const { templates } = match.value;
  if (templates.size === 0)
    throw new InvalidInput([
      unusable([...match.value.unusable]),
      ...errorsAbout(collection, match.value.unusable),
    ]);
  const { graph } = collection;
  return restrict(
    collection,
    new Set([...graph.withAncestors(templates), ...graph.withDescendants(templates)]),
  );
}
