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

/** A graph with links in any direction. */
const tangled = fc
  .record({
    names: fc.uniqueArray(fc.stringMatching(/^[a-zA-Z/-]{1,2}$/), { minLength: 1, maxLength: 9 }),
    links: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 14 }),
  })
  .map(({ names, links }) => ({
    names: names.map(templateName),
    edges: links.map(([a, b]): Edge => ({
      from: templateName(names[a % names.length] ?? ''),
      to: templateName(names[b % names.length] ?? ''),
      kind: 'extends',
    })),
  }));

describe('cycles', () => {
  test('are told along what each template stands on, the first name at both ends', () => {
    expect(graphOf('abcd', 'a b', 'b c', 'c b', 'c d').cycles()).toEqual([['b', 'c', 'b']]);
    expect(graphOf('abc', 'a c', 'c b', 'b a').cycles()).toEqual([['a', 'b', 'c', 'a']]);
  });

  test('may be one template that stands on itself', () => {
    expect(graphOf('ab', 'b b').cycles()).toEqual([['b', 'b']]);
  });

  test('are told once for all that stand on each other, the shortest that holds the first of them', () => {
    const graph = graphOf('abcdexyz', 'a b', 'b c', 'c d', 'd a', 'c a', 'd e', 'e d', 'z y', 'y z', 'y x');
    expect(graph.cycles()).toEqual([
      ['a', 'c', 'b', 'a'],
      ['y', 'z', 'y'],
    ]);
    expect(graph.components()).toEqual([
      ['a', 'b', 'c', 'd', 'e'],
      ['y', 'z'],
    ]);
  });

  test('are not there where no edge leads back', () => {
    fc.assert(
      fc.property(acyclic, ({ names, edges }) => {
        expect(buildGraph(names, edges).cycles()).toEqual([]);
        expect(buildGraph(names, edges).components()).toEqual([]);
      }),
    );
  });

  test('lead along real edges, past no name twice, from the first of their names', () => {
    fc.assert(
      fc.property(tangled, ({ names, edges }) => {
        for (const cycle of buildGraph(names, edges).cycles()) {
          const members = cycle.slice(1);
          expect(members.length).toBeGreaterThan(0);
          expect(new Set(members).size).toBe(members.length);
          expect(cycle[0]).toBe(members.at(-1));
          expect(cycle[0]).toBe(members.toSorted()[0]);
          for (const [at, name] of members.entries())
            expect(edges.some(({ from, to }) => from === name && to === cycle[at])).toBe(true);
        }
      }),
    );
  });

  test('are all told: without their components every template can be put in order', () => {
    fc.assert(
      fc.property(tangled, ({ names, edges }) => {
        const graph = buildGraph(names, edges);
        const tied = new Set(graph.components().flat());
        for (const name of graph.cycles().flat()) expect(tied).toContain(name);
        const left = names.filter((name) => !tied.has(name));
        const rest = edges.filter(({ from, to }) => !tied.has(from) && !tied.has(to));
        const order = buildGraph(left, rest).order();
        expect(order).toHaveLength(left.length);
        for (const { from, to } of rest) expect(order.indexOf(from)).toBeLessThan(order.indexOf(to));
      }),
    );
  });

  test('hold together what is above and below each other, and nothing else', () => {
    fc.assert(
      fc.property(tangled, ({ names, edges }) => {
        const graph = buildGraph(names, edges);
        for (const component of graph.components()) {
          const above = graph.withAncestors(component);
          const both = [...graph.withDescendants(component)].filter((name) => above.has(name));
          expect(component).toEqual(both.toSorted());
        }
      }),
    );
  });

  test('are the same however the graph was written', () => {
    fc.assert(
      fc.property(tangled, ({ names, edges }) => {
        const turned = buildGraph(names.toReversed(), edges.toReversed());
        expect(turned.cycles()).toEqual(buildGraph(names, edges).cycles());
      }),
    );
  });
});

describe('a large graph', () => {
  const named = (count: number): TemplateName[] =>
    Array.from({ length: count }, (_, at) => templateName(`t${String(at).padStart(6, '0')}`));
  const row = (names: readonly TemplateName[]): Edge[] =>
    names.slice(1).map((to, at) => ({ from: names[at] ?? to, to, kind: 'extends' }));

  test('of one chain does not exhaust the call stack, closed or open', () => {
    const names = named(100_000);
    const [first, last] = [names[0] ?? templateName(''), names.at(-1) ?? templateName('')];
    const chain = buildGraph(names, row(names));
    expect(chain.cycles()).toEqual([]);
    expect(chain.order()).toEqual(names);
    expect(chain.withAncestors([last]).size).toBe(100_000);
    const ring = buildGraph(names, [...row(names), { from: last, to: first, kind: 'extends' }]);
    expect(ring.cycles()).toEqual([[first, ...names.slice(1).toReversed(), first]]);
  });

  test('of many cycles is not read anew for each', () => {
    const names = named(20_000);
    const pairs = names.flatMap((name, at): Edge[] => {
      const other = names[at % 2 === 0 ? at + 1 : at - 1];
      return other === undefined ? [] : [{ from: name, to: other, kind: 'extends' }];
    });
    expect(buildGraph(names, pairs).cycles()).toHaveLength(10_000);
  });
});

test.each(['constructor', 'toString', '__proto__', ':'])('a template may be named %s', (text) => {
  const name = templateName(text);
  const edges = [edge(`x ${text}`), edge(`${text} y`)];
  const graph = buildGraph([templateName('x'), name, templateName('y')], edges);
  expect(graph.order()).toEqual(['x', text, 'y']);
  expect(graph.parents(name)).toEqual(['x']);
  expect(graph.edges()).toHaveLength(2);
  expect([...graph.withDescendants([templateName('x')])]).toEqual(['x', text, 'y']);
});
