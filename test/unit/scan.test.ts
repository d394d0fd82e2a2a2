/** All templates of a workspace, and the files that they name: a bad one does not sink the others. */
import { expect, test } from 'vitest';
import { localFiles } from '../../src/adapters/local/files.ts';
import { fail } from '../../src/core/result.ts';
import type { FileProblem, Files } from '../../src/ports/files.ts';
import { scanTemplates } from '../../src/template/scan.ts';
import { collectionOf, memoryFiles, placeOf, type Tree } from './rig.ts';

const scan = (tree: Tree) => scanTemplates(memoryFiles(tree), 'templates/**/*.yaml', '/workspace');

test('each file is a template, named by its path', async () => {
  const { templates, broken, diagnostics } = await scan({
    'templates/foundation.yaml': 'tests: [a]',
    'templates/md/gromacs.yaml': 'extends: ../foundation.yaml',
    'other/x.yaml': 'x: [',
  });
  expect(templates.map(({ name, file }) => [name, file])).toEqual([
    ['foundation', 'templates/foundation.yaml'],
    ['md/gromacs', 'templates/md/gromacs.yaml'],
  ]);
  expect([...broken]).toEqual([]);
  expect(diagnostics).toEqual([]);
});

test('a bad file is told of and named, and the others are read', async () => {
  const { templates, broken, diagnostics } = await scan({
    'templates/a.yaml': 'tests: [a]',
    'templates/b.yaml': 'tests: [',
    'templates/c.yaml': 'test: [a]',
    'templates/d.yaml': { problem: 'unreadable' },
    'templates/e.yaml': '{}',
  });
  expect(templates.map(({ name }) => name)).toEqual(['a', 'e']);
  expect([...broken]).toEqual([
    ['b', 'templates/b.yaml'],
    ['c', 'templates/c.yaml'],
    ['d', 'templates/d.yaml'],
  ]);
  expect(diagnostics.map((one) => `${placeOf(one)} ${one.message}`)).toEqual([
    'templates/b.yaml:1:9 YAML: unexpected end of the stream within a flow collection',
    'templates/c.yaml:1:1 unknown key test',
    'templates/d.yaml templates/d.yaml is not read: it cannot be read',
  ]);
});

test.each<[FileProblem, string, string]>([
  ['missing', 'it is gone, or a link to nothing', 'put the file there, or remove the link'],
  ['not-a-file', 'it is not a regular file', 'make it a file, or remove it'],
  ['outside-workspace', 'it is a link to a place outside the workspace', 'copy the file into the workspace'],
  ['not-text', 'it is not UTF-8 text', 'save it as UTF-8'],
  ['too-big', 'it is larger than 256 KiB', 'split it: a template is a page of text'],
])('a file that is %s is told of', async (problem, why, cure) => {
  const { diagnostics } = await scan({ 'templates/a.yaml': { problem } });
  expect(diagnostics).toEqual([
    {
      severity: 'error',
      code: problem,
      message: `templates/a.yaml is not read: ${why}`,
      place: { file: 'templates/a.yaml' },
      cure,
    },
  ]);
});

test('no file at all is an error', async () => {
  expect((await scan({ 'x.yaml': '{}' })).diagnostics).toEqual([
    {
      severity: 'error',
      code: 'no-templates',
      message: 'no file matches templates/**/*.yaml',
      cure: 'add a template, or set templates in amifile.ts to where they are',
    },
  ]);
});

test("the project's own templates are good", async () => {
  const root = new URL('../..', import.meta.url).pathname;
  const { templates, diagnostics } = await scanTemplates(localFiles(root), 'templates/**/*.yaml', root);
  expect(diagnostics).toEqual([]);
  expect(templates.map(({ name }) => name)).toEqual(['foundation', 'gromacs', 'namd']);
});

test('a folder that cannot be listed is told of, and nothing is left out in silence', async () => {
  const closed: Files = {
    ...memoryFiles({}),
    list: () => Promise.resolve(fail({ folder: 'files/secret', why: 'EACCES' })),
  };
  const { diagnostics } = await scanTemplates(closed, 'templates/**/*.yaml', '/workspace');
  expect(diagnostics).toEqual([
    {
      severity: 'error',
      code: 'unreadable',
      message: 'files/secret cannot be listed: EACCES',
      place: { file: 'files/secret' },
      cure: 'make it readable, or name what is needed without it',
    },
  ]);
});

test('what is extended and no template is told from what is not there', async () => {
  const { diagnostics } = await collectionOf({
    'templates/a.yaml': 'extends: ../shared/base.yaml',
    'templates/b.yaml': 'extends: ../shared/none.yaml',
    'templates/c.yaml': 'extends: d.yml',
    'templates/d.yml': { problem: 'too-big' },
    'templates/e.yaml': 'extends: software',
    'templates/f.yaml': 'extends: ../linked/base.yaml',
    'templates/g.yaml': 'extends: ..',
    'linked/base.yaml': { problem: 'outside-workspace' },
    'templates/software': { problem: 'not-a-file' },
    'templates/software/f.yaml': '{}',
    'shared/base.yaml': '{}',
  });
  const cure =
    'put it where templates are, under such a name, or set templates so that it matches; links to folders are not followed';
  expect(diagnostics.map((one) => `${placeOf(one)} ${one.message} (${one.cure})`)).toEqual([
    `templates/a.yaml:1:10 a extends shared/base.yaml, which is there but not found by templates in amifile.ts: it does not match, or is behind a link to a folder (${cure})`,
    'templates/b.yaml:1:10 b extends shared/none.yaml, which does not exist (there are: a.yaml, c.yaml, e.yaml, f.yaml, g.yaml, software/f.yaml)',
    `templates/c.yaml:1:10 c extends templates/d.yml, which is there but not found by templates in amifile.ts: it does not match, or is behind a link to a folder (${cure})`,
    'templates/e.yaml:1:10 e extends templates/software, which is not a regular file (did you mean software/f.yaml?)',
    'templates/f.yaml:1:10 f extends linked/base.yaml, which is a link to a place outside the workspace (copy the file into the workspace)',
    'templates/g.yaml:1:10 g extends ., which is not a regular file (did you mean a.yaml, b.yaml or c.yaml?)',
  ]);
});

test('what stands twice in one file is a warning', async () => {
  const { diagnostics } = await scan({
    'templates/a.yaml': [
      'depends_on: [cuda, x, cuda]',
      'software: { spack_packages: [gcc, gcc@14, "gcc @14"] }',
      'build: { scripts: [a.sh, b.sh, ./a.sh] }',
      'tests: [gcc -v, gcc -v]',
    ].join('\n'),
    'templates/b.yaml': 'extends: a.yaml\ndepends_on: [x, a]',
  });
  expect(diagnostics.map((one) => `${placeOf(one)} ${one.code}: ${one.message} (${one.cure})`)).toEqual([
    'templates/a.yaml:2:43 repeated-package: gcc @14 stands twice; it is installed once (take one of them out)',
    'templates/a.yaml:1:23 repeated-template: cuda stands twice; it counts once (take one of them out)',
    'templates/a.yaml:3:32 repeated-script: a.sh stands twice; it runs once, in the first place (take one of them out)',
    'templates/a.yaml:4:17 repeated-test: the test gcc -v stands twice; it runs once (take one of them out)',
    'templates/b.yaml:2:17 repeated-template: a is what the template extends; depends_on adds nothing (take it out of depends_on)',
  ]);
});

test('and so it is where there are errors', async () => {
  const { diagnostics } = await scan({ 'templates/a.yaml': 'foo: 1\ntests: [x, x]\n' });
  expect(diagnostics.map(({ code }) => code)).toEqual(['unknown-key', 'repeated-test']);
});

test('a name that does not fit into tags and lines of text is refused', async () => {
  const long = 'x'.repeat(129);
  const { templates, diagnostics } = await scan({
    'templates/a\nb.yaml': '{}',
    [`templates/${long}.yaml`]: '{}',
    'templates/größe "1".yaml': '{}',
    'templates/z\u202E.yaml': '{}',
  });
  expect(templates.map(({ name }) => name)).toEqual(['größe "1"']);
  expect(diagnostics.map(({ message, cure }) => [message, cure])).toEqual([
    [
      String.raw`the name of the template in "templates/a\nb.yaml" holds a control character or one that is no text`,
      'rename the file',
    ],
    [
      `the name of the template in "templates/${long}.yaml" has 129 characters, and 128 are allowed`,
      'rename the file',
    ],
    [
      'the name of the template in "templates/z\u202E.yaml" holds a control character or one that is no text',
      'rename the file',
    ],
  ]);
});
