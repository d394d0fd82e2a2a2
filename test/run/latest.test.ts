/** The parameter that names a template's latest image, at the speed of AWS on a stepped clock. */
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { lookInto } from '../e2e/cloud.ts';
import { type JsonEvent, makeWorld, one, type Process, type World } from './rig.ts';

const amifile = { 'amifile.ts': "export default { workspace: 'hpc' };\n" };

async function ssmOf(world: World): Promise<SSMClient> {
  return (await lookInto(world.folder, () => world.clock.now())).ssm;
}

const latest = async (world: World, template = 'a'): Promise<unknown> => {
  const ssm = await ssmOf(world);
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: `/amigraph/hpc/${template}/latest` }));
  return { image: Parameter?.Value, type: Parameter?.DataType };
};

const imageOf = ({ events }: Process, template = 'a'): unknown => ({
  image: events.find((event) => event.type === 'image-finished' && event['template'] === template)?.['image'],
  type: 'aws:ec2:image',
});

const warnings = ({ events }: Process): JsonEvent[] => events.filter(({ type }) => type === 'warning');

const build = async (world: World, env?: Record<string, string>): Promise<Process> => {
  const run = world.start(['build', '--all'], env);
  expect(await run.code).toBe(0);
  return run;
};

test('it names what was built last, and after a change was taken back what is reused', async () => {
  const world = await makeWorld({ ...one, ...amifile });
  const first = await build(world);
  expect(await latest(world)).toEqual(imageOf(first));
  await world.write('templates/a.yaml', 'software: { spack_packages: [gcc@14.1.0] }\n');
  const second = await build(world);
  expect(await latest(world)).toEqual(imageOf(second));
  await world.write('templates/a.yaml', one['templates/a.yaml']);
  const third = await build(world);
  expect(imageOf(third)).toEqual(imageOf(first));
  expect(await latest(world)).toEqual(imageOf(first));
  expect([first, second, third].flatMap(warnings)).toEqual([]);
});

test('each of two templates of one digest has its own', async () => {
  const world = await makeWorld({
    ...amifile,
    'templates/a.yaml': 'tests: [x]\n',
    'templates/md/b.yaml': 'tests: [x]\n',
  });
  const run = await build(world);
  expect(await latest(world)).toEqual(imageOf(run));
  expect(await latest(world, 'md/b')).toEqual(imageOf(run));
});

test('where it may not be written: the image is built, and a warning says what is needed', async () => {
  const world = await makeWorld({
    ...one,
    ...amifile,
    'faults.json': JSON.stringify([
      {
        operation: 'ssm:PutParameter',
        times: 'always',
        fault: { kind: 'error', code: 'AccessDeniedException', message: 'no' },
      },
    ]),
  });
  const run = await build(world, { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' });
  expect(warnings(run)).toMatchObject([
    {
      code: 'latest-not-named',
      parameter: '/amigraph/hpc/a/latest',
      message: expect.stringMatching(
        /^ami-\w+ is there, but the parameter \/amigraph\/hpc\/a\/latest may not name it: ssm:PutParameter is not allowed on \/amigraph\/hpc\/a\/latest: no; whoever runs amigraph needs /,
      ),
    },
  ]);
});

test('AWS 19: where it may not be read back: a warning too', async () => {
  const world = await makeWorld({
    ...one,
    ...amifile,
    'faults.json': JSON.stringify([
      {
        operation: 'ssm:GetParameters',
        times: 'always',
        fault: { kind: 'error', code: 'AccessDeniedException', message: 'no' },
      },
    ]),
  });
  const run = await build(world, { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' });
  expect(warnings(run)).toMatchObject([
    { code: 'latest-not-named', cause: { operation: 'ssm:GetParameters' } },
  ]);
});
