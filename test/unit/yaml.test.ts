/** YAML text to values with their places. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Place } from '../../src/core/diagnostic.ts';
import { Source } from '../../src/core/source.ts';
import { type ReadYaml, YamlDocument } from '../../src/template/document.ts';
import { placeOf } from './rig.ts';

const documentOf = (text: string): YamlDocument => new YamlDocument(new Source('a.yaml', text));
const read = (text: string): ReadYaml => documentOf(text).read();

function dataOf(text: string): unknown {
  const { data, diagnostics } = read(text);
  expect(diagnostics).toEqual([]);
  return plain(data);
}

/** With the usual prototype. */
const plain = (data: unknown): unknown => JSON.parse(JSON.stringify(data ?? null, keepInfinity));
const keepInfinity = (_: string, value: unknown): unknown =>
  value === Number.POSITIVE_INFINITY ? 'infinity' : value;

/** Each value with the place where it begins, `line:column`, and each key with its own. */
function placesOf(text: string): Record<string, string> {
  const document = documentOf(text);
  const at = ({ line, column }: Place): string => `${line}:${column}`;
  const found: Record<string, string> = {};
  const walk = (value: unknown, path: readonly (string | number)[]): void => {
    const name = path.map((key) => `/${key}`).join('');
    found[name] = at(document.place(path));
    if (typeof path.at(-1) === 'string') found[`${name} key`] = at(document.placeOfKey(path));
    if (Array.isArray(value)) for (const [index, item] of value.entries()) walk(item, [...path, index]);
    else if (typeof value === 'object' && value !== null)
      for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
  };
  walk(document.read().data, []);
  return found;
}

const problems = (text: string): string[] =>
  read(text).diagnostics.map((one) => {
    expect(one.code).toBe('yaml');
    return `${placeOf(one)} ${one.message}`;
  });

const wrong = (text: string): string => {
  const found = problems(text);
  expect(found).toHaveLength(1);
  return found[0] ?? '';
};

test('each value and each key knows where it stands', () => {
  const text = ['# first', 'a: 1', 'b:', "  - 'x'", '  - "y"', '  - {c: [z]}', 'd: |', '  text', ''].join(
    '\n',
  );
  expect(placesOf(text)).toEqual({
    '': '2:1',
    '/a key': '2:1',
    '/a': '2:4',
    '/b key': '3:1',
    '/b': '4:3',
    '/b/0': '4:5',
    '/b/1': '5:5',
    '/b/2': '6:5',
    '/b/2/c key': '6:6',
    '/b/2/c': '6:9',
    '/b/2/c/0': '6:10',
    '/d key': '7:1',
    '/d': '8:3',
  });
});

test('a value that is left out stands where its key does', () => {
  expect(placesOf('a: 1\nb:\nc: {d: }\n')).toMatchObject({ '/b': '2:1', '/c/d': '3:5' });
  expect(placesOf('a:\n  b: 1\nc:\n  -\n  - x\n')).toMatchObject({ '/c/0': '4:3', '/c/1': '5:5' });
});

test('CRLF line breaks count as one, and are no part of a value', () => {
  const text = 'a: 1\r\nb:\r\n  - x\r\n';
  expect(dataOf(text)).toEqual({ a: 1, b: ['x'] });
  expect(placesOf(text)).toMatchObject({ '/b key': '2:1', '/b/0': '3:5' });
  expect(documentOf(text).place(['a']).excerpt).toBe('a: 1');
  expect(documentOf(text).place(['b', 0]).excerpt).toBe('  - x');
});

test('columns are UTF-16 code units', () => {
  expect(placesOf('{a: "𝛼", b: 1}')).toMatchObject({ '/b key': '1:11' });
});

test.each<[string, unknown]>([
  ['0x10', 16],
  ['010', 10],
  ['1e3', 1000],
  ['1_000', '1_000'],
  ['.inf', 'infinity'],
  ['yes', 'yes'],
  ['no', 'no'],
  ['true', true],
  ['~', null],
  ['', null],
  ["'1'", '1'],
  ['2026-01-01', '2026-01-01'],
  ['12:30', '12:30'],
  ['!!str 1', '1'],
  ['! 1', '1'],
  ['<<', '<<'],
  ['|-\n  x\n  y', 'x\ny'],
  ['>\n  x\n  y\n', 'x y\n'],
])('%j means %j, as YAML 1.2 says', (written, meant) => {
  expect(dataOf(`a: ${written}`)).toEqual({ a: meant });
});

test.each([
  ['a: {<<: defaults}', 'a.yaml:1:5 << takes a map, or a list of maps'],
  ['a:\n  <<: 5\n  b: 1', 'a.yaml:2:3 << takes a map, or a list of maps'],
  ['a: {<<: }', 'a.yaml:1:5 << takes a map, or a list of maps'],
  ['a: &x {b: 1}\nc: {<<: [*x, y]}', 'a.yaml:2:5 << takes a map, or a list of maps'],
  ['a: {<<: *x}', 'a.yaml:1:10 there is no anchor &x'],
  ['a: &x {b: 1}\nc: &y {b: 2}\nd:\n  <<: *x\n  <<: *y', 'a.yaml:5:3 << stands twice in one map'],
])('a merge key that merges nothing is told: %j', (text, told) => {
  expect(wrong(text)).toBe(told);
});

test('an alias is the value of its anchor', () => {
  expect(dataOf('a: &x [1, {b: 2}]\nc: *x\nd: &y z\n*y : 1')).toEqual({
    a: [1, { b: 2 }],
    c: [1, { b: 2 }],
    d: 'z',
    z: 1,
  });
  expect(dataOf('a: &x 1\nb: &x 2\nc: *x')).toEqual({ a: 1, b: 2, c: 2 });
});

test('a merge key brings what the map does not have itself, of several maps the first', () => {
  expect(dataOf('a: &x {b: 1, c: 2}\nd: &y {c: 3, e: 4}\nf:\n  c: 5\n  <<: *x\ng: {<<: [*y, *x]}\n')).toEqual(
    {
      a: { b: 1, c: 2 },
      d: { c: 3, e: 4 },
      f: { b: 1, c: 5 },
      g: { b: 1, c: 3, e: 4 },
    },
  );
  expect(dataOf('a: {"<<": {b: 1}}')).toEqual({ a: { '<<': { b: 1 } } });
});

test('what an alias or a merge key stands for is where it was written', () => {
  const text = 'a: &x\n  b: [1, 2]\nc: *x\nd:\n  <<: *x\n  e: 3\nf: {<<: [*x]}\n';
  expect(placesOf(text)).toMatchObject({
    '/a/b/1': '2:10',
    '/c/b/1': '2:10',
    '/d/b/1': '2:10',
    '/d/b key': '2:3',
    '/f/b/0': '2:7',
    '/d/e': '6:6',
  });
});

test('a key like any other', () => {
  const { data } = read('__proto__: 1\nconstructor: 2');
  expect(Object.keys(data as object)).toEqual(['__proto__', 'constructor']);
  expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
});

describe('what is wrong, and where', () => {
  test.each([
    ['', 'a.yaml:1:1 the file holds nothing'],
    ['# only this\n', 'a.yaml:1:1 the file holds nothing'],
    ['a: 1\na: 2\n', 'a.yaml:2:1 the key a stands twice in one map'],
    ['a: {1: x, "1": y}', 'a.yaml:1:11 the key 1 stands twice in one map'],
    ['a: 1\n---\nb: 2\n', 'a.yaml:2:1 the file holds more than one document'],
    ['a: 1\n...\n\nb: 2\n', 'a.yaml:4:1 the file holds more than one document'],
    ['# x\n%YAML 3.0\n---\na: 1\n', 'a.yaml:2:1 the file says that it is YAML 3.0, and is read as YAML 1.2'],
    ['a:\n\t- b', 'a.yaml:2:1 YAML: tab characters must not be used in indentation'],
    ['a: *x', 'a.yaml:1:5 there is no anchor &x'],
    ['a: &x [*x]', 'a.yaml:1:9 there is no anchor &x'],
    ['a: !!int 3', 'a.yaml:1:4 the tag !!int has no meaning here'],
    ['a: !local x', 'a.yaml:1:4 the tag !local has no meaning here'],
    ['? [a]\n: b', 'a.yaml:1:3 a key must be text'],
    ['a: b: c', 'a.yaml:1:5 YAML: bad indentation of a mapping entry'],
    ['{a: 1', 'a.yaml:1:6 YAML: unexpected end of the stream within a flow collection'],
    ['a: "x', 'a.yaml:1:6 YAML: unexpected end of the stream within a double quoted scalar'],
    ['a: \u0007', 'a.yaml:1:4 YAML: the stream contains non-printable characters'],
    [`a: ${'['.repeat(40)}`, 'a.yaml:1:35 YAML: nesting exceeded maxDepth (32)'],
  ])('%j: %s', (text, message) => {
    expect(wrong(text)).toBe(message);
  });

  test('its line goes with it, and where that is empty the one before', () => {
    const excerpt = (text: string) => read(text).diagnostics[0]?.place;
    expect(excerpt('x: 1\ny: *z\n')).toMatchObject({ excerpt: 'y: *z' });
    expect(excerpt('x: 1\r\na: [b\r\n')).toMatchObject({ line: 2, column: 5, excerpt: 'a: [b' });
  });

  test('all of it is told', () => {
    expect(problems('a: 1\na: 2\nb: *x\nc: {d: !local 1, d: 2}\n? {}\n: *y\n')).toEqual([
      'a.yaml:2:1 the key a stands twice in one map',
      'a.yaml:3:5 there is no anchor &x',
      'a.yaml:4:8 the tag !local has no meaning here',
      'a.yaml:4:18 the key d stands twice in one map',
      'a.yaml:6:4 there is no anchor &y',
      'a.yaml:5:3 a key must be text',
    ]);
  });
});

describe('in bounded time', () => {
  /** Counts what a walk that did not share equal parts would visit. */
  const bomb = (levels: number): string =>
    Array.from({ length: levels }, (_, level) => {
      const below = level === 0 ? 'x' : `*a${level - 1}`;
      return `a${level}: &a${level} [${Array.from({ length: 9 }, () => below).join(', ')}]\n`;
    }).join('');

  test('aliases that multiply are shared, not copied', () => {
    const data = read(bomb(5)).data as Record<string, readonly unknown[]>;
    expect(data['a4']?.every((item) => item === data['a3'])).toBe(true);
  });

  test('aliases that stand for very much text are refused', () => {
    const text = `a: &a ${'x'.repeat(100_000)}\nb: [${'*a,'.repeat(1000)}]`;
    expect(wrong(text)).toBe('a.yaml:2:384 aliases stand for more than 200000 values');
    expect(problems(text.replace('*a,'.repeat(1000), '*a,'.repeat(100)))).toEqual([]);
  });

  test('aliases that stand for very many values are refused', () => {
    expect(wrong(bomb(13))).toBe('a.yaml:6:16 aliases stand for more than 200000 values');
  });

  test('nesting without end is refused', () => {
    expect(wrong('['.repeat(1_000_000))).toBe('a.yaml:1:32 YAML: nesting exceeded maxDepth (32)');
    expect(wrong('- '.repeat(100_000))).toMatch(/maxDepth/);
  });
});

test('any text gives a value or an error with a place in it', () => {
  const snippet = fc.constantFrom(
    'a: ',
    '- ',
    '\n',
    '  ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '&x ',
    '*x',
    '"',
    "'",
    '|\n',
    '? ',
    '!!str ',
    '#',
    '\t',
    '---\n',
    '...\n',
    '\r\n',
    'x',
    '1',
    '%',
  );
  fc.assert(
    fc.property(fc.array(snippet, { maxLength: 30 }), (parts) => {
      const text = parts.join('');
      const { data, diagnostics } = read(text);
      const places = [
        ...diagnostics.map((one) => placeOf(one)?.slice('a.yaml:'.length) ?? ''),
        ...Object.values(placesOf(text)),
      ];
      expect(data !== undefined || diagnostics.length > 0).toBe(true);
      const lines = text.split(/\r\n|\r|\n/);
      for (const place of places) {
        const [line = 0, column = 0] = place.split(':').map(Number);
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(column).toBeGreaterThanOrEqual(1);
        expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
      }
    }),
    { numRuns: 1000 },
  );
});
