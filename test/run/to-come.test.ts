/** An image that is still being made when its run dies: whoever ends what is left of that run does not forget it. */
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { expect, test, vi } from 'vitest';
import type * as Sandboxes from '../../src/sandbox/sandbox.ts';
import { callName } from './killable.ts';
import { ask, cloudOf, leaseTexts } from './leases-rig.ts';
import { remainsOf } from './remains.ts';
import { makeWorld, minutes, one, type Process, type World } from './rig.ts';

vi.mock('../../src/sandbox/sandbox.ts', async (original) => {
  const { killable } = await import('./killable.ts');
  return killable(await original<typeof Sandboxes>());
});

const files = { ...one, 'amifile.ts': "export default { workspace: 'hpc' };\n" };

/** A build of `a` whose process dies as soon as its lease says which image EC2 makes. */
async function diesOverItsImage(world: World, ...flags: string[]): Promise<void> {
  let isAsked = false;
  let died: () => void = () => {};
  const death = new Promise<void>((resolve) => {
    died = resolve;
  });
  const run: Process = world.start(
    ['build', 'a', ...flags],
    {},
    {
      fate: {
        dies: () => false,
        onAnswer: (request) => {
          const call = callName(request);
          if (call === 'ec2 CreateImage') isAsked = true;
          if (!isAsked || !call.startsWith('s3 PUT leases')) return;
          run.freeze();
          died();
        },
      },
    },
  );
  await death;
}

const reusedBy = ({ events }: Process): unknown =>
  events.find(({ type }) => type === 'image-finished')?.['image'];
const warned = ({ events }: Process): unknown[] =>
  events.filter(({ type }) => type === 'warning').map(({ code }) => code);

async function latestIn(world: World): Promise<string | undefined> {
  const { ssm } = await cloudOf(world);
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/amigraph/hpc/a/latest' }));
  return Parameter?.Value;
}

async function build(world: World): Promise<Process> {
  const run = world.start(['build', 'a']);
  expect(await run.code).toBe(0);
  return run;
}

test('where another image is reused meanwhile, the next run enters it and has the parameter name it', async () => {
  const world = await makeWorld(files);
  const first = await build(world);
  await diesOverItsImage(world, '--rebuild');
  const meanwhile = await build(world);
  expect(reusedBy(meanwhile)).toBe(reusedBy(first));
  await world.clock.sleep(60 * minutes);
  const next = await build(world);
  expect(reusedBy(next)).not.toBe(reusedBy(first));
  expect(warned(next)).toEqual([]);
  expect(await latestIn(world)).toBe(reusedBy(next));
  expect(warned(await build(world))).toEqual([]);
  expect(Object.values(await leaseTexts(await cloudOf(world)))).toEqual([
    expect.stringContaining('"journal": null'),
  ]);
});

test.each(['sweep', 'release a --yes'])('where its build is given up by leases %s, too', async (command) => {
  const world = await makeWorld(files);
  await diesOverItsImage(world);
  expect((await ask(world, ['leases', ...command.split(' ')])).code).toBe(0);
  const next = await build(world);
  expect(await latestIn(world)).toBe(reusedBy(next));
  expect(warned(await build(world))).toEqual([]);
  expect(await remainsOf(world)).toMatchObject({ alive: [], published: ['a'], launches: 1 });
});
