/** `amigraph doctor` where all is well, where nothing is, and where it is interrupted. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { Wire } from '../../src/core/wire.ts';
import { bucket, clinic, goodBuilder, numbered } from './doctor-rig.ts';
import { makeWorkspace } from './rig.ts';

const node = process.versions.node;
const base = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
const noGit =
  'warning  git                   there is no git on PATH, and what is affected is told from git\n' +
  '                               cure: install git, or name what to build; only affected and --affected need it\n';

test('in the sandbox there is little to check, and it says how AWS is checked', async () => {
  const workspace = await makeWorkspace();
  expect(await workspace.run(['doctor'])).toEqual({
    code: 0,
    stdout:
      'test: sandbox, us-west-2\n' +
      `ok       Node                  ${node}; 20.19 or newer is needed\n${noGit}` +
      `ok       sandbox               ${workspace.folder}/.amigraph/sandbox can be used\n` +
      'warning  bubblewrap            not installed, or not allowed here: steps of the sandbox are simulated\n' +
      '                               cure: install bubblewrap; AWS does not need it\n' +
      '4 checks: 2 warnings\n',
    stderr: 'this is the sandbox; an AWS account is checked with: amigraph doctor --provider aws\n',
  });
});

test('in a repository, and with git', async () => {
  const workspace = await makeWorkspace();
  const { PATH = '' } = process.env;
  const inNone = await workspace.run(['doctor'], { PATH });
  expect(inNone.stdout).toContain(
    `warning  git                   ${workspace.folder} is in no git repository\n` +
      '                               cure: run it in a clone of one, or name what to build; only affected and --affected need it\n',
  );
});

test('an account as docs/aws-setup.md makes it; nothing is left of the check', async () => {
  const { workspace, env, configure, left } = await clinic();
  await configure(goodBuilder);
  const { stdout, ...rest } = await workspace.run(['doctor'], env);
  expect(rest).toEqual({ code: 0, stderr: '' });
  const image = /ami-[0-9a-f]{17}/.exec(stdout)?.[0];
  expect(stdout).toBe(
    `test: aws at ${env['AWS_ENDPOINT_URL']}, us-west-2\n` +
      `ok       Node                  ${node}; 20.19 or newer is needed\n${noGit}` +
      'ok       credentials           arn:aws:iam::000000000000:user/sandbox, account 000000000000\n' +
      'ok       Region                us-west-2 is enabled for the account\n' +
      `ok       bucket                ${bucket} in us-west-2\n` +
      'ok       conditional writes    If-None-Match and If-Match are honoured; so are conditional deletes\n' +
      'ok       versioning            on: a manifest that was overwritten can be had back\n' +
      'ok       plain HTTP            refused by the policy of the bucket\n' +
      'ok       public access         blocked\n' +
      'ok       encryption            AES256 by default\n' +
      `ok       base image            ${base} is ${image}\n` +
      'ok       instance type         c6a.4xlarge, 16 vCPUs, x86_64\n' +
      `ok       subnet                ${numbered('subnet', 1)} in us-west-2a, ${numbered('vpc', 0)}, 4091 free addresses\n` +
      `ok       way to SSM            from ${numbered('subnet', 1)} through a NAT gateway\n` +
      `ok       security groups       ${numbered('sg', 4)}; nobody is let in\n` +
      'ok       launch                EC2 would accept it (tried with DryRun)\n' +
      'ok       instance profile      amigraph-build: EC2 knows it, and the caller may pass its role\n' +
      'ok       SSM                   answers\n' +
      'ok       vCPU quota            10 builds at a time need 160 vCPUs; 256 are allowed on demand, for all that runs in the Region\n' +
      '19 checks: 1 warning\n',
  );
  expect(await left()).toEqual({ keys: [], instances: 0 });
});

test('as JSON', async () => {
  const { workspace, env, configure } = await clinic();
  await configure(goodBuilder);
  const { stdout } = await workspace.run(['doctor', '--json'], env);
  const answer = JSON.parse(stdout) as { checks: object[] };
  expect(answer).toMatchObject({ provider: 'aws', region: 'us-west-2', bucket });
  expect(answer.checks.slice(0, 2)).toEqual([
    { what: 'Node', result: 'ok', says: `${node}; 20.19 or newer is needed`, cure: null },
    {
      what: 'git',
      result: 'warning',
      says: 'there is no git on PATH, and what is affected is told from git',
      cure: 'install git, or name what to build; only affected and --affected need it',
    },
  ]);
});

test('a bucket that is not set is a line among the others, and so is one that is not there', async () => {
  const { workspace, env, configure } = await clinic();
  await configure(goodBuilder);
  const run = (AMIGRAPH_BUCKET: string) => workspace.run(['doctor'], { ...env, AMIGRAPH_BUCKET });
  const unset = await run('');
  expect({ code: unset.code, stderr: unset.stderr }).toEqual({ code: 1, stderr: '' });
  expect(unset.stdout).toContain(
    'failed   bucket                none is set\n' +
      '                               cure: set bucket in amifile.ts, or AMIGRAPH_BUCKET, to an S3 bucket of yours (docs/aws-setup.yaml makes such a bucket)\n' +
      'ok       base image ',
  );
  expect(unset.stdout).toMatch(/\n14 checks: 1 failed, 1 warning\n$/);
  const absent = await run('not-there');
  expect(absent.code).toBe(1);
  expect(absent.stdout).toContain(
    'failed   bucket                there is no bucket not-there\n' +
      '                               cure: make it (docs/aws-setup.yaml makes such a bucket), or set bucket to one of yours\n' +
      'ok       base image ',
  );
});

test('a wrong amifile.ts is exit code 2', async () => {
  const workspace = await makeWorkspace({ 'amifile.ts': 'export default { provider: "cloud" };\n' });
  const { code, stdout } = await workspace.run(['doctor']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

test('where nothing listens, each line says so', async () => {
  const { workspace, env } = await clinic();
  const nowhere = { ...env, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
  const { code, stdout, stderr } = await workspace.run(['doctor', '--json'], nowhere);
  const { checks } = JSON.parse(stdout) as { checks: { result: string; says: string; cure: string }[] };
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  const failed = checks.filter(({ result }) => result === 'failed');
  expect(failed.map(({ cure }) => cure)).toEqual(
    failed.map(() => 'nothing listens there: is AWS_ENDPOINT_URL right, and amigraph sandbox serve running?'),
  );
  expect(failed[0]?.says).toContain(
    'sts:GetCallerIdentity failed: ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:1',
  );
});

test('Ctrl-C ends it; the scratch object is removed all the same', async () => {
  let halfway = (): void => {};
  const held = new Promise<void>((resolve) => (halfway = resolve));
  let writes = 0;
  let go = (): void => {};
  const interrupted = new Promise<void>((resolve) => (go = resolve));
  const before =
    (wire: Wire): Wire =>
    async (request) => {
      if (request.method === 'PUT' && (writes += 1) === 2) {
        halfway();
        await interrupted;
      }
      return wire(request);
    };
  const { workspace, env, configure, left } = await clinic({ before });
  await configure(goodBuilder);
  const running = workspace.start(['doctor'], env);
  await held;
  expect((await left()).keys).toHaveLength(1);
  running.child.kill('SIGINT');
  await once(running.child.stderr ?? running.child, 'data');
  go();
  const { code, stderr } = await running.ended;
  expect({ code, stderr }).toEqual({ code: 130, stderr: 'interrupted\n' });
  expect(await left()).toEqual({ keys: [], instances: 0 });
  expect(writes).toBe(2);
});
