/** Part of a graph: what a pattern fits, what that stands on and what stands on it. */
import { describe, expect, test } from 'vitest';
import { templateName } from '../../src/core/ids.ts';
import { focusOn, restrict } from '../../src/graph/focus.ts';
import type { Collection } from '../../src/graph/collection.ts';
import { collectionOf, invalidInputOf } from './rig.ts';

/** Templates by their path below templates/, without the ending. */
const collected = (texts: Readonly<Record<string, string>>): Promise<Collection> =>
  collectionOf(
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [`templates/${name}.yaml`, text])),
  );

const family = {
  foundation: '{}',
  cuda: '{}',
  'md/gromacs': 'extends: ../foundation.yaml\ndepends_on: [cuda]',
  'md/tools/plumed': 'extends: ../gromacs.yaml',
  'md/namd': 'extends: ../foundation.yaml',
  viz: 'extends: foundation.yaml',
};
describe('a focus', () => {
  test.each([
    ['md/gromacs', ['cuda', 'foundation', 'md/gromacs', 'md/tools/plumed']],
    ['cuda', ['cuda', 'md/gromacs', 'md/tools/plumed']],
    ['{viz,md/namd}', ['foundation', 'md/namd', 'viz']],
  ])('on %s leaves what it stands on and what stands on it', async (pattern, names) => {
    const { templates, graph } = focusOn(await collected(family), pattern);
    expect([...templates.keys()]).toEqual(names);
    expect(graph.order()).toEqual(names);
  });

  test.each([
    ['gromacs', ['there is no template gromacs']],
    ['z*', ['no template matches z*']],
    ['b*', ['bad cannot be used, for the errors below', 'unknown key x']],
  ])('on %s is an error', async (pattern, messages) => {
    const collection = await collected({ ...family, bad: 'x: 1' });
    const found = await invalidInputOf(() => focusOn(collection, pattern));
    expect(found.map(({ message }) => message)).toEqual(messages);
  });

  test('on a glob leaves out what cannot be used, and its errors stay', async () => {
    const { templates, diagnostics } = focusOn(await collected({ ...family, vbad: 'x: 1' }), 'v*');
    expect([...templates.keys()]).toEqual(['foundation', 'viz']);
    expect(diagnostics).toHaveLength(1);
  });

  test('has no edge to what is not there', async () => {
    const names = new Set(['md/gromacs', 'cuda', 'nobody'].map(templateName));
    expect(restrict(await collected(family), names).graph.edges()).toEqual([
      { from: 'cuda', to: 'md/gromacs', kind: 'depends_on' },
    ]);
  });
});
