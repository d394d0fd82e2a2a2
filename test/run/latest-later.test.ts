/** Parameters that a run did not come to write or to remember: whatever is built or reused next, they name it. */
import { DeleteParameterCommand } from '@aws-sdk/client-ssm';
import { expect, test, vi } from 'vitest';
import type * as Sandboxes from '../../src/sandbox/sandbox.ts';
import { imageOf, latest, ssmOf, warnings } from './latest-rig.ts';
import { makeWorld, one, type Process, stepStarted, type World } from './rig.ts';

vi.mock('../../src/sandbox/sandbox.ts', async (original) => {
  const { killable } = await import('./killable.ts');
  return killable(await original<typeof Sandboxes>());
});

const amifile = { 'amifile.ts': "export default { workspace: 'hpc' };\n" };
const [before, after] = ['tests: [before]\n', 'tests: [after]\n'];

async function build(world: World, content: string): Promise<Process> {
  await world.write('templates/a.yaml', content);
  const run = world.start(['build', '--all']);
  expect(await run.code).toBe(0);
  return run;
}

/** Dies with the first call after a parameter was written. */
function diesOnceNamed(world: World): Process {
  let isNamed = false;
  return world.start(
    ['build', '--all'],
    {},
    {
      fate: {
        dies: () => isNamed,
        onAnswer: ({ headers }) => {
          isNamed ||= headers['x-amz-target'] === 'AmazonSSM.PutParameter';
        },
      },
    },
  );
}

test.each([
  ['that it built', []],
  ['that it reused', [after, before]],
])('a run that dies once it has named an image %s; then the change is taken back', async (_, earlier) => {
  const world = await makeWorld({ ...one, ...amifile });
  const first = imageOf(await build(world, before));
  for (const content of earlier) await build(world, content);
  await world.write('templates/a.yaml', after);
  void diesOnceNamed(world);
  const ssm = await ssmOf(world);
  while ((await latest(ssm)) === first) await world.clock.sleep(5000);
  const back = await build(world, before);
  expect(imageOf(back)).toBe(first);
  expect(await latest(ssm)).toBe(first);
  expect(warnings(back)).toEqual([]);
});

test('a parameter that somebody has removed', async () => {
  const world = await makeWorld({ ...one, ...amifile });
  const ssm = await ssmOf(world);
  const first = imageOf(await build(world, before));
  await build(world, after);
  await build(world, before);
  await ssm.send(new DeleteParameterCommand({ Name: '/amigraph/hpc/a/latest' }));
  const second = imageOf(await build(world, after));
  expect(await latest(ssm)).toBe(second);
  await build(world, before);
  expect(await latest(ssm)).toBe(first);
});

test('a run that waits for the image that another workspace builds names it for its own', async () => {
  const world = await makeWorld({ ...one, ...amifile });
  const hpc = world.start(['build', 'a']);
  await hpc.event(stepStarted('bootstrap'));
  await world.write('amifile.ts', "export default { workspace: 'prod' };\n");
  const prod = world.start(['build', 'a']);
  await prod.event(({ type }) => type === 'lease-waiting');
  expect([await hpc.code, await prod.code]).toEqual([0, 0]);
  const ssm = await ssmOf(world);
  expect(await latest(ssm, 'a', 'prod')).toBe(imageOf(hpc));
  expect(imageOf(prod)).toBe(imageOf(hpc));
});

test('one that SSM does not take keeps no other from being written', async () => {
  const deep = `${'d/'.repeat(13)}a`;
  const world = await makeWorld({
    ...amifile,
    [`templates/${deep}.yaml`]: before,
    'templates/z.yaml': after,
  });
  const first = world.start(['build', '--all']);
  expect(await first.code).toBe(0);
  await world.write('amifile.ts', "export default { workspace: 'prod' };\n");
  const run = world.start(['build', '--all']);
  expect(await run.code).toBe(0);
  expect(await latest(await ssmOf(world), 'z', 'prod')).toBe(imageOf(first, 'z'));
  expect(warnings(run)).toMatchObject([
    { code: 'latest-not-named', parameter: `/amigraph/prod/${deep}/latest` },
  ]);
});
