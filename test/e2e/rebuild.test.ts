/** What is built anew because it was asked for, after runs that died and beside runs that live. */
import { DescribeImagesCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { lookInto } from './cloud.ts';
import { finished, makeWorkspace, type Workspace } from './rig.ts';

const slow = { AMIGRAPH_SANDBOX_SPEED: '1500' };

/** Template and what it stands on by its tags, by image. */
async function images({ folder }: Workspace): Promise<Map<string, { template: string; base: string }>> {
  const { ec2 } = await lookInto(folder);
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  return new Map(
    Images.map(({ ImageId = '', Tags = [] }) => {
      const tag = (key: string): string => Tags.find(({ Key }) => Key === key)?.Value ?? '';
      return [ImageId, { template: tag('TemplateName'), base: tag('BaseAMI') }];
    }),
  );
}

async function faults(workspace: Workspace, rule: object): Promise<Readonly<Record<string, string>>> {
  await workspace.write('faults.json', JSON.stringify([rule]));
  return { ...slow, AMIGRAPH_SANDBOX_FAULTS: 'faults.json' };
}

/** Started, killed where a step of it is, and dead. */
async function killed(
  workspace: Workspace,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  when: (line: string) => boolean,
): Promise<void> {
  const run = workspace.start([...args, '--json'], env);
  await run.line(when);
  run.child.kill('SIGKILL');
  await run.ended;
}

const isStep = (name: string) => (line: string) => line.includes('"step-started"') && line.includes(name);

test('an image of a run that died is not passed off as the one that was asked for', async () => {
  const workspace = await makeWorkspace();
  await workspace.run(['build', 'foundation']);
  const lost = await faults(workspace, {
    operation: 'ec2:CreateImage',
    times: 'always',
    fault: { kind: 'error', code: 'InternalError', status: 500, message: 'x', afterEffect: true },
  });
  await killed(workspace, ['build', '--rebuild', 'foundation'], lost, (line) => line.includes('"retry"'));
  const before = await images(workspace);
  expect(before.size).toBe(2);
  const ran = await workspace.run(['build', '--rebuild', 'foundation', '--json'], slow);
  expect(finished(ran)).toMatchObject({ built: ['foundation'] });
  const after = await images(workspace);
  expect(after.size).toBe(3);
  expect(await (await lookInto(workspace.folder)).instances()).not.toContain('running');
});

test('with its whole chain, nothing goes on that stands on the parent of before', async () => {
  const workspace = await makeWorkspace();
  await workspace.run(['build', 'gromacs']);
  await killed(workspace, ['build', '--rebuild', 'gromacs'], slow, isStep('clean-up'));
  const before = await images(workspace);
  expect(finished(await workspace.run(['build', '--rebuild-base', 'gromacs', '--json'], slow))).toMatchObject(
    {
      built: ['foundation', 'gromacs'],
    },
  );
  const made = [...(await images(workspace))].filter(([image]) => !before.has(image));
  const foundation = made.find(([, { template }]) => template === 'foundation')?.[0];
  expect(made.find(([, { template }]) => template === 'gromacs')?.[1].base).toBe(foundation);
  expect(await (await lookInto(workspace.folder)).instances()).not.toContain('running');
});

test('nobody who reuses the image of before waits for it', async () => {
  const workspace = await makeWorkspace();
  await workspace.run(['build', '--all']);
  const env = { AMIGRAPH_SANDBOX_SPEED: '60' };
  const rebuild = workspace.start(['build', '--rebuild', 'foundation', '--json'], env);
  await rebuild.line(isStep('bootstrap'));
  const ran = await workspace.run(['build', '--all', '--json'], env);
  expect(finished(ran)).toMatchObject({ reused: ['foundation', 'gromacs', 'namd'] });
  expect(rebuild.child.exitCode).toBeNull();
  rebuild.child.kill('SIGINT');
  expect((await rebuild.ended).code).toBe(130);
});
