/** Base images that cannot be what they are named for, and one given in the place of all. */
import { DisableImageCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { lookInto } from './cloud.ts';
import { events, finished, makeWorkspace, threeTemplates, type Workspace } from './rig.ts';

const al2023 = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
const none = 'ami-00000000000000000';
const arm = 'build: { arch: arm64, base: { parallelcluster: 3.14.0, os: alinux2023 } }\n';

const refusal = async (workspace: Workspace, ...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await workspace.run(['build', ...args]);
  expect([code, stdout]).toEqual([2, '']);
  return stderr;
};

/** An image of our own, and that for arm64 which AWS publishes. */
async function someImages(workspace: Workspace): Promise<{ ours: string; forArm: string }> {
  const ran = await workspace.run(['build', 'foundation', '--json']);
  const done = events(ran).find(({ type }) => type === 'image-finished');
  const shown = await workspace.run(['outdated', '--json']);
  const bases = JSON.parse(shown.stdout) as { base: string; newest: string }[];
  return {
    ours: String(done?.['image']),
    forArm: bases.find(({ base }) => base.endsWith('arm64'))?.newest ?? '',
  };
}

describe('--base-ami', () => {
  test('stands below all templates for one run, and leaves the pins alone', async () => {
    const workspace = await makeWorkspace({ ...threeTemplates, 'templates/viz.yaml': 'tests: []\n' });
    const { ours } = await someImages(workspace);
    await workspace.remove('amigraph.lock');
    const given = ['build', 'gromacs', 'viz', '--base-ami', ours, '--json'];
    expect(finished(await workspace.run(given, { CI: 'true' }))).toMatchObject({
      built: ['foundation', 'viz', 'gromacs'],
    });
    const images = JSON.parse((await workspace.run(['list', '--json'])).stdout) as {
      baseImage: string | null;
    }[];
    expect(images.filter(({ baseImage }) => baseImage === ours)).toHaveLength(2);
    expect(finished(await workspace.run(given))).toMatchObject({ built: [] });
    const usual = await workspace.run(['build', 'foundation', '--json']);
    expect(usual.stderr).toMatch(/^pinned in amigraph.lock, to be committed: /);
    expect(finished(usual)).toMatchObject({ reused: ['foundation'] });
  });

  test('that cannot be is refused before anything is begun, each for its own reason', async () => {
    const workspace = await makeWorkspace({ ...threeTemplates, 'templates/viz.yaml': arm });
    const { ours, forArm } = await someImages(workspace);
    const all = (id: string): Promise<string> => refusal(workspace, '--all', '--dry-run', '--base-ami', id);
    expect(await all('ami-123')).toBe(
      'error: --base-ami: ami-123 is not the id of an image\n  cure: it must be like ami-0123456789abcdef0\n',
    );
    expect(await all(none)).toBe(
      `error: --base-ami: there is no ${none} in us-west-2 that this account may use\n  cure: look for it in the other Regions, and copy it to this one (aws ec2 copy-image), or give another one\n`,
    );
    expect(await refusal(workspace, 'namd', '--base-ami', forArm)).toBe(
      `error: --base-ami: ${forArm} is for arm64, and foundation, which would stand on it, for x86_64\n  cure: give one of the same architecture, or build only templates of that one\n`,
    );
    const { ec2 } = await lookInto(workspace.folder);
    await ec2.send(new DisableImageCommand({ ImageId: ours }));
    expect(await all(ours)).toBe(
      `error: --base-ami: ${ours} is disabled, and not available\n  cure: give one that is available, or wait until this one is\n`,
    );
    const fine = await workspace.run(['build', 'viz', '--base-ami', forArm, '--json']);
    expect(finished(fine)).toMatchObject({ built: ['viz'] });
  });
});

describe('a base that cannot be launched is told while the run is planned', () => {
  test('one that is not there, with its place', async () => {
    const viz = { 'templates/viz.yaml': `build: { base: { ami: ${none} } }\n` };
    const workspace = await makeWorkspace({ ...threeTemplates, ...viz });
    expect(await refusal(workspace, '--all', '--dry-run')).toBe(
      [
        `error: there is no ${none} in us-west-2 that this account may use`,
        '  at templates/viz.yaml:1:16',
        `    build: { base: { ami: ${none} } }`,
        '                   ^',
        '  cure: name another image\n',
      ].join('\n'),
    );
    expect(await refusal(workspace, 'viz')).toMatch(/^error: there is no ami-0{17} in us-west-2/);
  });

  test('one of another architecture, and one that is pinned and gone', async () => {
    const workspace = await makeWorkspace({
      ...threeTemplates,
      'templates/viz.yaml': `build: { base: { ssm: ${al2023} }, arch: arm64 }\n`,
    });
    expect(await refusal(workspace, 'viz')).toMatch(
      /^error: (ami-[0-9a-f]{17}) is for x86_64, and viz, which would stand on it, for arm64\n {2}at templates\/viz.yaml:1:16\n.*\n.*\n {2}cure: name a base of the same architecture, or set build.arch\n$/,
    );
    await workspace.write(
      'amigraph.lock',
      `{"version":1,"pins":[{"provider":"sandbox","region":"us-west-2","base":"${al2023}","image":"${none}","pinnedAt":"2026-11-23T12:00:00Z"}]}`,
    );
    expect(await refusal(workspace, 'gromacs')).toBe(
      `error: ${al2023} stands for ${none}: there is no ${none} in us-west-2 that this account may use\n  at amifile.ts\n  cure: if amigraph.lock pins it, move the pin: amigraph update --base '${al2023}'\n`,
    );
  });

  test('an official image that AWS does not publish: those that it does', async () => {
    const official = (os: string, version: string): Record<string, string> => ({
      'templates/viz.yaml': `build: { base: { parallelcluster: ${version}, os: ${os} } }\n`,
    });
    const workspace = await makeWorkspace(official('alinux2023', '3.14.9'));
    const said = await refusal(workspace, 'viz');
    expect(said).toContain(
      'error: AWS publishes no image of parallelcluster 3.14.9 alinux2023 x86_64 in this Region\n  at templates/viz.yaml:1:16\n',
    );
    expect(said).toContain('  cure: for alinux2023 on x86_64 there are: 3.14.0, 3.11.1\n');
    const rocky = await makeWorkspace(official('rocky9', '3.14.0'));
    expect(await refusal(rocky, 'viz')).toContain(
      '  cure: there are none for rocky9 on x86_64; take another os, or make one of your own and name it as { ami: "ami-..." }\n',
    );
  });
});
