/** What is said about a template file that is wrong. */
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/core/diagnostic.ts';
import { errorOf } from './rig.ts';
import { file, read, wrong } from './template-rig.ts';

describe('a wrong template', () => {
  test.each<[string, string[]]>([
    ['[]', ['1:1 a template must be a map, not a list']],
    ['build: []', ['1:8 build must be a map, not a list']],
    ['- a', ['1:1 a template must be a map, not a list']],
    ['text', ['1:1 a template must be a map, not the text "text"']],
    ['---\n', ['1:1 a template must be a map, not nothing']],
    ['extend: x', ['1:1 unknown key extend (did you mean extends?)']],
    [
      'extend: x\ntest: y',
      ['1:1 unknown key extend (did you mean extends?)', '2:1 unknown key test (did you mean tests?)'],
    ],
    [
      'users:\n  - { name: ada, uid: 1001, gid: 1001, sex: f }',
      ['2:40 unknown key users[0].sex (known here: name, uid, gid)'],
    ],
    [
      'software: { spack_package: [] }',
      ['1:13 unknown key software.spack_package (did you mean spack_packages?)'],
    ],
    ['extends:', ['1:1 extends must be text, not nothing']],
    [
      'extends: 3',
      ['1:10 extends must be text, not the number 3 (if it is meant as text, put it in quotes)'],
    ],
    ['tests: x', ['1:8 tests must be a list, not the text "x"']],
    [
      'tests:\n  - true',
      ['2:5 tests[0] must be text, not the boolean true (if it is meant as text, put it in quotes)'],
    ],
    ['tests: ["a\\nb"]', ['1:9 tests[0] must be one line']],
    [
      'tests:\n  - echo a: b',
      ['2:5 tests[0] must be text, not a map (if it is meant as text, put it in quotes)'],
    ],
    ['tests:\n  - |\n\n\nusers: []\n', ['3:1 tests[0] must not be empty']],
    ['tests:\n  - |\n    a\n    b\n', ['3:5 tests[0] must be one line']],
    ...['|', '>'].map((style): [string, string[]] => [
      `tests:\n  - ${style}\n    a\n`,
      ['3:5 tests[0] must not end with a line break: |- in the place of | leaves it out'],
    ]),
    [
      'software:\n  spack_packages:\n    - >-\n      gcc@13\n      +x+\n',
      [
        '5:9 "gcc@13 +x+" is not a Spack spec: + has no variant\'s name after it (write one after it, or take it out)',
      ],
    ],
    [
      'users: [{ name: ada, uid: 1, gid: 5000 }]',
      ['1:27 users[0].uid must be 1000 or more: lower ids belong to the system'],
    ],
    ['users:\n- { name: ada }', ['2:3 users[0].uid is missing', '2:3 users[0].gid is missing']],
    [
      'users: [{ name: root, uid: 5000, gid: 5000 }]',
      ['1:17 users[0].name must not be a user whom every system has'],
    ],
    [
      'users: [{ name: Ada, uid: 5000, gid: 5000 }]',
      ['1:17 users[0].name must be a Linux user name: small letters, digits, _ and -, at most 32'],
    ],
    ['build: { base: { ssm: x } }', ['1:23 build.base.ssm must begin with /']],
    ['build: { base: { ami: x } }', ['1:23 build.base.ami must be like ami-0123456789abcdef0']],
    ...['x', '{}', '[ami-01234567]', '{ image: ami-01234567 }'].map((base): [string, string[]] => [
      `build: { base: ${base} }`,
      [
        '1:16 build.base must be { ssm: "/aws/service/..." }, { ami: "ami-..." } or { parallelcluster: "3.14.0", os: "alinux2023" }',
      ],
    ]),
    ['build: { base: { parallelcluster: 3.14.0 } }', ['1:16 build.base.os is missing']],
    [
      'build: { base: { ami: ami-01234567, os: alinux2023, arch: x86 } }',
      [
        '1:37 unknown key build.base.os (known here: ami)',
        '1:53 unknown key build.base.arch (known here: ami)',
      ],
    ],
    [
      'build: { base: { parallelcluster: 3.14, os: rhel9 } }',
      [
        '1:35 build.base.parallelcluster must be text, not the number 3.14 (if it is meant as text, put it in quotes)',
      ],
    ],
    [
      'build: { base: { parallelcluster: 3.14.0, os: centos7, arch: x86 } }',
      [
        '1:47 build.base.os must be one of alinux2, alinux2023, ubuntu2004, ubuntu2204, ubuntu2404, rhel8, rhel9, rocky8, rocky9',
        '1:62 build.base.arch must be "x86_64" or "arm64"',
      ],
    ],
    [
      'build: { base: { parallelcluster: "3.14", os: rhel9 } }',
      ['1:35 build.base.parallelcluster must be a version like 3.14.0'],
    ],
    [
      'build:\n\u00A0\u00A0spot: true\n\u200Btests: []',
      [
        '2:1 unknown key \u00A0\u00A0spot (write a blank in the place of the character U+00A0, which only looks like one)',
        '3:1 unknown key \u200Btests (take out the character U+200B, which cannot be seen)',
      ],
    ],
    ['build: { arch: x86 }', ['1:16 build.arch must be "x86_64" or "arm64"']],
    ['build: { timeout: 90 }', ['1:19 build.timeout must be like "90m" or "3h"']],
    ...['169h', '200h', '1000h', '10081m', '10100m', '604801s', '605000s', '999999s'].map(
      (long): [string, string[]] => [
        `build: { timeout: ${long} }`,
        ['1:19 build.timeout must be at most 168h, which is a week'],
      ],
    ),
    ['build: { timeout: 90min }', ['1:19 build.timeout must be like "90m" or "3h"']],
    [
      'build: { volume_size_gb: 0.5 }',
      ['1:26 build.volume_size_gb must be a whole number', '1:26 build.volume_size_gb must be 1 or more'],
    ],
    ['build: { instance_type: big }', ['1:25 build.instance_type must be like c6a.4xlarge']],
    [
      'build: { instance_type: [c6a.large, 6] }',
      [
        '1:37 build.instance_type[1] must be text, not the number 6 (if it is meant as text, put it in quotes)',
      ],
    ],
    ['build: { instance_type: [c6a.large, big] }', ['1:37 build.instance_type[1] must be like c6a.4xlarge']],
    [
      'build: { instance_type: [] }',
      ['1:25 build.instance_type must be like c6a.4xlarge, or a list such as [c6a.4xlarge, c5a.4xlarge]'],
    ],
    [
      'build: { scripts: [/etc/x.sh] }',
      ['1:20 build.scripts[0] must be a path inside the workspace, relative to it and without ..'],
    ],
    [
      'build: { inputs: [a/../../b] }',
      ['1:19 build.inputs[0] must be a path inside the workspace, relative to it and without ..'],
    ],
    ...[
      ['/a/../b', 'must not hold . or .. as a part'],
      ['/usr/local', 'must not hide a folder of the system'],
      [
        '/d/',
        'must be an absolute path of plain letters, digits, dots, dashes and underscores, without / at its end',
      ],
    ].map(([path, what]): [string, string[]] => [
      `data: { s3_mounts: [{ bucket: data, mount_point: ${path} }] }`,
      [`1:50 data.s3_mounts[0].mount_point ${what}`],
    ]),
    [
      'software: { spack_packages: ["@1.2"] }',
      [
        '1:30 "@1.2" is not a Spack spec: it must begin with a package\'s name (write the package first, as in gromacs@2025.3 +mpi)',
      ],
    ],
    [
      'software: { spack_packages: [gcc, gcc cmake] }',
      [
        '1:39 "gcc cmake" is not a Spack spec: cmake begins a second spec (make each spec an entry of its own)',
      ],
    ],
    [
      'software: { spack_packages: [gcc, "; rm -rf /"] }',
      [
        '1:35 "; rm -rf /" is not a Spack spec: it must begin with a package\'s name (write the package first, as in gromacs@2025.3 +mpi)',
      ],
    ],
    ...['../../../etc/passwd', '/etc/passwd'].map((path): [string, string[]] => [
      `extends: ${path}`,
      [
        `1:10 extends ${path} leads out of the workspace (write the path of a template in the workspace, relative to this file)`,
      ],
    ]),
    ['software: [x]', ['1:11 software must be a map, not a list']],
  ])('%j', (text, messages) => {
    expect(wrong(text)).toEqual(messages);
  });

  test('shows the line, with a code for programs', () => {
    expect(errorOf(read('build:\n  arch: x86\n'))).toEqual<Diagnostic[]>([
      {
        severity: 'error',
        code: 'wrong-value',
        message: 'build.arch must be "x86_64" or "arm64"',
        place: { file, line: 2, column: 9, excerpt: '  arch: x86' },
        cure: undefined,
      },
    ]);
  });

  test.each([
    ['scripts', 'scripts'],
    ['inputs', 'patterns, such as files/** for all in a folder'],
  ])('has a bound for its %s', (key, what) => {
    const some = (count: number): string => `build: { ${key}: [${'a,'.repeat(count)}] }`;
    expect(wrong(some(1001))).toEqual([`1:${key.length + 12} build.${key} must be at most 1000 ${what}`]);
    expect(read(some(1000)).ok).toBe(true);
  });

  test('with very many doubtful keys is told the first of them', () => {
    const keys = Array.from({ length: 150 }, (_, at) => `  k${at}: 1\n`);
    const found = errorOf(read(`tests: 1\ncluster:\n${keys.join('')}`));
    expect([found.length, found.at(-1)?.message]).toEqual([102, `${file} has 50 more warnings`]);
  });

  test('is told what is doubtful too', () => {
    const text =
      'tests: 1\ncluster: { nam: x }\nsoftware: { spack_packages: [gcc, gcc] }\ndepends_on: [a, a]\n';
    expect(errorOf(read(text)).map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'error wrong-value',
      'warning unknown-key',
      'warning repeated-package',
      'warning repeated-template',
    ]);
  });

  test('may name the prototype without touching it', () => {
    const known = 'known here: extends, depends_on, cluster, compute, software, users, data, build, tests';
    expect(wrong('__proto__: { polluted: 1 }')).toEqual([`1:1 unknown key __proto__ (${known})`]);
    expect(wrong('constructor: { prototype: { polluted: 1 } }')).toEqual([
      `1:1 unknown key constructor (${known})`,
    ]);
    expect(wrong('build: { __proto__: { spot: true } }')[0]).toMatch(/^1:10 unknown key build\.__proto__/);
    expect(read('cluster: { __proto__: { polluted: 1 } }').ok).toBe(true);
    expect('polluted' in {}).toBe(false);
  });

  test('with very many mistakes is told the first of them, and how many more there are', () => {
    const lines = 200_000;
    const found = errorOf(read(`tests:\n${'- 1\n'.repeat(lines)}`));
    expect(found).toHaveLength(101);
    expect(found[99]).toMatchObject({ place: { line: 101, column: 3, excerpt: '- 1' } });
    expect(found[100]).toEqual({
      severity: 'error',
      code: 'more-errors',
      message: `${file} has ${lines - 100} more errors`,
      place: { file },
      cure: 'mend these first',
    });
  });
});
