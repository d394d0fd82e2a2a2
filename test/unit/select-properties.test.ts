/** What holds of every selection, whatever the templates are called. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Collection } from '../../src/graph/collection.ts';
import { select, type Wanted } from '../../src/graph/select.ts';
import { collectionOf } from './rig.ts';

/** Templates by their path below templates/, without the ending. */
const collected = (texts: Readonly<Record<string, string>>): Promise<Collection> =>
  collectionOf(
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [`templates/${name}.yaml`, text])),
  );

const selected = (collection: Collection, wanted: Wanted): string[] => [
  ...select(collection, wanted).templates,
];

/** Names with signs and brackets, each standing on some of those before it. */
const world = fc
  .record({
    names: fc.uniqueArray(fc.stringMatching(/^[ab+*[\]]{1,3}$/), { minLength: 1, maxLength: 7 }),
    links: fc.array(fc.nat(), { minLength: 7, maxLength: 7 }),
  })
  .map(({ names, links }) =>
    collected(
      Object.fromEntries(
        names.map((name, at) => {
          const below = names.slice(0, at).filter((_, bit) => ((links[at] ?? 0) >> bit) % 2 === 1);
          return [name, `depends_on: ${JSON.stringify(below)}`];
        }),
      ),
    ),
  );

describe('whatever the templates are called', () => {
  const check = (property: (collection: Collection, names: string[]) => void): Promise<void> =>
    fc.assert(
      fc.asyncProperty(world, async (given) => {
        const collection = await given;
        expect(collection.diagnostics).toEqual([]);
        property(collection, [...collection.templates.keys()]);
      }),
    );

  test('each is selected by its name alone', () =>
    check((collection, names) => {
      for (const name of names) expect(selected(collection, { names: [name] })).toEqual([name]);
    }));

  test('a sign adds all that is above or below, where no name holds the sign already', () =>
    check((collection, names) => {
      const { graph } = collection;
      const sorted = (found: Iterable<string>): string[] => [...found].toSorted();
      for (const name of collection.templates.keys()) {
        if (names.some((other) => other === `+${name}`)) continue;
        expect(selected(collection, { names: [`+${name}`] }).toSorted()).toEqual(
          sorted(graph.withAncestors([name])),
        );
      }
      for (const name of collection.templates.keys()) {
        if (names.some((other) => other === `${name}+`)) continue;
        // `+a+` is what stands on `+a` only where there is no `a+`.
        if (name.startsWith('+') && names.includes(`${name.slice(1)}+`)) continue;
        expect(selected(collection, { names: [`${name}+`] }).toSorted()).toEqual(
          sorted(graph.withDescendants([name])),
        );
      }
    }));

  test('excluding takes out what the pattern alone would select', () =>
    check((collection, names) => {
      for (const pattern of names.flatMap((name) => [name, `+${name}`, `${name}+`])) {
        const out = selected(collection, { names: [pattern] });
        const left = names.filter((name) => !out.includes(name));
        if (left.length > 0) expect(selected(collection, { names: 'all', exclude: [pattern] })).toEqual(left);
      }
    }));
});
