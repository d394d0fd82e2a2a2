/** The templates as a directed graph, parents before children. The only importer of graphology; it knows names and edges alone. */
import { DirectedGraph } from 'graphology';
import { hasCycle, topologicalGenerations } from 'graphology-dag';
import { byCodeUnits } from '../core/order.ts';
import type { TemplateName } from '../core/ids.ts';

type EdgeKind = 'extends' | 'depends_on';

export interface Edge {
  /** The template that must be there first. */
  readonly from: TemplateName;
  readonly to: TemplateName;
  readonly kind: EdgeKind;
}

export interface TemplateGraph {
  /** Parents before children; where that leaves a choice, by name. */
  order(): TemplateName[];
  edges(): Edge[];
  /** What must be there before `name`, directly. */
  parents(name: TemplateName): TemplateName[];
  /** All that must be there before any of `names`, and `names` themselves. */
  withAncestors(names: Iterable<TemplateName>): Set<TemplateName>;
  withDescendants(names: Iterable<TemplateName>): Set<TemplateName>;
  /** The names along one cycle, the first again at the end; undefined where there is none. */
  cycle(): TemplateName[] | undefined;
}

/** Edges to names that are not among `names` must have been sorted out before. */
export function buildGraph(names: Iterable<TemplateName>, edges: readonly Edge[]): TemplateGraph {
  const graph = new DirectedGraph<Record<string, never>, { kind: EdgeKind }>();
  for (const name of [...names].toSorted(byCodeUnits)) graph.addNode(name);
  for (const { from, to, kind } of edges) {
    // `extends` and `depends_on` to one template are one edge: the stronger bond is kept.
    if (!graph.hasDirectedEdge(from, to)) graph.addDirectedEdge(from, to, { kind });
  }
  const sorted = (found: string[]): TemplateName[] => found.toSorted(byCodeUnits) as TemplateName[];
  const parents = (name: TemplateName): TemplateName[] => sorted(graph.inNeighbors(name));
  const children = (name: TemplateName): TemplateName[] => sorted(graph.outNeighbors(name));
  return {
    order: () => topologicalGenerations(graph).flatMap(sorted),
    edges: () =>
      graph
        .mapDirectedEdges((_, { kind }, from, to) => ({ from, to, kind }) as Edge)
        .toSorted((a, b) => byCodeUnits(a.from, b.from) || byCodeUnits(a.to, b.to)),
    parents,
    withAncestors: (from) => closure(from, parents),
    withDescendants: (from) => closure(from, children),
    cycle: () => (hasCycle(graph) ? findCycle(sorted(graph.nodes()), parents) : undefined),
  };
}

function closure(
  from: Iterable<TemplateName>,
  next: (name: TemplateName) => TemplateName[],
): Set<TemplateName> {
  const reached = new Set(from);
  for (const name of reached) for (const one of next(name)) reached.add(one);
  return reached;
}

function findCycle(
  names: readonly TemplateName[],
  next: (name: TemplateName) => TemplateName[],
): TemplateName[] | undefined {
  const finished = new Set<TemplateName>();
  for (const start of names) {
    // An explicit path instead of recursion: a chain may be longer than the call stack.
    const path: { readonly name: TemplateName; readonly rest: TemplateName[] }[] = [];
    const onPath = new Set<TemplateName>();
    const enter = (name: TemplateName): void => {
      path.push({ name, rest: next(name) });
      onPath.add(name);
    };
    if (!finished.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const one = top.rest.shift();
      if (one === undefined) {
        path.pop();
        onPath.delete(top.name);
        finished.add(top.name);
      } else if (onPath.has(one)) {
        const from = path.findIndex(({ name }) => name === one);
        return [...path.slice(from).map(({ name }) => name), one];
      } else if (!finished.has(one)) enter(one);
    }
  }
  return undefined;
}
