/** What is reused and what is not: states of images, the manifest, and what the command line says about it. */
import {
  CreateTagsCommand,
  DeregisterImageCommand,
  DisableImageCommand,
  EnableImageCommand,
} from '@aws-sdk/client-ec2';
import { access } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { lookInto } from './cloud.ts';
import { finished, makeWorkspace, threeTemplates } from './rig.ts';
import { allReused, built, imagesOf, plan } from './cached-rig.ts';

test('AWS 16: a disabled image is not reused, with its cure, and is again when it is enabled', async () => {
  const { workspace, cloud, images } = await built();
  const { gromacs = '' } = images;
  await cloud.ec2.send(new DisableImageCommand({ ImageId: gromacs }));
  const { stderr } = await workspace.run(['build', 'gromacs', '--dry-run']);
  expect(stderr).toBe(
    `warning: ${gromacs} has a wanted digest, but is disabled\n  cure: to have it reused, enable it: aws ec2 enable-image --region us-west-2 --image-id ${gromacs}\n`,
  );
  expect(await plan(workspace, 'gromacs')).toEqual(['foundation reuse hit', 'gromacs build image-unusable']);
  await cloud.ec2.send(new EnableImageCommand({ ImageId: gromacs }));
  expect(await plan(workspace, '--all')).toEqual(allReused);
});

test('tags that tell another parent make an image no hit', async () => {
  const { workspace, cloud, images } = await built();
  const { gromacs = '' } = images;
  const tags = [{ Key: 'BaseTemplate', Value: 'elsewhere' }];
  await cloud.ec2.send(new CreateTagsCommand({ Resources: [gromacs], Tags: tags }));
  const { stderr, stdout } = await workspace.run(['build', 'gromacs', '--dry-run']);
  expect(stderr).toBe(
    `warning: ${gromacs} has a wanted digest, but its tags say that it stands on elsewhere, not on foundation\n  cure: it is not reused; deregister it if nothing needs it\n`,
  );
  expect(stdout).toContain(`${gromacs} has this digest, but stands on elsewhere, not foundation\n`);
});

test('an image that is not ours is never reused', async () => {
  const { workspace, cloud, images } = await built();
  const { namd = '' } = images;
  await cloud.ec2.send(
    new CreateTagsCommand({ Resources: [namd], Tags: [{ Key: 'ManagedBy', Value: 'packer' }] }),
  );
  const { stderr } = await workspace.run(['build', '--all', '--dry-run']);
  expect(stderr).toContain(
    `warning: ${namd} has the hash of a wanted digest, but not the tag ManagedBy=amigraph: it is not reused\n`,
  );
  expect(await plan(workspace, '--all')).toContain('namd build image-gone');
});

test('a deleted image is built on next use; a deleted parent only when something must be built on it', async () => {
  const { workspace, cloud, images } = await built();
  const { foundation = '', gromacs = '' } = images;
  await cloud.ec2.send(new DeregisterImageCommand({ ImageId: foundation }));
  const all = await workspace.run(['build', '--all', '--json']);
  expect(finished(all)).toMatchObject({ built: [], reused: ['gromacs', 'namd'] });
  expect(all.stdout).toContain(
    'not built, since all that stands on it is there: foundation; to build one all the same, name it: amigraph build foundation',
  );
  expect(await plan(workspace, 'foundation')).toEqual(['foundation build image-gone']);
  expect(await plan(workspace, 'foundation+')).toEqual([
    'foundation build image-gone',
    ...allReused.slice(1),
  ]);
  expect(await plan(workspace, 'found*+')).toEqual(allReused.slice(1));
  await cloud.ec2.send(new DeregisterImageCommand({ ImageId: gromacs }));
  const both = await workspace.run(['build', '--all', '--json']);
  expect(finished(both)).toMatchObject({ built: ['foundation', 'gromacs'], reused: ['namd'] });
});

test('--rebuild builds the named ones anew and says what stays; the next run reuses the new image', async () => {
  const { workspace, images } = await built();
  const ran = await workspace.run(['build', '--rebuild', 'foundation']);
  expect(ran.code).toBe(0);
  expect(ran.stderr).toContain(
    'warning: foundation is built anew, and what stands on its image of before is kept: gromacs, namd; to build that anew too: amigraph build --rebuild foundation+\n',
  );
  const after = await imagesOf(workspace);
  expect(after['foundation']).not.toBe(images['foundation']);
  expect(after).toMatchObject({ gromacs: images['gromacs'], namd: images['namd'] });
  const next = await workspace.run(['build', '--all']);
  expect(next.stdout).toContain(`foundation  reused  ${after['foundation']}\n`);
});

test.each(['--rebuild-base', '--no-cache'])('%s builds the whole chain anew', async (flag) => {
  const { workspace } = await built();
  expect(await plan(workspace, flag, 'gromacs')).toEqual([
    'foundation build rebuild',
    'gromacs build rebuild',
  ]);
  const ran = await workspace.run(['build', flag, 'gromacs', '--json']);
  expect(finished(ran)).toMatchObject({ built: ['foundation', 'gromacs'], failed: [] });
});

test('--cache=r reuses what is there, builds nothing and writes nothing', async () => {
  const { workspace, cloud } = await built();
  expect(finished(await workspace.run(['build', '--all', '--cache=r', '--json']))).toMatchObject({
    reused: ['foundation', 'gromacs', 'namd'],
  });
  await workspace.write('templates/foundation.yaml', 'software: { spack_packages: [gcc@14.1.0] }\n');
  const before = [await cloud.instances(), await cloud.store.list('')];
  const ran = await workspace.run(['build', '--all', '--cache=r']);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain('foundation: failed: not built: with --cache=r the cache is only read\n');
  expect(ran.stderr).toContain('gromacs: skipped: foundation failed\n');
  expect([await cloud.instances(), await cloud.store.list('')]).toEqual(before);

  await workspace.remove('amigraph.lock');
  const planned = await workspace.run(['build', '--all', '--cache=r', '--dry-run', '--json']);
  expect(planned).toMatchObject({
    code: 1,
    stderr: 'with --cache=r none is built: foundation, gromacs, namd\n',
  });
  await workspace.run(['build', '--all', '--cache=r']);
  await expect(access(`${workspace.folder}/amigraph.lock`)).rejects.toThrow('ENOENT');
});

test.each<[readonly string[], string]>([
  [['--cache=x'], '--cache x: must be r or rw\n  cure: give it another value, or leave it out'],
  [
    ['--cache=r', '--rebuild'],
    '--cache=r builds nothing, so that nothing can be rebuilt\n  cure: leave one of them out',
  ],
])('build --all %j is wrong', async (flags, message) => {
  const workspace = await makeWorkspace();
  const ran = await workspace.run(['build', '--all', ...flags]);
  expect(ran).toEqual({ code: 2, stdout: '', stderr: `error: ${message}\n` });
});

test('a service that fails to the end is told with what was tried, and nothing is begun', async () => {
  const workspace = await makeWorkspace();
  const fault = { kind: 'error', code: 'InternalError', status: 500, message: 'busy' };
  await workspace.write(
    'faults.json',
    JSON.stringify([{ operation: 'ec2:DescribeImages', skip: 0, times: 100, fault }]),
  );
  const env = { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' };
  const ran = await workspace.run(['build', '--all', '--json'], env);
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toMatch(
    /^error: ec2:DescribeImages failed: InternalError: busy \(tried 6 times, with \d+\.\d s of waiting in between\)\n$/,
  );
  const cloud = await lookInto(workspace.folder);
  expect(await cloud.instances()).toEqual([]);
});

test('a parent that gets another name changes nothing', async () => {
  const { workspace } = await built();
  await workspace.write('templates/ground.yaml', threeTemplates['templates/foundation.yaml'] ?? '');
  await workspace.remove('templates/foundation.yaml');
  for (const name of ['gromacs', 'namd']) {
    const text = threeTemplates[`templates/${name}.yaml`] ?? '';
    await workspace.write(`templates/${name}.yaml`, text.replace('foundation.yaml', 'ground.yaml'));
  }
  expect(await plan(workspace, '--all')).toEqual(['ground reuse hit', 'gromacs reuse hit', 'namd reuse hit']);
  expect(await plan(workspace, 'namd')).toEqual(['namd reuse hit']);
});
