/** Finding, running and checking amifile.ts: every wrong one is a message with a place and, where there is one, a cure. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { findWorkspace, readAmifile } from '../../src/config/amifile.ts';
import { invalidInputOf, placeOf } from './rig.ts';

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A folder that is no npm project, with that amifile.ts. */
async function workspace(amifile?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'amigraph-amifile-'));
  folders.push(folder);
  if (amifile !== undefined) await writeFile(join(folder, 'amifile.ts'), amifile);
  return folder;
}

const wrongIn = async (
  amifile: string,
): Promise<
  readonly { code: string; at: string | undefined; message: string; cure: string | undefined }[]
> => {
  const root = await workspace(amifile);
  const found = await invalidInputOf(() => readAmifile(root));
  return found.map((one) => ({ code: one.code, at: placeOf(one), message: one.message, cure: one.cure }));
};

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

/** What is between the braces of a written configuration; where it is wrong; what is said; the cure. */
type Wrong = [options: string, at: string, message: string, cure?: string];

const inQuotes = 'if it is meant as text, put it in quotes';

describe('a wrong option', () => {
  test.each<Wrong>([
    ["regin: 'x'", '1:18', 'unknown key regin', 'did you mean region?'],
    [
      "builder: { instanceTyp: 'x' }",
      '1:29',
      'unknown key builder.instanceTyp',
      'did you mean instanceType?',
    ],
    ["steps: { clean: 'x' }", '1:27', 'unknown key steps.clean', 'did you mean cleanUp?'],
    ['sandbox: { zzzzzz: 1 }', '1:29', 'unknown key sandbox.zzzzzz', 'known here: folder, speed, faults'],
    ['region: 1', '1:18', 'region must be text, not the number 1', inQuotes],
    ['region: true', '1:18', 'region must be text, not the boolean true', inQuotes],
    ['region: []', '1:18', 'region must be text, not a list', inQuotes],
    ['region: {}', '1:18', 'region must be text, not a map', inQuotes],
    ['region: null', '1:18', 'region must be text, not nothing'],
    ['region: () => 1', '1:18', 'region must be text, not a function'],
    ["region: Symbol('x')", '1:18', 'region must be text, not a symbol'],
    ['maxDepth: 10n', '1:18', 'maxDepth must be a number, not the bigint 10'],
    ["region: 'mars'", '1:18', 'region must be like us-west-2'],
    [
      "workspace: 'a b'",
      '1:18',
      'workspace must be at most 64 letters, digits, dots, dashes and underscores',
    ],
    [
      "templates: '/x'",
      '1:18',
      'templates must be a path inside the workspace, relative to it and without ..',
    ],
    [
      "templates: '../x'",
      '1:18',
      'templates must be a path inside the workspace, relative to it and without ..',
    ],
    ["provider: 'gcp'", '1:18', 'provider must be "sandbox" or "aws"'],
    ['maxDepth: 0', '1:18', 'maxDepth must be 1 or more'],
    ['maxDepth: 1.5', '1:18', 'maxDepth must be a whole number'],
    ['maxDepth: 101', '1:18', 'maxDepth must be at most 100'],
    ["concurrency: '3'", '1:18', 'concurrency must be a number, not the text "3"'],
    [
      "bucket: 'X'",
      '1:18',
      'bucket must be the name of an S3 bucket: 3 to 63 small letters, digits, dots and dashes',
    ],
    ["prefix: 'x'", '1:18', 'prefix must be empty or end with /, as in "amigraph/"'],
    ["base: { ssm: 'x' }", '1:26', 'base.ssm must begin with /'],
    ["base: { ami: 'ami-1' }", '1:26', 'base.ami must be like ami-0123456789abcdef0'],
    [
      'base: {}',
      '1:18',
      'base must be { ssm: "/aws/service/..." }, { ami: "ami-..." } or { parallelcluster: "3.14.0", os: "alinux2023" }',
    ],
    [
      "base: { parallelcluster: '3.14', os: 'rhel9' }",
      '1:26',
      'base.parallelcluster must be a version like 3.14.0',
    ],
    ['builder: []', '1:18', 'builder must be a map, not a list'],
    ["builder: ['x']", '1:18', 'builder must be a map, not a list'],
    ["builder: { timeout: '90 min' }", '1:29', 'builder.timeout must be like "90m" or "3h"'],
    ["builder: { architecture: 'x86' }", '1:29', 'builder.architecture must be "x86_64" or "arm64"'],
    ["builder: { spot: 'yes' }", '1:29', 'builder.spot must be true or false, not the text "yes"'],
    [
      "builder: { securityGroups: 'sg-1' }",
      '1:29',
      'builder.securityGroups must be a list, not the text "sg-1"',
    ],
    [
      "builder: { securityGroups: ['sg-1', 2] }",
      '1:29',
      'builder.securityGroups[1] must be text, not the number 2',
      inQuotes,
    ],
    [
      "steps: { users: '/x.sh' }",
      '1:27',
      'steps.users must be a path inside the workspace, relative to it and without ..',
    ],
    [
      "steps: { users: { script: 'x.sh', inputs: 'a' } }",
      '1:52',
      'steps.users.inputs must be a list, not the text "a"',
    ],
    ['sandbox: { speed: 0 }', '1:29', 'sandbox.speed must be a number from 0.1 on, or "instant"'],
    ["sandbox: { speed: 'fast' }", '1:29', 'sandbox.speed must be a number from 0.1 on, or "instant"'],
  ])('{ %s } is at %s: %s', async (...[options, at, message, cure]: Wrong) => {
    expect(await wrongIn(`export default { ${options} };`)).toEqual([
      {
        code: message.startsWith('unknown key') ? 'unknown-key' : 'wrong-value',
        at: `amifile.ts:${at}`,
        message,
        cure,
      },
    ]);
  });

  test('shows its line', async () => {
    const root = await workspace("export default {\n\n  maxDepth: 0, region: 'us-west-2',\n};\n");
    const [one] = await invalidInputOf(() => readAmifile(root));
    expect(one?.place).toMatchObject({ excerpt: "  maxDepth: 0, region: 'us-west-2'," });
  });

  test('does not hide another', async () => {
    const found = await wrongIn("export default { maxDepth: 0, prefix: 'x', builder: { spot: 1 } };");
    expect(found.map(({ message }) => message)).toEqual([
      'maxDepth must be 1 or more',
      'prefix must be empty or end with /, as in "amigraph/"',
      'builder.spot must be true or false, not the number 1',
    ]);
  });

  test('that is computed elsewhere has the file as its place', async () => {
    const found = await wrongIn('export default JSON.parse(String.fromCharCode(123) + \'"regin":1}\');');
    expect(found).toMatchObject([{ at: 'amifile.ts', message: 'unknown key regin' }]);
  });

  test.each([
    ["'text'", 'what amifile.ts exports must be a map, not the text "text"'],
    ['null', 'what amifile.ts exports must be a map, not nothing'],
    ['() => ({})', 'what amifile.ts exports must be a map, not a function'],
    ['[]', 'what amifile.ts exports must be a map, not a list'],
    ['Promise.resolve({})', 'what amifile.ts exports must be a map, not a promise: await it'],
    ['new Map()', 'what amifile.ts exports must be a map, not an object of a class'],
    ['[1]', 'what amifile.ts exports must be a map, not a list'],
  ])('in place of all of them, %s, is told', async (exported, message) => {
    expect(await wrongIn(`\nexport default ${exported};`)).toMatchObject([{ at: 'amifile.ts:2:1', message }]);
  });
});
