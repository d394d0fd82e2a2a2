/** The graph as plain data for `graph --json`. It does not know where it comes from. */
import type { Digest, TemplateName } from '../core/ids.ts';
import type { Collection } from '../graph/collection.ts';
import type { Edge, TemplateGraph } from '../graph/graph.ts';
import type { KnownTemplate } from '../plan/known.ts';

export type GraphView = {
  readonly templates: readonly {
    readonly name: TemplateName;
    readonly path: string;
    readonly digest: Digest | null;
    readonly extends: TemplateName | null;
    /** Of the whole chain, ancestors first, as written. */
    readonly packages: readonly string[];
  }[];
  readonly edges: readonly Edge[];
};

/** In topological order. */
export function graphView(collection: Collection, digests: ReadonlyMap<TemplateName, Digest>): GraphView {
  return {
    templates: [...collection.templates].map(([name, { template, all }]) => ({
      name,
      path: template.file,
      digest: digests.get(name) ?? null,
      extends: template.extends?.value ?? null,
      packages: all.packages.map(({ value }) => value.written),
    })),
    edges: collection.graph.edges(),
  };
}

/** The same of templates that were not read. */
export function knownGraphView(
  templates: ReadonlyMap<TemplateName, KnownTemplate>,
  graph: TemplateGraph,
): GraphView {
  const chains = new Map<TemplateName, readonly string[]>();
  const views = [...templates].map(([name, { file, digest, parent, packages }]) => {
    const above = parent === null ? [] : (chains.get(parent) ?? []);
    const all = above.length === 0 ? packages : [...above, ...packages];
    chains.set(name, all);
    return { name, path: file, digest, extends: parent, packages: all };
  });
  return { templates: views, edges: graph.edges() };
}
