/** The git of this machine, run as this program runs it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { localFiles } from '../../src/adapters/local/files.ts';
import { localGit } from '../../src/adapters/local/git.ts';
import { findGit } from '../../src/adapters/local/git-program.ts';
import { gitEnvironment, makeRepo } from '../git-rig.ts';
import { valueOf } from '../unit/rig.ts';

test('settings with which git takes a changed file for unchanged do not count', async () => {
  const repo = await makeRepo();
  const settings = { 'core.trustctime': 'false', 'core.checkStat': 'minimal', 'core.fsmonitor': 'true' };
  for (const [name, value] of Object.entries(settings)) repo.git('config', name, value);
  const git = await findGit(gitEnvironment);
  const said = async (name: string): Promise<string> =>
    (await git?.run(repo.folder, ['config', name]))?.stdout.toString().trim() ?? '';
  expect(await Promise.all(Object.keys(settings).map(said))).toEqual(['true', 'default', 'false']);
});

test('the order in which the user wants differences told does not count', async () => {
  const repo = await makeRepo();
  repo.git('config', 'diff.orderFile', '/nonexistent');
  await repo.write('a', '1');
  const repository = await localGit(repo.folder, gitEnvironment).open();
  const commit = repo.commit();
  await repo.write('a', '2');
  const tree = valueOf(await valueOf(repository).tree(commit, localFiles(repo.folder)));
  valueOf(repository).close();
  expect([...tree.changed]).toEqual(['a']);
});

test('a link to a longer path than a system can follow leads nowhere', async () => {
  const repo = await makeRepo();
  await writeFile(join(repo.folder, 'target'), 'a/'.repeat(200_000));
  const id = repo.git('hash-object', '-w', 'target').trim();
  await repo.write('a/b', '');
  repo.git('add', 'a');
  repo.git('update-index', '--add', '--cacheinfo', `120000,${id},link`);
  repo.git('commit', '-q', '-m', 'x');
  const repository = valueOf(await localGit(repo.folder, gitEnvironment).open());
  const { files } = valueOf(await repository.tree('HEAD', localFiles(repo.folder)));
  const read = await files.read('link', 1000);
  repository.close();
  expect(read).toEqual({ problem: 'missing' });
});
