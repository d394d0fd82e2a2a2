/** What a build left in the sandbox, looked at with the real AWS CLI: `amigraph sandbox serve` is an AWS to other programs too. */
import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { events, finished, makeWorkspace, type Workspace } from '../e2e/rig.ts';

const cli = spawnSync('aws', ['--version'], { encoding: 'utf8' }).stdout?.trim();
if (cli === undefined || cli === '')
  console.warn(
    'SKIPPED: there is no aws in PATH. Install the AWS CLI (Debian: awscli) to have it tried out.',
  );

async function serve(workspace: Workspace): Promise<string> {
  const line = await workspace.start(['sandbox', 'serve']).line(() => true);
  return (JSON.parse(line) as { endpoint: string }).endpoint;
}

/** As a user has it, but for his keys and settings. Its own option: AWS_ENDPOINT_URL is newer than some that are in use. */
const awsAt =
  (endpoint: string, cwd: string) =>
  async (...args: readonly string[]): Promise<unknown> => {
    const env = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
      AWS_CONFIG_FILE: join(cwd, 'none'),
      AWS_SHARED_CREDENTIALS_FILE: join(cwd, 'none'),
      AWS_PAGER: '',
    };
    const common = ['--endpoint-url', endpoint, '--region', 'us-west-2', '--output', 'json'];
    const { stdout } = await promisify(execFile)('aws', [...args, ...common], { cwd, env });
    return JSON.parse(stdout) as unknown;
  };

interface Listed {
  readonly Commands: readonly {
    readonly CommandId: string;
    readonly InstanceIds: readonly string[];
    readonly Comment: string;
    readonly OutputS3BucketName: string;
    readonly OutputS3KeyPrefix: string;
  }[];
}

test.runIf(cli)('the AWS CLI finds images by tag, the manifest, and how a step went', async () => {
  const workspace = await makeWorkspace();
  const { folder } = workspace;
  const built = await workspace.run(['build', '--all', '--json']);
  expect(finished(built)).toMatchObject({ built: ['foundation', 'gromacs', 'namd'], failed: [] });
  const imageOf = (template: string): unknown =>
    events(built).find((one) => one.type === 'image-finished' && one['template'] === template)?.['image'];
  const aws = awsAt(await serve(workspace), folder);

  const filters = ['--owners', 'self', '--filters', 'Name=tag:TemplateName,Values=gromacs,namd'];
  const { Images } = (await aws('ec2', 'describe-images', ...filters)) as { Images: { ImageId: string }[] };
  expect(new Set(Images.map(({ ImageId }) => ImageId))).toEqual(
    new Set([imageOf('gromacs'), imageOf('namd')]),
  );
  expect(Images[0]).toMatchObject({ State: 'available', Architecture: 'x86_64' });

  const object = ['--bucket', 'amigraph-sandbox', '--key', 'amigraph/manifest/us-west-2.json'];
  const got = await aws('s3api', 'get-object', ...object, 'manifest.json');
  const manifest = await readFile(join(folder, 'manifest.json'), 'utf8');
  expect(got).toMatchObject({ ContentType: 'application/json', ContentLength: Buffer.byteLength(manifest) });
  const { images } = JSON.parse(manifest) as { images: Record<string, { template: string; image: string }> };
  expect(Object.values(images).find(({ template }) => template === 'namd')?.image).toBe(imageOf('namd'));

  const { Commands } = (await aws('ssm', 'list-commands')) as Listed;
  const [command] = Commands;
  expect(Commands.length).toBeGreaterThanOrEqual(3);
  if (command === undefined) throw new Error('there is no command');
  const [instance = ''] = command.InstanceIds;
  const invocation = ['--command-id', command.CommandId, '--instance-id', instance];
  expect(await aws('ssm', 'get-command-invocation', ...invocation)).toMatchObject({
    CommandId: command.CommandId,
    InstanceId: instance,
    Comment: command.Comment,
    DocumentName: 'AWS-RunShellScript',
    ResponseCode: 0,
    Status: 'Success',
    StatusDetails: 'Success',
  });
});
