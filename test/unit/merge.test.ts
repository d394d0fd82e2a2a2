/** A template with all that it inherits, and what of that is its own. */
import { describe, expect, test } from 'vitest';
import type { Located, MergedTemplate, RequestedPackage } from '../../src/core/template.ts';
import { mergeTemplate } from '../../src/template/merge.ts';
import { errorOf, placeOf, templateOf, usual, valueOf } from './rig.ts';

const written = (list: readonly Located<RequestedPackage>[]): string[] =>
  list.map(({ value }) => value.written);

/** The last of a chain of templates, each standing on the one before: `t0`, `t1` and so on. */
function merge(texts: readonly string[]) {
  let parent: MergedTemplate | undefined;
  for (const [at, text] of texts.entries()) {
    const template = valueOf(templateOf(`templates/t${at}.yaml`, text));
    const merged = mergeTemplate(template, parent, usual);
    if (at === texts.length - 1) return merged;
    parent = valueOf(merged);
  }
  throw new Error('no templates');
}

const chain = (...texts: string[]): MergedTemplate => valueOf(merge(texts));
const values = <Value>(items: readonly Located<Value>[]): Value[] => items.map(({ value }) => value);
const packages = (list: string): string => `software: { spack_packages: [${list}] }\n`;

describe('lists', () => {
  test('are joined, ancestors first, and what no ancestor has is own', () => {
    const { all, own } = chain('tests: [a, b]', 'tests: [c, a]', 'tests: [d, c, b]');
    expect(values(all.tests)).toEqual(['a', 'b', 'c', 'd']);
    expect(values(own.tests)).toEqual(['d']);
  });

  test('hold nothing twice, the first stays', () => {
    const { own } = chain('tests: [a, b, a]');
    expect(own.tests.map(({ value, place }) => [value, place.column])).toEqual([
      ['a', 9],
      ['b', 12],
    ]);
  });

  test('of every kind are merged', () => {
    const { all, own } = chain(
      `${packages('gcc@14, cmake')}users: [{ name: ada, uid: 5001, gid: 5001 }]
data: { s3_mounts: [{ bucket: data, mount_point: /a }] }
build: { scripts: [a.sh], inputs: [a] }`,
      `${packages('"gcc@14 ", "gcc@14   +x", namd')}users: [{ name: ada, uid: 5001, gid: 5001 }, { name: bob, uid: 5002, gid: 5001 }]
data: { s3_mounts: [{ bucket: data, mount_point: /a }, { bucket: data, mount_point: /b, read_only: true }] }
build: { scripts: [b.sh, a.sh], inputs: [a, b] }`,
    );
    expect(written(own.packages)).toEqual(['gcc@14   +x', 'namd']);
    expect(values(own.users)).toEqual([{ name: 'bob', uid: 5002, gid: 5001 }]);
    expect(values(own.mounts)).toEqual([{ bucket: 'data', mountPoint: '/b', readOnly: true }]);
    expect([values(own.scripts), values(own.inputs)]).toEqual([['b.sh'], ['b']]);
    expect(written(all.packages)).toEqual(['gcc@14', 'cmake', 'gcc@14   +x', 'namd']);
    expect([all.users.length, all.mounts.length]).toEqual([2, 2]);
    expect([values(all.scripts), values(all.inputs)]).toEqual([
      ['a.sh', 'b.sh'],
      ['a', 'b'],
    ]);
  });

  test('know a package by its canonical spelling', () => {
    const { own } = chain(
      packages('gromacs@2025.3 +mpi'),
      packages('gromacs +mpi@2025.3, gromacs@2025.3 ~mpi'),
    );
    expect(written(own.packages)).toEqual(['gromacs@2025.3 ~mpi']);
  });

  test('keep the place of each item', () => {
    const { all } = chain('tests: [a]', '\ntests: [b]');
    expect(all.tests.map(({ place }) => `${place.file}:${place.line}`)).toEqual([
      'templates/t0.yaml:1',
      'templates/t1.yaml:2',
    ]);
  });
});

test("single values: the child's wins, what it leaves out is inherited", () => {
  const { build } = chain(
    'build: { instance_type: a.b, spot: true, volume_size_gb: 50, arch: arm64, base: { ami: ami-0123456789abcdef0 } }',
    '{}',
    'build: { spot: false, timeout: 1h }',
  );
  const { secrets, ...single } = build;
  expect(secrets).toBeUndefined();
  expect(Object.fromEntries(Object.entries(single).map(([key, one]) => [key, one?.value]))).toEqual({
    instanceTypes: ['a.b'],
    spot: false,
    volumeGb: 50,
    architecture: 'arm64',
    timeoutSeconds: 3600,
    base: { ami: 'ami-0123456789abcdef0' },
  });
});

test('secrets are merged by name, and the child says which parameter it is', () => {
  const secretsIn = (...texts: string[]): unknown[] =>
    [...(chain(...texts).build.secrets ?? [])].map(([name, { value, place }]) => [name, value, place.file]);
  const one = 'build: { secrets: { A: /a, B: /b } }';
  const two = 'build: { secrets: { B: /other, C: /c } }';
  const files = ['templates/t0.yaml', 'templates/t1.yaml'];
  expect(secretsIn(one, two)).toEqual([
    ['A', '/a', files[0]],
    ['B', '/other', files[1]],
    ['C', '/c', files[1]],
  ]);
  expect(secretsIn(one, '{}')).toEqual(secretsIn(one));
  expect(secretsIn('{}', one).map(String)).toEqual([`A,/a,${files[1]}`, `B,/b,${files[1]}`]);
  expect(secretsIn('{}', 'build: { secrets: }')).toEqual([]);
});

describe('what cannot be', () => {
  const user = (name: string, uid: number, gid = 5001): string =>
    `{ name: ${name}, uid: ${uid}, gid: ${gid} }`;
  const messages = (texts: string[]): string[] => errorOf(merge(texts)).map(({ message }) => message);

  test.each([
    ['one name with two uids', 'ada', 5002, 5001],
    ['one uid with two names', 'bob', 5001, 5001],
    ['one name with two gids', 'ada', 5001, 5002],
  ])('%s, inherited or in one file', (_what, name, uid, gid) => {
    const says = [`user ${name} (uid ${uid}, gid ${gid}) conflicts with user ada (uid 5001, gid 5001)`];
    const inherited = [`users: [${user('ada', 5001)}]`, `\nusers: [${user(name, uid, gid)}]`];
    const inOne = [`users:\n- ${user('ada', 5001)}\n- ${user(name, uid, gid)}`];
    for (const [texts, place, other] of [
      [inherited, 'templates/t1.yaml:2:9', 'templates/t0.yaml:1:9'],
      [inOne, 'templates/t0.yaml:3:3', 'templates/t0.yaml:2:3'],
    ] as const) {
      expect(messages([...texts])).toEqual(says);
      const [found] = errorOf(merge([...texts]));
      expect([found, ...(found?.related ?? [])].map((one) => placeOf(one ?? {}))).toEqual([place, other]);
    }
  });

  test('a user who conflicts with one conflicts with another too', () => {
    const users = [user('bob', 5001), user('cat', 5001), user('cat', 5004)].map((one) => `\n- ${one}`);
    expect(messages([`users:${users.join('')}`])).toEqual([
      'user cat (uid 5001, gid 5001) conflicts with user bob (uid 5001, gid 5001)',
      'user cat (uid 5004, gid 5001) conflicts with user cat (uid 5001, gid 5001)',
    ]);
  });

  test('two mounts at one place', () => {
    const mount = (rest: string): string =>
      `data: { s3_mounts: [{ bucket: bucket, mount_point: /d${rest} }] }`;
    const says = ['bucket at /d is read_only in one of two places'];
    expect(messages([mount(''), mount(', read_only: true')])).toEqual(says);
    expect(messages([mount(''), mount('').replace('bucket: bucket', 'bucket: other')])).toEqual([
      'other at /d conflicts with bucket at /d',
    ]);
  });

  test('a base image, another architecture or a smaller volume below a parent', () => {
    expect(
      messages([
        'build: { arch: x86_64, volume_size_gb: 100 }',
        'build: { arch: arm64, volume_size_gb: 50, base: { ami: ami-0123456789abcdef0 } }',
      ]),
    ).toEqual([
      't1 has both extends and build.base',
      't1 is for arm64, and its parent for x86_64',
      't1 has a volume of 50 GiB, and its parent one of 100',
    ]);
  });

  const official = (rest: string): string => `base: { parallelcluster: 3.14.0, os: alinux2023${rest} }`;

  test('a base of another architecture', () => {
    const [found] = errorOf(merge([`build: { arch: arm64, ${official(', arch: x86_64')} }`]));
    expect(found).toMatchObject({
      message: 't0 is for arm64, and its base for x86_64',
      cure: 'take arch out of the base, or set build.arch to x86_64',
    });
    expect([found, ...(found?.related ?? [])].map((one) => placeOf(one ?? {}))).toEqual([
      'templates/t0.yaml:1:29',
      'templates/t0.yaml:1:16',
    ]);
    const [implied] = errorOf(merge([`build: { ${official(', arch: arm64')} }`]));
    expect(implied).toMatchObject({ message: 't0 is for x86_64, and its base for arm64', related: [] });
    const forArm = { parallelcluster: '3.14.0', os: 'alinux2023', arch: 'arm64' } as const;
    const defaults = { ...usual, base: { x86_64: forArm, arm64: forArm } };
    const byDefault = mergeTemplate(valueOf(templateOf('templates/t.yaml', '{}')), undefined, defaults);
    expect(errorOf(byDefault)).toMatchObject([
      { message: 't is for x86_64, and its base for arm64', place: { file: 'amifile.ts' } },
    ]);
    for (const good of [
      official(''),
      `arch: arm64, ${official('')}`,
      `arch: arm64, ${official(', arch: arm64')}`,
    ])
      expect(merge([`build: { ${good} }`]).ok).toBe(true);
  });

  test('what a parent does not say of itself is the default, which a child cannot be below either', () => {
    expect(messages(['{}', 'build: { arch: arm64, volume_size_gb: 50 }'])).toEqual([
      't1 is for arm64, and its parent for x86_64',
      't1 has a volume of 50 GiB, and its parent one of 100',
    ]);
  });
});

describe('versions of one package', () => {
  test('that differ between a template and an ancestor are an error with both places', () => {
    expect(errorOf(merge([packages('gcc@13.2, cmake'), '{}', `\n${packages('gcc@14.1 +x')}`]))).toEqual([
      {
        severity: 'error',
        code: 'version-conflict',
        message: 'gcc@14.1 +x conflicts with gcc@13.2, which it inherits',
        place: {
          file: 'templates/t2.yaml',
          line: 2,
          column: 30,
          excerpt: 'software: { spack_packages: [gcc@14.1 +x] }',
        },
        related: [
          {
            message: 'inherited from',
            place: {
              file: 'templates/t0.yaml',
              line: 1,
              column: 30,
              excerpt: 'software: { spack_packages: [gcc@13.2, cmake] }',
            },
          },
        ],
        cure: 'use gcc@13.2 here, change templates/t0.yaml, or do not extend it',
      },
    ]);
  });

  test('are compared without their spaces', () => {
    expect(merge([packages('"gcc@13, 14"'), packages('"gcc@ 13,14 +x"')]).ok).toBe(true);
  });

  test('are each told', () => {
    const found = errorOf(merge([packages('gcc@13, cmake@3'), packages('cmake@4, gcc@14')]));
    expect(found.map(({ message }) => message)).toEqual([
      'cmake@4 conflicts with cmake@3, which it inherits',
      'gcc@14 conflicts with gcc@13, which it inherits',
    ]);
  });

  test('are those of one package in every namespace', () => {
    const [found] = errorOf(merge([packages('builtin.gcc@13'), packages('gcc@14')]));
    expect([found?.message, found?.cure]).toEqual([
      'gcc@14 conflicts with builtin.gcc@13, which it inherits',
      'use gcc@13 here, change templates/t0.yaml, or do not extend it',
    ]);
  });

  test.each([
    ['within one file', [packages('gcc@13, gcc@14')]],
    ['where an ancestor has both', [packages('gcc@13, gcc@14'), packages('gcc@14 +x')]],
    ['where the ancestor leaves it open', [packages('gcc'), packages('gcc@14')]],
    ['where the child leaves it open', [packages('gcc@13'), packages('gcc +x')]],
    ['of packages with a common beginning', [packages('gcc@13'), packages('gcc-runtime@14')]],
    ['of a package and a dependency', [packages('gcc@13'), packages('cmake@3 %gcc@14 ^openmpi@5')]],
  ])('are no error %s', (_, texts) => {
    expect(merge(texts).ok).toBe(true);
  });
});
