/** What is remembered of templates goes by the files that their digests were made of, whatever these are by then. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src/cli/context.ts';
import { recallTemplates, rememberTemplates } from '../../src/cli/known-templates.ts';
import { fingerprints } from '../../src/cli/planning.ts';
import { readCollection } from '../../src/cli/reading.ts';
import { withInputs } from '../../src/cli/selecting.ts';
import { imageId } from '../../src/core/ids.ts';
import { tempFolder } from '../git-rig.ts';
import { stepScripts } from '../unit/rig.ts';
import { LaterClock, surroundings, writeFiles } from './affected-rig.ts';

test.each([
  ['nothing is edited while a plan is made', undefined, ['a', 'b']],
  ['a script is edited while a plan is made', 'scripts/bootstrap.sh', undefined],
  ['a template is edited while a plan is made', 'templates/a.yaml', undefined],
])('%s', async (_, edited, expected) => {
  const folder = await tempFolder();
  const files = {
    ...stepScripts,
    'amifile.ts': "export default { base: { ami: 'ami-0123456789abcdef0' } };\n",
    'templates/a.yaml': 'tests: [a]\n',
    'templates/b.yaml': 'extends: a.yaml\n',
  };
  await writeFiles(folder, Object.fromEntries(Object.entries(files).map(([path, text]) => [path, { text }])));
  const open = () => openWorkspace({ ...surroundings(folder), clock: new LaterClock() }, {});
  const workspace = await open();
  const { collection, inputs } = await withInputs(workspace, await readCollection(workspace));
  const sources = { imageOf: () => imageId('ami-0123456789abcdef0'), unpinned: [], inputs };
  const each = await fingerprints(workspace, collection, sources);
  if (edited !== undefined) await writeFile(join(folder, edited), 'tests: [other]\n');
  const digests = new Map(Array.from(each, ([name, { fingerprint }]) => [name, fingerprint.digest]));
  await rememberTemplates(workspace, collection, digests, sources);
  const recalled = await recallTemplates(await open());
  expect(recalled && [...recalled.templates.keys()]).toEqual(expected);
});
