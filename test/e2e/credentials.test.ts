/** Where credentials and the Region come from, and what is said where they will not do. */
import { chmod } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { lookInto } from './cloud.ts';
import { events, finished, threeTemplates } from './rig.ts';
import { callName, keysOf, wiredWorkspace, type Wired } from './wire-rig.ts';

const staticKeys = { AWS_ACCESS_KEY_ID: 'AKIAENVIRONMENT', AWS_SECRET_ACCESS_KEY: 'any' };

const error = (operation: string, code: string, message: string, more: object = {}): object => ({
  operation,
  times: 'always',
  fault: { kind: 'error', code, status: 403, message },
  ...more,
});

/** The configuration files of a user, as they are in ~/.aws. */
async function withProfiles({ workspace, env }: Wired, config: string): Promise<Record<string, string>> {
  await workspace.write('aws/config', config);
  await workspace.write(
    'aws/credentials',
    '[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = any\n',
  );
  return {
    ...env,
    AWS_CONFIG_FILE: `${workspace.folder}/aws/config`,
    AWS_SHARED_CREDENTIALS_FILE: `${workspace.folder}/aws/credentials`,
  };
}

/** A program that prints new credentials, which are good for so many seconds. */
async function credentialProgram({ workspace }: Wired, seconds: number): Promise<string> {
  await workspace.write(
    'aws/program',
    `#!/bin/sh
cd "${workspace.folder}/aws"
echo >>count
n=$(/usr/bin/wc -l <count)
echo '{"Version":1,"AccessKeyId":"ASIAPROGRAM'$n'","SecretAccessKey":"s","SessionToken":"t","Expiration":"'$(/bin/date -u -d '+${seconds} seconds' +%Y-%m-%dT%H:%M:%SZ)'"}'
`,
  );
  await chmod(`${workspace.folder}/aws/program`, 0o755);
  return `credential_process = ${workspace.folder}/aws/program\n`;
}

test('no credentials: exit code 1, what to do, and nothing was begun', async () => {
  const { workspace, env, requests } = await wiredWorkspace();
  const ran = await workspace.run(['build', '--all'], env);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toBe(
    'error: ssm:GetParameter failed: CredentialsProviderError: Could not load credentials from any providers\n  cure: log in (aws sso login), name a profile (--profile, AWS_PROFILE), or use --provider sandbox\n',
  );
  expect(requests).toEqual([]);
});

test('a profile that is not there', async () => {
  const wired = await wiredWorkspace();
  const env = await withProfiles(wired, '');
  const ran = await wired.workspace.run(['list', '--profile', 'nobody'], env);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toBe(
    'error: ec2:DescribeImages failed: CredentialsProviderError: profile nobody: Could not load credentials from any providers\n  cure: log in (aws sso login), name a profile (--profile, AWS_PROFILE), or use --provider sandbox\n',
  );
});

test('a single sign-on that has to be done again', async () => {
  const wired = await wiredWorkspace();
  const env = await withProfiles(
    wired,
    '[profile s]\nsso_session = x\nsso_account_id = 111122223333\nsso_role_name = hpc\n[sso-session x]\nsso_start_url = https://example.awsapps.com/start\nsso_region = us-east-1\n',
  );
  const ran = await wired.workspace.run(['list', '--profile', 's'], env);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toBe(
    "error: ec2:DescribeImages failed: CredentialsProviderError: profile s: The SSO session token associated with profile=s was not found or is invalid. To refresh this SSO session run 'aws sso login' with the corresponding profile.\n  cure: log in again (aws sso login) and run it again: a build goes on from where it stopped\n",
  );
});

test("the profile of --profile, else the environment's, else the one of amifile.ts", async () => {
  const wired = await wiredWorkspace({
    'amifile.ts': "export default { profile: 'base' };\n",
  });
  const profiles = await withProfiles(wired, `[profile program]\n${await credentialProgram(wired, 3600)}`);
  const keys = async (args: readonly string[], more: Record<string, string>): Promise<string[]> => {
    wired.requests.length = 0;
    expect((await wired.workspace.run(['list', ...args], { ...profiles, ...more })).code).toBe(0);
    return keysOf(wired.requests);
  };
  expect(await keys([], {})).toEqual(['AKIABASE']);
  expect(await keys([], staticKeys)).toEqual(['AKIAENVIRONMENT']);
  expect(await keys([], { AWS_PROFILE: 'program' })).toEqual(['ASIAPROGRAM1']);
  expect(await keys(['--profile', 'program'], staticKeys)).toEqual(['ASIAPROGRAM2']);
});

test('the Region of the profile, where nothing else says one', async () => {
  const wired = await wiredWorkspace();
  const env = await withProfiles(wired, '[profile base]\nregion = eu-west-3\n');
  const regionOf = async (more: Record<string, string>, ...args: string[]): Promise<unknown> => {
    const ran = await wired.workspace.run(['build', '--all', '--json', '--profile', 'base', ...args], {
      ...env,
      ...more,
    });
    return events(ran)[0]?.['region'];
  };
  expect(await regionOf({})).toBe('eu-west-3');
  expect(await regionOf({ AWS_REGION: 'eu-west-2' })).toBe('eu-west-2');
  expect(await regionOf({ AWS_REGION: 'eu-west-2' }, '--region', 'eu-west-1')).toBe('eu-west-1');
});

test('a role that is assumed, by one call for all clients', async () => {
  const wired = await wiredWorkspace();
  const env = await withProfiles(
    wired,
    '[profile ci]\nrole_arn = arn:aws:iam::111122223333:role/ci\nsource_profile = base\n',
  );
  const ran = await wired.workspace.run(['build', '--all', '--profile', 'ci', '--json'], env);
  expect(finished(ran)).toMatchObject({
    built: Object.keys(threeTemplates).map((file) => file.slice(10, -5)),
  });
  expect(wired.requests.filter((request) => callName(request) === 'AssumeRole')).toHaveLength(1);
  expect(keysOf(wired.requests)).toEqual(['AKIABASE', expect.stringMatching(/^ASIA/)]);
});

test('AWS 13: credentials that expire during a build are renewed', async () => {
  const wired = await wiredWorkspace();
  const env = await withProfiles(wired, `[profile p]\n${await credentialProgram(wired, 2)}`);
  const ran = await wired.workspace.run(['build', '--all', '--profile', 'p', '--json'], env);
  expect(finished(ran)).toMatchObject({ failed: [], built: ['foundation', 'gromacs', 'namd'] });
  expect(keysOf(wired.requests).length).toBeGreaterThan(2);
});

test.each([
  [
    'expired',
    'ExpiredTokenException',
    'The security token included in the request is expired',
    'log in again (aws sso login) and run it again: a build goes on from where it stopped',
  ],
  [
    'of nobody, or of a Region that is not enabled',
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
    'are these credentials of this account, and is the Region enabled for it?',
  ],
])('credentials that are %s', async (_what, code, message, cure) => {
  const { workspace, env } = await wiredWorkspace(threeTemplates, [error('ssm:GetParameter', code, message)]);
  const ran = await workspace.run(['build', '--all'], { ...env, ...staticKeys });
  expect(ran.code).toBe(1);
  expect(ran.stderr).toBe(`error: ssm:GetParameter failed: ${code}: ${message}\n  cure: ${cure}\n`);
});

test('credentials that expire for good in a build: it ends with exit code 1, and the next run goes on with its instance', async () => {
  const { workspace, env } = await wiredWorkspace(threeTemplates);
  const faults = JSON.stringify([
    error('*', 'ExpiredToken', 'The provided token has expired.', { skip: 25 }),
  ]);
  await workspace.write('faults.json', faults);
  const inSandbox = { AMIGRAPH_SANDBOX_FAULTS: 'faults.json' };
  const ran = await workspace.run(['build', 'foundation'], inSandbox);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain('The provided token has expired.');
  expect(ran.stderr).toContain('is left to the next run');
  const cloud = await lookInto(workspace.folder);
  const [instance] = await cloud.instances();
  expect(instance).toBe('running');
  const again = await workspace.run(['build', 'foundation', '--json'], { ...env, ...staticKeys });
  expect(finished(again)).toMatchObject({ built: ['foundation'] });
  expect(await cloud.instances()).toEqual(['terminated']);
});

const denied = (action: string, resource: string): string =>
  `You are not authorized to perform this operation. User: arn:aws:iam::111122223333:user/ada is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action. Encoded authorization failure message: ${'x'.repeat(500)}`;

test('what is not allowed is named with its resource, once; nothing is left, and nobody waits for it', async () => {
  const instance = 'arn:aws:ec2:us-west-2:111122223333:instance/*';
  const { workspace, env } = await wiredWorkspace(threeTemplates, [
    error('ec2:RunInstances', 'UnauthorizedOperation', denied('ec2:RunInstances', instance)),
  ]);
  const ran = await workspace.run(['build', 'foundation'], { ...env, ...staticKeys });
  expect(ran.code).toBe(1);
  expect(ran.stderr.match(/RunInstances/g)).toHaveLength(2);
  expect(ran.stderr).toContain(
    `foundation: failed: ec2:RunInstances is not allowed on ${instance} for arn:aws:iam::111122223333:user/ada: no identity-based policy allows the ec2:RunInstances action\n  cure: allow it to whoever runs amigraph: docs/aws-setup.md has the whole policy\n`,
  );
  const leases = await workspace.run(['leases', '--json'], { ...env, ...staticKeys });
  expect(JSON.parse(leases.stdout)).toEqual([]);
  expect(await (await lookInto(workspace.folder)).instances()).toEqual([]);
});

test('where S3 does not say what is not allowed, the object is named all the same', async () => {
  const { workspace, env } = await wiredWorkspace(threeTemplates, [
    error('s3:PutObject', 'AccessDenied', 'Access Denied'),
  ]);
  const ran = await workspace.run(['build', 'foundation'], { ...env, ...staticKeys });
  expect(ran.code).toBe(1);
  expect(ran.stderr).toMatch(
    /foundation: failed: s3:PutObject is not allowed on s3:\/\/amigraph-sandbox\/amigraph\/leases\/us-west-2\/[0-9a-f]{64}\.json: Access Denied\n/,
  );
});
