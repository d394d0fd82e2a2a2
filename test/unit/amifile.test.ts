/** Finding and running amifile.ts: every wrong one is a message with a place and, where there is one, a cure. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { findWorkspace, readAmifile } from '../../src/config/amifile.ts';
import { workspace, wrongIn } from './amifile-rig.ts';
import { invalidInputOf } from './rig.ts';

describe('the workspace', () => {
  test('is the nearest folder upwards that holds an amifile.ts', async () => {
    const root = await workspace('export default {};');
    await mkdir(join(root, 'a/b'), { recursive: true });
    expect(await findWorkspace(join(root, 'a/b'))).toBe(root);
    expect(await findWorkspace(root)).toBe(root);
    await writeFile(join(root, 'a/amifile.ts'), 'export default {};');
    expect(await findWorkspace(join(root, 'a/b'))).toBe(join(root, 'a'));
  });

  test('that is nowhere is an error that says how to make one', async () => {
    const root = await workspace();
    const found = await invalidInputOf(() => findWorkspace(root));
    expect(found).toEqual([
      {
        severity: 'error',
        code: 'no-amifile',
        message: `no amifile.ts in ${root} or a folder above it`,
        cure: "run amigraph in a workspace, or make amifile.ts: import { defineConfig } from 'amigraph'; export default defineConfig({});",
      },
    ]);
  });
});

describe('an amifile.ts', () => {
  test('in a folder that is no npm project gets amigraph from the running program', async () => {
    const root = await workspace(`
      import { defineConfig } from 'amigraph';
      import { join } from 'node:path';
      const region: string = 'eu-west-1';
      export default defineConfig({ region, templates: join('a', '*.yaml') });
    `);
    expect(await readAmifile(root)).toEqual({
      value: { region: 'eu-west-1', templates: 'a/*.yaml' },
      outside: [],
    });
    expect(await readdir(join(root, '.amigraph'))).toContain('.gitignore');
  });

  test('may take parts from files beside it', async () => {
    const root = await workspace("import { region } from './where.ts';\nexport default { region };");
    await writeFile(join(root, 'where.ts'), "export const region: string = 'eu-north-1';");
    expect(await readAmifile(root)).toEqual({ value: { region: 'eu-north-1' }, outside: [] });
    await mkdir(join(root, 'inner'));
    await writeFile(join(root, 'further.ts'), "export const region = 'eu-north-1';");
    await writeFile(
      join(root, 'inner/amifile.ts'),
      "import { region } from '../other.ts'; export default { region };",
    );
    await writeFile(join(root, 'other.ts'), "export { region } from './further.ts';");
    expect((await readAmifile(join(root, 'inner'))).outside).toEqual(['../other.ts', '../further.ts']);
  });

  test('of broken syntax says where it breaks', async () => {
    const [one, ...rest] = await wrongIn('export default {\n  region: ,\n};\n');
    expect(rest).toEqual([]);
    expect(one?.code).toBe('amifile-broken');
    expect(one?.at).toMatch(/^amifile\.ts:2:\d+$/);
    expect(one?.message).toMatch(/^amifile\.ts cannot be run: .*[Uu]nexpected/);
    expect(one?.message).not.toContain('\n');
  });

  test('that throws says what and where', async () => {
    const [one] = await wrongIn(
      "const a = 1;\n\nthrow new TypeError('no such thing');\nexport default { a };\n",
    );
    expect(one).toEqual({
      code: 'amifile-broken',
      at: 'amifile.ts:3:1',
      message: 'amifile.ts cannot be run: no such thing',
      cure: 'mend the code there: it is run whenever amigraph reads its options',
    });
  });

  test.each([
    ["throw 'a text';", 'amifile.ts cannot be run: a text'],
    ['throw undefined;', 'amifile.ts cannot be run: undefined'],
  ])('%s is told too', async (source, message) => {
    expect(await wrongIn(`${source}\nexport default {};`)).toMatchObject([
      { code: 'amifile-broken', message },
    ]);
  });

  test('that does not end is given up, however many timers it keeps', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const source =
      'const kept = setInterval(() => {}, 1e6);\nawait new Promise(() => kept);\nexport default {};';
    const elapse = setInterval(() => vi.advanceTimersByTime(30_000), 1);
    onTestFinished(() => clearInterval(elapse));
    expect(await wrongIn(source)).toEqual([
      {
        code: 'amifile-broken',
        at: 'amifile.ts',
        message: 'amifile.ts cannot be run: it did not end in 30 s',
        cure: 'make it end sooner: it is run for each command',
      },
    ]);
  });

  test.each([
    ["throw new Error('a', { cause: new Error('b') });", 'a: b'],
    ['throw { a: 1 };', '{ a: 1 }'],
    [
      'class Odd extends Error { get message() { throw 1; } }\nthrow new Odd();',
      'it throws what cannot be read',
    ],
    ['Promise.reject(3);', '3'],
    ["import './nowhere.ts';", "Cannot find module './nowhere.ts'"],
  ])('with %s says why it cannot be run', async (source, why) => {
    const [one, ...rest] = await wrongIn(`${source}\nexport default {};`);
    expect(rest).toEqual([]);
    expect(one?.message).toBe(`amifile.ts cannot be run: ${why}`);
  });

  test('that imports a file which fails names that file', async () => {
    const root = await workspace("import { region } from './where.ts';\nexport default { region };");
    await writeFile(join(root, 'where.ts'), "\nexport const region = (null as never)['x'];");
    const [one] = await invalidInputOf(() => readAmifile(root));
    expect(one).toMatchObject({
      place: { file: 'where.ts', line: 2, column: 1, excerpt: "export const region = (null as never)['x'];" },
    });
  });

  test('that imports what is not there names it', async () => {
    const [one] = await wrongIn("import { x } from './missing.ts';\nexport default { x };");
    expect(one?.code).toBe('amifile-broken');
    expect(one?.message).toContain('./missing.ts');
  });

  test.each(['export const region = 1;', '', 'export default undefined;'])(
    'that exports nothing by default is told what to write: %s',
    async (source) => {
      expect(await wrongIn(source)).toEqual([
        {
          code: 'no-default-export',
          at: 'amifile.ts',
          message: 'amifile.ts exports nothing by default',
          cure: 'write: export default defineConfig({ ... });',
        },
      ]);
    },
  );
});
