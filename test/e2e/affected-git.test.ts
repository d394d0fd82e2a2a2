/** Repositories that cannot answer, or hold what is odd: a right answer, or an error that says what helps. */
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gitEnvironment, makeRepo, tempFolder } from '../git-rig.ts';
import { makeBranch, runIn } from './affected-rig.ts';
import { makeWorkspace, type Ran, threeTemplates } from './rig.ts';

const gromacs = 'templates/gromacs.yaml';
const withTest = `${threeTemplates[gromacs]}tests: [x]\n`;
const wrong = (message: string, cure: string): Ran => ({
  code: 2,
  stdout: '',
  stderr: `error: ${message}\n  cure: ${cure}\n`,
});

test('no git', async () => {
  const workspace = await makeWorkspace();
  expect(await workspace.run(['affected', '--base', 'main'])).toEqual(
    wrong(
      'there is no git on PATH, and what is affected is told from git',
      'install git, or name what to build',
    ),
  );
});

test('no repository, one without a commit, and one without a working tree', async () => {
  const workspace = await makeWorkspace();
  const affected = (): Promise<Ran> => workspace.run(['affected', '--base', 'main'], gitEnvironment);
  expect(await affected()).toEqual(
    wrong(`${workspace.folder} is in no git repository`, 'run it in a clone of one, or name what to build'),
  );
  const repo = await makeRepo(workspace.folder);
  expect(await workspace.run(['affected', '--uncommitted'], gitEnvironment)).toEqual(
    wrong('there is no commit yet: HEAD leads to nothing', 'commit first, or name what to build'),
  );
  repo.commit();
  repo.git('config', 'core.bare', 'true');
  expect(await affected()).toEqual(
    wrong(
      `${workspace.folder} is in a git repository that has no working tree`,
      'run it in a clone or a worktree',
    ),
  );
});

test('unknown refs: the nearest, the remote one, and no option of git', async () => {
  const { repo, run } = await makeBranch();
  const bare = await tempFolder();
  repo.git('clone', '-q', '--bare', '.', bare);
  repo.git('remote', 'add', 'origin', bare);
  repo.git('fetch', '-q', 'origin');
  repo.git('branch', '-q', '-D', 'main');
  const said = (ref: string): Promise<Ran> => run('affected', `--base=${ref}`);
  expect(await said('main')).toEqual(wrong('git knows no commit main', 'say --base origin/main'));
  expect(await said('wrok')).toEqual(wrong('git knows no commit wrok', 'did you mean work?'));
  const shown = 'git branch --all shows what there is, and git fetch brings what is elsewhere';
  expect(await said('something-else')).toEqual(wrong('git knows no commit something-else', shown));
  expect(await said('--all')).toEqual(wrong('git knows no commit --all', shown));
  expect(await said('')).toEqual(wrong("git knows no commit '' (the name is empty)", shown));
  expect(await run('affected', '--base', 'work', '--head', 'main')).toEqual(
    wrong('git knows no commit main', 'say --head origin/main'),
  );
});

test('no commit in common', async () => {
  const { repo, main, run } = await makeBranch();
  repo.git('checkout', '-q', '--orphan', 'other');
  const other = repo.commit();
  expect(await run('affected', '--base', 'main')).toEqual(
    wrong(
      `${main.slice(0, 12)} and ${other.slice(0, 12)} have no commit in common`,
      'give --base a commit that the head came from',
    ),
  );
});

test('a shallow clone', async () => {
  const { workspace, repo, main } = await makeBranch();
  await workspace.write(gromacs, withTest);
  const work = repo.commit();
  const clone = join(await tempFolder(), 'clone');
  repo.git('clone', '-q', '--depth', '1', '--no-single-branch', `file://${workspace.folder}`, clone);
  const shallow = await makeRepo(clone);
  const run = (...args: string[]): Ran => runIn(clone, ...args);
  const rest =
    'git fetch --unshallow fetches the rest of the history; in GitHub Actions, fetch-depth: 0 for actions/checkout';
  expect(run('affected', '--base', 'origin/main')).toEqual(
    wrong(
      `${main.slice(0, 12)} and ${work.slice(0, 12)} have no commit in common in this shallow clone`,
      rest,
    ),
  );
  expect(run('affected', '--base', '0123456789abcdef')).toEqual(
    wrong('git knows no commit 0123456789abcdef', `this is a shallow clone: ${rest}`),
  );
  expect(run('affected', '--base', 'release')).toEqual(
    wrong(
      'git knows no commit release',
      'this is a shallow clone: git fetch --unshallow origin release:refs/remotes/origin/release, then --base origin/release; in GitHub Actions, fetch-depth: 0 for actions/checkout',
    ),
  );
  shallow.git('fetch', '-q', '--unshallow');
  expect(run('affected', '--base', 'origin/main')).toMatchObject({ code: 0, stdout: 'gromacs\n' });
});

test('a worktree, a folder of a repository, and an environment of another one', async () => {
  const { workspace, repo, main } = await makeBranch();
  const tree = join(await tempFolder(), 'a tree');
  repo.git('worktree', 'add', '-q', '-b', 'third', tree, 'main');
  const third = await makeRepo(await tempFolder());
  const hostile = { GIT_DIR: join(third.folder, '.git'), GIT_INDEX_FILE: '/nonexistent', GIT_WORK_TREE: '/' };
  await workspace.write(gromacs, withTest);
  expect(runIn(tree, 'affected', '--base', 'main')).toMatchObject({ code: 0, stdout: '' });
  const there = await workspace.run(['affected', '--base', main], { ...gitEnvironment, ...hostile });
  expect(there).toEqual({ code: 0, stdout: 'gromacs\n', stderr: '' });

  await third.write('images/amifile.ts', 'export default {};\n');
  await third.write('images/templates/a.yaml', 'tests: [a]\n');
  third.commit();
  for (const step of ['bootstrap', 'install-package', 'create-users', 'mount-data', 'run-tests', 'clean-up'])
    await third.write(`images/scripts/${step}.sh`, 'true\n');
  const before = third.commit();
  await third.write('images/templates/a.yaml', 'tests: [b]\n');
  await third.write('templates/b.yaml', 'tests: [b]\n');
  const images = join(third.folder, 'images');
  expect(runIn(images, 'affected', '--uncommitted')).toMatchObject({ code: 0, stdout: 'a\n' });
  expect(runIn(images, 'affected', '--base', before, '--explain')).toMatchObject({
    stdout: 'a\n  - test a\n  + test b (templates/a.yaml:1)\n',
  });
});

test('the tree, the index and the refs stay as they are', async () => {
  const { workspace, repo, run } = await makeBranch();
  await workspace.write(gromacs, withTest);
  repo.git('add', gromacs);
  await workspace.write(gromacs, `${withTest}users: []\n`);
  await workspace.write('amifile.ts', 'export default { maxDepth: 4 };\n');
  const state = (): string =>
    repo.git('status', '--porcelain', '--ignored') +
    repo.git('hash-object', '.git/index') +
    repo.git('show-ref');
  await run('affected', '--base', 'main');
  const was = state();
  expect(await run('affected', '--base', 'main', '--explain')).toMatchObject({ code: 0 });
  expect(state()).toBe(was);
  expect(await run('affected', '--base', 'main')).toMatchObject({ code: 0, stdout: 'gromacs\n' });
});

test('an object that is not there is an error, and no change', async () => {
  const { workspace, repo, run } = await makeBranch();
  const id = repo.git('rev-parse', `main:${gromacs}`).trim();
  await workspace.write(gromacs, withTest);
  repo.commit();
  await rm(join(workspace.folder, '.git/objects', id.slice(0, 2), id.slice(2)), { force: true });
  expect(await run('affected', '--base', 'main')).toEqual(
    wrong(
      `git cat-file failed: the object ${id} cannot be read`,
      'look at it with git fsck; in a clone without all objects, it must be able to fetch them',
    ),
  );
});

test('line ends, filters and flags of the index are no changes; what is flagged is compared all the same', async () => {
  const { workspace, repo, run, affected } = await makeBranch({
    ...threeTemplates,
    [gromacs]: `${threeTemplates[gromacs]}build: { inputs: [files/a, files/b] }\n`,
    '.gitattributes': 'files/a text eol=crlf\nfiles/b filter=caps\n',
    'files/a': 'one\r\ntwo\r\n',
    'files/b': 'abc\n',
  });
  expect(await affected()).toBe('');
  repo.git('config', 'filter.caps.clean', 'tr A-Z a-z');
  repo.git('config', 'filter.caps.smudge', 'tr a-z A-Z');
  await rm(join(workspace.folder, 'files'), { recursive: true });
  repo.git('checkout', '-q', '--', 'files');
  expect(await affected()).toBe('');
  await workspace.write('files/a', 'one\r\n');
  expect(await affected('--explain')).toBe('gromacs\n  files/a changed\n');
  repo.git('update-index', '--assume-unchanged', 'files/a');
  expect(await affected('--explain')).toBe('gromacs\n  files/a changed\n');
  expect(await run('affected', '--base', 'main', '--head', 'HEAD')).toMatchObject({ stdout: '' });
});

test('attributes that change how files are checked out', async () => {
  const { workspace, repo, affected } = await makeBranch();
  await workspace.write('.gitattributes', '*.sh text eol=crlf\n');
  repo.commit();
  await rm(join(workspace.folder, 'scripts/clean-up.sh'));
  repo.git('checkout', '-q', '--', 'scripts/clean-up.sh');
  expect(await affected('--explain', '--exclude', '{gromacs,namd}')).toBe(
    'foundation\n  scripts/clean-up.sh changed\n',
  );
});

test('a commit by its message; one that is not there; a worktree whose repository has gone', async () => {
  const { workspace, repo, main, run, affected } = await makeBranch();
  await workspace.write(gromacs, withTest);
  expect(await affected('--base', ':/first')).toBe('gromacs\n');
  const tree = join(await tempFolder(), 'tree');
  repo.git('worktree', 'add', '-q', tree);
  await rename(join(workspace.folder, '.git/worktrees/tree'), join(workspace.folder, '.git/worktrees/gone'));
  expect(runIn(tree, 'affected', '--base', 'main')).toEqual(
    wrong(
      `git rev-parse failed: not a git repository: ${workspace.folder}/.git/worktrees/tree`,
      'look at it with git fsck; in a clone without all objects, it must be able to fetch them',
    ),
  );
  repo.git('update-ref', 'refs/heads/lost', main);
  await rm(join(workspace.folder, '.git/objects', main.slice(0, 2), main.slice(2)), { force: true });
  expect(await run('affected', '--base', 'lost')).toEqual(
    wrong(
      'git rev-parse failed: the commit of lost cannot be read',
      'look at it with git fsck; in a clone without all objects, it must be able to fetch them',
    ),
  );
});

test('a workspace that git ignores', async () => {
  const { repo, run } = await makeBranch();
  repo.git('rm', '-q', '-r', '--cached', 'templates');
  await repo.write('.gitignore', 'templates/\n.amigraph/\n');
  repo.git('commit', '-q', '-a', '-m', 'x');
  expect(await run('affected', '--uncommitted')).toEqual(
    wrong(
      'git ignores every file that matches templates/**/*.yaml',
      'have git track them; against the working tree, --base counts what git ignores too',
    ),
  );
});
