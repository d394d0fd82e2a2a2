/** The digest of an image: everything that can change the image moves it, and nothing else does. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, digestOf as digestOfText } from '../../src/core/digest.ts';
import type { Digest } from '../../src/core/ids.ts';
import { imageId } from '../../src/core/ids.ts';
import type { Recipe } from '../../src/core/recipe.ts';
import { fingerprint } from '../../src/plan/fingerprint.ts';

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
