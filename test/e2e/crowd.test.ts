/** Twenty processes at once on one sandbox, as twenty machines of a CI are. */
import { expect, test } from 'vitest';
import { lookInto } from './cloud.ts';
import { finished, type JsonEvent, makeWorkspace, type Workspace } from './rig.ts';

const crowd = 20;
const all = ['build', '--all', '--json'];
const names = ['foundation', 'gromacs', 'namd'];
const isHolder = (line: string): boolean => (JSON.parse(line) as JsonEvent).type === 'image-started';

async function expectAllDone(workspace: Workspace): Promise<void> {
  const cloud = await lookInto(workspace.folder);
  const images = await cloud.imageTags();
  expect(images.map(({ TemplateName = '?' }) => TemplateName).toSorted()).toEqual(names);
  expect((await cloud.instances()).filter((state) => state !== 'terminated')).toEqual([]);
  expect((await workspace.run(['leases', '--json'])).stdout).toBe('[]\n');
  expect((await workspace.run(['manifest', 'verify'])).code).toBe(0);
}

test('20 processes that want the same images: each is built exactly once', { timeout: 180_000 }, async () => {
  const workspace = await makeWorkspace();
  const env = { AMIGRAPH_SANDBOX_SPEED: '1000' };
  const ran = await Promise.all(Array.from({ length: crowd }, () => workspace.run(all, env)));
  expect(ran.filter(({ code }) => code !== 0)).toEqual([]);
  const built = ran.flatMap((one) => finished(one)['built'] as string[]);
  expect(built.toSorted()).toEqual(names);
  expect((await (await lookInto(workspace.folder)).instances()).length).toBe(3);
  await expectAllDone(workspace);
});

test(
  '10 of 20 are killed, those that build among them: the others finish',
  { timeout: 180_000 },
  async () => {
    const workspace = await makeWorkspace();
    const env = { AMIGRAPH_SANDBOX_SPEED: '1000' };
    const runs = Array.from({ length: crowd }, () => workspace.start(all, env));
    const doomed = runs.slice(0, crowd / 2);
    for (const run of doomed) {
      const lines = 1 + Math.floor(Math.random() * 12);
      let seen = 0;
      const dies = (line: string): boolean => {
        seen += 1;
        // Whoever builds is killed as it begins, the others anywhere.
        return isHolder(line) || seen === lines;
      };
      run.line(dies).then(
        () => run.child.kill('SIGKILL'),
        () => {},
      );
    }
    const others = await Promise.all(runs.slice(crowd / 2).map(({ ended }) => ended));
    expect(others.filter(({ code }) => code !== 0)).toEqual([]);
    await Promise.all(doomed.map(({ ended }) => ended));
    expect((await workspace.run(all)).code).toBe(0);
    await expectAllDone(workspace);
  },
);
