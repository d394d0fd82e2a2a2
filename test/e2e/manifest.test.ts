/** The manifest beside the tags: what lacks, what is broken, and what is repaired. */
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { finished } from './rig.ts';
import { allReused, built, manifestKey, manifestText, plan, writeManifest } from './cached-rig.ts';

test('what the manifest does not have is reused by its tags, and entered by manifest repair', async () => {
  const { workspace, cloud, images } = await built();
  const whole = await manifestText(cloud);
  await writeManifest(cloud, '{"version":1,"images":{}}');
  const ran = await workspace.run(['build', '--all', '--dry-run']);
  const all = ['foundation', 'gromacs', 'namd'].map((name) => images[name]).join(', ');
  expect(ran.stderr).toBe(
    `warning: reused by their tags alone, since the manifest does not have them: ${all}\n  cure: to enter what is missing: amigraph manifest repair --region us-west-2\n`,
  );
  const verified = await workspace.run(['manifest', 'verify', '--json']);
  expect(verified.code).toBe(1);
  expect(JSON.parse(verified.stdout)).toMatchObject({ images: 3, differences: [{}, {}, {}] });
  const repaired = await workspace.run(['manifest', 'repair']);
  expect(repaired.stdout).toMatch(/\n3 differences, put right; 3 images by the tags\n$/);
  expect(await workspace.run(['manifest', 'verify'])).toEqual({
    code: 0,
    stdout: 'it says what the tags say: 3 images\n',
    stderr: '',
  });
  const digests = (text: string) => Object.keys((JSON.parse(text) as { images: object }).images).toSorted();
  expect(digests(await manifestText(cloud))).toEqual(digests(whole));
  expect((await workspace.run(['build', '--all', '--dry-run'])).stderr).toBe('');
});

test('with cache.trust "manifest" it is not reused', async () => {
  const { workspace, cloud, images } = await built();
  await workspace.write(
    'amifile.ts',
    "export default { workspace: 'test', cache: { trust: 'manifest' } } as const;\n",
  );
  expect(await plan(workspace, '--all')).toEqual(allReused);
  const { namd = '' } = images;
  const { images: entries, ...rest } = JSON.parse(await manifestText(cloud)) as {
    images: Record<string, { image: string }>;
  };
  const others = Object.entries(entries).filter(([, { image }]) => image !== namd);
  await writeManifest(cloud, JSON.stringify({ ...rest, images: Object.fromEntries(others) }));
  const ran = await workspace.run(['build', '--all', '--dry-run']);
  expect(ran.stderr).toBe(
    `warning: not reused, since the manifest does not have it and cache.trust is "manifest": ${namd}\n  cure: if they are good, enter them: amigraph manifest repair --region us-west-2\n`,
  );
  expect(await plan(workspace, '--all')).toEqual([...allReused.slice(0, 2), 'namd build image-unlisted']);
  // Built under the lease, it is looked for once more: the untrusted one must not do then either.
  expect(finished(await workspace.run(['build', 'namd', '--json']))).toMatchObject({ built: ['namd'] });
  expect(await plan(workspace, '--all')).toEqual(allReused);

  const refused = async (): Promise<string> => {
    const { code, stdout, stderr } = await workspace.run(['build', '--all']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    return stderr;
  };
  const object = `s3://amigraph-sandbox/${manifestKey}`;
  await writeManifest(cloud, '{');
  expect(await refused()).toBe(
    `error: cache.trust is "manifest", and ${object} cannot be used: it is not JSON\n  cure: make it anew from the tags: amigraph manifest repair --region us-west-2\n`,
  );
  await cloud.s3.send(new DeleteObjectCommand({ Bucket: 'amigraph-sandbox', Key: manifestKey }));
  expect(await refused()).toBe(
    `error: cache.trust is "manifest", and ${object} is not there\n  cure: make it anew from the tags: amigraph manifest repair --region us-west-2\n`,
  );
  await workspace.run(['manifest', 'repair']);
  expect(await plan(workspace, '--all')).toEqual(allReused);
});

test('a broken manifest is told, not used, and set aside byte for byte', async () => {
  const { workspace, cloud } = await built();
  const broken = (await manifestText(cloud)).slice(0, -40);
  await writeManifest(cloud, broken);
  const object = `s3://amigraph-sandbox/${manifestKey}`;
  const ran = await workspace.run(['build', '--all']);
  expect(ran.code).toBe(0);
  expect(ran.stderr).toContain(
    `warning: the manifest is not used: ${object}: it is not JSON; the images are found by their tags; to set it aside and make it anew: amigraph manifest repair --region us-west-2\n`,
  );
  const said = `error: ${object} cannot be used: it is not JSON\n  cure: set it aside and make it anew from the tags: amigraph manifest repair --region us-west-2\n`;
  for (const command of ['show', 'verify'])
    expect(await workspace.run(['manifest', command])).toEqual({ code: 1, stdout: '', stderr: said });
  const repaired = await workspace.run(['manifest', 'repair', '--json']);
  const { setAside, differences } = JSON.parse(repaired.stdout) as {
    setAside: string;
    differences: object[];
  };
  expect(differences).toHaveLength(3);
  expect(repaired.stderr).toBe(`${object} could not be used: it is not JSON; it was put at ${setAside}\n`);
  expect(await manifestText(cloud, setAside.replace('s3://amigraph-sandbox/', ''))).toBe(broken);
  expect((await workspace.run(['manifest', 'verify'])).code).toBe(0);
});

test('a manifest of a newer version is left alone by all commands', async () => {
  const { workspace, cloud } = await built();
  await writeManifest(cloud, '{"version":2,"images":[]}');
  const refused = {
    code: 2,
    stdout: '',
    stderr: `error: s3://amigraph-sandbox/${manifestKey}: it has version 2, and this program knows 1\n  cure: use a newer amigraph\n`,
  };
  for (const args of [
    ['build', '--all'],
    ['list'],
    ['describe', 'gromacs'],
    ['manifest', 'show'],
    ['manifest', 'verify'],
    ['manifest', 'repair'],
  ])
    expect(await workspace.run(args)).toEqual(refused);
  expect(await manifestText(cloud)).toBe('{"version":2,"images":[]}');
});
