/** What is remembered of templates: it holds as long as the file of each, and all that it stands on, is the same. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { imageId, templateName } from '../../src/core/ids.ts';
import {
  type KnownTemplate,
  type KnownTemplates,
  knownText,
  parseKnown,
  stillKnown,
} from '../../src/plan/known.ts';
import { digestLike } from './rig.ts';

const image = imageId('ami-0123456789abcdef0');

const one = (
  name: string,
  parent: string | null = null,
  dependsOn: readonly string[] = [],
): KnownTemplate => ({
  name: templateName(name),
  file: `templates/${name}.yaml`,
  identity: `1 ${name}`,
  digest: digestLike(name),
  parent: parent === null ? null : templateName(parent),
  dependsOn: dependsOn.map(templateName),
  packages: [`${name}@1 "x"`],
  base: parent === null ? 'x86_64' : null,
  baseImage: parent === null ? image : null,
});

const known: KnownTemplates = {
  key: 'k',
  bases: { x86_64: image },
  templates: [one('a'), one('b', 'a'), one('c', 'b'), one('d', null, ['b']), one('__proto__')],
  warnings: [
    {
      severity: 'warning',
      code: 'repeated',
      message: 'a "stands" twice',
      place: { file: 'templates/a.yaml', line: 2, column: 3, excerpt: '  - a' },
      related: [
        { message: 'first', place: { file: 'templates/a.yaml', line: 1, column: 3, excerpt: '  - a' } },
      ],
      cure: 'take one of them out',
    },
    { severity: 'warning', code: 'more', message: 'and 3 more', place: { file: 'templates/b.yaml' } },
  ],
};
const identities = new Map(known.templates.map(({ file, identity }) => [file, identity]));

const names = (files: ReadonlyMap<string, string>): string[] => [...stillKnown(known, files).keys()];

test('what was written is read', () => {
  expect(parseKnown(knownText(known))).toEqual(known);
});

test('nothing changed: all of it holds', () => {
  expect(names(identities)).toEqual(['a', 'b', 'c', 'd', '__proto__']);
});

test('a changed file: it and what stands on it must be read', () => {
  expect(names(new Map([...identities, ['templates/b.yaml', '2']]))).toEqual(['a', '__proto__']);
});

test('a file that is gone: the same', () => {
  expect(names(new Map([...identities].filter(([file]) => file !== 'templates/a.yaml')))).toEqual([
    '__proto__',
  ]);
});

test('what stands on itself, which nobody has written, does not hold', () => {
  const circle = { ...known, templates: [one('a', 'b'), one('b', 'a')] };
  expect([...stillKnown(circle, identities).keys()]).toEqual([]);
});

describe('a text that is none of ours', () => {
  test.each(['', 'null', '[]', '{', '{"version":1}', '{"version":1,"key":"k","bases":{},"templates":[]}'])(
    '%j is nothing',
    (text) => {
      expect(parseKnown(text)).toBeUndefined();
    },
  );

  test.each([
    ['an error among the warnings', '"severity":"warning"', '"severity":"error"'],
    ['a warning without a file', '"place":{"file":"templates/b.yaml"}', '"place":{}'],
    ['no warnings at all', '"warnings":', '"warning":'],
  ])('%s is nothing', (_, before, after) => {
    const text = knownText(known).replace(before, after);
    expect(text).toContain(after);
    expect(parseKnown(text)).toBeUndefined();
  });

  test('has its rows left out that are not whole', () => {
    const text = knownText(known).replace(digestLike('b'), 'b').replace('["b"]', '[7]');
    expect(parseKnown(text)?.templates.map(({ name }) => name)).toEqual(['a', 'c', '__proto__']);
  });

  test('never ends the program', () => {
    const text = knownText(known);
    fc.assert(
      fc.property(fc.nat(text.length), fc.string({ maxLength: 3 }), fc.nat(9), (at, put, cut) => {
        const read = parseKnown(text.slice(0, at) + put + text.slice(at + cut));
        if (read !== undefined) stillKnown(read, identities);
      }),
    );
  });
});
