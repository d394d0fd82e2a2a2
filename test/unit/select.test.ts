/** What is selected by names, globs and signs, what is taken out again, and what is said where that is nothing. */
import { describe, expect, test } from 'vitest';
import { collect, type Collection } from '../../src/graph/collection.ts';
import { templateName } from '../../src/core/ids.ts';
import { select, selectOne, type Wanted } from '../../src/graph/select.ts';
import { scanTemplates } from '../../src/template/scan.ts';
import { collectionOf, invalidInputOf, memoryFiles, usual } from './rig.ts';

/** Templates by their path below templates/, without the ending. */
const collected = (texts: Readonly<Record<string, string>>): Promise<Collection> =>
  collectionOf(
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [`templates/${name}.yaml`, text])),
  );

const selected = (collection: Collection, wanted: Wanted): string[] => [
  ...select(collection, wanted).templates,
];

/** `code: message (cure)` of what `wanted` ends with. */
async function refused(collection: Collection, wanted: Wanted): Promise<string[]> {
  const found = await invalidInputOf(() => select(collection, wanted));
  return found.map(
    ({ code, message, cure }) => `${code}: ${message}${cure === undefined ? '' : ` (${cure})`}`,
  );
}

const family = {
  foundation: '{}',
  cuda: '{}',
  'md/gromacs': 'extends: ../foundation.yaml\ndepends_on: [cuda]',
  'md/tools/plumed': 'extends: ../gromacs.yaml',
  'md/namd': 'extends: ../foundation.yaml',
  viz: 'extends: foundation.yaml',
};
const everyone = ['cuda', 'foundation', 'md/gromacs', 'md/namd', 'viz', 'md/tools/plumed'];

describe('one pattern', () => {
  test.each([
    ['foundation', ['foundation']],
    ['*', ['cuda', 'foundation', 'viz']],
    ['md/*', ['md/gromacs', 'md/namd']],
    ['./md/*', ['md/gromacs', 'md/namd']],
    ['md/**', ['md/gromacs', 'md/namd', 'md/tools/plumed']],
    ['**/plumed', ['md/tools/plumed']],
    ['**', everyone],
    ['{cuda,v}*', ['cuda', 'viz']],
    ['md/?a[lm]d', ['md/namd']],
    ['[!cf]*', ['viz']],
    ['+md/gromacs', ['cuda', 'foundation', 'md/gromacs']],
    ['md/gromacs+', ['md/gromacs', 'md/tools/plumed']],
    ['+md/gromacs+', ['cuda', 'foundation', 'md/gromacs', 'md/tools/plumed']],
    ['+md/*', ['cuda', 'foundation', 'md/gromacs', 'md/namd']],
    ['md/*+', ['md/gromacs', 'md/namd', 'md/tools/plumed']],
    ['+**/{plumed,namd}+', ['cuda', 'foundation', 'md/gromacs', 'md/namd', 'md/tools/plumed']],
  ])('%s, parents first', async (pattern, names) => {
    expect(selected(await collected(family), { names: [pattern] })).toEqual(names);
  });

  test('several give what any of them gives, each once, in the order of building', async () => {
    expect(selected(await collected(family), { names: ['viz', 'md/gromacs+', '+viz', 'md/*'] })).toEqual([
      'foundation',
      'md/gromacs',
      'md/namd',
      'viz',
      'md/tools/plumed',
    ]);
  });
});

describe('an exact name', () => {
  const odd = {
    bonnie: '{}',
    'bonnie+': '{}',
    'bonnie++': 'extends: bonnie.yaml',
    '+bonnie': '{}',
    'a[1]': '{}',
    a1: '{}',
    '*': '{}',
    on: "depends_on: ['bonnie++', 'a[1]']",
    '.dot/x': '{}',
    'f(x)|y': '{}',
    '!no': '{}',
  };
  test.each([
    ['bonnie++', ['bonnie++']],
    ['bonnie+', ['bonnie+']],
    ['+bonnie', ['+bonnie']],
    ['bonnie+++', ['bonnie++', 'on']],
    ['+bonnie++', ['bonnie', 'bonnie++']],
    ['a[1]', ['a[1]']],
    ['a[1]+', ['a[1]', 'on']],
    ['*', ['*']],
  ])('%s wins over the other readings', async (pattern, names) => {
    expect(selected(await collected(odd), { names: [pattern] })).toEqual(names);
  });

  test.each([
    [String.raw`a\[*`, ['a[1]']],
    ['a[1-9]', ['a1']],
    ['{.,}dot/*', ['.dot/x']],
    ['f(x)|?', ['f(x)|y']],
    ['!*', ['!no']],
    ['b*+?', ['bonnie++']],
    ['*/*', ['.dot/x']],
  ])('what is no name is a glob, and nothing else: %s', async (pattern, names) => {
    expect(selected(await collected(odd), { names: [pattern] })).toEqual(names);
  });

  test('does not include what is below a folder of its name, nor the folder the name', async () => {
    const collection = await collected({ md: '{}', 'md/a': '{}' });
    expect(selected(collection, { names: ['md/**'] })).toEqual(['md/a']);
    expect(selected(collection, { names: ['md'] })).toEqual(['md']);
  });
});

describe('excluding', () => {
  test.each([
    ['all' as const, ['md/**'], ['cuda', 'foundation', 'viz']],
    ['all' as const, ['md/gromacs+', 'c*'], ['foundation', 'md/namd', 'viz']],
    [['+md/gromacs'], ['foundation'], ['cuda', 'md/gromacs']],
    [['md/**'], ['+md/tools/plumed'], ['md/namd']],
    [['viz'], ['cuda'], ['viz']],
  ])('%j without %j', async (names, exclude, left) => {
    expect(selected(await collected(family), { names, exclude })).toEqual(left);
  });

  test.each([
    [
      ['viz'],
      ['viz'],
      'nothing-selected: no template is left: --exclude takes out all that are selected (exclude fewer)',
    ],
    [
      'all' as const,
      ['**'],
      'nothing-selected: no template is left: --exclude takes out all that are selected (exclude fewer)',
    ],
    ['all' as const, ['vis'], 'unknown-template: there is no template vis (did you mean viz?)'],
    ['all' as const, ['vi/*'], 'unknown-template: no template matches vi/* (did you mean viz?)'],
  ])('%j without %j is an error', async (names, exclude, message) => {
    expect(await refused(await collected(family), { names, exclude })).toEqual([message]);
  });
});

describe('what fits nothing', () => {
  const list = 'there are: bad, foundation, md/gromacs';
  test.each([
    [['gromacs'], ['unknown-template: there is no template gromacs (did you mean md/gromacs?)']],
    [['+gromacs+'], ['unknown-template: there is no template gromacs (did you mean md/gromacs?)']],
    [
      ['templates/md/gromacs.yaml'],
      ['unknown-template: there is no template templates/md/gromacs.yaml (did you mean md/gromacs?)'],
    ],
    ...['md', 'md/', '+md'].map((name): [string[], string[]] => [
      [name],
      [
        `unknown-template: there is no template ${name.replace('+', '')} (for all in the folder md, say 'md/**')`,
      ],
    ]),
    [['mdd/*'], [`unknown-template: no template matches mdd/* (${list})`]],
    [['+foundatio?n'], ['unknown-template: no template matches foundatio?n (did you mean foundation?)']],
    [['md[!x]gromacs'], ['unknown-template: no template matches md[!x]gromacs (did you mean md/gromacs?)']],
    [['[z-a]'], [`unknown-template: no template matches [z-a] (${list})`]],
    [['+'], [`unknown-template: there is no template + (${list})`]],
    [['++'], [`unknown-template: there is no template + (${list})`]],
    [[''], [`unknown-template: there is no template  (${list})`]],
    [
      ['fundation', 'foundation', 'x/y/z'],
      [
        'unknown-template: there is no template fundation (did you mean foundation?)',
        `unknown-template: there is no template x/y/z (${list})`,
      ],
    ],
    [['__proto__'], [`unknown-template: there is no template __proto__ (${list})`]],
  ])('%j is an error that helps', async (names, messages) => {
    const texts = { foundation: '{}', 'md/gromacs': 'extends: ../foundation.yaml', bad: 'x: 1' };
    expect(await refused(await collected(texts), { names })).toEqual(messages);
  });

  test('lists no more than 20 names', async () => {
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`template-${at}`, '{}']));
    expect(await refused(await collected(many), { names: ['x'] })).toEqual([
      'unknown-template: there is no template x (amigraph graph shows all)',
    ]);
  });

  test('is told for a glob of any length', async () => {
    const [message] = await refused(await collected({ a: '{}' }), { names: ['*'.repeat(200_000)] });
    expect(message).toContain('no template matches **');
  });
});

describe('templates that cannot be used', () => {
  const texts = {
    foundation: '{}',
    'md/gromacs': 'extends: ../foundation.yaml',
    'md/bad': 'x: 1',
    'md/child': 'extends: bad.yaml',
    viz: '{}',
  };
  const unknownKey = expect.stringMatching(/^unknown-key: unknown key x/);
  const blocked = 'blocked: md/child stands on md/bad, which has errors';
  const cure = '(mend them, take them out with --exclude, or build the others with --keep-going)';
  const inTheWay = (what: string) => `unusable-template: ${what}, for the errors below ${cure}`;
  const named = 'unusable-template: md/bad cannot be used, for the errors below';

  test.each([
    ['all' as const, [], [unknownKey, blocked]],
    ['all' as const, ['md/bad'], [inTheWay('md/child cannot be used'), unknownKey, blocked]],
    ['all' as const, ['md/bad+'], [inTheWay('md/child cannot be used'), unknownKey, blocked]],
    [['md/*'], [], [inTheWay('md/bad, md/child cannot be used'), unknownKey, blocked]],
    [['md/*'], ['md/child'], [inTheWay('md/bad cannot be used'), unknownKey]],
    [
      ['foundation+'],
      [],
      [inTheWay('foundation+ may reach md/bad, md/child, which cannot be used'), unknownKey, blocked],
    ],
    [['md/bad'], [], [named, unknownKey]],
    [['md/child'], [], [named.replace('bad', 'child'), unknownKey, blocked]],
    [['viz', '+md/bad'], ['md/*'], [named, unknownKey]],
  ])('%j without %j is an error that names them', async (names, exclude, messages) => {
    expect(await refused(await collected(texts), { names, exclude })).toEqual(messages);
  });

  test('nothing is said of those that nobody asked for', async () => {
    const collection = await collected({ ...texts, 'other/bad': 'y: 2', viz: 'extends: other/bad.yaml' });
    expect(await refused(collection, { names: ['md/child'] })).toEqual([
      named.replace('bad', 'child'),
      unknownKey,
      blocked,
    ]);
    expect(() => selectOne(collection, templateName('md/bad'))).toThrow(
      /^md\/bad cannot be used, for the errors below\nunknown key x$/,
    );
  });

  test.each([
    [['md/gromacs', '+md/gromacs'], [], ['foundation', 'md/gromacs']],
    ['all' as const, ['md/bad', 'md/child'], ['foundation', 'viz', 'md/gromacs']],
    ['all' as const, ['md/{bad,child}'], ['foundation', 'viz', 'md/gromacs']],
    [['foundation+'], ['md/{bad,child}'], ['foundation', 'md/gromacs']],
    [['**'], ['md/*'], ['foundation', 'viz']],
  ])('%j without %j keeps clear of them', async (names, exclude, left) => {
    const selection = select(await collected(texts), { names, exclude });
    expect([[...selection.templates], selection.left]).toEqual([left, []]);
  });

  test.each([
    ['all' as const, ['foundation', 'viz', 'md/gromacs'], ['md/bad', 'md/child']],
    [['md/*', 'md/b*'], ['md/gromacs'], ['md/bad', 'md/child']],
    [['foundation+'], ['foundation', 'md/gromacs'], ['md/bad', 'md/child']],
    [['viz'], ['viz'], []],
  ])('%j takes the good ones where it is to keep going', async (names, good, left) => {
    const selection = select(await collected(texts), { names, keepGoing: true });
    expect([[...selection.templates], selection.left]).toEqual([good, left]);
  });

  test('of those that are taken out, only the errors of what was wanted are lacking', async () => {
    const collection = await collected({ ...texts, 'other/bad': 'y: 2' });
    const { lacking } = select(collection, { names: ['md/*', 'viz'], keepGoing: true });
    expect(lacking.map(({ code, message }) => `${code}: ${message}`)).toEqual([unknownKey, blocked]);
  });

  test('an error in amifile.ts that keeps them out is told with them', async () => {
    const merged = await scanTemplates(
      memoryFiles({ 'templates/a.yaml': '{}' }),
      'templates/**/*.yaml',
      '/w',
    );
    const arm = { parallelcluster: '3.14.0', os: 'alinux2023', arch: 'arm64' } as const;
    const collection = collect(merged, { maxDepth: 5, ...usual, base: { ...usual.base, x86_64: arm } });
    const conflict =
      'build-conflict: a is for x86_64, and its base for arm64 (take arch out of the base, or set build.arch to arm64)';
    expect(await refused(collection, { names: ['a'] })).toEqual([named.replace('md/bad', 'a'), conflict]);
    expect(await refused(collection, { names: ['**'] })).toEqual([inTheWay('a cannot be used'), conflict]);
    expect(await refused(collection, { names: ['b'] })).toEqual([
      'unknown-template: there is no template b (did you mean a?)',
    ]);
  });

  test.each([
    [
      ['md/bad', 'viz'],
      [named, unknownKey],
    ],
    [['md/[bc]*'], [inTheWay('md/bad, md/child cannot be used'), unknownKey, blocked]],
  ])('%j is an error even so', async (names, messages) => {
    expect(await refused(await collected(texts), { names, keepGoing: true })).toEqual(messages);
  });
});
