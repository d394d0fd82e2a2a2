/** Scripts and inputs that templates and steps name, and what is said of those that are wrong. */
import { expect, test } from 'vitest';
import type { Diagnostic } from '../../src/core/diagnostic.ts';
import { digestOf } from '../../src/core/digest.ts';
import { fail } from '../../src/core/result.ts';
import type { Files } from '../../src/ports/files.ts';
import { type InputIndex, readInputs } from '../../src/template/inputs.ts';
import { collectionOf, memoryFiles, placeOf, stepScripts, type Tree } from './rig.ts';

type Steps = Parameters<typeof readInputs>[1];

const inputsOf = async (tree: Tree, steps: Steps = {}, files = memoryFiles(tree)): Promise<InputIndex> => {
  const { templates } = await collectionOf(tree);
  return readInputs(files, steps, templates.values());
};

const wrongIn = ({ diagnostics, lacking }: InputIndex): Diagnostic[] => [
  ...diagnostics,
  ...[...lacking.values()].flat(),
];

test('a folder that cannot be listed is told of, and nothing is left out in silence', async () => {
  const tree = { 'templates/a.yaml': 'build: { inputs: ["files/**"] }' };
  const closed: Files = {
    ...memoryFiles(tree),
    list: () => Promise.resolve(fail({ folder: 'files/secret', why: 'EACCES' })),
  };
  expect([...(await inputsOf(tree, {}, closed)).lacking]).toEqual([
    [
      'a',
      [
        {
          severity: 'error',
          code: 'unreadable',
          message: 'files/secret cannot be listed: EACCES',
          place: {
            file: 'templates/a.yaml',
            line: 1,
            column: 19,
            excerpt: 'build: { inputs: ["files/**"] }',
          },
          cure: 'make it readable, or name what is needed without it',
        },
      ],
    ],
  ]);
});

test('scripts and inputs are found with their digests', async () => {
  const found = await inputsOf(
    {
      'templates/a.yaml': 'build: { scripts: [s/x.sh], inputs: ["files/**", "conf.txt"] }',
      's/x.sh': '#!/bin/sh\n',
      'conf.txt': 'c',
      'files/b': 'b',
      'files/a/c': 'c',
    },
    {},
  );
  expect(wrongIn(found)).toEqual([]);
  expect([...found.matches]).toEqual([
    ['files/**', ['files/a/c', 'files/b']],
    ['conf.txt', ['conf.txt']],
  ]);
  expect([...found.files.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { path: 'conf.txt', digest: digestOf('c'), executable: false },
    { path: 'files/a/c', digest: digestOf('c'), executable: false },
    { path: 'files/b', digest: digestOf('b'), executable: false },
    { path: 's/x.sh', digest: digestOf('#!/bin/sh\n'), executable: true },
  ]);
});

test('what is missing is told with the place that names it', async () => {
  const found = await inputsOf(
    {
      'templates/a.yaml': 'build:\n  scripts: [s/x.sh]\n  inputs: ["files/**", in/y]\n',
      'in/y': { problem: 'outside-workspace' },
    },
    { bootstrap: { script: 'scripts/none.sh', inputs: ['lib/**'] } },
  );
  expect(wrongIn(found).map((one) => [one.code, placeOf(one), one.message, one.cure])).toEqual([
    [
      'input-missing',
      'amifile.ts',
      'scripts/none.sh does not exist',
      'put it there, or set steps.bootstrap in amifile.ts to another script',
    ],
    [
      'input-missing',
      'amifile.ts',
      'no file matches lib/**',
      'mend the pattern, which begins at the folder of amifile.ts, or add the files',
    ],
    [
      'input-missing',
      'templates/a.yaml:2:13',
      's/x.sh does not exist',
      'put it there, or name another script, by its path from the folder of amifile.ts',
    ],
    [
      'input-missing',
      'templates/a.yaml:3:12',
      'no file matches files/**',
      'mend the pattern, which begins at the folder of amifile.ts, or add the files',
    ],
    [
      'input-outside-workspace',
      'templates/a.yaml:3:24',
      'in/y is a link to a place outside the workspace',
      'copy it into the workspace, or take it out of the pattern',
    ],
  ]);
});

test('a name that is no text is told as that', async () => {
  const found = await inputsOf({
    'templates/a.yaml': 'build: { inputs: ["files/**"] }\n',
    'files/bad\uFFFD': { problem: 'missing' },
  });
  expect(wrongIn(found).map(({ message, cure }) => [message, cure])).toEqual([
    ['files/bad\uFFFD has a name that is not UTF-8 text', 'rename it, or take it out of the pattern'],
  ]);
});

test('a folder is no pattern of files', async () => {
  const found = await inputsOf({
    'templates/a.yaml': 'build: { inputs: [files/] }\n',
    'files/b': 'b',
  });
  expect(wrongIn(found).map(({ message, cure }) => [message, cure])).toEqual([
    ['files/ is a folder, and files are what is covered', 'write files/**'],
  ]);
});

test('the steps of amifile.ts need their scripts, once each', async () => {
  const tree = { ...stepScripts, 'templates/a.yaml': '{}' };
  const step = { script: 'scripts/bootstrap.sh', inputs: [] };
  const both = { users: step, bootstrap: step };
  expect([...(await inputsOf(tree, both)).files.keys()]).toEqual(['scripts/bootstrap.sh']);
});

test('each template that names what is missing is told of it, once, and no other', async () => {
  const { diagnostics, lacking } = await inputsOf(
    {
      'templates/a.yaml': 'build: { inputs: ["in/**", "in/x"] }\n',
      'templates/b.yaml': 'extends: a.yaml\nbuild: { inputs: ["in/**"] }\n',
      'templates/c.yaml': 'build: { inputs: ["in/**"], scripts: [s.sh] }\n',
      'templates/d.yaml': 'build: { inputs: [good] }\n',
      'in/x': { problem: 'unreadable' },
      good: '',
    },
    { bootstrap: { script: 's.sh', inputs: ['in/x'] } },
  );
  const said = (all: readonly Diagnostic[]): string[] => all.map((one) => `${placeOf(one)} ${one.message}`);
  expect(said(diagnostics)).toEqual(['amifile.ts s.sh does not exist', 'amifile.ts in/x cannot be read']);
  expect([...lacking].map(([name, all]) => [name, said(all)])).toEqual([
    ['a', ['templates/a.yaml:1:19 in/x cannot be read']],
    ['c', ['templates/c.yaml:1:19 in/x cannot be read', 'templates/c.yaml:1:39 s.sh does not exist']],
  ]);
});

test('of a pattern that finds very many wrong files, some are told', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 150 }, (_, at) => [`in/${at}`, { problem: 'unreadable' } as const]),
  );
  const found = await inputsOf({ ...files, 'templates/a.yaml': 'build: { inputs: ["in/**"] }\n' });
  const last = wrongIn(found).at(-1);
  expect([wrongIn(found).length, last?.message, last?.cure]).toEqual([
    101,
    'templates/a.yaml has 50 more errors',
    'mend these first',
  ]);
});

test('a script that is too long for SSM is wrong, and an input of that length is not', async () => {
  const long = 'x'.repeat(49 * 1024);
  const { lacking } = await inputsOf({
    'templates/a.yaml': 'build: { scripts: [long] }\n',
    'templates/b.yaml': 'build: { inputs: [long] }\n',
    long,
  });
  expect([...lacking].map(([name, [one]]) => [name, one?.message])).toEqual([
    ['a', 'long is larger than 48 KiB, which is what fits into one SSM command'],
  ]);
});
