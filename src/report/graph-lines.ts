/** The graph as JSON for `graph --json`, a line for each template and each edge. It does not know where it comes from. */
import type { Digest, TemplateName } from '../core/ids.ts';
import type { MergedTemplate } from '../core/template.ts';
import type { Collection } from '../graph/collection.ts';
import type { Edge, TemplateGraph } from '../graph/graph.ts';
import type { KnownTemplate } from '../plan/known.ts';

export type GraphLines = {
  /** In topological order, each with the packages of its whole chain, ancestors first and as written. */
  readonly templates: Iterable<string>;
  readonly edges: Iterable<string>;
};

export const graphLines = (
  { templates, graph }: Collection,
  digests: ReadonlyMap<TemplateName, Digest>,
): GraphLines => ({ templates: templateLines(templates.values(), digests), edges: edgeLines(graph.edges()) });

/** The same of templates that were not read. */
export const knownGraphLines = (
  templates: ReadonlyMap<TemplateName, KnownTemplate>,
  graph: TemplateGraph,
): GraphLines => ({ templates: knownLines(templates), edges: edgeLines(graph.edges()) });

function* templateLines(
  templates: Iterable<MergedTemplate>,
  digests: ReadonlyMap<TemplateName, Digest>,
): Generator<string> {
  const chains = new Map<MergedTemplate, string>();
  const chainOf = (merged: MergedTemplate): string => {
    const known = chains.get(merged);
    if (known !== undefined) return known;
    const { parent, own } = merged;
    const chain = chainText(
      parent && chainOf(parent),
      own.packages.map(({ value }) => value.written),
    );
    chains.set(merged, chain);
    return chain;
  };
  for (const merged of templates) {
    const { name, file, extends: parent } = merged.template;
    yield line(name, file, digests.get(name) ?? null, parent?.value ?? null, chainOf(merged));
  }
}

function* knownLines(templates: ReadonlyMap<TemplateName, KnownTemplate>): Generator<string> {
  const chains = new Map<TemplateName, string>();
  for (const [name, { file, digest, parent, packages }] of templates) {
    const chain = chainText(parent === null ? '' : chains.get(parent), packages);
    chains.set(name, chain);
    yield line(name, file, digest, parent, chain);
  }
}

function* edgeLines(edges: readonly Edge[]): Generator<string> {
  for (const edge of edges) yield JSON.stringify(edge);
}

/** The items of a JSON list: what a parent has is not written anew for each that stands on it. */
function chainText(above: string | undefined, packages: readonly string[]): string {
  const own = JSON.stringify(packages).slice(1, -1);
  if (above === undefined || above === '') return own;
  return own === '' ? above : `${above},${own}`;
}

const line = (
  name: TemplateName,
  path: string,
  digest: Digest | null,
  parent: TemplateName | null,
  packages: string,
): string =>
  `${JSON.stringify({ name, path, digest, extends: parent }).slice(0, -1)},"packages":[${packages}]}`;
