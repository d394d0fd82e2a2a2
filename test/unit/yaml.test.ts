/** YAML text to values with their places. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseYaml, type YamlValue } from '../../src/template/yaml.ts';
import { errorOf, placeOf, valueOf } from './rig.ts';

/** Plain data, without the places. */
function plain(value: YamlValue): unknown {
  if (value.kind === 'scalar') return value.value;
  if (value.kind === 'list') return value.items.map(plain);
  return Object.fromEntries([...value.entries].map(([key, entry]) => [key, plain(entry.value)]));
}

const dataOf = (text: string): unknown => plain(valueOf(parseYaml('a.yaml', text)).value);

/** Each value with the place where it begins, `line:column`, and each key with its own. */
function placesOf(text: string): Record<string, string> {
  const document = valueOf(parseYaml('a.yaml', text));
  const at = (offset: number): string => {
    const { line, column } = document.place(offset);
    return `${line}:${column}`;
  };
  const found: Record<string, string> = {};
  const walk = (value: YamlValue, path: string): void => {
    found[path] = at(value.at);
    if (value.kind === 'list')
      for (const [index, item] of value.items.entries()) walk(item, `${path}/${index}`);
    if (value.kind === 'map') {
      for (const [key, entry] of value.entries) {
        found[`${path}/${key} key`] = at(entry.keyAt);
        walk(entry.value, `${path}/${key}`);
      }
    }
  };
  walk(document.value, '');
  return found;
}

const wrong = (text: string): string => {
  const error = errorOf(parseYaml('a.yaml', text));
  expect(error.code).toBe('yaml');
  return `${placeOf(error)} ${error.message}`;
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
    '/d': '8:1',
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
  const document = valueOf(parseYaml('a.yaml', text));
  expect(document.excerpt({ file: 'a.yaml', line: 1, column: 1 })).toBe('a: 1');
  expect(document.excerpt({ file: 'a.yaml', line: 3, column: 1 })).toBe('  - x');
  expect(document.excerpt({ file: 'a.yaml', line: 9, column: 1 })).toBe('');
});

test('a byte order mark is not there', () => {
  expect(placesOf('\uFEFFa: 1')).toEqual({ '': '1:1', '/a key': '1:1', '/a': '1:4' });
});

test('columns are UTF-16 code units', () => {
  expect(placesOf('{a: "𝛼", b: 1}')).toMatchObject({ '/b key': '1:11' });
});

test.each<[string, unknown]>([
  ['0x10', 16],
  ['010', 10],
  ['1e3', 1000],
  ['1_000', '1_000'],
  ['.inf', Number.POSITIVE_INFINITY],
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

test('an alias is the value of its anchor', () => {
  expect(dataOf('a: &x [1, {b: 2}]\nc: *x\nd: &y z\n*y : 1')).toEqual({
    a: [1, { b: 2 }],
    c: [1, { b: 2 }],
    d: 'z',
    z: 1,
  });
  expect(dataOf('a: &x 1\nb: &x 2\nc: *x')).toEqual({ a: 1, b: 2, c: 2 });
});

test('a key like any other', () => {
  const { value } = valueOf(parseYaml('a.yaml', '__proto__: 1\nconstructor: 2'));
  expect(value.kind === 'map' && [...value.entries.keys()]).toEqual(['__proto__', 'constructor']);
});

describe('what is wrong, and where', () => {
  test.each([
    ['', 'a.yaml:1:1 the file holds nothing'],
    ['# only this\n', 'a.yaml:1:1 the file holds nothing'],
    ['a: 1\na: 2\n', 'a.yaml:2:1 the key a stands twice in one map'],
    ['a: {1: x, "1": y}', 'a.yaml:1:11 the key 1 stands twice in one map'],
    ['a: 1\n---\nb: 2\n', 'a.yaml:2:1 the file holds more than one document'],
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

  test('its line goes with it', () => {
    expect(errorOf(parseYaml('a.yaml', 'x: 1\r\n  a: [\r\n')).excerpt).toBeDefined();
    expect(errorOf(parseYaml('a.yaml', 'x: 1\ny: *z\n')).excerpt).toBe('y: *z');
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
    const { value } = valueOf(parseYaml('a.yaml', bomb(12)));
    const lists = value.kind === 'map' ? [...value.entries.values()].map((entry) => entry.value) : [];
    const top = lists[11];
    expect(top?.kind === 'list' && top.items.every((item) => item === lists[10])).toBe(true);
  });

  test('more than 100 aliases are refused', () => {
    expect(wrong(bomb(13))).toBe('a.yaml:13:19 more than 100 aliases in one file');
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
      const parsed = parseYaml('a.yaml', text);
      const places = parsed.ok
        ? Object.values(placesOf(text))
        : [placeOf(parsed.error)?.slice('a.yaml:'.length) ?? ''];
      const lines = text.split('\n');
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
