/** What `affected` says is affected, and why, in real git repositories. */
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeBranch } from './affected-rig.ts';
import { threeTemplates } from './rig.ts';

const gromacs = 'templates/gromacs.yaml';
const foundation = 'templates/foundation.yaml';

test('a comment affects nothing, a package its template, and a script all that runs it and stands on it', async () => {
  const { workspace, affected } = await makeBranch();
  expect(await affected()).toBe('');
  await workspace.write(gromacs, `# why\n${threeTemplates[gromacs]}`);
  expect(await affected()).toBe('');
  await workspace.write(gromacs, `${threeTemplates[gromacs]}    # and\ntests: [gmx --version]\n`);
  expect(await affected()).toBe('gromacs\n');
  expect(await affected('--explain')).toBe('gromacs\n  + test gmx --version (templates/gromacs.yaml:5)\n');
  await workspace.write('scripts/run-tests.sh', 'true\n');
  expect(await affected('--explain')).toBe(
    [
      'foundation\n  scripts/run-tests.sh changed\n',
      'gromacs\n  scripts/run-tests.sh changed\n  + test gmx --version (templates/gromacs.yaml:5)\n',
      'namd\n  scripts/run-tests.sh changed\n',
    ].join(''),
  );
  expect(await affected('--exclude', 'n*', '--exclude', 'foundation')).toBe('gromacs\n');
});

test('what an ancestor changed is told with the place; --json has the ends and null where there is nothing', async () => {
  const { workspace, repo, main, affected } = await makeBranch();
  await workspace.write(foundation, 'software:\n  spack_packages: [gcc@13.2.0, cmake@3.28.0]\n');
  repo.commit();
  expect(await affected('--explain', '--exclude', '{foundation,namd}')).toBe(
    'gromacs\n  foundation changed: cmake@3.27.0 -> cmake@3.28.0 (templates/foundation.yaml:2)\n  foundation changed: - test gcc --version\n',
  );
  const cmake = {
    kind: 'changed',
    template: 'foundation',
    part: 'package',
    name: 'cmake',
    from: 'cmake@3.27.0',
    to: 'cmake@3.28.0',
    file: 'templates/foundation.yaml',
    line: 2,
  };
  const test_ = { kind: 'removed', part: 'test', name: 'gcc --version', from: 'gcc --version', to: null };
  const reasons = [cmake, { ...test_, template: 'foundation', file: null, line: null }];
  expect(JSON.parse(await affected('--json'))).toEqual({
    base: main,
    head: null,
    affected: [
      { template: 'foundation', reasons },
      { template: 'gromacs', reasons },
      { template: 'namd', reasons },
    ],
    deleted: [],
  });
});

test('new, renamed and deleted templates', async () => {
  const { workspace, repo, affected } = await makeBranch({
    ...threeTemplates,
    'templates/viz.yaml': 'tests: [viz]\n',
  });
  repo.git('mv', 'templates/namd.yaml', 'templates/namd3.yaml');
  repo.git('rm', '-q', 'templates/viz.yaml');
  await workspace.write('templates/md/new.yaml', 'extends: ../gromacs.yaml\n');
  expect(await affected('--explain')).toBe(
    [
      'namd3\n  was namd, with the same digest: an image of it is reused (templates/namd3.yaml)\n',
      'md/new\n  new (templates/md/new.yaml)\n',
      'namd\n  deleted: there is nothing to build\n',
      'viz\n  deleted: there is nothing to build\n',
    ].join(''),
  );
  expect(JSON.parse(await affected('--json'))).toMatchObject({
    affected: [
      { template: 'namd3', reasons: [{ kind: 'renamed', part: 'template', from: 'namd', to: 'namd3' }] },
      { template: 'md/new', reasons: [{ kind: 'added', part: 'template', file: 'templates/md/new.yaml' }] },
    ],
    deleted: ['namd', 'viz'],
  });
});

test('inputs: edited, added, removed, made executable, and not tracked', async () => {
  const { workspace, repo, affected } = await makeBranch({
    ...threeTemplates,
    [gromacs]: `${threeTemplates[gromacs]}build: { inputs: ['files/**', 'ignored/*'] }\n`,
    'files/a': 'a',
    'files/b': 'b',
    'files/c': 'c',
    'ignored/kept': 'x',
  });
  repo.git('add', '-f', 'ignored/kept');
  repo.git('commit', '-q', '-m', 'x');
  repo.git('branch', '-f', 'main');
  expect(await affected()).toBe('');
  await workspace.write('files/a', 'A');
  await workspace.remove('files/b');
  await chmod(join(workspace.folder, 'files/c'), 0o755);
  await workspace.write('files/ d "\n', 'd');
  await workspace.write('ignored/new', 'e');
  expect(await affected('--explain')).toBe(
    [
      'gromacs\n',
      '  - input files/b\n',
      '  + input files/ d " \n',
      '  files/a changed\n',
      '  files/c not executable -> executable\n',
      '  + input ignored/new\n',
    ].join(''),
  );
});

test('--exit-code is 1 where something is affected', async () => {
  const { workspace, run } = await makeBranch();
  expect(await run('affected', '--base', 'main', '--exit-code')).toEqual({
    code: 0,
    stdout: '',
    stderr: 'nothing is affected\n',
  });
  await workspace.write(gromacs, `${threeTemplates[gromacs]}tests: [gmx]\n`);
  expect(await run('affected', '--base', 'main', '--exit-code')).toEqual({
    code: 1,
    stdout: 'gromacs\n',
    stderr: '',
  });
});
