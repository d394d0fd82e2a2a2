/** What is said where a template names one that does not exist. */
import { describe, expect, test } from 'vitest';
import { problems } from './collection-rig.ts';

describe('a name that does not exist', () => {
  test('is told with its place and the nearest names', async () => {
    expect(
      await problems({
        foundation: '{}',
        'md/gromacs': '\nextends: ../fundation.yaml',
        namd: 'depends_on: [foundation, gromacs]',
        other: 'extends: zzzzzzzzzz.yaml',
      }),
    ).toEqual([
      'md/gromacs.yaml:2:10 unknown-template: md/gromacs extends templates/fundation.yaml, which does not exist (did you mean ../foundation.yaml?)',
      'namd.yaml:1:26 unknown-template: namd depends on gromacs, which does not exist (did you mean md/gromacs?)',
      'other.yaml:1:10 unknown-template: other extends templates/zzzzzzzzzz.yaml, which does not exist (there are: foundation.yaml, md/gromacs.yaml, namd.yaml)',
    ]);
  });

  test('may be one without its folder, or that of a file', async () => {
    const near = 'did you mean md/f?';
    expect(
      await problems({
        'md/f': '{}',
        e: '{}',
        g: 'depends_on: [f]',
        h: 'depends_on: [md/f.yaml, ./md/f.yml]',
        i: 'depends_on: [templates/md/f.yaml]',
      }),
    ).toEqual([
      `g.yaml:1:14 unknown-template: g depends on f, which does not exist (${near})`,
      `h.yaml:1:14 unknown-template: h depends on md/f.yaml, which does not exist (${near})`,
      `h.yaml:1:25 unknown-template: h depends on ./md/f.yml, which does not exist (${near})`,
      `i.yaml:1:14 unknown-template: i depends on templates/md/f.yaml, which does not exist (${near})`,
    ]);
  });

  test('is answered with the very name that a path holds, and with what is near apart from the template itself', async () => {
    const others = Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`other-${at}`, '{}']));
    expect(
      await problems({
        ...others,
        'a/md/g': '{}',
        'b/md/g': '{}',
        'md/g': '{}',
        'gromacs-2023': 'extends: gromacs-2022.yaml',
        'gromacs-base': '{}',
        z: 'depends_on: [md/g.yaml, g]',
      }),
    ).toEqual([
      'gromacs-2023.yaml:1:10 unknown-template: gromacs-2023 extends templates/gromacs-2022.yaml, which does not exist (did you mean gromacs-base.yaml?)',
      'z.yaml:1:14 unknown-template: z depends on md/g.yaml, which does not exist (did you mean md/g?)',
      'z.yaml:1:25 unknown-template: z depends on g, which does not exist (did you mean md/g, a/md/g or b/md/g?)',
    ]);
  });

  test('is no cycle where it leads to another file of that name', async () => {
    expect(await problems({ a: 'extends: a.yml' })).toEqual([
      'a.yaml:1:10 unknown-template: a extends templates/a.yml, which does not exist (mend the name, or add the template)',
    ]);
  });

  test('is answered as it must be written, and never with the template itself', async () => {
    expect(
      await problems({
        foundation: '{}',
        'md/a': 'extends: templates/foundation.yaml',
        cuda: 'depends_on: [cuda-12]',
        'viz/cuda': 'depends_on: [cuda-12]',
        'viz/b': 'depends_on: [cuda-12]',
      }),
    ).toEqual([
      'cuda.yaml:1:14 unknown-template: cuda depends on cuda-12, which does not exist (there are: foundation, md/a, viz/b, viz/cuda)',
      'md/a.yaml:1:10 unknown-template: md/a extends templates/md/templates/foundation.yaml, which does not exist (did you mean ../foundation.yaml?)',
      'viz/b.yaml:1:14 unknown-template: viz/b depends on cuda-12, which does not exist (did you mean cuda?)',
      'viz/cuda.yaml:1:14 unknown-template: viz/cuda depends on cuda-12, which does not exist (did you mean cuda?)',
    ]);
  });

  test('is told of a template that has other errors too', async () => {
    expect(
      await problems({
        foundation: '{}',
        a: 'extends: fundation.yaml\ndepends_on: [x, 1, "y\\nz"]\ntests: 1',
      }),
    ).toEqual([
      'a.yaml:2:17 wrong-value: depends_on[1] must be text, not the number 1 (if it is meant as text, put it in quotes)',
      'a.yaml:2:20 wrong-value: depends_on[2] must be one line',
      'a.yaml:3:8 wrong-value: tests must be a list, not the number 1',
      'a.yaml:1:10 unknown-template: a extends templates/fundation.yaml, which does not exist (did you mean foundation.yaml?)',
      'a.yaml:2:14 unknown-template: a depends on x, which does not exist (there are: foundation)',
    ]);
  });

  test('is told too where there is no other', async () => {
    expect(await problems({ a: 'extends: b.yaml' })).toEqual([
      'a.yaml:1:10 unknown-template: a extends templates/b.yaml, which does not exist (mend the name, or add the template)',
    ]);
  });
});

describe('a list of a hundred thousand names', () => {
  const list = (names: readonly string[]): string => `depends_on: [${names.join(',')}]`;
  const often = (name: string): string => list(Array.from({ length: 125_000 }, () => name));

  test('of one template is a warning', async () => {
    expect(await problems({ a: often('b'), b: '{}' })).toEqual([
      'a.yaml:1:16 repeated-template: b stands twice; it counts once (take one of them out)',
    ]);
  });

  test('of a broken template leaves its own mistake to be told', async () => {
    expect((await problems({ a: `${often('b')}\ntests: 1`, b: '{}' }))[0]).toBe(
      'a.yaml:2:8 wrong-value: tests must be a list, not the number 1',
    );
  });

  test('of one that does not exist is told once', async () => {
    expect((await problems({ a: often('x'), b: '{}' })).slice(1)).toEqual([
      'a.yaml:1:14 unknown-template: a depends on x, which does not exist (did you mean b?)',
    ]);
  });

  test('of others that do not exist is told in part', async () => {
    const found = await problems({ a: list(Array.from({ length: 30_000 }, (_, at) => `x${at}`)) });
    expect([found.length, found.at(-1)]).toEqual([
      101,
      'a.yaml more-errors: a depends on 29900 more that do not exist (mend these first)',
    ]);
  });
});
