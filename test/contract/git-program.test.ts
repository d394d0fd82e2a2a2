/** The git of this machine, run as this program runs it. */
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
