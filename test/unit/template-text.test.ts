/** A template shown with the places of its values. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { templateName } from '../../src/core/ids.ts';
import { Source } from '../../src/core/source.ts';
import type { MergedTemplate } from '../../src/core/template.ts';
import { templateText, templateView } from '../../src/report/template-text.ts';
import { YamlDocument } from '../../src/template/document.ts';
import {
  ownWords,
  plainData,
  type Resolved,
  type ResolvedMap,
  resolvedWords,
} from '../../src/template/resolved.ts';
import { collectionOf, defined, plainStyle } from './rig.ts';

const files = {
  'templates/base.yaml': [
    'cluster: { name: base, region: us-east-1 }',
    'compute: { queues: [{ name: a, max_count: 1 }] }',
    'software: { spack_packages: [gcc@14 languages=c, "cmake@3"] }',
    'users: [{ name: ada, uid: 5001, gid: 5001 }]',
    'build: { timeout: 2h, spot: true, inputs: ["files/**"] }',
    'tests: ["true", "echo: #x", a]',
  ].join('\n'),
  'templates/md/gromacs.yaml': [
    'extends: ../base.yaml',
    'depends_on: [cuda]',
    'cluster: { name: md }',
    'compute:',
    '  queues: [{ name: a, max_count: 1 }, { name: b }]',
    'software: { spack_packages: [gromacs +mpi, cmake@3] }',
    'build: { spot: false }',
  ].join('\n'),
  'templates/cuda.yaml': '{}',
};

const merged = async (): Promise<MergedTemplate> => {
  const { templates } = await collectionOf({ ...files, 'files/a': '' });
  return defined(templates.get(templateName('md/gromacs')));
};

test('what a template says itself', async () => {
  expect(templateText(ownWords(await merged()), plainStyle)).toBe(
    [
      'extends: ../base.yaml  # templates/md/gromacs.yaml:1',
      'depends_on:',
      '  - cuda               # templates/md/gromacs.yaml:2',
      'cluster:',
      '  name: md             # templates/md/gromacs.yaml:3',
      'compute:',
      '  queues:',
      '    - name: a          # templates/md/gromacs.yaml:5',
      '      max_count: 1     # templates/md/gromacs.yaml:5',
      '    - name: b          # templates/md/gromacs.yaml:5',
      'software:',
      '  spack_packages:',
      '    - gromacs +mpi     # templates/md/gromacs.yaml:6',
      '    - cmake@3          # templates/md/gromacs.yaml:6',
      'build:',
      '  spot: false          # templates/md/gromacs.yaml:7',
      '',
    ].join('\n'),
  );
});

test('a template that says nothing is a template all the same', () => {
  expect(templateText(new Map(), plainStyle)).toBe('{}\n');
});

test('and with all that it inherits, from where', async () => {
  expect(templateText(resolvedWords(await merged()), plainStyle)).toBe(
    [
      'depends_on:',
      '  - cuda                               # templates/md/gromacs.yaml:2',
      'cluster:',
      '  name: md                             # templates/md/gromacs.yaml:3',
      '  region: us-east-1                    # templates/base.yaml:1',
      'compute:',
      '  queues:',
      '    - name: a                          # templates/base.yaml:2',
      '      max_count: 1                     # templates/base.yaml:2',
      '    - name: b                          # templates/md/gromacs.yaml:5',
      'software:',
      '  spack_packages:',
      '    - gcc@14 languages=c               # templates/base.yaml:3',
      '    - cmake@3                          # templates/base.yaml:3',
      '    - gromacs +mpi                     # templates/md/gromacs.yaml:6',
      'users:',
      '  - {name: ada, uid: 5001, gid: 5001}  # templates/base.yaml:4',
      'build:',
      '  spot: false                          # templates/md/gromacs.yaml:7',
      '  timeout: 7200s                       # templates/base.yaml:5',
      '  inputs:',
      '    - files/**                         # templates/base.yaml:5',
      'tests:',
      "  - 'true'                             # templates/base.yaml:6",
      "  - 'echo: #x'                         # templates/base.yaml:6",
      '  - a                                  # templates/base.yaml:6',
      '',
    ].join('\n'),
  );
});

test('as data, the places by path', async () => {
  const view = templateView('md/gromacs', 'templates/md/gromacs.yaml', resolvedWords(await merged()));
  expect(view.template).toMatchObject({
    cluster: { name: 'md', region: 'us-east-1' },
    software: { spack_packages: ['gcc@14 languages=c', 'cmake@3', 'gromacs +mpi'] },
  });
  expect(view.places).toMatchObject({
    'cluster.region': { file: 'templates/base.yaml', line: 1, column: 32 },
    'compute.queues[1].name': { file: 'templates/md/gromacs.yaml', line: 5, column: 47 },
    'users[0]': { file: 'templates/base.yaml', line: 4, column: 9 },
  });
});

describe('what is shown is YAML', () => {
  const place = { file: 'a.yaml', line: 1, column: 1, excerpt: '' };
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'true',
      'Null',
      '1.5',
      '0x1f',
      '.inf',
      '-',
      '- a',
      'a: b',
      'a #b',
      '{',
      'a, b',
      '~x',
      '=',
      '1e3',
      '',
    ),
  );
  const value = fc
    .oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.record({ name: text, uid: fc.nat() }))
    .map((one) => ({ value: one, place }));
  const { map } = fc.letrec<{ tree: Resolved; map: ResolvedMap }>((tie) => ({
    tree: fc.oneof({ depthSize: 'small' }, value, fc.array(tie('tree'), { maxLength: 4 }), tie('map')),
    map: fc
      .dictionary(
        text.filter((key) => key !== ''),
        tie('tree'),
        { maxKeys: 4, noNullPrototype: true },
      )
      .map((entries) => new Map(Object.entries(entries))),
  }));

  test('that means the same', () => {
    fc.assert(
      // Of a template that says nothing there is nothing to be shown.
      fc.property(
        map.filter(({ size }) => size > 0),
        (tree) => {
          const { data, diagnostics } = new YamlDocument(
            new Source('x', templateText(tree, plainStyle)),
          ).read();
          expect(diagnostics).toEqual([]);
          expect(data).toEqual(plainData(tree));
        },
      ),
    );
  });
});
