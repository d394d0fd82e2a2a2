/** Bad input: what is wrong, where, and what to do; exit code 2, no stack trace, nothing begun. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Environment, makeWorkspace, threeTemplates } from './rig.ts';

interface Case {
  readonly what: string;
  readonly files?: Readonly<Record<string, string>>;
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
    says: 'error: amifile.ts cannot be run: Unexpected token\n  at amifile.ts:2:10\n',
  },
  {
    what: 'an amifile that throws',
    files: { 'amifile.ts': 'const x: string = nowhere.region;\nexport default { region: x };\n' },
    says: 'error: amifile.ts cannot be run: nowhere is not defined\n  at amifile.ts:1:1\n',
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
    what: 'a YAML error',
    files: { 'templates/namd.yaml': 'tests: [a\nusers: []\n' },
    says: 'error: YAML: deficient indentation\n  at templates/namd.yaml:2:1\n    users: []\n    ^\n',
  },
  {
    what: 'an unknown name',
    args: ['build', 'gromax'],
    says: 'error: there is no template gromax\n  cure: did you mean gromacs?\n',
  },
  {
    what: 'an unknown extends',
    files: { 'templates/namd.yaml': 'extends: fundation.yaml\n' },
    says: 'error: namd extends fundation, which does not exist\n  at templates/namd.yaml:1:10\n  cure: did you mean foundation?\n',
  },
  {
    what: 'a script that is not there',
    without: ['scripts/clean-up.sh'],
    says: 'error: scripts/clean-up.sh does not exist\n  at amifile.ts\n  cure: mend scripts/clean-up.sh, or set steps.cleanUp in amifile.ts to another script\n',
  },
  {
    what: 'a script that is too long',
    files: { 'scripts/clean-up.sh': `# ${'x'.repeat(50_000)}\n` },
    says: 'error: scripts/clean-up.sh is larger than 48 KiB, which is what fits into one SSM command\n  at amifile.ts\n  cure: mend scripts/clean-up.sh, or set steps.cleanUp in amifile.ts to another script\n',
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
    says: 'error: build takes names or --all, not both\n',
  },
  {
    what: 'an unknown flag',
    args: ['build', '--al'],
    says: 'error: unsupported option name ("--al")\n  cure: amigraph build --help shows the options\n',
  },
  {
    what: 'an unknown command',
    args: ['biuld'],
    says: 'error: there is no command biuld\n  cure: did you mean build?\n',
  },
];

describe('exit code 2, and nothing begun', () => {
  test.each(cases)('$what', async ({ files = {}, without = [], args = ['build', '--all'], env, says }) => {
    const workspace = await makeWorkspace({ ...threeTemplates, ...files });
    for (const path of without) await workspace.remove(path);
    const ran = await workspace.run(args, env);
    expect(ran).toEqual({ code: 2, stdout: '', stderr: says.replace('$FOLDER', workspace.folder) });
    const instances = join(workspace.folder, '.amigraph/sandbox/instances');
    await expect(access(instances)).rejects.toThrow('ENOENT');
  });

  test('a state folder that cannot be written', async () => {
    const workspace = await makeWorkspace({ ...threeTemplates, file: 'not a folder' });
    const ran = await workspace.run(['build', '--all'], { AMIGRAPH_SANDBOX_DIR: 'file/state' });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain(`${workspace.folder}/file/state`);
    expect(ran.stderr).not.toMatch(/^ +at .*\.js:/m);
  });
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
