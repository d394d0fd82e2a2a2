/** Which changes of templates, scripts and inputs move the digest of an image. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Digest, ImageId } from '../../src/core/ids.ts';
import { imageId, templateName } from '../../src/core/ids.ts';
import { digestLike, fingerprintsOf, stepScripts } from './rig.ts';

/** A child on a parent, as a user writes them; every part may be varied. */
const written = {
  cluster: { name: 'x', region: 'us-west-2' },
  queues: ['cpu'],
  comment: '',
  packages: ['gcc@14', 'cmake@3', 'namd@3 %gcc@14'],
  users: [
    ['ada', 5001],
    ['grace', 5002],
    ['alan', 5003],
  ] as (readonly [string, number])[],
  mounts: ['/b', '/a'],
  depends: ['one', 'two'],
  inputs: ['files/**', 'conf'],
};
type Written = typeof written;

const childOf = (w: Written): string =>
  `${w.comment}
extends: parent.yaml
cluster: { name: ${w.cluster.name}, region: ${w.cluster.region} }
compute: { queues: [${w.queues.map((name) => `{ name: ${name} }`).join(', ')}] }
${w.comment}
depends_on: [${w.depends.join(', ')}]
software:
  spack_packages:
${w.packages.map((spec) => `    - "${spec}" ${w.comment}`).join('\n')}
users: [${w.users.map(([name, uid]) => `{ name: ${name}, uid: ${uid}, gid: 5000 }`).join(', ')}]
data: { s3_mounts: [${w.mounts.map((at) => `{ bucket: data, mount_point: ${at} }`).join(', ')}] }
build: { inputs: ["${w.inputs.join('", "')}"] }
tests: [true, "gcc -v"]
`.replace('[true,', '["true",');

const treeOf = (child: string, rest: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  'templates/parent.yaml':
    'software: { spack_packages: [gcc@14] }\nbuild: { scripts: [s.sh] }\ntests: [gcc -v]',
  'templates/one.yaml': 'tests: [one]',
  'templates/two.yaml': 'tests: [two]',
  'templates/child.yaml': child,
  's.sh': 'echo s\n',
  'files/a': 'a',
  'files/b': 'b',
  conf: 'c',
  ...rest,
});

const digestOf = async (
  child: string,
  rest: Readonly<Record<string, string>> = {},
  config: Parameters<typeof fingerprintsOf>[1] = {},
  base?: ImageId,
): Promise<Digest> => (await fingerprintsOf(treeOf(child, rest), config, base)).digest('child');

describe('of a template', () => {
  test('is not changed by a parent that is named in depends_on, too', async () => {
    const twice = childOf({ ...written, depends: ['two', 'parent', 'one'] });
    expect(await digestOf(twice)).toBe(await digestOf(childOf(written)));
  });

  test('is not changed by how the path of a file is spelled', async () => {
    const digestWith = (path: (plain: string) => string): Promise<Digest> =>
      digestOf(
        `build: { scripts: [${path('s.sh')}], inputs: ["${path('files/**')}"] }`,
        { 'setup/boot.sh': '' },
        { steps: { bootstrap: { script: path('setup/boot.sh'), inputs: [path('conf')] } } },
      );
    const plain = await digestWith((path) => path);
    expect(await digestWith((path) => `./${path}`)).toBe(plain);
    expect(await digestWith((path) => path.replace('/', '/.//'))).toBe(plain);
  });

  test('is not changed by order, comments, layout, queues, names and regions', async () => {
    const plain = await digestOf(childOf(written));
    const shuffled = fc.record({
      cluster: fc.record({
        name: fc.constantFrom('x', 'y'),
        region: fc.constantFrom('us-west-2', 'eu-west-1'),
      }),
      queues: fc.subarray(['cpu', 'efa', 'gpu']),
      comment: fc.constantFrom('', '# a comment', '   # another'),
      packages: fc.shuffledSubarray(['gcc@14', 'cmake@3', 'namd@3 %gcc@14', 'namd@3   %gcc@14'], {
        minLength: 4,
      }),
      users: fc.shuffledSubarray([...written.users], { minLength: 3 }),
      mounts: fc.shuffledSubarray([...written.mounts], { minLength: 2 }),
      depends: fc.shuffledSubarray([...written.depends], { minLength: 2 }),
      inputs: fc.shuffledSubarray(['files/**', 'conf', 'files/a'], { minLength: 3 }),
    });
    const config = fc.constantFrom(
      {},
      { region: 'eu-west-1', workspace: 'w', concurrency: 1, bucket: 'bucket' },
    );
    await fc.assert(
      fc.asyncProperty(shuffled, config, async (one, given) => {
        expect(await digestOf(childOf(one), {}, given)).toBe(plain);
      }),
      { numRuns: 60 },
    );
  });

  const child = childOf(written);
  test.each<[string, string, Record<string, string>]>([
    ['a package', child.replace('    - "cmake@3" \n', ''), {}],
    ['a version', child.replace('cmake@3', 'cmake@4'), {}],
    ['a variant', child.replace('cmake@3', 'cmake@3 +x'), {}],
    ['a user', child.replace('name: ada', 'name: eve'), {}],
    ['a mount', child.replace('mount_point: /a', 'mount_point: /c'), {}],
    ['a test', child.replace('"true"', '"false"'), {}],
    ['what it depends on', child.replace('[one, two]', '[one]'), {}],
    ['the digest of what it depends on', child, { 'templates/two.yaml': 'tests: [three]' }],
    [
      "its parent's package",
      child,
      { 'templates/parent.yaml': 'software: { spack_packages: [gcc@14, git] }' },
    ],
    ["its parent's script", child, { 's.sh': 'echo t\n' }],
    ["a step's script", child, { 'scripts/create-users.sh': 'echo other\n' }],
    ['an input', child, { 'files/a': 'other' }],
    ['an input more', child, { 'files/c': '' }],
    ["an input's mode", child, { conf: '#!/bin/sh' }],
    ['the volume', child.replace('build: {', 'build: { volume_size_gb: 107,'), {}],
    ['a script of its own', child.replace('build: {', 'build: { scripts: [files/a],'), {}],
  ])('is changed by %s', async (_, text, rest) => {
    expect([text, rest]).not.toEqual([child, {}]);
    expect(await digestOf(text, rest)).not.toBe(await digestOf(child));
  });

  test('is changed by the base image that the chain stands on', async () => {
    const other = imageId('ami-0fedcba9876543210');
    expect(await digestOf(child, {}, {}, other)).not.toBe(await digestOf(child));
  });

  test.each(['instance_type: c7g.large', 'spot: true', 'timeout: 1h'])(
    'is not changed by how it is built: %s',
    async (setting) => {
      expect(await digestOf(child.replace('build: {', `build: { ${setting},`))).toBe(await digestOf(child));
    },
  );

  test('is not changed by what it depends on twice, or by another name for it', async () => {
    const twins = { 'templates/two.yaml': 'tests: [two]', 'templates/twin.yaml': 'tests: [two]' };
    const plain = await digestOf(child, twins);
    expect(await digestOf(child.replace('[one, two]', '[one, two, two]'), twins)).toBe(plain);
    expect(await digestOf(child.replace('[one, two]', '[one, two, twin]'), twins)).toBe(plain);
    expect(await digestOf(child.replace('[one, two]', '[one, twin]'), twins)).toBe(plain);
  });

  test('is not changed by a template that it has nothing to do with', async () => {
    expect(await digestOf(child, { 'templates/zzz.yaml': 'tests: [z]', unused: 'x' })).toBe(
      await digestOf(child),
    );
  });

  test('names the steps in the order in which they run', async () => {
    const { all } = await fingerprintsOf(treeOf(child));
    const recipe = all.get(templateName('child'))?.recipe;
    expect(recipe?.steps.map(({ name }) => name)).toEqual([
      'bootstrap',
      'package cmake@3',
      'package namd@3 %gcc@14',
      'users',
      'mounts',
      'test 1',
      'test 2',
      'clean-up',
    ]);
    expect(recipe?.steps.map(({ arguments: args }) => args.join(' '))).toEqual([
      '',
      'cmake@3',
      'namd@3 %gcc@14',
      'ada:5001:5000 alan:5003:5000 grace:5002:5000',
      'data:/a data:/b',
      'gcc -v',
      'true',
      '',
    ]);
    expect(recipe?.steps[0]?.scriptDigest).toBe(digestLike(stepScripts['scripts/bootstrap.sh'] ?? ''));
    expect(recipe?.inputs.map(({ path }) => path)).toEqual(['conf', 'files/a', 'files/b']);
  });

  test('covers the inputs of the steps that its build runs, and of no others', async () => {
    const tree = {
      'templates/one.yaml': 'software: { spack_packages: [gcc@14] }\n',
      'templates/two.yaml': 'tests: [make]\n',
      'spack/a.yaml': 'a',
      'tests/b': 'b',
    };
    const { all } = await fingerprintsOf(tree, {
      steps: {
        package: { script: 'scripts/install-package.sh', inputs: ['spack/**'] },
        tests: { script: 'scripts/run-tests.sh', inputs: ['tests/**'] },
      },
    });
    const paths = (name: string) => all.get(templateName(name))?.recipe.inputs.map(({ path }) => path);
    expect([paths('one'), paths('two')]).toEqual([['spack/a.yaml'], ['tests/b']]);
  });
});
