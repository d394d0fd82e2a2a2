/** An amifile.ts that stands on its own is compiled the quick way, and is the same as by the thorough one. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compilePlain } from '../../src/config/plain-amifile.ts';
import { runAmifile } from '../../src/config/run-amifile.ts';

async function exportedBy(source: string): Promise<unknown> {
  const root = await mkdtemp(join(tmpdir(), 'amigraph-plain-'));
  onTestFinished(() => rm(root, { recursive: true }));
  await writeFile(join(root, 'amifile.ts'), source);
  const { value } = await runAmifile(root, (exported) => {
    return JSON.parse(JSON.stringify(exported).replaceAll(root, '(root)')) as unknown;
  });
  return value;
}

const isPlain = async (source: string): Promise<boolean> =>
  (await compilePlain(source, '/workspace/amifile.ts')) !== undefined;

test.each([
  ["import { defineConfig } from 'amigraph';\nexport default defineConfig({ region: 'us-east-1' });"],
  ["import * as amigraph from 'amigraph';\nexport default amigraph.defineConfig({ region: 'us-east-1' });"],
  ["import type { Config } from 'amigraph';\nexport default { region: 'a' } satisfies Config as Config;"],
  ["import path, { join } from 'node:path';\nexport default { a: path.join('b', 'c'), d: join('e', 'f') };"],
  [
    "import { readFileSync } from 'fs';\nexport default { text: readFileSync(__filename, 'utf8').length > 5 };",
  ],
  ["export default { folder: __dirname, sep: require('path').sep };"],
  ['enum Size { Small = 1, Large }\nexport default { size: Size.Large, name: Size[1] };'],
  ["import fs = require('fs');\nexport default { a: fs.existsSync('/'), ...(<const>{ b: 1 }) };"],
  [
    'const enum A { B = 1 << 2 }\nabstract class C { abstract d(): void }\nexport default { b: A.B, c: typeof C };',
  ],
  ['const pick = <T,>(one: T): T => one;\nexport default { a: pick<string>("b")!, c: pick(1) as number };'],
  [
    'class A { constructor(private readonly b = 1) {}\n get c() { return this.b; } }\nexport default { c: new A().c };',
  ],
  [
    'export const a: number = 1;\nconst b = { a, c: process.env["NOWHERE"] ?? "d" };\nexport { b as default };',
  ],
  ['declare const x: B;\nexport default { a: typeof x };\nexport type A = 1;\ninterface B { c: A }'],
])('%s', async (source) => {
  expect(await isPlain(source)).toBe(true);
  const thorough = `${source}\nawait 0;`;
  expect(await isPlain(thorough)).toBe(false);
  expect(await exportedBy(source)).toEqual(await exportedBy(thorough));
});

test.each([
  ["import { region } from './where.ts';\nexport default { region };"],
  ["import { region } from 'a-package';\nexport default { region };"],
  ["export * from './where.ts';\nexport default {};"],
  ["const { region } = await import('./where.ts');\nexport default { region };"],
  ["export default async () => import('./where.ts');"],
  ["namespace A {\n  export const b = 'c';\n}\nexport default { b: A.b };"],
  ["module A {\n  export const b = 'c';\n}\nexport default { b: A.b };"],
  ['export default { folder: import.meta.dirname };'],
  ["const a = 'node:fs';\nexport default { b: require(a) };"],
  ['const load = require;\nexport default { a: load("./where.ts") };'],
  ['export default {\n  region: ,\n};'],
  ['const a = 1;\nconst a = 2;\nexport default { a };'],
  [`export default ${'['.repeat(100_000)};`],
])('%s is left to the thorough way', async (source) => {
  expect(await isPlain(source)).toBe(false);
});
