/** In which order instance types, subnets and Spot are tried. */
import { assert, boolean, constant, nat, oneof, property, record, string, uniqueArray } from 'fast-check';
import { expect, test } from 'vitest';
import { placeAfter, placesFrom } from '../../src/execute/launch-places.ts';

const settings = { timeoutSeconds: 60, instanceTypes: ['a.1', 'b.1'], subnets: ['s-1', 's-2'], spot: true };
const brief = ({ instanceType, spot, subnet }: ReturnType<typeof placeAfter>): string =>
  `${instanceType} ${subnet}${spot ? ' spot' : ''}`;

test('Spot everywhere before on-demand, a type in each subnet before the next type', () => {
  expect(placesFrom(settings, null).map(brief)).toEqual([
    'a.1 s-1 spot',
    'a.1 s-2 spot',
    'b.1 s-1 spot',
    'b.1 s-2 spot',
    'a.1 s-1',
    'a.1 s-2',
    'b.1 s-1',
    'b.1 s-2',
  ]);
});

test('without subnets, the default VPC; without Spot, on-demand alone', () => {
  const only = { ...settings, instanceTypes: ['a.1'], subnets: [], spot: false };
  const place = { instanceType: 'a.1', spot: false, subnet: null };
  expect(placesFrom(only, null)).toEqual([place]);
  expect(placeAfter(only, place)).toEqual(place);
});

test('a place that is no longer among them comes before all', () => {
  const old = { instanceType: 'c.1', spot: false, subnet: null };
  expect(placesFrom(settings, old)).toEqual([old, ...placesFrom(settings, null)]);
});

test('from any place on, all are tried once, and one after the other leads around', () => {
  const names = uniqueArray(string({ minLength: 1 }), { minLength: 1, maxLength: 4 });
  const any = record({
    timeoutSeconds: constant(60),
    instanceTypes: names,
    subnets: oneof(constant([]), names),
    spot: boolean(),
  });
  assert(
    property(any, nat(), (some, at) => {
      const all = placesFrom(some, null);
      const first = all[at % all.length];
      if (first === undefined) throw new Error('there is always one');
      const from = placesFrom(some, first);
      expect(from).toHaveLength(all.length);
      expect(new Set(from.map((one) => JSON.stringify(one)))).toEqual(
        new Set(all.map((one) => JSON.stringify(one))),
      );
      let place = first;
      for (const expected of from) {
        expect(place).toEqual(expected);
        place = placeAfter(some, place);
      }
      expect(place).toEqual(first);
    }),
  );
});
