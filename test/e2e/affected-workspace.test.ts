/** What `affected` makes of an edited amifile.ts, of submodules, links and names that are no text. */
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeRepo, tempFolder } from '../git-rig.ts';
import { makeBranch } from './affected-rig.ts';
import { threeTemplates } from './rig.ts';

const gromacs = 'templates/gromacs.yaml';
const inputs = `${threeTemplates[gromacs]}build: { inputs: ['files/**'] }\n`;

test('an edited amifile.ts: what it sets for digests counts, with what it imports and reads', async () => {
  const { workspace, repo, affected } = await makeBranch({
    ...threeTemplates,
    'amifile.ts': `
      import { readFileSync } from 'node:fs';
      import { gb } from './options/volume.ts';
      const steps = JSON.parse(readFileSync(new URL('steps.json', import.meta.url), 'utf8'));
      export default { builder: { volumeSizeGb: gb }, steps };
    `,
    'options/volume.ts': 'export const gb = 50;\n',
    'steps.json': '{}',
  });
  expect(await affected()).toBe('');
  await workspace.write('options/volume.ts', 'export const gb: number = 60;\n');
  expect(await affected('--explain', '--exclude', '{gromacs,namd}')).toBe(
    'foundation\n  volume 50 GiB -> 60 GiB\n',
  );
  await workspace.write('options/volume.ts', 'export const gb: number = 50;\n');
  expect(await affected()).toBe('');
  await workspace.write('steps.json', '{ "cleanUp": "scripts/bootstrap.sh" }');
  expect(await affected('--explain', '--exclude', '{gromacs,namd}')).toBe(
    'foundation\n  scripts/bootstrap.sh changed\n',
  );
  repo.git('checkout', '-q', '.');
  await workspace.write('amifile.ts', "export default { region: 'eu-west-1', maxDepth: 4 };\n");
  expect(await affected('--explain', '--exclude', '{gromacs,namd}')).toBe(
    'foundation\n  volume 50 GiB -> 100 GiB\n',
  );
  const left = await readdir(join(workspace.folder, '.amigraph'));
  expect(left.filter((name) => name.startsWith('amifile-'))).toEqual([]);
});

test('an amifile.ts of the base that cannot be run, and one that is not there', async () => {
  const { workspace, repo, main, run, affected } = await makeBranch({
    ...threeTemplates,
    'amifile.ts': "import '../elsewhere.ts';\nexport default {};\n",
  });
  await workspace.write('amifile.ts', 'export default {};\n');
  const ran = await run('affected', '--base', 'main');
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toMatch(
    new RegExp(
      `^error: at ${main.slice(0, 12)}: amifile\\.ts cannot be run: Cannot find module '../elsewhere\\.ts'`,
    ),
  );
  expect(ran.stderr).toContain(
    '\n  cure: compare with a commit whose amifile.ts can be run where only the text files beside it are\n',
  );
  repo.git('rm', '-q', '--cached', 'amifile.ts');
  repo.git('commit', '-q', '-m', 'without');
  repo.git('branch', '-f', 'main');
  repo.git('add', 'amifile.ts');
  expect(await affected('--explain', '--exclude', '{gromacs,namd}')).toBe(
    'foundation\n  new (templates/foundation.yaml)\n',
  );
  expect(await run('affected', '--base', 'main', '--head', 'HEAD')).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: there is no amifile.ts in ${repo.git('rev-parse', 'HEAD').slice(0, 12)}\n  cure: give --head a commit that has this workspace\n`,
  });
});

test('a submodule: its files at the commit that the base has, where it is checked out', async () => {
  const { workspace, repo, run, affected } = await makeBranch({ ...threeTemplates, [gromacs]: inputs });
  const vendor = await makeRepo(join(await tempFolder(), 'vendor'));
  await vendor.write('a', 'a');
  await vendor.write('b', 'b');
  const first = vendor.commit();
  await vendor.write('a', 'A');
  const second = vendor.commit();
  repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', vendor.folder, 'files/vendor');
  const inside = (...args: string[]): string => repo.git('-C', 'files/vendor', ...args);
  inside('checkout', '-q', first);
  repo.git('commit', '-q', '-a', '-m', 'vendor');
  repo.git('branch', '-f', 'main');
  expect(await affected()).toBe('');
  await workspace.write('files/vendor/b', 'edited');
  expect(await affected('--explain')).toBe('gromacs\n  files/vendor/b changed\n');
  await workspace.write('files/vendor/new', 'untracked');
  expect(await affected('--untracked', '--explain')).toBe('gromacs\n  + input files/vendor/new\n');
  await workspace.remove('files/vendor/new');
  inside('checkout', '-q', '.');
  inside('checkout', '-q', second);
  expect(await affected('--explain')).toBe('gromacs\n  files/vendor/a changed\n');
  repo.git('commit', '-q', '-a', '-m', 'newer vendor');
  expect(await affected('--base', 'main', '--head', 'HEAD')).toBe('gromacs\n');

  await rm(join(workspace.folder, 'files/vendor'), { recursive: true });
  repo.git(
    '-c',
    'protocol.file.allow=always',
    'clone',
    '-q',
    '--depth',
    '1',
    `file://${vendor.folder}`,
    'files/vendor',
  );
  expect(await run('affected', '--base', 'main')).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: the submodule files/vendor does not have its commit ${first.slice(0, 12)}\n  cure: git submodule update --init files/vendor, or git -C files/vendor fetch origin ${first}\n`,
  });
});

test('links: to another file, and to one that changed', async () => {
  const { workspace, repo, affected } = await makeBranch({
    ...threeTemplates,
    [gromacs]: inputs,
    'other/a': 'a',
    'other/b': 'b',
  });
  const link = join(workspace.folder, 'files/link');
  await workspace.write('files/x', 'x');
  await symlink('../other/a', link);
  repo.commit();
  repo.git('branch', '-f', 'main');
  expect(await affected()).toBe('');
  await workspace.write('other/a', 'A');
  expect(await affected('--explain')).toBe('gromacs\n  files/link changed\n');
  expect(await affected('--uncommitted', '--explain')).toBe('gromacs\n  files/link changed\n');
  repo.git('checkout', '-q', 'other/a');
  await rm(link);
  await symlink('../other/b', link);
  expect(await affected('--explain')).toBe('gromacs\n  files/link changed\n');
});

test('a file is as new as it is, by whatever links it is reached', async () => {
  const { workspace, repo, affected } = await makeBranch({
    ...threeTemplates,
    [gromacs]: `${threeTemplates[gromacs]}build: { inputs: ['round/*'] }\n`,
    'files/x': 'x',
  });
  await symlink('files', join(workspace.folder, 'round'));
  repo.commit();
  await workspace.write('files/new', 'n');
  expect(await affected('--uncommitted')).toBe('');
  expect(await affected('--untracked', '--explain')).toBe('gromacs\n  + input round/new\n');
  repo.git('add', 'files/new');
  expect(await affected('--uncommitted', '--explain')).toBe('gromacs\n  + input round/new\n');
  expect(await affected('--untracked')).toBe('');
  expect(await affected('--base', 'HEAD', '--files', 'files/new')).toBe('gromacs\n');
  expect(await affected('--base', 'HEAD', '--files', 'files/x')).toBe('');
});

test('a name that is no UTF-8 is an error at the head, as in build, and no name at the base', async () => {
  const { workspace, repo, run, affected } = await makeBranch({ ...threeTemplates, [gromacs]: inputs });
  await workspace.write('files/a', 'a');
  const odd = Buffer.from(`${workspace.folder}/files/caf\u00E9`, 'latin1');
  await writeFile(odd, 'x');
  repo.commit();
  repo.git('branch', '-f', 'main');
  const wrong = await run('affected', '--base', 'main');
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toContain('error: files/caf\uFFFD has a name that is not UTF-8 text\n');
  expect((await run('affected', '--base', 'main', '--head', 'HEAD')).stderr).toBe(wrong.stderr);
  await rm(odd);
  expect(await affected()).toBe('');
  const folder = Buffer.from(`${workspace.folder}/files/\u00E9`, 'latin1');
  await mkdir(folder);
  await writeFile(Buffer.concat([folder, Buffer.from('/x')]), 'x');
  expect(await run('affected', '--base', 'main')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining(
      'error: files/\uFFFD is a folder whose name is not UTF-8 text\n',
    ) as unknown,
  });
});
