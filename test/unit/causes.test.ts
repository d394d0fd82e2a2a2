/** What makes a template's recipe another one: each change once, where it was made. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type TemplateName, templateName } from '../../src/core/ids.ts';
import { causesOf } from '../../src/plan/causes.ts';
import { namedParts } from '../../src/plan/plan.ts';
import { fingerprintsOf, placeOf, stepScripts, type Tree } from './rig.ts';

const foundation = 'software: { spack_packages: [gcc@14] }\n';
const gromacs = `extends: foundation.yaml
depends_on: [cuda]
software:
  spack_packages:
    - cmake@3.26
    - gromacs@2025
users: [{ name: ada, uid: 5001, gid: 5001 }]
data: { s3_mounts: [{ bucket: data-one, mount_point: /shared }] }
build: { scripts: [scripts/own.sh], inputs: ['files/**'] }
tests: [gmx --version]
`;
const tree = {
  'templates/foundation.yaml': foundation,
  'templates/cuda.yaml': 'software: { spack_packages: [cuda@12] }\n',
  'templates/gromacs.yaml': gromacs,
  'scripts/own.sh': 'echo own',
  'files/a': 'a',
};
const edited = (from: string, to: string): Tree => ({
  'templates/gromacs.yaml': gromacs.replace(from, to),
});

/** `template: part kind name: from -> to @place`, for what `name` was in `before` and is in `after`. */
async function causes(before: Tree, after: Tree, name = 'gromacs'): Promise<string[]> {
  const [was, is] = [await fingerprintsOf(before), await fingerprintsOf(after)];
  const earlier = namedParts(was.collection.templates, was.all);
  const facts = { earlier, now: is.all, templates: is.collection.templates, pinnedAt: new Map() };
  return causesOf(templateName(name), was.digest(name), facts).map((change) => {
    const { template, part, kind, from, to } = change;
    return `${template}: ${part} ${kind} ${change.name}: ${from} -> ${to} @${placeOf(change) ?? ''}`;
  });
}

describe('a change of', () => {
  test.each<[string, Tree, string[]]>([
    ['nothing', {}, []],
    [
      "a package's version",
      edited('cmake@3.26', 'cmake@3.27 +x'),
      ['gromacs: package changed cmake: cmake@3.26 -> cmake@3.27+x @templates/gromacs.yaml:5:7'],
    ],
    [
      'one package for another',
      edited('cmake@3.26', 'ninja@1'),
      [
        'gromacs: package removed cmake: cmake@3.26 ->  @',
        'gromacs: package added ninja:  -> ninja@1 @templates/gromacs.yaml:5:7',
      ],
    ],
    [
      'a user',
      edited('uid: 5001', 'uid: 5002'),
      [
        'gromacs: user changed ada: ada (uid 5001, gid 5001) -> ada (uid 5002, gid 5001) @templates/gromacs.yaml:7:9',
      ],
    ],
    [
      'a mount',
      edited('data-one', 'data-two'),
      [
        'gromacs: mount changed /shared: data-one at /shared -> data-two at /shared @templates/gromacs.yaml:8:21',
      ],
    ],
    [
      'a test',
      edited('[gmx --version]', '[gmx --version, gmx help]'),
      ['gromacs: test added gmx help:  -> gmx help @templates/gromacs.yaml:10:24'],
    ],
    [
      'the volume',
      edited('build: {', 'build: { volume_size_gb: 200,'),
      ['gromacs: volume changed : 100 GiB -> 200 GiB @templates/gromacs.yaml:9:26'],
    ],
    [
      "a script's content",
      { 'scripts/own.sh': 'echo other' },
      ['gromacs: script changed scripts/own.sh:  ->  @templates/gromacs.yaml:9:20'],
    ],
    ["an input's content", { 'files/a': 'b' }, ['gromacs: input changed files/a:  ->  @']],
    ["an input's mode", { 'files/a': '#!a' }, ['gromacs: input changed files/a:  ->  @']],
    ['one input more', { 'files/b': 'b' }, ['gromacs: input added files/b:  -> files/b @']],
    [
      "a step's script, in all at once",
      { 'scripts/install-package.sh': 'echo other' },
      ['foundation: script changed scripts/install-package.sh:  ->  @'],
    ],
    [
      'the parent',
      { 'templates/foundation.yaml': foundation.replace('gcc@14', 'gcc@15') },
      ['foundation: package changed gcc: gcc@14 -> gcc@15 @templates/foundation.yaml:1:30'],
    ],
    [
      'what it depends on',
      { 'templates/cuda.yaml': 'tests: [nvcc]\n' },
      [
        'cuda: package removed cuda: cuda@12 ->  @',
        'cuda: test added nvcc:  -> nvcc @templates/cuda.yaml:1:9',
      ],
    ],
    [
      'which it depends on',
      { ...edited('[cuda]', '[rocm]'), 'templates/rocm.yaml': 'tests: [rocminfo]\n' },
      [
        'gromacs: depends on removed cuda: cuda ->  @',
        'gromacs: depends on added rocm:  -> rocm @templates/gromacs.yaml:2:14',
      ],
    ],
    [
      'the parent for another one',
      { ...edited('foundation.yaml', 'cuda.yaml') },
      ['gromacs: parent changed : foundation -> cuda @templates/gromacs.yaml:1:10'],
    ],
    [
      'the parent for one that depends_on no longer names',
      edited('extends: foundation.yaml\ndepends_on: [cuda]', 'extends: cuda.yaml\ndepends_on: [foundation]'),
      ['gromacs: parent changed : foundation -> cuda @templates/gromacs.yaml:1:10'],
    ],
    [
      'the parent for the base image',
      edited('extends: foundation.yaml\n', ''),
      [
        'gromacs: parent removed : foundation ->  @',
        'gromacs: base image added :  -> ami-0123456789abcdef0 @',
      ],
    ],
  ])('%s', async (_, change, expected) => {
    expect(await causes(tree, { ...tree, ...change })).toEqual(expected);
  });

  test('the order of tests', async () => {
    const of = (tests: string): Tree => ({ 'templates/a.yaml': `tests: [${tests}]\n` });
    expect(await causes(of('one, two'), of('two, one'), 'a')).toEqual([
      'a: test reordered : one, two -> two, one @',
    ]);
  });

  test('ancestors comes first, and what is inherited is told once', async () => {
    const chain = (first: string, last: string): Tree => ({
      'templates/a.yaml': `tests: [${first}]\n`,
      'templates/b.yaml': 'extends: a.yaml\n',
      'templates/c.yaml': `extends: b.yaml\nsoftware: { spack_packages: [${last}] }\n`,
    });
    expect(await causes(chain('one', 'x@1'), chain('two', 'x@2'), 'c')).toEqual([
      'a: test removed one: one ->  @',
      'a: test added two:  -> two @templates/a.yaml:1:9',
      'c: package changed x: x@1 -> x@2 @templates/c.yaml:2:30',
    ]);
  });
});

describe('templates that were alike', () => {
  const twins = (zlib: string): Tree => ({
    'templates/a.yaml': 'software: { spack_packages: [zlib@1.3] }\n',
    'templates/b.yaml': `software: { spack_packages: [zlib@${zlib}] }\n`,
    'templates/c.yaml': 'extends: b.yaml\ntests: [c]\n',
    'templates/d.yaml': 'depends_on: [b]\ntests: [d]\n',
  });
  const change = 'b: package changed zlib: zlib@1.3 -> zlib@1.4 @templates/b.yaml:1:30';

  test.each(['b', 'c', 'd'])('are not taken for each other: %s', async (name) => {
    expect(await causes(twins('1.3'), twins('1.4'), name)).toEqual([change]);
  });
});

test('an order of tests that is inherited is told of who changed it', async () => {
  const chain = (tests: string, own = 'three'): Tree => ({
    'templates/a.yaml': `tests: [${tests}]\n`,
    'templates/b.yaml': `extends: a.yaml\ntests: [${own}]\n`,
    'templates/c.yaml': 'extends: b.yaml\n',
  });
  const inherited = 'a: test reordered : one, two -> two, one @';
  expect(await causes(chain('one, two'), chain('two, one'), 'c')).toEqual([inherited]);
  expect(await causes(chain('one, two', 'x, y'), chain('two, one', 'y, x'), 'c')).toEqual([
    inherited,
    'b: test reordered : one, two, x, y -> two, one, y, x @',
  ]);
});

test('a recipe that was not kept is said to be that, of the template that it was', async () => {
  const was = await fingerprintsOf(tree);
  const is = await fingerprintsOf({ ...tree, ...edited('cmake@3.26', 'cmake@3.27') });
  const facts = { earlier: new Map(), now: is.all, templates: is.collection.templates, pinnedAt: new Map() };
  expect(causesOf(templateName('gromacs'), was.digest('gromacs'), facts)).toEqual([
    { template: 'gromacs', part: 'recipe', kind: 'changed', name: '', from: '', to: '', place: undefined },
  ]);
});

test('there is a cause exactly where the digest differs', async () => {
  const one = fc.record({
    packages: fc.shuffledSubarray(['gcc@14', 'gcc@15', 'cmake@3', 'x+a', 'x~a']),
    tests: fc.shuffledSubarray(['one', 'two', 'three']),
    users: fc.subarray(['{ name: ada, uid: 5001, gid: 5001 }', '{ name: bob, uid: 5002, gid: 5001 }']),
    scripts: fc.shuffledSubarray(['scripts/bootstrap.sh', 'scripts/clean-up.sh']),
    volume: fc.constantFrom(100, 200),
  });
  const text = ({ packages, tests, users, scripts, volume }: Parameters<Parameters<typeof one.map>[0]>[0]) =>
    `software: { spack_packages: [${packages.join(', ')}] }
tests: [${tests.join(', ')}]
users: [${users.join(', ')}]
build: { scripts: [${scripts.join(', ')}], volume_size_gb: ${volume} }
`;
  await fc.assert(
    fc.asyncProperty(one, one, fc.boolean(), async (a, b, child) => {
      const name = child ? 'b' : 'a';
      const make = (part: typeof a): Tree => ({
        ...stepScripts,
        'templates/a.yaml': text(part),
        'templates/b.yaml': 'extends: a.yaml\n',
      });
      const [was, is] = [await fingerprintsOf(make(a)), await fingerprintsOf(make(b))];
      const found = await causes(make(a), make(b), name);
      expect(found.length > 0).toBe(was.digest(name) !== is.digest(name));
      expect(found.filter((cause) => !cause.startsWith('a: '))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

/** Keeps the type of names in sight: a template may be called anything. */
test('odd names are names like others', async () => {
  const name: TemplateName = templateName('constructor');
  const of = (version: string): Tree => ({
    'templates/constructor.yaml': `software: { spack_packages: [x@${version}] }\n`,
  });
  expect(await causes(of('1'), of('2'), name)).toEqual([
    'constructor: package changed x: x@1 -> x@2 @templates/constructor.yaml:1:30',
  ]);
});
