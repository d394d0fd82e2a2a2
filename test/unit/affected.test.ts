/** Which templates are affected between two states of a workspace, and why. */
import { expect, test } from 'vitest';
import { affectedBetween, type End } from '../../src/plan/affected.ts';
import { withoutGaps } from '../../src/plan/earlier-inputs.ts';
import { fingerprintEach } from '../../src/plan/plan.ts';
import { imageId } from '../../src/core/ids.ts';
import { affectedText, affectedView } from '../../src/report/affected.ts';
import { readInputs } from '../../src/template/inputs.ts';
import { collectionOf, configOf, memoryFiles, stepScripts, type Tree, valueOf } from './rig.ts';

const { steps, ...config } = configOf();

/** Also where templates have errors, and scripts or inputs are missing. */
async function endOf(tree: Tree): Promise<End> {
  const collection = await collectionOf(tree);
  const good = [...collection.templates.values()];
  const inputs = withoutGaps(await readInputs(memoryFiles(tree), steps, good), steps, good);
  const each = fingerprintEach(collection, { ...config, steps }, inputs, () => imageId('ami-1'));
  return { collection, fingerprints: new Map(valueOf(each)) };
}

const explained = async (before: Tree, after: Tree): Promise<string> =>
  affectedText(affectedBetween(await endOf(before), await endOf(after), new Map()), true);

const tree: Tree = {
  ...stepScripts,
  'templates/a.yaml': 'tests: [a]\nbuild: { scripts: [own.sh], inputs: ["files/**"] }\n',
  'templates/b.yaml': 'extends: a.yaml\n',
  'templates/c.yaml': 'tests: [c]\n',
  'own.sh': 'own',
  'files/a': 'a',
};

test('a template that had errors, and what stood on it, is affected, and says which', async () => {
  expect(await explained({ ...tree, 'templates/a.yaml': 'x: 1\n' }, tree)).toBe(
    'a\n  could not be used at the base: unknown key x\nb\n  could not be used at the base: b stands on a, which has errors\n',
  );
});

test('a script or an input that was missing is what changed, where it is used', async () => {
  const { 'own.sh': _own, 'files/a': _input, 'scripts/run-tests.sh': _tests, ...less } = tree;
  expect(await explained(less, tree)).toBe(
    [
      'a\n  own.sh changed (templates/a.yaml:2)\n  scripts/run-tests.sh changed\n  + input files/a\n',
      'c\n  scripts/run-tests.sh changed\n',
      'b\n  a changed: own.sh changed (templates/a.yaml:2)\n  scripts/run-tests.sh changed\n  a changed: + input files/a\n',
    ].join(''),
  );
});

test('of a renamed parent the child has the digest that it had', async () => {
  const { 'templates/a.yaml': a = '', ...others } = tree;
  const renamed = { ...others, 'templates/z.yaml': a, 'templates/b.yaml': 'extends: z.yaml\n' };
  expect(await explained(tree, renamed)).toBe(
    'z\n  was a, with the same digest: an image of it is reused (templates/z.yaml)\na\n  deleted: there is nothing to build\n',
  );
});

test('a copy is new, though its digest is known', async () => {
  const copied = { ...tree, 'templates/d.yaml': 'tests: [c]\n' };
  expect(await explained(tree, copied)).toBe('d\n  new (templates/d.yaml)\n');
});

test('for programs', async () => {
  const affected = affectedBetween(
    await endOf({ ...tree, 'templates/c.yaml': 'x: 1\n' }),
    await endOf(tree),
    new Map(),
  );
  expect(affectedView(affected, { base: '0123', head: '4567' })).toEqual({
    base: '0123',
    head: '4567',
    affected: [
      {
        template: 'c',
        reasons: [
          {
            kind: 'unknown',
            template: 'c',
            part: 'template',
            name: null,
            from: null,
            to: null,
            file: 'templates/c.yaml',
            line: null,
          },
        ],
      },
    ],
    deleted: [],
  });
});
