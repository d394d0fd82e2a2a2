/** `list`, `describe` and `manifest show` over images that were built. */
import { CreateTagsCommand, DeleteTagsCommand, DescribeImagesCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { lookInto } from './cloud.ts';
import { makeWorkspace, type Workspace } from './rig.ts';

interface Image {
  readonly image: string;
  readonly template: string;
  readonly digest: string;
  readonly belongsTo: readonly string[];
  readonly stale: boolean | null;
}

async function list(workspace: Workspace, ...args: string[]): Promise<Image[]> {
  const ran = await workspace.run(['list', '--json', ...args]);
  expect(ran.code).toBe(0);
  return JSON.parse(ran.stdout) as Image[];
}

const brief = (images: readonly Image[]): string[] =>
  images.map(({ template, belongsTo, stale }) => `${template} ${belongsTo.join()} ${stale}`).toSorted();

const anyId = expect.stringMatching(/^ami-[0-9a-f]{17}$/);
const anyDigest = expect.stringMatching(/^[0-9a-f]{64}$/);

test('list: the images, newest first, from their tags', async () => {
  const workspace = await makeWorkspace();
  expect(await workspace.run(['list'])).toEqual({
    code: 0,
    stdout: '',
    stderr: 'there are no images in us-west-2 yet; amigraph build --all makes them\n',
  });
  await workspace.run(['build', 'namd']);
  const ran = await workspace.run(['list', '--json']);
  expect(JSON.parse(ran.stdout)).toMatchObject([
    {
      image: anyId,
      template: 'namd',
      digest: anyDigest,
      baseTemplate: 'foundation',
      state: 'available',
      region: 'us-west-2',
    },
    {
      image: anyId,
      template: 'foundation',
      digest: anyDigest,
      baseTemplate: null,
      baseImage: anyId,
      state: 'available',
    },
  ]);
  const table = (await workspace.run(['list'])).stdout.split('\n');
  expect(table[0]).toMatch(
    /^IMAGE +TEMPLATE +HASH +STATE +STANDS ON +REGION +CREATED +AGE +SIZE +BUILT IN +BELONGS TO$/,
  );
  expect(table[1]).toMatch(
    /^ami-\w+ +namd +[0-9a-f]{16} +available +foundation +us-west-2 +\d{4}-\d\d-\d\d \d\d:\d\d UTC +\d+ s +100 GiB +\d+\.\d s +namd$/,
  );
});

test('list: images with damaged tags are shown, and named in a warning', async () => {
  const workspace = await makeWorkspace({
    'templates/a.yaml': 'tests: []\n',
    'templates/b.yaml': 'tests: ["true"]\n',
  });
  await workspace.run(['build', '--all']);
  const { ec2 } = await lookInto(workspace.folder);
  const idOf = async (name: string): Promise<string> => {
    const Filters = [{ Name: 'tag:TemplateName', Values: [name] }];
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Filters }));
    return Images[0]?.ImageId ?? '';
  };
  const [a, b] = [await idOf('a'), await idOf('b')];
  await ec2.send(
    new CreateTagsCommand({ Resources: [a], Tags: [{ Key: 'TemplateDigest', Value: 'spoilt' }] }),
  );
  const kept = new Set(['ManagedBy']);
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [b] }));
  const Tags = (Images[0]?.Tags ?? []).filter(({ Key = '' }) => !kept.has(Key)).map(({ Key }) => ({ Key }));
  await ec2.send(new DeleteTagsCommand({ Resources: [b], Tags }));

  const ran = await workspace.run(['list']);
  expect(ran.code).toBe(0);
  for (const id of [a, b]) {
    expect(ran.stderr).toContain(
      `warning: the tags TemplateDigest and TemplateHash of ${id} are missing or do not fit: it is not reused\n` +
        '  cure: restore them, or deregister it if nothing needs it\n',
    );
  }
  const rows = ran.stdout.split('\n').map((line) => line.split(/ {2,}/));
  expect(rows.find(([id]) => id === a)?.slice(1, 4)).toEqual(['a', '-', 'available']);
  expect(rows.find(([id]) => id === b)?.slice(1, 6)).toEqual(['-', '-', 'available', '-', '-']);
  const images = await list(workspace);
  expect(images.find((one) => one.image === b)).toMatchObject({ template: null, hash: null, digest: null });
});

test('an image is stale once no template has its digest', async () => {
  const workspace = await makeWorkspace();
  expect((await workspace.run(['list'])).stderr).toBe(
    'there are no images in us-west-2 yet; amigraph build --all makes them\n',
  );
  await workspace.run(['build', '--all']);
  expect(brief(await list(workspace))).toEqual([
    'foundation foundation false',
    'gromacs gromacs false',
    'namd namd false',
  ]);
  await workspace.write('templates/namd.yaml', 'extends: foundation.yaml\ntests: [x]\n');
  expect(brief(await list(workspace, '--stale'))).toEqual(['namd  true']);
  await workspace.write('templates/broken.yaml', 'x: [');
  await workspace.write('templates/broken-too.yaml', 'extends: broken.yaml');
  expect(brief(await list(workspace, '--template', 'namd'))).toEqual(['namd  null']);
  expect((await workspace.run(['list'])).stderr).toContain(
    'warning: the digests of the templates are not all known: YAML: unexpected end of the stream within a flow collection (templates/broken.yaml:1:5), and 1 more error\n',
  );
});

test('filters', async () => {
  const workspace = await makeWorkspace();
  await workspace.run(['build', '--all']);
  const count = async (...args: string[]): Promise<number> => (await list(workspace, ...args)).length;
  expect(await count('--template', 'n*')).toBe(1);
  expect(await count('--state', 'available', '--workspace', 'test')).toBe(3);
  expect(await count('--state', 'failed')).toBe(0);
  expect(await count('--workspace', 'other')).toBe(0);
  expect(await count('--older-than', '1d')).toBe(0);
  expect(await count('--newer-than', '1d')).toBe(3);
  expect((await workspace.run(['list', '--stale'])).stderr).toBe('none of the 3 images in us-west-2 fits\n');
  expect(await workspace.run(['list', '--template', 'gromax'])).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'error: there is neither a template nor an image of one that is called gromax\n  cure: did you mean gromacs?\n',
  });
  expect(await workspace.run(['list', '--older-than', 'long'])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'error: --older-than long: must be like 45m, 12h, 30d or 8w\n',
  });
  expect((await workspace.run(['list', '--template', ''])).stderr).toBe(
    'error: --template is empty, and fits no template\n',
  );
  expect((await workspace.run(['list', '--state', 'good'])).stderr).toBe(
    'error: --state good: must be one of pending, available, invalid, deregistered, transient, failed, error, disabled, unseen\n',
  );
});

test('describe finds an image by its id, its template and how its digest begins', async () => {
  const workspace = await makeWorkspace();
  await workspace.run(['build', '--all']);
  const gromacs = (await list(workspace)).find(({ template }) => template === 'gromacs');
  if (gromacs === undefined) throw new Error('not built');
  const { image, digest } = gromacs;
  const described = await workspace.run(['describe', 'gromacs']);
  expect(described).toMatchObject({ code: 0, stderr: '' });
  expect(described.stdout).toMatch(new RegExp(`^${image}\n  template    gromacs\n  digest      ${digest}\n`));
  expect(described.stdout).toMatch(
    /\n\nPackages, from itself down to the base image\n {2}gromacs [0-9a-f]{16}\n {4}gromacs@2023.1\+mpi\n {2}foundation [0-9a-f]{16}\n {4}gcc@13.2.0\n {4}cmake@3.27.0\n {2}ami-[0-9a-f]+, the base image\n$/,
  );
  const withoutAge = (text: string): string => text.replace(/, \d+ s ago/, '');
  for (const word of [image, digest.slice(0, 12), digest]) {
    const { stdout } = await workspace.run(['describe', word]);
    expect(withoutAge(stdout)).toBe(withoutAge(described.stdout));
  }
});

test('describe shows what an old image was made of, though its template is gone', async () => {
  const workspace = await makeWorkspace();
  await workspace.run(['build', 'gromacs']);
  await workspace.remove('templates/gromacs.yaml');
  await workspace.write('templates/foundation.yaml', 'tests: [x]\n');
  const { stdout } = await workspace.run(['describe', 'gromacs', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    template: 'gromacs',
    stale: true,
    chain: [
      { template: 'gromacs', packages: ['gromacs@2023.1+mpi'] },
      { template: 'foundation', packages: ['gcc@13.2.0', 'cmake@3.27.0'] },
    ],
  });
});

test('describe of a template shows what a build reuses, whatever its tags call it', async () => {
  const workspace = await makeWorkspace({ 'templates/a.yaml': 'tests: [x]\n' });
  await workspace.run(['build', 'a']);
  await workspace.write('templates/b.yaml', 'tests: [x]\n');
  const [image] = await list(workspace);
  const { stdout } = await workspace.run(['describe', 'b', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ image: image?.image, template: 'a', belongsTo: ['a', 'b'] });
});

test('describe says what it cannot find', async () => {
  const workspace = await makeWorkspace();
  await workspace.run(['build', 'namd']);
  const said = async (...words: string[]) => {
    const { code, stdout, stderr } = await workspace.run(['describe', ...words]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    return stderr;
  };
  expect(await said('gromacs')).toBe(
    'error: gromacs has no image in us-west-2\n  cure: make one: amigraph build gromacs\n',
  );
  expect(await said('nam')).toBe(
    'error: nam is no image, no template that has one, and not how a digest of one begins, with 4 digits or more\n  cure: did you mean namd?\n',
  );
  expect(await said('ami-00000000000000000')).toBe(
    'error: there is no image ami-00000000000000000 of ours in us-west-2\n  cure: amigraph list shows those that there are\n',
  );
  expect(await said()).toBe(
    'error: amigraph describe needs more words\n  cure: say amigraph describe IMAGE\n',
  );
});

test('two digests that begin alike are told apart by more of them', async () => {
  const workspace = await makeWorkspace();
  await workspace.run(['build', '--all']);
  const images = await list(workspace);
  const cloud = await lookInto(workspace.folder);
  for (const [at, { image }] of images.slice(0, 2).entries()) {
    const digest = `abcd${at}`.padEnd(64, '0');
    const tags = { TemplateDigest: digest, TemplateHash: digest.slice(0, 16) };
    await cloud.ec2.send(
      new CreateTagsCommand({
        Resources: [image],
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    );
  }
  const { code, stderr } = await workspace.run(['describe', 'abcd']);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^error: 2 digests of images begin with abcd: abcd[01]0{11}, abcd[01]0{11}\n {2}cure: give more of it\n$/,
  );
  expect((await workspace.run(['describe', 'abcd1', '--json'])).code).toBe(0);
});

test('manifest show: what is remembered of each image', async () => {
  const workspace = await makeWorkspace();
  const none = await workspace.run(['manifest', 'show', '--json']);
  expect(none.stderr).toBe(
    'there is no s3://amigraph-sandbox/amigraph/manifest/us-west-2.json yet: the first build makes it\n',
  );
  expect(JSON.parse(none.stdout)).toMatchObject({ version: 1, images: [] });
  await workspace.run(['build', 'foundation']);
  const shown = await workspace.run(['manifest', 'show']);
  expect(shown).toMatchObject({ code: 0, stderr: '' });
  expect(shown.stdout).toMatch(
    /^TEMPLATE +IMAGE +HASH +BUILT +IN +BY\nfoundation +ami-[0-9a-f]{17} +[0-9a-f]{16} .* UTC .* s +\S+@\S+\n$/,
  );
});

test('without the bucket the images are listed all the same', async () => {
  const workspace = await makeWorkspace();
  await workspace.run(['build', 'foundation']);
  const fault = { kind: 'error', code: 'AccessDenied', status: 403, message: 'no' };
  await workspace.write(
    'faults.json',
    JSON.stringify([{ operation: 's3:GetObject', skip: 0, times: 100, fault }]),
  );
  const ran = await workspace.run(['list', '--json'], { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' });
  expect(ran.code).toBe(0);
  expect(JSON.parse(ran.stdout)).toMatchObject([{ template: 'foundation', durationMs: null }]);
  expect(ran.stderr).toBe(
    'warning: s3://amigraph-sandbox/amigraph/manifest/us-west-2.json could not be read: s3:GetObject is not allowed on s3://amigraph-sandbox/amigraph/manifest/us-west-2.json: no\n  cure: how long builds took and who did them is not shown\n',
  );
});
