/** The parameter that names a template's latest image, at the speed of AWS on a stepped clock. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { imageOf, latest, ssmOf, warnings } from './latest-rig.ts';
import { makeWorld, one, type Process, type World } from './rig.ts';

const amifile = { 'amifile.ts': "export default { workspace: 'hpc' };\n" };

const denied = (operation: string): Record<string, string> => ({
  'faults.json': JSON.stringify([
    {
      operation,
      times: 'always',
      fault: { kind: 'error', code: 'AccessDeniedException', message: 'no' },
    },
  ]),
});

const build = async (world: World, env?: Record<string, string>): Promise<Process> => {
  const run = world.start(['build', '--all'], env);
  expect(await run.code).toBe(0);
  return run;
};

/** The image after each content of the template in turn. */
async function imagesOf(world: World, contents: readonly string[]): Promise<unknown[]> {
  const images: unknown[] = [];
  for (const content of contents) {
    await world.write('templates/a.yaml', content);
    const run = await build(world);
    images.push(imageOf(run));
    expect(await latest(await ssmOf(world))).toEqual(images.at(-1));
    expect(warnings(run)).toEqual([]);
  }
  return images;
}

test('it names what was built last, or is reused: a change that is taken back, made again, and taken back again', async () => {
  const world = await makeWorld({ ...one, ...amifile });
  const [before, after] = ['tests: [before]\n', 'tests: [after]\n'];
  const images = await imagesOf(world, [before, after, before, after, before, after]);
  expect(new Set(images).size).toBe(2);
});

test('a template that takes the place of another', async () => {
  const world = await makeWorld({ ...one, ...amifile });
  await build(world);
  await world.write('templates/next.yaml', 'tests: [next]\n');
  const next = imageOf(await build(world), 'next');
  await rename(join(world.folder, 'templates/next.yaml'), join(world.folder, 'templates/a.yaml'));
  const moved = await build(world);
  expect(imageOf(moved)).toEqual(next);
  expect(await latest(await ssmOf(world))).toEqual(next);
});

test('an image that another workspace has built, and the first of a template that was renamed', async () => {
  const world = await makeWorld({ ...one, ...amifile });
  const image = imageOf(await build(world));
  await world.write('amifile.ts', "export default { workspace: 'prod' };\n");
  await build(world);
  expect(await latest(await ssmOf(world), 'a', 'prod')).toEqual(image);
  await rename(join(world.folder, 'templates/a.yaml'), join(world.folder, 'templates/b.yaml'));
  await build(world);
  expect(await latest(await ssmOf(world), 'b', 'prod')).toEqual(image);
});

test('names that SSM does not take have parameters of their own', async () => {
  const names = ['gcc 13', 'gcc-13', 'gcc_x20_13', 'bonnie++', '\u5206\u5b50', '\u{1F9EC}'];
  const world = await makeWorld({
    ...amifile,
    ...Object.fromEntries(names.map((name) => [`templates/${name}.yaml`, `tests: ["${name}"]\n`])),
  });
  const run = await build(world);
  const parameters = [
    'gcc_x20_13',
    'gcc-13',
    'gcc_x5F_x20_13',
    'bonnie_x2B__x2B_',
    '_x5206__x5B50_',
    '_x1F9EC_',
  ];
  for (const [at, name] of names.entries())
    expect(await latest(await ssmOf(world), parameters[at])).toEqual(imageOf(run, name));
  expect(warnings(run)).toEqual([]);
});

test('where it may not be written, runs that only reuse say so once', async () => {
  const world = await makeWorld({
    ...one,
    'templates/b.yaml': 'tests: [b]\n',
    ...amifile,
    ...denied('ssm:PutParameter'),
  });
  const env = { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' };
  expect(warnings(await build(world, env))).toHaveLength(2);
  expect(warnings(await build(world, env))).toMatchObject([{ code: 'latest-not-named' }]);
});

test('each of two templates of one digest has its own', async () => {
  const world = await makeWorld({
    ...amifile,
    'templates/a.yaml': 'tests: [x]\n',
    'templates/md/b.yaml': 'tests: [x]\n',
  });
  const run = await build(world);
  expect(await latest(await ssmOf(world))).toEqual(imageOf(run));
  expect(await latest(await ssmOf(world), 'md/b')).toEqual(imageOf(run));
});

test('where it may not be written: the image is built, and a warning says what is needed', async () => {
  const world = await makeWorld({ ...one, ...amifile, ...denied('ssm:PutParameter') });
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
  const world = await makeWorld({ ...one, ...amifile, ...denied('ssm:GetParameters') });
  const run = await build(world, { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' });
  expect(warnings(run)).toMatchObject([
    { code: 'latest-not-named', cause: { operation: 'ssm:GetParameters' } },
  ]);
});
