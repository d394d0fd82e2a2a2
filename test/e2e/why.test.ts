/** Why an image is reused or would be built: compared with the newest image, up to the template that was changed. */
import { DeregisterImageCommand } from '@aws-sdk/client-ec2';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { lookInto } from './cloud.ts';
import { events, makeWorkspace, threeTemplates, type Workspace } from './rig.ts';

/** Without what differs from run to run. */
const steady = (text: string): string =>
  text
    .replaceAll(/ami-[0-9a-f]{17}/g, 'AMI')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC by \S+ in [\d.]+ m?s/g, 'DATE by WHOM in TIME')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'DATE')
    .replaceAll(/\d{8}-\d{4}-[0-9a-f]{8}-[0-9a-f]{6}/g, 'BUILD');

/** What `why` says before it lists what the digest is made of. */
async function why(workspace: Workspace, name: string): Promise<string> {
  const ran = await workspace.run(['why', name]);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return steady(ran.stdout.split('\n\n')[0] ?? '');
}

async function built(files = threeTemplates): Promise<Workspace> {
  const workspace = await makeWorkspace(files);
  expect(await workspace.run(['build', '--all'])).toMatchObject({ code: 0 });
  return workspace;
}

const foundation = (gcc: string): string =>
  `software:\n  spack_packages: [${gcc}, cmake@3.27.0]\ntests: [gcc --version]\n`;

test('an image that was never built', async () => {
  const workspace = await makeWorkspace();
  expect(await why(workspace, 'gromacs')).toBe('gromacs would be built: no image has this digest.');
});

test('a hit: which image, when, by whom and in what time, and what its digest is made of', async () => {
  const workspace = await built();
  const { stdout } = await workspace.run(['why', 'foundation']);
  const [answer, digest] = steady(stdout).split('\n\n');
  expect(answer).toBe('foundation is up to date.\n  AMI was made DATE by WHOM in TIME (build BUILD)');
  expect(digest?.replaceAll(/[0-9a-f]{16,}/g, 'DIGEST')).toBe(`Its digest DIGEST is made of
  format 1
  base image AMI
  architecture x86_64
  volume 100 GiB
  package gcc@13.2.0
  package cmake@3.27.0
  test gcc --version
  step bootstrap: script DIGEST
  step package gcc@13.2.0: script DIGEST "gcc@13.2.0"
  step package cmake@3.27.0: script DIGEST "cmake@3.27.0"
  step test 1: script DIGEST "gcc --version"
  step clean-up: script DIGEST
`);
});

test('a changed ancestor: the change, its place, and what else is built for it', async () => {
  const workspace = await built();
  await workspace.write('templates/foundation.yaml', foundation('gcc@14.3.0'));
  expect(await why(workspace, 'gromacs')).toBe(`gromacs would be built: it has changed since its newest image.
  AMI was made DATE by WHOM in TIME (build BUILD)
  foundation changed: gcc@13.2.0 -> gcc@14.3.0 (templates/foundation.yaml:2)
That also builds foundation, namd.`);
  expect(await why(workspace, 'foundation')).toContain(
    '\n  gcc@13.2.0 -> gcc@14.3.0 (templates/foundation.yaml:2)\n',
  );
});

test('a script that several steps run is told once', async () => {
  const workspace = await built();
  await workspace.write('scripts/install-package.sh', '#!/bin/bash\ntrue\n');
  expect(await why(workspace, 'namd')).toContain('\n  scripts/install-package.sh changed\n');
});

test('an image that was removed', async () => {
  const workspace = await built();
  const cloud = await lookInto(workspace.folder);
  const { stdout } = await workspace.run(['list', '--json']);
  const images = JSON.parse(stdout) as { image: string; template: string }[];
  const gromacs = images.find(({ template }) => template === 'gromacs')?.image;
  await cloud.ec2.send(new DeregisterImageCommand({ ImageId: gromacs }));
  expect(await why(workspace, 'gromacs')).toBe(
    'gromacs would be built: AMI, which had this digest, is gone or has lost its tags (made DATE).',
  );
});

test('a recipe that was not kept, or is not what its digest says', async () => {
  const workspace = await built();
  const { store } = await lookInto(workspace.folder);
  const keys = await store.list('amigraph/fingerprints/');
  if (!keys.ok) throw new Error('not listed');
  expect(keys.value).toHaveLength(3);
  for (const key of keys.value) {
    const object = await store.get(key);
    if (!object.ok || object.value?.text == null) throw new Error('not read');
    const { text, etag } = object.value;
    await store.put(key, text.replace('gcc@13.2.0', 'gcc@0'), { etag });
  }
  await workspace.write('templates/foundation.yaml', foundation('gcc@14.3.0'));
  expect(await why(workspace, 'foundation')).toContain('\n  what its recipe was is not known\n');
});

test('another workspace in the same bucket has images of its own', async () => {
  const workspace = await built();
  await workspace.write('templates/foundation.yaml', foundation('gcc@14.3.0'));
  await workspace.write(
    'amifile.ts',
    "import { defineConfig } from 'amigraph';\nexport default defineConfig({ workspace: 'other' });\n",
  );
  expect(await why(workspace, 'gromacs')).toBe('gromacs would be built: no image has this digest.');
});

test('--json', async () => {
  const workspace = await built();
  await workspace.write(
    'templates/gromacs.yaml',
    `${threeTemplates['templates/gromacs.yaml']}tests: [gmx]\n`,
  );
  const { code, stdout } = await workspace.run(['why', 'gromacs', '--json']);
  const text = expect.any(String) as string;
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    {
      template: 'gromacs',
      digest: text,
      action: 'build',
      reason: {
        kind: 'changed',
        image: text,
        createdAt: text,
        changes: [
          {
            kind: 'added',
            template: 'gromacs',
            part: 'test',
            name: 'gmx',
            from: null,
            to: 'gmx',
            file: 'templates/gromacs.yaml',
            line: 4,
          },
        ],
      },
      image: { image: text, createdAt: text, buildId: text, builtBy: text, durationMs: expect.any(Number) },
      builtWith: [],
      parts: expect.arrayContaining([{ part: 'test', value: 'gmx' }]),
    },
  ]);
});

test('the plan of build says it in a line', async () => {
  const workspace = await built();
  await workspace.write('templates/foundation.yaml', foundation('gcc@14.3.0'));
  const dry = await workspace.run(['build', '--all', '--dry-run']);
  expect(dry.stdout).toContain('  gcc@13.2.0 -> gcc@14.3.0 (templates/foundation.yaml:2)\n');
  expect(dry.stdout).toContain(
    '  foundation changed: gcc@13.2.0 -> gcc@14.3.0 (templates/foundation.yaml:2)\n',
  );
  const build = await workspace.run(['build', 'gromacs', '--json']);
  const plan = events(build).find(({ type }) => type === 'plan');
  expect(plan).toMatchObject({
    actions: [
      { reason: { kind: 'changed', changes: [{ part: 'package', name: 'gcc' }] } },
      { template: 'gromacs' },
    ],
  });
});

test('wrong words', async () => {
  const workspace = await makeWorkspace();
  expect(await workspace.run(['why'])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'error: amigraph why needs more words\n  cure: say amigraph why NAME\n',
  });
  expect(await workspace.run(['why', 'gromacs', 'namd'])).toMatchObject({
    code: 2,
    stderr: 'error: amigraph why takes no "namd"\n  cure: amigraph why --help shows what it takes\n',
  });
  expect(await workspace.run(['why', 'gromac'])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('gromacs') as string,
  });
});

test('a manifest that cannot be used is told of', async () => {
  const workspace = await built();
  const { s3 } = await lookInto(workspace.folder);
  const Key = 'amigraph/manifest/us-west-2.json';
  await s3.send(new PutObjectCommand({ Bucket: 'amigraph-sandbox', Key, Body: 'junk' }));
  const ran = await workspace.run(['why', 'gromacs']);
  expect(ran.stdout).toMatch(/^gromacs is up to date\.\n {2}ami-\w+ was made [^b]+\(build/);
  expect(ran).toMatchObject({
    code: 0,
    stderr:
      `warning: the manifest is not used: s3://amigraph-sandbox/${Key}: it is not JSON\n` +
      '  cure: the images are found by their tags; to set it aside and make it anew: amigraph manifest repair --region us-west-2\n',
  });
});
