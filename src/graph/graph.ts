/** The templates as a directed graph, parents before children. The only importer of graphology; it knows names and edges alone. */
import { DirectedGraph } from 'graphology';
import { forEachNodeInTopologicalOrder } from 'graphology-dag';
import { byCodeUnits } from '../core/order.ts';
import type { TemplateName } from '../core/ids.ts';
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

/** Edges to names that are not among `names` must have been sorted out before. */
export function buildGraph(names: Iterable<TemplateName>, edges: readonly Edge[]): TemplateGraph {
  const graph = new DirectedGraph<{ name: TemplateName }, { kind: EdgeKind }>();
  const keys = new Map<TemplateName, string>();
  const keyOf = (name: TemplateName): string => keys.get(name) ?? graphKey(name);
  for (const name of [...names].toSorted(byCodeUnits))
    keys.set(name, graph.addNode(graphKey(name), { name }));
  for (const { from, to, kind } of edges) {
    const [source, target] = [keyOf(from), keyOf(to)];
    // `extends` and `depends_on` to one template are one edge: the stronger bond is kept.
    if (!graph.hasDirectedEdge(source, target)) graph.addDirectedEdge(source, target, { kind });
  }
  const above = new Map<TemplateName, readonly TemplateName[]>();
  const parents = (name: TemplateName): readonly TemplateName[] => {
    const known = above.get(name);
    if (known !== undefined) return known;
    const found = graph.mapInNeighbors(keyOf(name), ownName).toSorted(byCodeUnits);
    above.set(name, found);
    return found;
  };
  const children = (name: TemplateName): TemplateName[] =>
    graph.mapOutNeighbors(keyOf(name), ownName).toSorted(byCodeUnits);
  let ordered: TemplateName[] | undefined;
  const order = (): TemplateName[] => (ordered ??= inGenerations(graph));
  let circling: TemplateName[][] | undefined;
  const components = (): TemplateName[][] =>
    (circling ??= succeeds(order) ? [] : cyclicComponents(keys.keys(), parents));
  return {
    order,
    edges: () =>
      graph
        .mapDirectedEdges((_, { kind }, _from, _to, from, to): Edge => ({
          from: from.name,
          to: to.name,
          kind,
        }))
        .toSorted((a, b) => byCodeUnits(a.from, b.from) || byCodeUnits(a.to, b.to)),
    parents,
    children,
    withAncestors: (from) => closure(from, parents),
    withDescendants: (from) => closure(from, children),
    components,
    cycles: () => components().map((component) => shortestCycle(component, parents)),
  };
}

const ownName = (_key: string, { name }: { readonly name: TemplateName }): TemplateName => name;

function inGenerations(graph: DirectedGraph<{ name: TemplateName }>): TemplateName[] {
  const generations: TemplateName[][] = [];
  forEachNodeInTopologicalOrder(graph, (_, { name }, generation) => {
    (generations[generation] ??= []).push(name);
  });
  return generations.flatMap((names) => names.toSorted(byCodeUnits));
}

/** graphology keeps neighbours in plain objects, where `constructor` and `__proto__` are there before they are put in. */
const graphKey = (name: TemplateName): string => `:${name}`;

/** An order fails for a graph with cycles alone, which few have; to look for them takes longer. */
function succeeds(order: () => unknown): boolean {
  try {
    order();
    return true;
  } catch {
    return false;
  }
}

function closure(
  from: Iterable<TemplateName>,
  next: (name: TemplateName) => readonly TemplateName[],
): Set<TemplateName> {
  const reached = new Set(from);
  for (const name of reached) for (const one of next(name)) reached.add(one);
  return reached;
}
