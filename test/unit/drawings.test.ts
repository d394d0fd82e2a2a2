/** The graph: for people, for Graphviz, for Mermaid and for programs. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { templateName } from '../../src/core/ids.ts';
import type { Collection } from '../../src/graph/collection.ts';
import { focusOn } from '../../src/graph/focus.ts';
import { dotDrawing, mermaidDrawing } from '../../src/report/drawings.ts';
import { treeDrawing } from '../../src/report/tree.ts';
import { graphLines } from '../../src/report/graph-lines.ts';
import { collectionOf, defined, digestLike } from './rig.ts';

const sample = () =>
  collectionOf({
    'templates/foundation.yaml': 'software: { spack_packages: [gcc@14] }',
    'templates/md/gromacs.yaml':
      'extends: ../foundation.yaml\nsoftware: { spack_packages: [gromacs] }\ndepends_on: [cuda]',
    'templates/md/plumed.yaml': 'extends: gromacs.yaml',
    'templates/namd.yaml': 'extends: foundation.yaml\ndepends_on: [cuda, md/plumed]',
    'templates/cuda.yaml': '{}',
  });

const oddNames = [
  'a"b',
  '<b>&amp;',
  'c\\',
  'digraph',
  'ü',
  '<<b>x<>',
  '&lt;',
  String.raw`\N\G`,
  'end',
  'a]b;c#d',
  '%x%',
];
const oddPackages = ['say="<b>"', 'two\nlines', String.raw`\N@1\n`, 'a#b;c]&lt;', 'end\\'];
/** With packages that no template may have, for all that is known of a drawing is that it is given text. */
async function odd(): Promise<Collection> {
  const collection = await collectionOf({
    ...Object.fromEntries(oddNames.map((name) => [`templates/${name}.yaml`, '{}'])),
    'templates/<b>&amp;.yaml': "extends: 'a\"b.yaml'",
    'templates/<<b>x<>.yaml': 'depends_on: ["a]b;c#d"]',
  });
  const name = templateName('<<b>x<>');
  const merged = defined(collection.templates.get(name));
  const place = { file: 'x', line: 1, column: 1, excerpt: '' };
  const packages = oddPackages.map((written) => ({
    value: { written, spec: written, name: 'x', version: undefined },
    place,
  }));
  const changed = { ...merged, own: { ...merged.own, packages } };
  return { ...collection, templates: new Map([...collection.templates, [name, changed]]) };
}

const readXml = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&amp;', '&');

describe('for Graphviz', () => {
  test('templates are boxes, parents point to children, a dashed edge is `depends_on`', async () => {
    expect(dotDrawing(await sample())).toBe(`digraph templates {
  rankdir=LR;
  node [shape=box];
  "cuda";
  "foundation" [tooltip="gcc@14"];
  "md/gromacs" [tooltip="gromacs"];
  "md/plumed";
  "namd";
  "cuda" -> "md/gromacs" [style=dashed];
  "cuda" -> "namd" [style=dashed];
  "foundation" -> "md/gromacs";
  "foundation" -> "namd";
  "md/gromacs" -> "md/plumed";
  "md/plumed" -> "namd" [style=dashed];
}
`);
  });

  const { error } = spawnSync('dot', ['-V']);

  test.skipIf(error !== undefined)('shows every name and package as it is', async () => {
    const collection = await odd();
    const { status, stdout, stderr } = spawnSync('dot', ['-Tsvg'], {
      input: dotDrawing(collection),
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.match(/class="node"/g)).toHaveLength(oddNames.length);
    expect(stdout.match(/class="edge"/g)).toHaveLength(2);
    const shown = [...stdout.matchAll(/<text[^>]*>(.*)<\/text>/g)].map(([, text = '']) => readXml(text));
    expect(shown.toSorted()).toEqual(oddNames.toSorted());
    const tooltips = [...stdout.matchAll(/xlink:title="([^"]*)"/g)].map(([, text = '']) => readXml(text));
    expect(tooltips).toContain(oddPackages.join('\n'));
  });

  test('what is drawn there is quoted, whatever it holds', async () => {
    const lines = dotDrawing(await odd()).split(';\n');
    expect(lines).toContain(String.raw`  "a\"b"`);
    expect(lines).toContain(String.raw`  "a\"b" -> "<b>&amp;amp;"`);
    expect(lines).toContain(String.raw`  "c\\"`);
    expect(lines).toContain(
      String.raw`  "<<b>x<>" [tooltip="say=\"<b>\"\ntwo\nlines\n\\\\N@1\\\\n\na#b;c]&amp;lt;\nend\\\\"]`,
    );
  });
});

describe('for Mermaid', () => {
  test('templates are boxes by position, parents point to children, a dotted arrow is `depends_on`', async () => {
    expect(mermaidDrawing(await sample())).toBe(`flowchart LR
  n0["cuda"]
  n1["foundation"]
  n2["md/gromacs"]
  n3["md/plumed"]
  n4["namd"]
  n0 -.-> n2
  n0 -.-> n4
  n1 --> n2
  n1 --> n4
  n2 --> n3
  n3 -.-> n4
`);
  });

  test.each([
    ['a"b', 'a#quot;b'],
    ['<b>&amp;', '#lt;b#gt;#amp;amp#59;'],
    [String.raw`c\n`, 'c#92;n'],
    ['end', 'end'],
    ['a]b', 'a#93;b'],
    ['#quot;', '#35;quot#59;'],
    ['style:x#1;', 'style#58;x#35;1#59;'],
    ['`md`', '#96;md#96;'],
    ['_a_b-c_', '#95;a_b-c#95;'],
    ['1. one', '1#46;#32;one'],
    ['- one', '#45;#32;one'],
    ['---', '#45;#45;#45;'],
    ['%%{init}%%', '#37;#37;#123;init#125;#37;#37;'],
    ['über/日本', 'über/日本'],
    ['\u{1F9EC}', '#129516;'],
  ])('the label of %s shows it', async (name, label) => {
    const drawing = mermaidDrawing(await collectionOf({ [`templates/${name}.yaml`]: '{}' }));
    expect(drawing).toBe(`flowchart LR\n  n0["${label}"]\n`);
  });
});

describe('as a tree', () => {
  test('each template is under its parent', async () => {
    expect(treeDrawing(await sample())).toBe(`cuda
foundation
├─ md/gromacs (depends on cuda)
│  └─ md/plumed
└─ namd (depends on cuda, md/plumed)
`);
  });

  test('what extends nothing is a root, also where it depends on others', async () => {
    const collection = await collectionOf({
      'templates/a.yaml': 'depends_on: [b]',
      'templates/b.yaml': '{}',
      'templates/c.yaml': 'extends: a.yaml',
    });
    expect(treeDrawing(collection)).toBe('b\na (depends on b)\n└─ c\n');
  });

  test('what is in focus is drawn where its parent is not', async () => {
    expect(treeDrawing(focusOn(await sample(), 'cuda'))).toBe(`cuda
md/gromacs (extends foundation; depends on cuda)
└─ md/plumed
namd (extends foundation; depends on cuda, md/plumed)
`);
  });

  test('is as deep and as wide as the templates are', async () => {
    const names = Array.from({ length: 3000 }, (_, at) => `t${String(at).padStart(5, '0')}`);
    const wide = Object.fromEntries(
      names.map((name, at) => [`templates/${name}.yaml`, at === 0 ? '{}' : 'extends: t00000.yaml']),
    );
    const lines = treeDrawing(await collectionOf(wide)).split('\n');
    expect([lines.length, lines[1], lines[2999]]).toEqual([3001, '├─ t00001', '└─ t02999']);
    const deep = Object.fromEntries(
      names.map((name, at) => [`templates/${name}.yaml`, at === 0 ? '{}' : `extends: ${names[at - 1]}.yaml`]),
    );
    const last = treeDrawing(await collectionOf(deep, 3000))
      .split('\n')
      .at(-2);
    expect(last).toBe(`${' '.repeat(3 * 2998)}└─ t02999`);
  });
});

test('for programs: a graph, parents first, with the packages of the whole chain', async () => {
  const collection = await sample();
  const digest = digestLike('gromacs');
  const lines = graphLines(collection, new Map([[templateName('md/gromacs'), digest]]));
  const [templates, edges] = [lines.templates, lines.edges].map((found) =>
    Array.from(found, (text): unknown => JSON.parse(text)),
  );
  expect(templates).toMatchObject(
    ['cuda', 'foundation', 'md/gromacs', 'md/plumed', 'namd'].map((name) => ({ name })),
  );
  expect(templates?.[2]).toEqual({
    name: 'md/gromacs',
    path: 'templates/md/gromacs.yaml',
    digest,
    extends: 'foundation',
    packages: ['gcc@14', 'gromacs'],
  });
  expect(templates?.[0]).toEqual({
    name: 'cuda',
    path: 'templates/cuda.yaml',
    digest: null,
    extends: null,
    packages: [],
  });
  expect(edges?.[0]).toEqual({ from: 'cuda', to: 'md/gromacs', kind: 'depends_on' });
  expect(edges).toHaveLength(6);
});
