/** Bad input: what is wrong, where, and what to do; exit code 2, no stack trace, nothing begun. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lookInto } from './cloud.ts';
import { type Environment, finished, makeWorkspace, program, threeTemplates } from './rig.ts';

interface Case {
  readonly what: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly bytes?: Readonly<Record<string, Uint8Array>>;
  readonly without?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Environment;
  readonly says: string;
}

const cases: readonly Case[] = [
  {
    what: 'no amifile',
    without: ['amifile.ts'],
    says: "error: no amifile.ts in $FOLDER or a folder above it\n  cure: run amigraph in a workspace, or make amifile.ts: import { defineConfig } from 'amigraph'; export default defineConfig({});\n",
  },
  {
    what: 'an amifile that is no TypeScript',
    files: { 'amifile.ts': 'export default {\n  region: ,\n};\n' },
    says: 'error: amifile.ts cannot be run: Unexpected token\n  at amifile.ts:2:11\n      region: ,\n              ^\n  cure: mend the syntax there\n',
  },
  {
    what: 'an amifile that throws',
    files: { 'amifile.ts': 'const x: string = nowhere.region;\nexport default { region: x };\n' },
    says: 'error: amifile.ts cannot be run: nowhere is not defined\n  at amifile.ts:1:1\n    const x: string = nowhere.region;\n    ^\n  cure: mend the code there: it is run whenever amigraph reads its options\n',
  },
  {
    what: 'an amifile that waits for what never comes',
    files: { 'amifile.ts': 'await new Promise(() => {});\nexport default {};\n' },
    says: 'error: amifile.ts cannot be run: it awaits what never comes\n  at amifile.ts\n  cure: mend its top-level await\n',
  },
  {
    what: 'an amifile that ends the process',
    files: { 'amifile.ts': 'process.exit(0);\nexport default {};\n' },
    says: 'error: amifile.ts cannot be run: it calls process.exit\n  at amifile.ts:1:1\n    process.exit(0);\n    ^\n  cure: throw an Error instead\n',
  },
  {
    what: 'an amifile that leaves a promise to reject',
    files: { 'amifile.ts': 'export default {};\nPromise.reject(3);\n' },
    says: 'error: amifile.ts cannot be run: 3\n  at amifile.ts\n  cure: mend the code there: it is run whenever amigraph reads its options\n',
  },
  {
    what: 'an amifile with a getter that throws what is no Error',
    files: { 'amifile.ts': 'export default { get region() { throw 1; } };\n' },
    says: 'error: amifile.ts cannot be run: 1\n  at amifile.ts\n  cure: mend the code there: it is run whenever amigraph reads its options\n',
  },
  {
    what: 'an amifile that exports nothing',
    files: { 'amifile.ts': 'export const region = 1;\n' },
    says: 'error: amifile.ts exports nothing by default\n  at amifile.ts\n  cure: write: export default defineConfig({ ... });\n',
  },
  {
    what: 'an option that does not exist',
    files: { 'amifile.ts': "export default {\n  // regoin: 'x'\n  regoin: 'us-west-2',\n};\n" },
    says: "error: unknown key regoin\n  at amifile.ts:3:3\n      regoin: 'us-west-2',\n      ^\n  cure: did you mean region?\n",
  },
  {
    what: 'no templates',
    without: ['templates'],
    says: 'error: no file matches templates/**/*.yaml\n  cure: add a template, or set templates in amifile.ts to where they are\n',
  },
  {
    what: 'no templates, and a name',
    args: ['build', 'gromacs'],
    without: ['templates'],
    says: 'error: no file matches templates/**/*.yaml\n  cure: add a template, or set templates in amifile.ts to where they are\n',
  },
  {
    what: 'a YAML error',
    files: { 'templates/namd.yaml': 'tests: [a\nusers: []\n' },
    says: 'error: YAML: deficient indentation\n  at templates/namd.yaml:2:1\n    users: []\n    ^\n  cure: close the bracket or quote that is open above, or indent this line\n',
  },
  {
    what: 'an unknown name',
    args: ['build', 'gromax'],
    says: 'error: there is no template gromax\n  cure: did you mean gromacs?\n',
  },
  {
    what: 'an unknown extends',
    files: { 'templates/namd.yaml': 'extends: fundation.yaml\n' },
    says: 'error: namd extends templates/fundation.yaml, which does not exist\n  at templates/namd.yaml:1:10\n    extends: fundation.yaml\n             ^\n  cure: did you mean foundation.yaml?\n',
  },
  {
    what: 'a script that is not there',
    without: ['scripts/clean-up.sh'],
    says: "error: scripts/clean-up.sh does not exist\n  at amifile.ts\n  cure: put it there (amigraph's own are in node_modules/amigraph/scripts), or set steps.cleanUp in amifile.ts to another script\n",
  },
  {
    what: 'a script that is no UTF-8',
    args: ['build', 'namd'],
    files: { 'templates/namd.yaml': 'build:\n  scripts: [s.sh]\n' },
    bytes: { 's.sh': Uint8Array.of(0x23, 0xe9) },
    says: 'error: namd cannot be used, for the errors below\nerror: s.sh is not UTF-8 text\n  at templates/namd.yaml:2:13\n      scripts: [s.sh]\n                ^\n  cure: save it as UTF-8, or name another script, by its path from the folder of amifile.ts\n',
  },
  {
    what: 'the file of a template in place of its name',
    args: ['build', 'templates/namd.yaml'],
    says: 'error: there is no template templates/namd.yaml\n  cure: did you mean namd?\n',
  },
  {
    what: 'a script that is too long',
    files: { 'scripts/clean-up.sh': `# ${'x'.repeat(50_000)}\n` },
    says: 'error: scripts/clean-up.sh is larger than 48 KiB, which is what fits into one SSM command\n  at amifile.ts\n  cure: have it fetch what is long, or set steps.cleanUp in amifile.ts to another script\n',
  },
  {
    what: 'a wrong environment variable',
    env: { AMIGRAPH_PROVIDER: 'gcp' },
    says: 'error: AMIGRAPH_PROVIDER=gcp: must be "sandbox" or "aws"\n  cure: set AMIGRAPH_PROVIDER right, or unset it\n',
  },
  {
    what: 'AWS without a bucket',
    args: ['build', '--all', '--provider', 'aws'],
    says: 'error: provider "aws" needs a bucket, and none is set\n  at amifile.ts\n  cure: set bucket in amifile.ts, or AMIGRAPH_BUCKET, to an S3 bucket of yours\n',
  },
  {
    what: 'neither names nor --all',
    args: ['build'],
    says: 'error: build needs the names of templates, or --all\n  cure: there are: foundation, gromacs, namd\n',
  },
  {
    what: 'names and --all',
    args: ['build', '--all', 'namd'],
    says: 'error: build takes names or --all, not both\n  cure: leave one of them out\n',
  },
  {
    what: 'an unknown flag',
    args: ['build', '--al'],
    says: 'error: there is no option --al\n  cure: did you mean --all or --bail?\n',
  },
  {
    what: 'an unknown command',
    args: ['biuld'],
    says: 'error: there is no command biuld\n  cure: did you mean build?\n',
  },
];

describe('exit code 2, and nothing begun', () => {
  test.each(cases)(
    '$what',
    async ({ files = {}, bytes = {}, without = [], args = ['build', '--all'], env, says }) => {
      const workspace = await makeWorkspace({ ...threeTemplates, ...files });
      for (const [path, content] of Object.entries(bytes))
        writeFileSync(join(workspace.folder, path), content);
      for (const path of without) await workspace.remove(path);
      const ran = await workspace.run(args, env);
      expect(ran).toEqual({ code: 2, stdout: '', stderr: says.replace('$FOLDER', workspace.folder) });
      const instances = join(workspace.folder, '.amigraph/sandbox/instances');
      await expect(access(instances)).rejects.toThrow('ENOENT');
    },
  );

  test.each([
    ['a pipe', (path: string) => execFileSync('mkfifo', [path]), 'is not a regular file', 'make it a file'],
    ['a folder', (path: string) => mkdirSync(path), 'is not a regular file', 'make it a file'],
    ['a device', (path: string) => symlinkSync('/dev/zero', path), 'is not a regular file', 'make it a file'],
    [
      'a link to nothing',
      (path: string) => symlinkSync('nowhere', path),
      'is a link to nothing',
      'make it a file that you may read',
    ],
    [
      'a link to itself',
      (path: string) => symlinkSync(path, path),
      'cannot be read: ELOOP',
      'make it a file that you may read',
    ],
    [
      'larger than any configuration',
      (path: string) => writeFileSync(path, ' '.repeat(1024 * 1024 + 1)),
      'is larger than 1024 KiB',
      'keep data in files that it reads',
    ],
  ])('an amifile.ts that is %s', async (_, make, message, cure) => {
    const workspace = await makeWorkspace();
    await workspace.remove('amifile.ts');
    make(join(workspace.folder, 'amifile.ts'));
    expect(await workspace.run(['build', '--all'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: amifile.ts ${message}\n  at amifile.ts\n  cure: ${cure}\n`,
    });
  });

  test('a state folder that cannot be written', async () => {
    const workspace = await makeWorkspace({ ...threeTemplates, file: 'not a folder' });
    const ran = await workspace.run(['build', '--all'], { AMIGRAPH_SANDBOX_DIR: 'file/state' });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain(`${workspace.folder}/file/state`);
    expect(ran.stderr).not.toMatch(/^ +at .*\.js:/m);
  });
});

describe('an amifile.ts that lives on', () => {
  test('with a timer does not keep a command from ending', async () => {
    const workspace = await makeWorkspace({
      ...threeTemplates,
      'amifile.ts': 'export default {};\nsetInterval(() => {}, 1000);\n',
    });
    expect(await workspace.run(['graph'])).toMatchObject({ code: 0, stderr: '' });
  });

  test('and prints does not disturb the answer', async () => {
    const workspace = await makeWorkspace({
      ...threeTemplates,
      'amifile.ts': "console.log('hello');\nexport default {};\n",
    });
    const ran = await workspace.run(['graph', '--json']);
    expect(ran).toMatchObject({ code: 0, stderr: 'hello\n' });
    expect(JSON.parse(ran.stdout)).toHaveProperty('edges');
  });

  test.each([
    ['throws', "throw new Error('later')", 'later'],
    ['throws what is no Error', 'throw 2', '2'],
    ['rejects', "Promise.reject(new Error('later'))", 'later'],
    ['rejects with what is no Error', 'Promise.reject(2)', '2'],
  ])('and %s during a build ends the run in order', async (_, code, message) => {
    const workspace = await makeWorkspace({
      ...threeTemplates,
      'amifile.ts': `export default {};
        const every = Object.getPrototypeOf(process.stdout);
        const { write } = every;
        every.write = function (text: string, ...rest: never[]) {
          if (text.includes('step-started')) queueMicrotask(() => { ${code}; });
          return write.call(this, text, ...rest);
        };`,
    });
    await workspace.run(['update']);
    const ran = await workspace.run(['build', '--all', '--json'], { AMIGRAPH_SANDBOX_SPEED: '1000' });
    expect(ran).toMatchObject({
      code: 2,
      stderr: `error: what amifile.ts left running failed: ${message}\n  cure: await there what it starts\n`,
    });
    expect(finished(ran)).toMatchObject({ type: 'run-finished', built: [] });
    const left = await (await lookInto(workspace.folder)).instances();
    expect(left.filter((state) => state !== 'terminated')).toEqual([]);
  });
});

test('a current folder that is gone', () => {
  const { status, stderr } = spawnSync(
    'sh',
    ['-c', 'cd "$(mktemp -d)" && rmdir "$PWD" && "$0" "$1" graph', process.execPath, program],
    { encoding: 'utf8' },
  );
  expect([status, stderr]).toEqual([
    2,
    'error: the current folder is gone\n  cure: change to a folder that is there\n',
  ]);
});

test('all that is wrong is said in one go, and a good template can still be built', async () => {
  const workspace = await makeWorkspace({
    ...threeTemplates,
    'templates/bad.yaml': 'users: 3\nsoftwear: {}\n',
    'templates/on-bad.yaml': 'extends: bad.yaml\n',
  });
  const all = await workspace.run(['build', '--all']);
  expect(all.code).toBe(2);
  expect(all.stderr).toContain(
    'error: users must be a list, not the number 3\n  at templates/bad.yaml:1:8\n',
  );
  expect(all.stderr).toContain('error: unknown key softwear\n  at templates/bad.yaml:2:1\n');
  expect(all.stderr).toContain(
    'error: on-bad stands on bad, which has errors\n  at templates/on-bad.yaml:1:10\n',
  );
  expect((await workspace.run(['build', 'namd'])).code).toBe(0);
});
