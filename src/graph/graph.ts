/** The templates as a directed graph, parents before children. The only importer of graphology; it knows names and edges alone. */
import { DirectedGraph } from 'graphology';
import { topologicalGenerations } from 'graphology-dag';
import { byCodeUnits } from '../core/order.ts';
import { type TemplateName, templateName } from '../core/ids.ts';
import { cyclicComponents, shortestCycle } from './cycles.ts';

type EdgeKind = 'extends' | 'depends_on';

export interface Edge {
  /** The template that must be there first. */
  readonly from: TemplateName;
  readonly to: TemplateName;
  readonly kind: EdgeKind;
}

export interface TemplateGraph {
  /** Parents before children; where that leaves a choice, by name. */
  order(): readonly TemplateName[];
  edges(): Edge[];
  /** What must be there before `name`, directly. */
  parents(name: TemplateName): readonly TemplateName[];
  /** What stands on `name`, directly. */
  children(name: TemplateName): TemplateName[];
  /** All that must be there before any of `names`, and `names` themselves. */
  withAncestors(names: Iterable<TemplateName>): Set<TemplateName>;
  withDescendants(names: Iterable<TemplateName>): Set<TemplateName>;
  /**
   * One cycle for each of the {@link components}, along what each stands on: the shortest through the component's first name,
   * with that name at both ends. In code-unit order of those names.
   */
  cycles(): TemplateName[][];
  /** Templates that all stand on each other, or one that stands on itself; each in code-unit order, and so are they. */
  components(): TemplateName[][];
}

/** graphology keeps neighbours in plain objects, where `constructor` and `__proto__` are there before they are put in. */
const keyOf = (name: TemplateName): string => `:${name}`;
const nameOf = (key: string): TemplateName => templateName(key.slice(1));

/** Edges to names that are not among `names` must have been sorted out before. */
export function buildGraph(names: Iterable<TemplateName>, edges: readonly Edge[]): TemplateGraph {
  const graph = new DirectedGraph<Record<string, never>, { kind: EdgeKind }>();
  for (const name of [...names].toSorted(byCodeUnits)) graph.addNode(keyOf(name));
  for (const { from, to, kind } of edges) {
    // `extends` and `depends_on` to one template are one edge: the stronger bond is kept.
    if (!graph.hasDirectedEdge(keyOf(from), keyOf(to)))
      graph.addDirectedEdge(keyOf(from), keyOf(to), { kind });
  }
  const sorted = (found: string[]): TemplateName[] => found.map(nameOf).toSorted(byCodeUnits);
  const above = new Map<TemplateName, readonly TemplateName[]>();
  const parents = (name: TemplateName): readonly TemplateName[] => {
    const known = above.get(name);
    if (known !== undefined) return known;
    const found = sorted(graph.inNeighbors(keyOf(name)));
    above.set(name, found);
    return found;
  };
  const children = (name: TemplateName): TemplateName[] => sorted(graph.outNeighbors(keyOf(name)));
  let circling: TemplateName[][] | undefined;
  const components = (): TemplateName[][] =>
    (circling ??= cyclicComponents(graph.nodes().map(nameOf), parents));
  let order: TemplateName[] | undefined;
  return {
    order: () => (order ??= topologicalGenerations(graph).flatMap(sorted)),
    edges: () =>
      graph
        .mapDirectedEdges((_, { kind }, from, to): Edge => ({ from: nameOf(from), to: nameOf(to), kind }))
        .toSorted((a, b) => byCodeUnits(a.from, b.from) || byCodeUnits(a.to, b.to)),
    parents,
    children,
    withAncestors: (from) => closure(from, parents),
    withDescendants: (from) => closure(from, children),
    components,
    cycles: () => components().map((component) => shortestCycle(component, parents)),
  };
}

function closure(
  from: Iterable<TemplateName>,
  next: (name: TemplateName) => readonly TemplateName[],
): Set<TemplateName> {
  const reached = new Set(from);
  for (const name of reached) for (const one of next(name)) reached.add(one);
  return reached;
}
