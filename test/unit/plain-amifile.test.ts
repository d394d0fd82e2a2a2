/** The usual amifile.ts is compiled the quick way, and is the same as by the thorough one. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compilePlain } from '../../src/config/plain-amifile.ts';
import { runAmifile } from '../../src/config/run-amifile.ts';
import { invalidInputOf } from './rig.ts';

async function exportedBy(source: string): Promise<unknown> {
  const root = await mkdtemp(join(tmpdir(), 'amigraph-plain-'));
  onTestFinished(() => rm(root, { recursive: true }));
  await writeFile(join(root, 'amifile.ts'), source);
  return (await runAmifile(root, (exported) => exported)).value;
}

const isPlain = (source: string): boolean => compilePlain(source, '/workspace/amifile.ts') !== undefined;

const importing = "import { defineConfig } from 'amigraph';\n";

test.each([
  [`${importing}\nexport default defineConfig({ region: 'us-east-1' });\n`],
  [
    '// A comment.\nimport { defineConfig } from "amigraph"\r\nexport default defineConfig({ maxDepth: 3 })\r\n',
  ],
  ["export default { region: process.env['NOWHERE'] ?? 'a', nested: { list: [1, ...[2, 3]] } };"],
  [`${importing}const pick = (a) => {\n  return a;\n};\nexport default defineConfig({ region: pick('b') });`],
  [
    'let late = 1;\nexport default { get late() { return late; }, what: typeof this, how: typeof late };\nlate = 2;',
  ],
  ["const a = (b) => b\nimport { defineConfig } from 'amigraph'\n(1)\nexport default { a: typeof a }"],
  ['function a() {\n  return { b };\n}\nconst b = 1;\nexport default { a: a() };'],
])('%s', async (source) => {
  expect(isPlain(source)).toBe(true);
  const thorough = `${source}\nawait 0;`;
  expect(isPlain(thorough)).toBe(false);
  expect(await exportedBy(source)).toEqual(await exportedBy(thorough));
});

test('what throws is told with its line by both', async () => {
  const source = `${importing}\nconst a = null;\nexport default {\n  b: a.b,\n};\n`;
  expect(isPlain(source)).toBe(true);
  const told = await invalidInputOf(() => exportedBy(source));
  expect(told).toMatchObject([{ place: { line: 5, column: 3, excerpt: '  b: a.b,' } }]);
  expect(told).toEqual(await invalidInputOf(() => exportedBy(`${source}await 0;`)));
});

test.each([
  ["import { region } from './where.ts';\nexport default { region };"],
  ["import { join } from 'node:path';\nexport default { a: join('b', 'c') };"],
  ["import { defineConfg } from 'amigraph';\nexport default defineConfg({});"],
  [`${importing}import { region } from './where.ts';\nexport default defineConfig({ region });`],
  ['export const a = 1;\nexport default { a };'],
  ["const a = await (async () => 'b')();\nexport default { a };"],
  ["export default { a: import/* x */('node:fs') };"],
  ['export default { folder: import.meta.dirname };'],
  ['export default { folder: __dirname };'],
  ["export default { sep: require('path').sep };"],
  ["module.exports = { region: 'a' };"],
  ['const a: number = 1;\nexport default { a };'],
  ["const a = new Set<string>(['b']);\nexport default { a: [...a] };"],
  ["type B = 1;\nexport default { a: pick<B>('b') };"],
  ['export default { a: 1 } as const;'],
  ['enum A { B = 1 }\nexport default { b: A.B };'],
  ["namespace A { const b = 'c'; }\nexport default {};"],
  ['export default function () {}'],
  ['export default class {}'],
  ['const a = {};\nexport { a as default };'],
  ['export default defineConfig({});\nexport default {};'],
  ['export default {\n  region: ,\n};'],
  ['const a = 1;\nconst a = 2;\nexport default { a };'],
  ['return;\nexport default {};'],
  ['const amifile = 1;\nexport default { amifile };'],
  ['export default {};\n});({'],
  [''],
])('%s is left to the thorough way', (source) => {
  expect(isPlain(source)).toBe(false);
});

test('who does not import defineConfig does not have it', async () => {
  const found = await invalidInputOf(() => exportedBy('export default defineConfig({});'));
  expect(found).toMatchObject([{ message: 'amifile.ts cannot be run: defineConfig is not defined' }]);
});
