/** Where in amifile.ts an option stands. */
import { expect, test } from 'vitest';
import { locateOption } from '../../src/config/locate-option.ts';

const amifile = `import { defineConfig } from 'amigraph';

/* region: 'in a comment', */
export default defineConfig({
  // region: 'commented out',
  workspace: 'bucket: not here, region: neither',
  builder: { timeout: '3h', 'instanceType': 'c6a.large', "spot": true },
  region: 'us-west-2', // bucket: 'x'
  steps: {
    bootstrap: 'a.sh',
    package: "b.sh",
  },
  timeout: '1h',
  base,
  securityGroups: ['sg-1', 'sg-2'],
  'odd-key': 1,
});
`;

/** What stands there, up to the end of the line. */
function textAt(source: string, path: readonly (string | number)[]): string | undefined {
  const at = locateOption(source, path);
  return at === undefined ? undefined : source.slice(at).split('\n')[0];
}

test('the first character may be one', () => {
  expect(locateOption('region: 1', ['region'])).toBe(0);
});

test('an option of the same name in an inner map, before or after, is another one', () => {
  expect(textAt(amifile, ['timeout'])).toBe("timeout: '1h',");
  expect(textAt(amifile, ['builder', 'timeout'])).toBe(
    `timeout: '3h', 'instanceType': 'c6a.large', "spot": true },`,
  );
  expect(textAt('({ timeout: 1, builder: { spot: true }, sandbox: {} })', ['builder', 'timeout'])).toBe(
    'builder: { spot: true }, sandbox: {} })',
  );
});

test('comments and strings hold no options', () => {
  expect(textAt(amifile, ['bucket'])).toBeUndefined();
  expect(textAt("({ a: `region: ${'x'}`, region: 2 })", ['region'])).toBe('region: 2 })');
  expect(textAt(String.raw`({ a: 'it\'s, region: 1', region: 2 })`, ['region'])).toBe('region: 2 })');
  expect(textAt("({ a: 'http://x', region: 2 })", ['region'])).toBe('region: 2 })');
});

test('a quoted key is a key', () => {
  expect(textAt(amifile, ['builder', 'instanceType'])).toBe(`'instanceType': 'c6a.large', "spot": true },`);
  expect(textAt(amifile, ['builder', 'spot'])).toBe('"spot": true },');
  expect(textAt(amifile, ['odd-key'])).toBe("'odd-key': 1,");
});

test('a shorthand and a method are keys', () => {
  expect(textAt(amifile, ['base'])).toBe('base,');
  expect(textAt('({ base() { return 1 } })', ['base'])).toBe('base() { return 1 } })');
});

test('an item of a list stands where its list does', () => {
  expect(textAt(amifile, ['securityGroups', 1])).toBe("securityGroups: ['sg-1', 'sg-2'],");
});

test('what is not there stands where the nearest part of its path does, or nowhere', () => {
  expect(textAt(amifile, ['steps', 'cleanUp'])).toBe('steps: {');
  expect(textAt(amifile, ['sandbox', 'speed'])).toBeUndefined();
  expect(textAt('', ['region'])).toBeUndefined();
});

test('without a path it is the export', () => {
  expect(textAt(amifile, [])).toBe('export default defineConfig({');
  expect(textAt('// export default 1', [])).toBeUndefined();
});

test('part of a longer name is no match', () => {
  expect(textAt('({ myregion: 1, regions: 2, $region: 3 })', ['region'])).toBeUndefined();
});

test('a key that means something in a pattern is taken as it is', () => {
  expect(textAt("({ 'a.b': 1, axb: 2 })", ['axb'])).toBe('axb: 2 })');
  expect(textAt("({ axb: 2, 'a.b': 1 })", ['a.b'])).toBe("'a.b': 1 })");
});
