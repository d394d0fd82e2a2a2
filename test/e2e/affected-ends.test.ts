/** Between which ends `affected` compares: refs, the environment, amifile.ts, and parts of the working tree. */
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../git-rig.ts';
import { makeBranch } from './affected-rig.ts';
import { threeTemplates } from './rig.ts';

const gromacs = 'templates/gromacs.yaml';
const namd = 'templates/namd.yaml';
const withTest = (file: string, name: string): string => `${threeTemplates[file]}tests: [${name}]\n`;

test('what main has got since is not what the branch did', async () => {
  const { workspace, repo, main, affected } = await makeBranch();
  repo.git('checkout', '-q', 'main');
  await workspace.write(namd, withTest(namd, 'main'));
  repo.commit();
  repo.git('checkout', '-q', 'work');
  await workspace.write(gromacs, withTest(gromacs, 'branch'));
  const work = repo.commit();
  expect(await affected()).toBe('gromacs\n');
  expect(JSON.parse(await affected('--head', 'main', '--base', 'work', '--json'))).toMatchObject({
    base: main,
    head: repo.git('rev-parse', 'main').trim(),
    affected: [{ template: 'namd' }],
  });
  repo.git('checkout', '-q', '--detach');
  expect(JSON.parse(await affected('--base', 'main', '--head', 'HEAD', '--json'))).toMatchObject({
    base: main,
    head: work,
    affected: [{ template: 'gromacs' }],
  });
});

test('committed, uncommitted and untracked changes, together and each alone', async () => {
  const { workspace, repo, affected } = await makeBranch();
  await workspace.write(gromacs, withTest(gromacs, 'committed'));
  repo.commit();
  await workspace.write(namd, withTest(namd, 'uncommitted'));
  await workspace.write('templates/new.yaml', 'tests: [untracked]\n');
  await workspace.write('templates/staged.yaml', 'tests: [staged]\n');
  repo.git('add', 'templates/staged.yaml');
  expect(await affected()).toBe('new\nstaged\ngromacs\nnamd\n');
  expect(await affected('--base', 'main', '--head', 'HEAD')).toBe('gromacs\n');
  expect(await affected('--uncommitted')).toBe('staged\nnamd\n');
  expect(await affected('--untracked')).toBe('new\n');
  expect(await affected('--uncommitted', '--untracked')).toBe('new\nstaged\nnamd\n');
});

test('a script that git does not have yet is told as that where only what it has counts', async () => {
  const { workspace, run, affected } = await makeBranch();
  await workspace.write('scripts/new.sh', 'true\n');
  await workspace.write(namd, 'extends: foundation.yaml\nbuild: { scripts: [scripts/new.sh] }\n');
  const leftOut = {
    code: 2,
    stdout: '',
    stderr: `error: scripts/new.sh is there, and not among the files that count here
  at ${namd}:2:20
    build: { scripts: [scripts/new.sh] }
                       ^
  cure: say --untracked or --uncommitted too, or name it with --files
`,
  };
  expect(await run('affected', '--uncommitted')).toEqual(leftOut);
  expect(await run('affected', '--base', 'main', '--files', namd)).toEqual(leftOut);
  expect(await affected('--uncommitted', '--untracked')).toBe('namd\n');
  await workspace.remove('scripts/new.sh');
  expect((await run('affected', '--uncommitted')).stderr).toContain('scripts/new.sh does not exist\n');
});

test('--files: an absolute path may lead through links', async () => {
  const { workspace, run, affected } = await makeBranch();
  await workspace.write(namd, withTest(namd, 'b'));
  const link = join(await tempFolder(), 'link');
  await symlink(workspace.folder, link);
  expect(await affected('--files', `${link}/${namd}`)).toBe('namd\n');
  expect(await affected('--files', link)).toBe('namd\n');
  await workspace.remove(namd);
  const deleted = async (path: string): Promise<unknown> =>
    run('affected', '--base', 'main', '--files', path);
  expect(await deleted(`${link}/${namd}`)).toEqual(await deleted(namd));
});

test('--files: only changes of these, and of what is in these folders', async () => {
  const { workspace, run, affected } = await makeBranch();
  await workspace.write(gromacs, withTest(gromacs, 'a'));
  await workspace.write(namd, withTest(namd, 'b'));
  await workspace.write('scripts/clean-up.sh', 'true\n');
  expect(await affected('--files', gromacs)).toBe('gromacs\n');
  expect(await affected('--files', `${gromacs},${namd}`)).toBe('gromacs\nnamd\n');
  expect(await affected('--files', 'templates/')).toBe('gromacs\nnamd\n');
  expect(await affected('--files', gromacs, '--files', 'scripts')).toBe('foundation\ngromacs\nnamd\n');
  for (const path of [`./${gromacs}`, 'templates//gromacs.yaml', `scripts/../${gromacs}`])
    expect(await affected('--files', path)).toBe('gromacs\n');
  expect(await affected('--files', `${workspace.folder}/${namd}`)).toBe('namd\n');
  expect(await affected('--files', '.')).toBe('foundation\ngromacs\nnamd\n');
  expect(await run('affected', '--base', 'main', '--files', '../x')).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'error: --files ../x: it leads out of the workspace\n  cure: give paths from the folder of amifile.ts, with commas between them\n',
  });
  await workspace.remove(gromacs);
  expect(await affected('--files', gromacs, '--explain')).toBe(
    'gromacs\n  deleted: there is nothing to build\n',
  );
  expect(await run('affected', '--base', 'main', '--files', 'templates/gromax.yaml')).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'error: --files templates/gromax.yaml: there is no such file, and there was none\n  cure: give paths from the folder of amifile.ts, with commas between them\n',
  });
});

test('the base is that of the flag, then of the environment, then of amifile.ts', async () => {
  const { workspace, repo } = await makeBranch({
    ...threeTemplates,
    'amifile.ts': "export default { affected: { base: 'file' } };\n",
  });
  const step = async (branch: string, name: string): Promise<void> => {
    repo.git('branch', branch);
    await workspace.write(`templates/${name}.yaml`, 'tests: []\n');
    repo.commit();
  };
  await step('flag', 'c');
  await step('environment', 'b');
  await step('file', 'a');
  const env = { PATH: process.env['PATH'] ?? '' };
  const said = async (args: string[], more: Record<string, string> = {}): Promise<string> =>
    (await workspace.run(['affected', ...args], { ...env, ...more })).stdout;
  expect(await said([])).toBe('a\n');
  expect(await said([], { AMIGRAPH_BASE: 'environment' })).toBe('a\nb\n');
  expect(await said(['--base', 'flag'], { AMIGRAPH_BASE: 'environment' })).toBe('a\nb\nc\n');
  const head = { AMIGRAPH_BASE: 'flag', AMIGRAPH_HEAD: 'environment' };
  expect(await said([], head)).toBe('c\n');
  expect(await said(['--head', 'file'], head)).toBe('b\nc\n');
  expect(await said(['--uncommitted'], head)).toBe('');
});

const both = (a: string, b: string): string =>
  `affected takes ${a} or ${b}, not both: ${a} compares with HEAD`;

test.each([
  ['--uncommitted --base main', both('--uncommitted', '--base'), 'leave one of them out'],
  ['--untracked --head main', both('--untracked', '--head'), 'leave one of them out'],
  ['--uncommitted --files a', both('--uncommitted', '--files'), 'leave one of them out'],
  ['--files=, --base main', '--files names no file', 'say --files PATH, or leave it out'],
  [
    '',
    'there is no commit to compare with',
    "say --base main, set AMIGRAPH_BASE, or write affected: { base: 'main' } in amifile.ts",
  ],
  ['--base main --exclude nam', 'there is no template nam', 'did you mean namd?'],
])('affected %s is wrong', async (line, message, cure) => {
  const { run } = await makeBranch();
  expect(await run('affected', ...line.split(' ').filter((word) => word !== ''))).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: ${message}\n  cure: ${cure}\n`,
  });
});
