/** `affected` with a memory of the templates gives the answer that it gives without one, also where that is an error. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeBranch } from './affected-rig.ts';

type Branch = Awaited<ReturnType<typeof makeBranch>>;

const amifile = (option: string): string => `export default { workspace: 'test', ${option} };\n`;

/** Two runs, since what was only just written is not remembered by the first. */
async function remember({ run, workspace }: Branch): Promise<void> {
  for (const _ of [1, 2]) await run('graph', '--json');
  expect(existsSync(join(workspace.folder, '.amigraph/templates.json'))).toBe(true);
}

test.each<[string, (branch: Branch) => Promise<unknown>, (branch: Branch) => Promise<unknown>]>([
  [
    'a base that fits no longer',
    ({ workspace }) =>
      workspace.write('amifile.ts', amifile("base: { parallelcluster: '3.14.0', os: 'alinux2023' }")),
    async ({ workspace, repo }) => {
      await workspace.write(
        'amifile.ts',
        amifile("base: { parallelcluster: '3.14.0', os: 'alinux2023', arch: 'arm64' }"),
      );
      repo.commit();
      repo.git('branch', '-f', 'main');
    },
  ],
  ['no template at all', () => Promise.resolve(), ({ workspace }) => workspace.remove('templates')],
  [
    'a parent that is misspelt',
    () => Promise.resolve(),
    ({ workspace }) => workspace.write('templates/namd.yaml', 'extends: ./foundaton.yaml\n'),
  ],
  [
    'an unknown key',
    () => Promise.resolve(),
    ({ workspace }) => workspace.write('templates/namd.yaml', 'foo: bar\n'),
  ],
  [
    'a warning',
    () => Promise.resolve(),
    ({ workspace }) => workspace.write('templates/namd.yaml', 'extends: foundation.yaml\ntests: [a, a]\n'),
  ],
  [
    'another template than those with warnings',
    async ({ workspace }) => {
      await workspace.write('templates/a.yaml', 'tests: [a, a]\n');
      await workspace.write('templates/z.yaml', 'compute: { head_nod: c6a.large }\n');
    },
    ({ workspace }) => workspace.write('templates/namd.yaml', 'tests: [b, b]\n'),
  ],
  [
    'a file of a template on which another stands',
    async ({ workspace }) => {
      await workspace.write('files/x', 'one');
      await workspace.write('templates/own.yaml', 'build: { inputs: [files/x] }\n');
      await workspace.write('templates/above.yaml', 'extends: own.yaml\n');
    },
    ({ workspace }) => workspace.write('files/x', 'two'),
  ],
  [
    'a folder in the place of a link to one',
    async ({ workspace }) => {
      await workspace.write('shared/a.yaml', 'tests: [a]\n');
      await symlink('../shared', join(workspace.folder, 'templates/md'));
    },
    async ({ workspace }) => {
      await workspace.remove('templates/md');
      await workspace.write('templates/md/a.yaml', 'tests: [a]\n');
    },
  ],
  [
    'a file in the place of a folder',
    ({ workspace }) => workspace.write('templates/d.yaml/x', ''),
    async ({ workspace }) => {
      await rm(join(workspace.folder, 'templates/d.yaml'), { recursive: true });
      await workspace.write('templates/d.yaml', 'tests: [d]\n');
    },
  ],
  [
    'nothing',
    () => Promise.resolve(),
    ({ workspace }) => mkdir(join(workspace.folder, 'empty')).then(() => {}),
  ],
])('%s', async (_, before, after) => {
  const branch = await makeBranch();
  await before(branch);
  branch.repo.commit();
  branch.repo.git('branch', '-f', 'main');
  await remember(branch);
  await after(branch);
  const commands = [
    ['affected', '--base', 'main', '--json'],
    ['build', '--affected', '--base', 'main', '--keep-going', '--dry-run'],
    ['graph', '--affected', '--base', 'main', '--json'],
    ['graph', '--json'],
  ];
  for (const command of commands) {
    const remembered = await branch.run(...command);
    const memory = join(branch.workspace.folder, '.amigraph/templates.json');
    const text = await readFile(memory, 'utf8');
    await rm(memory);
    expect(await branch.run(...command)).toEqual(remembered);
    await branch.workspace.write('.amigraph/templates.json', text);
  }
});
