/** What holds of every chain of templates. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Located } from '../../src/core/template.ts';
import { joinLists, joinSettings } from '../../src/template/merge.ts';

test('a chain is the same, whichever of its ends is joined first', () => {
  const located = <Value>(items: readonly Value[], file: string): Located<Value>[] =>
    items.map((value, at) => ({ value, place: { file, line: at + 1, column: 1, excerpt: '' } }));
  const few = fc.array(fc.constantFrom('a', 'b', 'c', 'a@1 +x', 'a@1+x'), { maxLength: 4 });
  const layer = fc
    .record({
      texts: few,
      uid: fc.array(fc.integer({ min: 1, max: 3 })),
      spot: fc.option(fc.boolean()),
      file: fc.string(),
    })
    .map(({ texts, uid, spot, file }) => ({
      lists: {
        packages: located(
          texts.map((text) => ({
            written: text,
            spec: text.replace(' ', ''),
            name: 'a',
            version: undefined,
          })),
          file,
        ),
        users: located(
          uid.map((id) => ({ name: `u${id}`, uid: id, gid: id })),
          file,
        ),
        mounts: located(
          texts.map((bucket) => ({ bucket, mountPoint: '/d', readOnly: false })),
          file,
        ),
        scripts: located(texts, file),
        inputs: located(texts, file),
        tests: located(texts, file),
      },
      build: spot === null ? {} : { spot: located([spot], file)[0] },
    }));
  fc.assert(
    fc.property(layer, layer, layer, (a, b, c) => {
      expect(joinLists(joinLists(a.lists, b.lists), c.lists)).toEqual(
        joinLists(a.lists, joinLists(b.lists, c.lists)),
      );
      expect(joinSettings(joinSettings(a.build, b.build), c.build)).toEqual(
        joinSettings(a.build, joinSettings(b.build, c.build)),
      );
    }),
  );
});
