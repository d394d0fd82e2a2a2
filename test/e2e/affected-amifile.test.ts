/** Whatever an earlier amifile.ts has read, `affected` runs it with that as it was. */
import { mkdir, rename, symlink, utimes } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeRepo } from '../git-rig.ts';
import { stepScripts } from '../unit/rig.ts';
import { makeBranch, runIn } from './affected-rig.ts';
import { threeTemplates } from './rig.ts';

const amifile = (gb: string): string =>
  `import { readFileSync, readdirSync } from 'node:fs';\nexport default { builder: { volumeSizeGb: ${gb} } };\n`;
const explained = ['--explain', '--exclude', '{gromacs,namd}'] as const;
const volume = (from: number, to: number): string => `foundation\n  volume ${from} GiB -> ${to} GiB\n`;

test.each([
  ['from the working folder', "Number(readFileSync('VOLUME', 'utf8'))", 'VOLUME'],
  ['by its own place', "Number(readFileSync(new URL('VOLUME', import.meta.url), 'utf8'))", 'VOLUME'],
  ['whose name begins with a dot', "Number(readFileSync('.conf/.gb', 'utf8'))", '.conf/.gb'],
])('a file that it reads %s', async (_, gb, path) => {
  const { workspace, affected } = await makeBranch({
    ...threeTemplates,
    'amifile.ts': amifile(gb),
    [path]: '100\n',
  });
  await workspace.write(path, '200\n');
  expect(await affected(...explained)).toBe(volume(100, 200));
  await workspace.write('amifile.ts', `${amifile(gb)}// edited\n`);
  expect(await affected(...explained)).toBe(volume(100, 200));
  await workspace.write(path, '100\n');
  expect(await affected()).toBe('');
});

test('a folder that it lists, and a file there that git does not track', async () => {
  const { workspace, affected } = await makeBranch({
    ...threeTemplates,
    'amifile.ts': amifile("100 + readdirSync('list').length"),
    'list/a': '',
  });
  await workspace.write('list/b', '');
  expect(await affected(...explained)).toBe(volume(101, 102));
});

test('a link in its place, and a linked folder from which it imports', async () => {
  const { workspace, repo, affected } = await makeBranch({
    ...threeTemplates,
    'amifile.ts': "import { gb } from './lib/gb';\nexport default { builder: { volumeSizeGb: gb } };\n",
    'lib-1/gb.ts': 'export const gb = 100;\n',
  });
  const at = (path: string): string => join(workspace.folder, path);
  await symlink('lib-1', at('lib'));
  await rename(at('amifile.ts'), at('amifile.prod'));
  await symlink('amifile.prod', at('amifile.ts'));
  repo.commit();
  repo.git('branch', '-f', 'main');
  await workspace.write('lib-1/gb.ts', 'export const gb = 150;\n');
  expect(await affected(...explained)).toBe(volume(100, 150));
  await workspace.write('lib-1/gb.ts', 'export const gb = 100;\n');
  await workspace.write('amifile.prod', 'export default { builder: { volumeSizeGb: 120 } };\n');
  expect(await affected(...explained)).toBe(volume(100, 120));
});

test('code beside the workspace, in the same repository', async () => {
  const repo = await makeRepo();
  const files = {
    'w/amifile.ts': "import { gb } from '../shared/gb';\nexport default { builder: { volumeSizeGb: gb } };\n",
    'shared/gb.ts': "export { gb } from './number';\n",
    'shared/number.ts': 'export const gb: number = 100;\n',
    'w/templates/foundation.yaml': 'tests: [x]\n',
  };
  for (const [path, text] of Object.entries(files)) await repo.write(path, text);
  for (const [path, text] of Object.entries(stepScripts)) await repo.write(`w/${path}`, text);
  repo.commit();
  const explain = (): string => {
    const { stdout, stderr } = runIn(join(repo.folder, 'w'), 'affected', '--base', 'main', '--explain');
    return stdout + stderr;
  };
  expect(explain()).toBe('nothing is affected\n');
  await repo.write('shared/number.ts', 'export const gb: number = 130;\n');
  expect(explain()).toBe(volume(100, 130));
  await repo.write('shared/number.ts', files['shared/number.ts']);
  await repo.write('w/scripts/clean-up.sh', 'false\n');
  expect(explain()).toBe('foundation\n  scripts/clean-up.sh changed\n');
});

test('what git does not track at either end is the same at both', async () => {
  const { repo, run, affected } = await makeBranch();
  repo.git('rm', '-q', '--cached', 'amifile.ts');
  repo.git('commit', '-q', '-m', 'without');
  repo.git('branch', '-f', 'main');
  expect(await affected()).toBe('');
  expect(await run('affected', '--base', 'main', '--head', 'HEAD')).toMatchObject({ code: 0, stdout: '' });
});

test('a file of no importance, whatever amifile.ts sets for other things than images', async () => {
  const { workspace, affected } = await makeBranch({
    ...threeTemplates,
    'amifile.ts': amifile("Number(readFileSync('VOLUME', 'utf8'))").replace(
      'builder',
      "workspace: 'w', prefix: 'p/', concurrency: 3, sandbox: { speed: 7 }, builder",
    ),
    VOLUME: '100',
    'README.md': 'one\n',
  });
  await workspace.write('README.md', 'two\n');
  expect(await affected()).toBe('');
  expect(await affected('--untracked')).toBe('');
  await workspace.write('VOLUME', '200');
  expect(await affected('--files', 'README.md', ...explained)).toBe(volume(100, 200));
  expect(await affected('--files', 'scripts/clean-up.sh')).toBe('');
});

test('a folder that was left behind is removed by the next run, unless another may be using it', async () => {
  const { workspace, affected } = await makeBranch();
  const own = join(workspace.folder, '.amigraph');
  for (const name of ['amifile-old', 'amifile-new']) await mkdir(join(own, name), { recursive: true });
  await utimes(join(own, 'amifile-old'), 0, 0);
  await workspace.write('amifile.ts', 'export default {};\n');
  await affected();
  expect(readdirSync(own).filter((name) => name.startsWith('amifile-'))).toEqual(['amifile-new']);
});

test('what it prints goes to stderr, however it prints', async () => {
  const printing = "process.stdout.write('raw ');\nconsole.log('logged');\nexport default {};\n";
  const { workspace, run } = await makeBranch({ ...threeTemplates, 'amifile.ts': printing });
  await workspace.write('amifile.ts', `${printing}// edited\n`);
  const ran = await run('affected', '--base', 'main', '--json');
  expect(JSON.parse(ran.stdout)).toMatchObject({ affected: [] });
  expect(ran.stderr).toBe('raw logged\n'.repeat(2));
});
