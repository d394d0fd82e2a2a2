/** Bases and their pins: what a build writes, what it refuses in CI, and how pins move. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CloudView, lookInto } from './cloud.ts';
import { finished, makeWorkspace, threeTemplates, type Workspace } from './rig.ts';

const al2023 = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
const official = 'parallelcluster 3.14.0 alinux2023 x86_64';
const own = '/team/base';
const ami = /ami-[0-9a-f]{17}/;
const none = 'ami-00000000000000000';

const lockOf = ({ folder }: Workspace): Promise<string> => readFile(join(folder, 'amigraph.lock'), 'utf8');
const imagesIn = (text: string): string[] => text.match(new RegExp(ami, 'g')) ?? [];
const viz = (base: string): Record<string, string> => ({
  'templates/viz.yaml': `build: { base: ${base} }\n`,
});

/** A base that can be moved: a parameter of the user's own. Until then it stands for ParallelCluster's image. */
async function withMovable(): Promise<{ workspace: Workspace; cloud: CloudView; images: string[] }> {
  const workspace = await makeWorkspace({
    ...threeTemplates,
    ...viz(`{ ssm: ${own} }`),
    'templates/md/viz.yaml':
      'depends_on: [viz]\nbuild: { base: { parallelcluster: 3.14.0, os: alinux2023 } }\n',
    'templates/fixed.yaml': `extends: foundation.yaml\n`,
  });
  await workspace.run(['update', '--base', official]);
  const images = imagesIn(await lockOf(workspace));
  const cloud = await lookInto(workspace.folder);
  await cloud.nameImage(own, images[0] ?? none);
  await workspace.run(['update']);
  return { workspace, cloud, images: imagesIn(await lockOf(workspace)) };
}

test('a build pins what is not pinned and says so; from then on nothing is asked for', async () => {
  const workspace = await makeWorkspace();
  const dry = await workspace.run(['build', '--all', '--dry-run']);
  await workspace.run(['graph', '--json']);
  expect([dry.code, dry.stderr]).toEqual([0, '']);
  await expect(lockOf(workspace)).rejects.toThrow('ENOENT');

  const built = await workspace.run(['build', 'gromacs', '--json']);
  const lock = await lockOf(workspace);
  const [image = ''] = imagesIn(lock);
  expect(built).toMatchObject({
    code: 0,
    stderr: `pinned in amigraph.lock, to be committed: ${al2023} to ${image}\n`,
  });
  expect(lock.replace(/"pinnedAt":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/, '"pinnedAt":"now"')).toBe(
    `{"version":1,"pins":[\n  {"provider":"sandbox","region":"us-west-2","base":"${al2023}","image":"${image}","pinnedAt":"now"}\n]}\n`,
  );

  // Whatever is asked for of a base ends in an error from here on, and so does a second DescribeImages.
  const refused = { fault: { kind: 'error', code: 'Refused' }, times: 'always' };
  await workspace.write(
    'faults.json',
    JSON.stringify([
      { operation: 'ssm:*', ...refused },
      { operation: 'ec2:DescribeImages', skip: 1, ...refused },
    ]),
  );
  const faults = { AMIGRAPH_SANDBOX_FAULTS: 'faults.json', CI: 'true' };
  const cached = await workspace.run(['build', 'gromacs', '--json'], faults);
  expect(cached).toMatchObject({ code: 0, stderr: '' });
  expect(finished(cached)).toMatchObject({ built: [], reused: ['gromacs'] });
  expect(await lockOf(workspace)).toBe(lock);
});

test('graph --json needs no cloud where all bases are pinned', async () => {
  const workspace = await makeWorkspace();
  await workspace.run(['update']);
  const noCloud = { AMIGRAPH_SANDBOX_DIR: 'amifile.ts' };
  expect(await workspace.run(['graph', '--json'], noCloud)).toMatchObject({ code: 0, stderr: '' });
  await workspace.remove('amigraph.lock');
  expect((await workspace.run(['graph', '--json'], noCloud)).code).toBe(2);
});

test.each([
  [['build', 'gromacs'], {}],
  [['build', '--all', '--dry-run'], { CI: '1' }],
])('in CI %j refuses what is not pinned, and begins nothing', async (args, env) => {
  const workspace = await makeWorkspace({
    ...threeTemplates,
    ...viz('{ parallelcluster: 3.14.0, os: alinux2023 }'),
  });
  await workspace.run(['update', '--base', official]);
  const lock = await lockOf(workspace);
  expect(await workspace.run(args, { CI: 'true', ...env })).toEqual({
    code: 2,
    stdout: '',
    stderr: [
      `error: CI is set, and amigraph.lock has no pin for ${al2023} in us-west-2 (sandbox)`,
      '  at amifile.ts',
      '  cure: run amigraph update --provider sandbox --region us-west-2 and commit amigraph.lock\n',
    ].join('\n'),
  });
  expect(await lockOf(workspace)).toBe(lock);
  expect(finished(await workspace.run(['build', 'viz', '--json'], { CI: 'true' }))).toMatchObject({
    built: ['viz'],
  });
  expect(await workspace.run(['build', '--all', '--dry-run'], { CI: 'false' })).toMatchObject({ code: 0 });
});

test('a lock file that cannot be read is told with its line, and never written over', async () => {
  const workspace = await makeWorkspace();
  await workspace.run(['update']);
  const broken = `<<<<<<< HEAD\n${await lockOf(workspace)}`;
  await workspace.write('amigraph.lock', broken);
  for (const args of [['build', '--all'], ['graph', '--json'], ['update'], ['outdated']]) {
    expect(await workspace.run(args)).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        'error: amigraph.lock holds a merge conflict',
        '  at amigraph.lock:1:1',
        '    <<<<<<< HEAD',
        '    ^',
        '  cure: keep one line for each base and Region, and take the marks out; amigraph update pins what is then missing\n',
      ].join('\n'),
    });
  }
  const { code, stderr } = await workspace.run(['validate']);
  expect([code, stderr.split('\n')[0]]).toEqual([2, 'error: amigraph.lock holds a merge conflict']);
  expect(await lockOf(workspace)).toBe(broken);
});

test.each(['outdated', 'update'])(
  '%s: where there is no template, nothing is said of pins',
  async (command) => {
    const workspace = await makeWorkspace({});
    expect(await workspace.run([command])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: no file matches templates/) as string,
    });
  },
);

test('outdated shows what a newer base would rebuild, update moves the pin, and the build follows', async () => {
  const { workspace, cloud, images } = await withMovable();
  const [newer = '', pc = ''] = images;
  expect(await workspace.run(['outdated'])).toEqual({
    code: 0,
    stdout: 'nothing is outdated: every base is pinned to its newest image\n',
    stderr: '',
  });
  expect((await workspace.run(['build', '--all'])).code).toBe(0);
  await cloud.nameImage(own, newer);
  const before = await lockOf(workspace);

  expect((await workspace.run(['outdated'])).stdout).toBe(
    `BASE        PINNED                 NEWEST                 REBUILDS\n${own}  ${pc}  ${newer}  md/viz, viz\n`,
  );
  const shown = JSON.parse((await workspace.run(['outdated', '--json'])).stdout) as unknown[];
  const pinnedAt = expect.stringMatching(/Z$/) as string;
  expect(shown).toEqual([
    { base: al2023, pinned: newer, pinnedAt, newest: newer, outdated: false, rebuilds: [] },
    { base: own, pinned: pc, pinnedAt, newest: newer, outdated: true, rebuilds: ['md/viz', 'viz'] },
    { base: official, pinned: pc, pinnedAt, newest: pc, outdated: false, rebuilds: [] },
  ]);
  expect(await lockOf(workspace)).toBe(before);
  expect(finished(await workspace.run(['build', '--all', '--json']))).toMatchObject({ built: [] });

  expect(await workspace.run(['update', '--base', official])).toMatchObject({
    stdout: `no pin has moved: ${official} is pinned to its newest image\n`,
  });
  expect(await workspace.run(['update'])).toEqual({
    code: 0,
    stdout: `BASE        WAS                    IS\n${own}  ${pc}  ${newer}\n`,
    stderr: '',
  });
  expect(finished(await workspace.run(['build', '--all', '--json']))).toMatchObject({
    built: ['viz', 'md/viz'],
    reused: ['foundation', 'fixed', 'gromacs', 'namd'],
  });
});

test('update takes out pins that nothing uses, but not for the sake of a template that cannot be read', async () => {
  const { workspace, images } = await withMovable();
  const [, pc = ''] = images;
  await workspace.write('templates/viz.yaml', 'x: 1\n');
  expect((await workspace.run(['update', '--json'])).stdout).toBe('[]\n');
  await workspace.write('templates/viz.yaml', '{}\n');
  await workspace.run(['build', 'viz']);
  expect(imagesIn(await lockOf(workspace))).toHaveLength(3);
  const { stdout } = await workspace.run(['update', '--json']);
  expect(JSON.parse(stdout)).toEqual([{ base: own, from: pc, to: null }]);
  expect(imagesIn(await lockOf(workspace))).toHaveLength(2);
});

test('update --base of a name that is none: the nearest', async () => {
  const workspace = await makeWorkspace({
    ...threeTemplates,
    ...viz('{ parallelcluster: 3.14.0, os: alinux2023 }'),
  });
  expect(await workspace.run(['update', '--base', 'parallelcluster 3.14.0 alinux2 x86_64'])).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: there is no base parallelcluster 3.14.0 alinux2 x86_64\n  cure: did you mean ${official}?\n`,
  });
});

test('what is not pinned is shown as such', async () => {
  const workspace = await makeWorkspace();
  const { stdout } = await workspace.run(['outdated']);
  expect(stdout.replaceAll(/ami-[0-9a-f]{17}/g, 'AMI')).toBe(
    `BASE${' '.repeat(al2023.length - 4)}  PINNED      NEWEST                 REBUILDS\n${al2023}  not pinned  AMI  -\n`,
  );
});

test('a parameter that is not there is told with its place, and keeps no other base from being compared', async () => {
  const workspace = await makeWorkspace({ ...threeTemplates, ...viz('{ ssm: /team/nope }') });
  const told = `error: there is no SSM parameter /team/nope in this Region
  at templates/viz.yaml:1:16
    build: { base: { ssm: /team/nope } }
                   ^
  cure: name a parameter that holds the id of an AMI, or the AMI itself as { ami: "ami-..." }
`;
  expect(await workspace.run(['build', 'viz', '--dry-run'])).toEqual({ code: 2, stdout: '', stderr: told });
  const update = await workspace.run(['update']);
  expect([update.code, update.stderr]).toEqual([2, told]);
  expect(update.stdout).toContain(`${al2023}  not pinned  `);
  expect(await workspace.run(['outdated'])).toEqual({ code: 2, stdout: '', stderr: told });
  expect(await workspace.run(['update', '--base', al2023])).toEqual({
    code: 0,
    stdout: `no pin has moved: ${al2023} is pinned to its newest image\n`,
    stderr: '',
  });
});
