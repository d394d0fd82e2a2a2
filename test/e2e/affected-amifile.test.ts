/** Whatever an earlier amifile.ts has read, `affected` runs it with that as it was. */
import { chmod, mkdir, rename, symlink, utimes } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeRepo, tempFolder } from '../git-rig.ts';
import { makeBranch } from './affected-rig.ts';
import { program, threeTemplates } from './rig.ts';

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
  const repo = await makeRepo(join(await tempFolder(), 'repo'));
  const { workspace } = await makeBranch();
  await repo.write(
    'w/amifile.ts',
    "import { gb } from '../shared/gb';\nexport default { builder: { volumeSizeGb: gb } };\n",
  );
  await repo.write('shared/gb.ts', "export { gb } from './number';\n");
  await repo.write('shared/number.ts', 'export const gb: number = 100;\n');
  await repo.write('w/templates/foundation.yaml', 'tests: [x]\n');
  repo.git('init', '-q');
  for (const script of readdirSync(join(workspace.folder, 'scripts')))
    await repo.write(`w/scripts/${script}`, 'true\n');
  repo.commit();
  const run = async (): Promise<string> => {
    const { spawnSync } = await import('node:child_process');
    const { gitEnvironment } = await import('../git-rig.ts');
    const args = [program, 'affected', '--base', 'main', '--explain'];
    const ran = spawnSync(process.execPath, args, {
      cwd: join(repo.folder, 'w'),
      env: gitEnvironment,
      encoding: 'utf8',
    });
    return ran.stdout + ran.stderr;
  };
  expect(await run()).toBe('nothing is affected\n');
  await repo.write('shared/number.ts', 'export const gb: number = 130;\n');
  expect(await run()).toBe(volume(100, 130));
  await repo.write('shared/number.ts', 'export const gb: number = 100;\n');
  await repo.write('w/scripts/clean-up.sh', 'false\n');
  expect(await run()).toBe('foundation\n  scripts/clean-up.sh changed\n');
});

test('what git does not track at either end is the same at both', async () => {
  const { repo, run, affected } = await makeBranch();
  repo.git('rm', '-q', '--cached', 'amifile.ts');
  repo.git('commit', '-q', '-m', 'without');
  repo.git('branch', '-f', 'main');
  expect(await affected()).toBe('');
  expect(await run('affected', '--base', 'main', '--head', 'HEAD')).toMatchObject({ code: 0, stdout: '' });
});

test('a folder that was left behind is removed by the next run, unless another may be using it', async () => {
  const { workspace, affected } = await makeBranch();
  const own = join(workspace.folder, '.amigraph');
  for (const name of ['amifile-old', 'amifile-new']) await mkdir(join(own, name), { recursive: true });
  await utimes(join(own, 'amifile-old'), 0, 0);
  await chmod(join(own, 'amifile-new'), 0o755);
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
