/** The options of a commit: what has nothing to do with images is as it is now, so that nothing seems to differ by it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { localGit } from '../../src/adapters/local/git.ts';
import { configAt } from '../../src/cli/config-at.ts';
import { openWorkspace } from '../../src/cli/context.ts';
import { gitEnvironment, makeRepo } from '../git-rig.ts';
import { valueOf } from '../unit/rig.ts';
import { surroundings } from './affected-rig.ts';

const others = "workspace: 'w', prefix: 'p/', concurrency: 3, affected: { base: 'x' }, sandbox: { speed: 7 }";

test.each([
  ['a file that it does not read', 'README.md', '', {}],
  ['what it sets for other things', 'amifile.ts', "export default { workspace: 'v' };", { maxDepth: 4 }],
  ['what it sets for images', 'amifile.ts', `export default { ${others}, maxDepth: 3 };`, { maxDepth: 4 }],
])('%s differs', async (_, path, text, then) => {
  const repo = await makeRepo();
  await repo.write('amifile.ts', `export default { ${others}, maxDepth: 4 };\n`);
  await repo.write('README.md', 'one\n');
  await repo.write('templates/a.yaml', 'tests: [a]\n');
  const commit = repo.commit();
  await writeFile(join(repo.folder, path), text);
  const workspace = await openWorkspace(surroundings(repo.folder), {});
  const repository = valueOf(await localGit(repo.folder, gitEnvironment).open());
  onTestFinished(() => repository.close());
  const tree = valueOf(await repository.tree(commit, workspace.files));
  expect(await configAt(tree, commit, workspace, new Set())).toEqual({ ...workspace.config, ...then });
});
