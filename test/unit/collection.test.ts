/** Scanned templates to a graph of merged ones: what keeps a template out, and what is said about it. */
import { describe, expect, test } from 'vitest';
import { templateName } from '../../src/core/ids.ts';
import { collect } from '../../src/graph/collection.ts';
import { Source } from '../../src/core/source.ts';
import { readTemplate } from '../../src/template/read.ts';
import { templateNaming } from '../../src/template/scan.ts';
import { diagnosticsText } from '../../src/report/diagnostics.ts';
import { plainStyle, usual, valueOf } from './rig.ts';
import { collected, problems } from './collection-rig.ts';

test('good templates are merged, parents first, with their edges', async () => {
  const { templates, graph, unusable, diagnostics } = await collected({
    namd: 'extends: foundation.yaml\ndepends_on: [md/gromacs]',
    'md/gromacs': 'extends: ../foundation.yaml\ntests: [b]',
    foundation: 'tests: [a]',
  });
  expect(diagnostics).toEqual([]);
  expect([...unusable.keys()]).toEqual([]);
  expect([...templates.keys()]).toEqual(['foundation', 'md/gromacs', 'namd']);
  expect(templates.get(templateName('md/gromacs'))?.all.tests.map(({ value }) => value)).toEqual(['a', 'b']);
  expect(graph.edges().map(({ from, to, kind }) => `${from} ${kind} ${to}`)).toEqual([
    'foundation extends md/gromacs',
    'foundation extends namd',
    'md/gromacs depends_on namd',
  ]);
});

describe('a cycle', () => {
  test('is told once, with the whole chain and the place of each link', async () => {
    expect(
      await problems({ a: 'extends: c.yaml', b: 'extends: a.yaml', c: '\ndepends_on: [b]', d: '{}' }),
    ).toEqual(['a.yaml:1:10 cycle: a stands on itself: a -> c -> b -> a (take one of these links out)']);
  });

  test('shows each link', async () => {
    const { diagnostics } = await collected({
      a: 'extends: c.yaml',
      b: 'extends: a.yaml',
      c: '\ndepends_on: [b]',
    });
    expect(diagnostics.map((one) => diagnosticsText([one], plainStyle))).toEqual([
      [
        'error: a stands on itself: a -> c -> b -> a',
        '  at templates/a.yaml:1:10',
        '    extends: c.yaml',
        '             ^',
        '  c depends on b: templates/c.yaml:2:14',
        '    depends_on: [b]',
        '                 ^',
        '  b extends a: templates/b.yaml:1:10',
        '    extends: a.yaml',
        '             ^',
        '  cure: take one of these links out',
      ].join('\n'),
    ]);
  });

  test('of one template is told', async () => {
    expect(await problems({ a: 'extends: a.yaml' })).toEqual([
      'a.yaml:1:10 cycle: a stands on itself: a -> a (take one of these links out)',
    ]);
  });

  test('does not hide another, and what stands on one is blocked', async () => {
    const texts = {
      a: 'extends: b.yaml',
      b: 'extends: a.yaml',
      c: 'depends_on: [d]',
      d: 'depends_on: [c]',
      e: 'extends: a.yaml',
      f: '{}',
    };
    expect((await problems(texts)).map((one) => one.split(' (')[0])).toEqual([
      'a.yaml:1:10 cycle: a stands on itself: a -> b -> a',
      'c.yaml:1:14 cycle: c stands on itself: c -> d -> c',
      'e.yaml:1:10 blocked: e stands on a, which has errors',
    ]);
    expect([...(await collected(texts)).templates.keys()]).toEqual(['f']);
  });
});

test('one cycle is told for all that stand on each other; the rest of them are blocked', async () => {
  const texts = {
    a: 'depends_on: [b, c]',
    b: 'depends_on: [a]',
    c: 'depends_on: [d, e]',
    d: 'depends_on: [a]',
    e: 'depends_on: [f, c]',
    f: '{}',
  };
  expect((await problems(texts)).map((one) => one.split(' (')[0])).toEqual([
    'a.yaml:1:14 cycle: a stands on itself: a -> b -> a',
    'c.yaml:1:14 blocked: c stands on d, which has errors',
    'd.yaml:1:14 blocked: d stands on a, which has errors',
    'e.yaml:1:17 blocked: e stands on c, which has errors',
  ]);
  expect([...(await collected(texts)).templates.keys()]).toEqual(['f']);
});

test('what stands on a bad template is told once each, all the way down', async () => {
  const texts = { a: 'x: 1', b: 'extends: a.yaml', c: 'depends_on: [f, b]', d: 'extends: c.yaml', f: '{}' };
  expect((await problems(texts)).slice(1)).toEqual([
    'b.yaml:1:10 blocked: b stands on a, which has errors',
    'c.yaml:1:17 blocked: c stands on b, which has errors',
    'd.yaml:1:10 blocked: d stands on c, which has errors',
  ]);
  const { templates, unusable, graph } = await collected(texts);
  expect([...templates.keys()]).toEqual(['f']);
  expect([...unusable.keys()].toSorted()).toEqual(['a', 'b', 'c', 'd']);
  expect(unusable.get(templateName('c'))).toMatchObject({
    files: ['templates/c.yaml'],
    templates: [{ name: 'c' }],
  });
  expect(graph.order()).toEqual(['f']);
});

test('a conflict of versions keeps a template out, and what stands on it', async () => {
  const software = (spec: string): string => `software: { spack_packages: ["${spec}"] }`;
  expect(
    await problems({
      a: software('gcc@13'),
      b: `extends: a.yaml\n${software('gcc@14')}`,
      c: 'extends: b.yaml',
    }),
  ).toEqual([
    'b.yaml:2:30 version-conflict: gcc@14 conflicts with gcc@13, which it inherits (use gcc@13 here, change templates/a.yaml, or do not extend it)',
    'c.yaml:1:10 blocked: c stands on b, which has errors',
  ]);
});

describe('a conflict with what is inherited is told also', () => {
  const software = (...specs: string[]): string =>
    `software: { spack_packages: [${specs.map((spec) => `"${spec}"`).join(', ')}] }`;
  const base = software('gcc@13', 'cmake@3.30');
  const conflict = (at: string, is: string, was: string): string =>
    `${at} version-conflict: ${is} conflicts with ${was}, which it inherits (use ${was} here, change templates/a.yaml, or do not extend it)`;

  test('of a template with errors of its own', async () => {
    const b = `extends: a.yaml\n${software('gcc@14', 'zlib@@1')}\nusers: [{ name: x }]\nbuild: { scripts: 3 }\nfoo: 1`;
    const found = await problems({ a: base, b });
    expect(found.slice(-1)).toEqual([conflict('b.yaml:2:30', 'gcc@14', 'gcc@13')]);
    expect(found.map((one) => one.split(': ', 1)[0])).toEqual([
      'b.yaml:2:45 spack-spec',
      'b.yaml:3:9 missing-key',
      'b.yaml:3:9 missing-key',
      'b.yaml:4:19 wrong-value',
      'b.yaml:5:1 unknown-key',
      'b.yaml:2:30 version-conflict',
    ]);
  });

  test('of one that stands on such a template, or depends on what does not exist', async () => {
    expect(
      await problems({
        a: base,
        b: 'extends: a.yaml\nfoo: 1',
        c: `extends: b.yaml\n${software('cmake@4')}`,
        d: `extends: a.yaml\ndepends_on: [viz]\n${software('cmake@4')}`,
      }),
    ).toEqual([
      'b.yaml:2:1 unknown-key: unknown key foo (known here: extends, depends_on, cluster, compute, software, users, data, build, tests)',
      'd.yaml:2:14 unknown-template: d depends on viz, which does not exist (there are: a, b, c)',
      'c.yaml:1:10 blocked: c stands on b, which has errors',
      conflict('c.yaml:2:30', 'cmake@4', 'cmake@3.30'),
      conflict('d.yaml:3:30', 'cmake@4', 'cmake@3.30'),
    ]);
  });

  const arm = 'build: { arch: arm64, base: { parallelcluster: 3.14.0, os: rhel9, arch: x86_64 } }';
  test.each<[string, Record<string, string>]>([
    ...['../../x.yaml', 'gone.yaml', '3', 'b.yaml'].map((link): [string, Record<string, string>] => [
      `what ${link} holds`,
      { b: `extends: ${link}\nfoo: 1\n${arm}` },
    ]),
    [
      'what was meant by a setting that cannot be read',
      { a: 'build: { arch: aarch64, volume_size_gb: 20 GiB }', b: `extends: a.yaml\n${arm}` },
    ],
    [
      'what was meant by a package that cannot be read',
      { a: software('gcc@13', 'gcc@@14'), b: `extends: a.yaml\n${software('gcc@14')}` },
    ],
    ['what a chain without an end holds', { a: `extends: b.yaml\n${base}`, b: `extends: a.yaml\n${base}` }],
  ])('but for what nobody can know: %s', async (_, texts) => {
    expect((await problems(texts)).join('\n')).not.toMatch(/conflict/);
  });

  test('of one whose parent has a conflict', async () => {
    const twins = 'users: [{ name: a, uid: 5000, gid: 5000 }, { name: b, uid: 5000, gid: 5000 }]';
    expect(
      (
        await problems({
          a: base,
          b: `extends: a.yaml\n${software('gcc@14')}`,
          c: `extends: b.yaml\n${software('gcc@15')}\n${twins}`,
        })
      ).map((one) => one.split(' (', 1)[0]),
    ).toEqual([
      'b.yaml:2:30 version-conflict: gcc@14 conflicts with gcc@13, which it inherits',
      'c.yaml:1:10 blocked: c stands on b, which has errors',
      'c.yaml:2:30 version-conflict: gcc@15 conflicts with gcc@13, which it inherits',
      'c.yaml:3:44 user-conflict: user b',
    ]);
  });

  test('of the file that is extended, where two have one name', () => {
    const naming = templateNaming('*', '/workspace');
    const templates = Object.entries({
      'a.yaml': software('gcc@13'),
      'a.yml': software('gcc@14'),
      'b.yaml': `extends: a.yml\n${software('gcc@14')}`,
    }).map(([file, text]) => valueOf(readTemplate(new Source(file, text), naming)).template);
    const { diagnostics } = collect(
      { templates, readable: [], broken: [], others: new Map(), diagnostics: [] },
      { maxDepth: 5, ...usual },
    );
    expect(diagnostics.map(({ code }) => code)).toEqual(['same-name', 'blocked']);
  });
});

describe('the depth', () => {
  const line = { a: '{}', b: 'extends: a.yaml', c: 'extends: b.yaml', d: 'extends: c.yaml' };

  test('is limited by how many `extends` follow each other', async () => {
    expect(await problems(line, 3)).toEqual([]);
    expect(await problems(line, 2)).toEqual([
      'd.yaml:1:10 too-deep: d is 3 templates away from its base image, and the limit is 2 (extend a template nearer to the base, or raise maxDepth in amifile.ts)',
    ]);
  });

  test('is not made of what a template merely depends on', async () => {
    expect(await problems({ a: '{}', b: 'depends_on: [a]', c: 'depends_on: [b]' }, 0)).toEqual([]);
  });
});

test('a template that extends one of two files of one name stands on what cannot be used', () => {
  const naming = templateNaming('*', '/workspace');
  const templates = Object.entries({
    'a.yaml': '{}',
    'a.yml': '{}',
    'b.yaml': 'extends: a.yml',
    'c.yaml': 'extends: d.yaml',
  }).map(([file, text]) => valueOf(readTemplate(new Source(file, text), naming)).template);
  const d = templateName('d');
  const { diagnostics, unusable } = collect(
    {
      templates,
      readable: [],
      broken: [
        [d, 'd.yaml'],
        [d, 'd.yml'],
      ],
      others: new Map(),
      diagnostics: [],
    },
    { maxDepth: 5, ...usual },
  );
  expect(diagnostics.map(({ message }) => message)).toEqual([
    'd.yml and d.yaml are both named d',
    'a.yml and a.yaml are both named a',
    'b stands on a, which has errors',
    'c stands on d, which has errors',
  ]);
  expect(unusable.get(d)?.files).toEqual(['d.yaml', 'd.yml']);
});

test('two files of one name are told, and neither is used', () => {
  const naming = templateNaming('*', '/workspace');
  const templates = ['a.yaml', 'a.yml', 'b.yaml'].map(
    (file) => valueOf(readTemplate(new Source(file, '{}'), naming)).template,
  );
  const { diagnostics, templates: good } = collect(
    { templates, broken: [], readable: [], others: new Map(), diagnostics: [] },
    { maxDepth: 5, ...usual },
  );
  expect(diagnostics).toEqual([
    {
      severity: 'error',
      code: 'same-name',
      message: 'a.yml and a.yaml are both named a',
      place: { file: 'a.yml' },
      cure: 'rename one of the files',
    },
  ]);
  expect([...good.keys()]).toEqual(['b']);
});
