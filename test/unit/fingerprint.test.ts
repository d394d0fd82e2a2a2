/** The digest of an image: everything that can change the image moves it, and nothing else does. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, digestOf as digestOfText } from '../../src/core/digest.ts';
import type { Digest, ImageId } from '../../src/core/ids.ts';
import { imageId, templateName } from '../../src/core/ids.ts';
import type { Recipe } from '../../src/core/recipe.ts';
import { fingerprint } from '../../src/plan/fingerprint.ts';
import { digestLike, fingerprintsOf, stepScripts } from './rig.ts';

const known: Recipe = {
  origin: { kind: 'base', image: imageId('ami-0123456789abcdef0') },
  dependsOn: ['d'.repeat(64) as Digest],
  architecture: 'x86_64',
  volumeGb: 100,
  packages: ['gcc@14.3.0', 'openmpi@5.0.8 %gcc@14.3.0'],
  users: [{ name: 'ada', uid: 5001, gid: 5000 }],
  mounts: [{ bucket: 'data', mountPoint: '/shared', readOnly: true }],
  tests: ['gcc --version'],
  steps: [
    { name: 'bootstrap', script: 'b.sh', arguments: [], scriptDigest: 'a'.repeat(64) as Digest },
    {
      name: 'package gcc@14.3.0',
      script: 'p.sh',
      arguments: ['gcc@14.3.0'],
      scriptDigest: 'b'.repeat(64) as Digest,
    },
  ],
  inputs: [{ path: 'files/x', digest: 'c'.repeat(64) as Digest, executable: true }],
  secrets: [],
};

/** Whoever changes this literal rebuilds every image of every user: raise the format version, and say so in the changelog. */
const golden = 'a8080895eb706fec3449d1eb5308e8904b52935f9a77150e50ec3cd2eb63658c';

test('of a known recipe is known', () => {
  expect(fingerprint(known).digest).toBe(golden);
});

test('has a named part for each thing that it is made of', () => {
  expect(fingerprint(known).parts.map(([name]) => name)).toEqual([
    'format',
    'base image',
    'depends on',
    'architecture',
    'volume',
    'package',
    'package',
    'user',
    'mount',
    'test',
    'step',
    'step',
    'input',
  ]);
});

describe('of a recipe', () => {
  const [bootstrap, gcc] = known.steps;
  const first = bootstrap ?? expect.fail('no step');
  const second = gcc ?? expect.fail('no step');
  const other = 'e'.repeat(64) as Digest;

  test.each<[string, Partial<Recipe>]>([
    ['the base image', { origin: { kind: 'base', image: imageId('ami-0123456789abcdef1') } }],
    ['a parent in place of it', { origin: { kind: 'parent', digest: other } }],
    ["another template's digest", { dependsOn: [other] }],
    ['one of those more', { dependsOn: [...known.dependsOn, other] }],
    ['the architecture', { architecture: 'arm64' }],
    ['the volume', { volumeGb: 101 }],
    ['a package', { packages: ['gcc@14.3.0'] }],
    ['a version', { packages: ['gcc@14.3.1', 'openmpi@5.0.8 %gcc@14.3.0'] }],
    ['a user', { users: [] }],
    ["a user's id", { users: [{ name: 'ada', uid: 5002, gid: 5000 }] }],
    ["a user's group", { users: [{ name: 'ada', uid: 5001, gid: 5001 }] }],
    ['a mount', { mounts: [] }],
    ["a mount's way", { mounts: [{ bucket: 'data', mountPoint: '/shared', readOnly: false }] }],
    ['a test', { tests: ['gcc -v'] }],
    ['the order of tests', { tests: ['gcc -v', 'gcc --version'] }],
    ["a step's name", { steps: [{ ...first, name: 'x' }, second] }],
    ["a step's argument", { steps: [first, { ...second, arguments: ['gcc@14.3.1'] }] }],
    ["a script's digest", { steps: [{ ...first, scriptDigest: other }, second] }],
    ['the order of steps', { steps: [second, first] }],
    ['an input', { inputs: [] }],
    [
      "an input's path",
      { inputs: [{ path: 'files/y', digest: 'c'.repeat(64) as Digest, executable: true }] },
    ],
    ["an input's content", { inputs: [{ path: 'files/x', digest: other, executable: true }] }],
    [
      "an input's mode",
      { inputs: [{ path: 'files/x', digest: 'c'.repeat(64) as Digest, executable: false }] },
    ],
    ['a secret', { secrets: [{ name: 'A', parameter: '/a' }] }],
  ])('%s changes it', (_, change) => {
    expect(fingerprint({ ...known, ...change }).digest).not.toBe(golden);
  });

  test('of a secret, its name and its parameter count', () => {
    const digest = (name: string, parameter: string): Digest =>
      fingerprint({ ...known, secrets: [{ name, parameter }] }).digest;
    expect(new Set([digest('A', '/a'), digest('B', '/a'), digest('A', '/b')]).size).toBe(3);
  });

  test('a parent and a base image of the same name are two things', () => {
    const text = 'ami-0123456789abcdef0';
    const parent = fingerprint({ ...known, origin: { kind: 'parent', digest: text as Digest } });
    expect(parent.digest).not.toBe(golden);
  });

  test('it is that of the canonical text of its parts', () => {
    const { digest, parts } = fingerprint(known);
    expect(digest).toBe(digestOfText(canonical(parts)));
  });

  test('the place of a script does not change it, only what the script holds', () => {
    const moved = known.steps.map((step) => ({ ...step, script: `moved/${step.script}` }));
    expect(fingerprint({ ...known, steps: moved }).digest).toBe(golden);
  });

  test('no two lists of arguments run together', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'ab', '', '"', ',', '","', '[', ']'), { maxLength: 4 });
    const digest = (args: readonly string[]): Digest =>
      fingerprint({ ...known, steps: [{ ...first, arguments: args }] }).digest;
    fc.assert(
      fc.property(words, words, (a, b) => {
        expect(digest(a) === digest(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});

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
