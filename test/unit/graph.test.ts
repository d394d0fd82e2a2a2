/** The graph of names alone: its order, what stands on what, and cycles. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { templateName, type TemplateName } from '../../src/core/ids.ts';
import { buildGraph, type Edge } from '../../src/graph/graph.ts';

const edge = (text: string): Edge => {
  const [from = '', to = '', kind = 'extends'] = text.split(' ');
  return { from: templateName(from), to: templateName(to), kind: kind as Edge['kind'] };
};

const graphOf = (names: string, ...edges: string[]) =>
  buildGraph(names.split('').map(templateName), edges.map(edge));

/** A graph without cycles: an edge leads from an earlier place in a random row to a later one. */
const acyclic = fc
  .record({
    names: fc.uniqueArray(fc.stringMatching(/^[a-zA-Z/-]{1,4}$/), { minLength: 1, maxLength: 12 }),
    links: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean()), { maxLength: 30 }),
  })
  .map(({ names, links }) => ({
    names: names.map(templateName),
    edges: links.flatMap(([a, b, extend]): Edge[] => {
      const [low, high] = [
        Math.min(a % names.length, b % names.length),
        Math.max(a % names.length, b % names.length),
      ];
      const [from, to] = [names[low], names[high]];
      if (from === undefined || to === undefined || low === high) return [];
      return [{ from: templateName(from), to: templateName(to), kind: extend ? 'extends' : 'depends_on' }];
    }),
  }));

describe('the order', () => {
  test('has parents before children, and goes by name where that leaves a choice', () => {
    expect(graphOf('dcba', 'c a', 'd b').order()).toEqual(['c', 'd', 'a', 'b']);
    expect(graphOf('cab').order()).toEqual(['a', 'b', 'c']);
    expect(buildGraph([], []).order()).toEqual([]);
  });

  test('respects every edge, names each template once, and is the same however the graph was written', () => {
    fc.assert(
      fc.property(acyclic, fc.integer(), ({ names, edges }, seed) => {
        const order = buildGraph(names, edges).order();
        expect(order.toSorted()).toEqual(names.toSorted());
        for (const { from, to } of edges) expect(order.indexOf(from)).toBeLessThan(order.indexOf(to));
        const turned = <Item>(items: readonly Item[]): Item[] =>
          items.map((_, at) => items[(at * 7 + Math.abs(seed)) % items.length] ?? items[at]) as Item[];
        const again = new Set([...turned(names).toReversed(), ...names]);
        expect(buildGraph(again, edges.toReversed()).order()).toEqual(order);
      }),
    );
  });
});

describe('edges', () => {
  test('are listed by name', () => {
    expect(graphOf('abc', 'b c depends_on', 'a c', 'a b').edges()).toEqual([
      edge('a b'),
      edge('a c'),
      edge('b c depends_on'),
    ]);
  });

  test('of both kinds between two templates are one, the first written', () => {
    expect(graphOf('ab', 'a b extends', 'a b depends_on').edges()).toEqual([edge('a b extends')]);
  });
});

test('what stands on what, directly and at any distance', () => {
  const graph = graphOf('abcdex', 'a b', 'b d', 'c d depends_on', 'd e');
  expect(graph.parents(templateName('d'))).toEqual(['b', 'c']);
  expect(graph.parents(templateName('a'))).toEqual([]);
  const names = (found: Set<TemplateName>): string => [...found].toSorted().join('');
  expect(names(graph.withAncestors([templateName('d')]))).toBe('abcd');
  expect(names(graph.withDescendants([templateName('b')]))).toBe('bde');
  expect(names(graph.withDescendants([templateName('c'), templateName('x')]))).toBe('cdex');
  expect(names(graph.withAncestors([]))).toBe('');
});

test('to be an ancestor and to be a descendant are two sides of one thing', () => {
  fc.assert(
    fc.property(acyclic, ({ names, edges }) => {
      const graph = buildGraph(names, edges);
      for (const a of names) {
        for (const b of names)
          expect(graph.withAncestors([a]).has(b)).toBe(graph.withDescendants([b]).has(a));
      }
    }),
    { numRuns: 30 },
  );
});

describe('a cycle', () => {
  test('is given by its names, the first again at the end', () => {
    const cycle = graphOf('abcd', 'a b', 'b c', 'c b', 'c d').cycle();
    expect(cycle).toHaveLength(3);
    expect(cycle?.[0]).toBe(cycle?.[2]);
    expect(cycle?.slice(1).toSorted()).toEqual(['b', 'c']);
  });

  test('may be one template that stands on itself', () => {
    expect(graphOf('ab', 'b b').cycle()).toEqual(['b', 'b']);
  });

  test('is not there where no edge leads back', () => {
    fc.assert(
      fc.property(acyclic, ({ names, edges }) => {
        expect(buildGraph(names, edges).cycle()).toBeUndefined();
      }),
    );
  });

  test('is found along real edges, as soon as one edge leads back', () => {
    fc.assert(
      fc.property(
        acyclic.filter(({ edges }) => edges.length > 0),
        fc.nat(),
        ({ names, edges }, at) => {
          const back = edges[at % edges.length];
          if (back === undefined) return;
          const all: Edge[] = [...edges, { from: back.to, to: back.from, kind: 'extends' }];
          const cycle = buildGraph(names, all).cycle() ?? [];
          expect(cycle.length).toBeGreaterThan(1);
          expect(cycle[0]).toBe(cycle.at(-1));
          for (const [index, name] of cycle.slice(1).entries())
            expect(all.some(({ from, to }) => from === name && to === cycle[index])).toBe(true);
        },
      ),
    );
  });

  test('of 20 000 templates does not exhaust the call stack', () => {
    const names = Array.from({ length: 20_000 }, (_, at) => templateName(`t${String(at).padStart(5, '0')}`));
    const edges = names.map((from, at): Edge => ({
      from,
      to: names[(at + 1) % names.length] ?? from,
      kind: 'extends',
    }));
    expect(buildGraph(names, edges).cycle()).toHaveLength(20_001);
  });
});
