/** `amigraph doctor` where AWS says no, and where a store is none to trust. */
import { expect, test } from 'vitest';
import type { Wire } from '../../src/core/wire.ts';
import { bucket, clinic, goodBuilder } from './doctor-rig.ts';

const allow = (action: string): string =>
  `[allow the caller ${action}: docs/aws-setup.md has the whole policy]`;

test('a caller that may do nothing: a line for each question, each with the action that it needs', async () => {
  const denied = [
    'ec2:DescribeRegions',
    'ec2:DescribeInstanceTypes',
    'ec2:DescribeSubnets',
    'ec2:DescribeSecurityGroups',
    'ec2:RunInstances',
  ].map((operation) => [operation, 'UnauthorizedOperation'] as const);
  const { run, left } = await clinic({
    refused: [
      ...denied,
      ['s3:*', 'AccessDenied'],
      ['ssm:DescribeInstanceInformation', 'AccessDeniedException'],
      ['servicequotas:GetServiceQuota', 'AccessDeniedException'],
    ],
  });
  const { code, line, stderr } = await run();
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  const no = (action: string, of = ''): string =>
    `${action} is not allowed${of}: you may not ${allow(action)}`;
  const expected = {
    Region: `failed: ${no('ec2:DescribeRegions')}`,
    bucket: `failed: s3:ListBucket is not allowed: it is of another account, or the caller may not list it ${allow('s3:ListBucket')}`,
    'conditional writes': expect.stringMatching(
      /^failed: s3:PutObject is not allowed on s3:\/\/amigraph-sandbox\/amigraph\/doctor\/[0-9a-f]{16}: you may not \[allow the caller s3:PutObject: /,
    ),
    versioning: `unknown: ${no('s3:GetBucketVersioning')}`,
    'plain HTTP': `unknown: ${no('s3:GetBucketPolicy')}`,
    'public access': `unknown: ${no('s3:GetBucketPublicAccessBlock')}`,
    encryption: `unknown: ${no('s3:GetEncryptionConfiguration')}`,
    'instance type': `unknown: ${no('ec2:DescribeInstanceTypes')}`,
    subnet: `failed: ${no('ec2:DescribeSubnets')}`,
    'way to SSM': 'unknown: not checked: the subnet is not known',
    'security groups': `failed: ${no('ec2:DescribeSecurityGroups')}`,
    launch:
      'failed: ec2:RunInstances is not allowed: you may not [allow the caller what it names (ec2:RunInstances, ec2:CreateTags or iam:PassRole): docs/aws-setup.md has the whole policy]',
    'instance profile': 'unknown: not checked: the launch was refused for another reason',
    SSM: `failed: ${no('ssm:DescribeInstanceInformation')}`,
    'vCPU quota': 'unknown: not checked: the vCPUs of c6a.4xlarge are not known',
  };
  expect(Object.fromEntries(Object.keys(expected).map((what) => [what, line(what)]))).toEqual(expected);
  expect(await left()).toEqual({ keys: [], instances: 0 });
});

test('what is looked up besides the subnet, and the quota', async () => {
  for (const action of ['ec2:DescribeRouteTables', 'ec2:DescribeVpcEndpoints']) {
    const { run } = await clinic({ refused: [[action, 'UnauthorizedOperation']] });
    expect((await run()).line('subnet')).toBe(
      `failed: ${action} is not allowed: you may not ${allow(action)}`,
    );
  }
  const action = 'servicequotas:GetServiceQuota';
  const { run } = await clinic({ refused: [[action, 'AccessDeniedException']] });
  const { code, line } = await run();
  expect(code).toBe(0);
  expect(line('vCPU quota')).toBe(`unknown: ${action} is not allowed: you may not ${allow(action)}`);
});

test.each([
  ['ExpiredToken', 'log in again (aws sso login) and run it again: a build goes on from where it stopped'],
  ['InvalidClientTokenId', 'there are no such credentials any more: log in again, or make new keys'],
  ['SignatureDoesNotMatch', 'the secret key does not belong to the key: look at both'],
])('credentials that are no good (%s): the rest is not tried', async (code, cure) => {
  const { run } = await clinic({ refused: [['sts:GetCallerIdentity', code]] });
  const ran = await run();
  expect(ran.code).toBe(1);
  expect(ran.line('credentials')).toBe(
    `failed: sts:GetCallerIdentity failed: ${code}: you may not [${cure}]`,
  );
  const rest = ran.lines.slice(3).map(({ what, result, says }) => `${what}: ${result}: ${says}`);
  expect(rest).toEqual(
    ['Region', 'bucket', 'launch', 'SSM'].map(
      (what) => `${what}: unknown: not checked: there are no good credentials`,
    ),
  );
});

test('who may not ask STS may still be let build', async () => {
  const { run } = await clinic({ refused: [['sts:GetCallerIdentity', 'AccessDenied']] });
  const { code, line } = await run();
  expect(code).toBe(1);
  expect(line('credentials')).toBe(
    `failed: sts:GetCallerIdentity is not allowed: you may not ${allow('sts:GetCallerIdentity')}`,
  );
  expect(line('launch')).toBe('ok: EC2 would accept it (tried with DryRun)');
});

test('no credentials at all', async () => {
  const { workspace, env, configure } = await clinic();
  await configure(goodBuilder);
  const bare = {
    ...env,
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const { code, stdout } = await workspace.run(['doctor'], bare);
  expect(code).toBe(1);
  expect(stdout).toContain(
    'failed   credentials           sts:GetCallerIdentity failed: CredentialsProviderError: Could not load credentials from any providers\n' +
      '                               cure: log in (aws sso login), name a profile (--profile, AWS_PROFILE), or use --provider sandbox\n' +
      'unknown  Region                not checked: there are no good credentials\n',
  );
});

const profileName =
  'Value (amigraph-build) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name';
const passRole =
  'You are not authorized to perform this operation. User: arn:aws:iam::000000000000:user/ci is not authorized to perform: iam:PassRole on resource: arn:aws:iam::000000000000:role/amigraph-build because no identity-based policy allows the iam:PassRole action';

test.each([
  [
    'InvalidParameterValue',
    profileName,
    `ec2:RunInstances failed: InvalidParameterValue: ${profileName}`,
    'see the line of the instance profile',
    'failed: EC2 knows no instance profile amigraph-build [set builder.instanceProfile to the name of an instance profile (not of a role); one that was just made takes a minute]',
  ],
  [
    'UnauthorizedOperation',
    passRole,
    'iam:PassRole is not allowed on arn:aws:iam::000000000000:role/amigraph-build for arn:aws:iam::000000000000:user/ci: no identity-based policy allows the iam:PassRole action',
    'allow the caller what it names (ec2:RunInstances, ec2:CreateTags or iam:PassRole): docs/aws-setup.md has the whole policy',
    'failed: the caller may not give the role of amigraph-build to instances [allow the caller iam:PassRole on that role: docs/aws-setup.md has the whole policy]',
  ],
  [
    'InvalidAMIID.NotFound',
    'The image id does not exist',
    'ec2:RunInstances failed: InvalidAMIID.NotFound: The image id does not exist',
    'set base in amifile.ts to an image that there is, or run amigraph update',
    'unknown: not checked: the launch was refused for another reason',
  ],
])('a launch that EC2 would refuse: %s', async (code, message, said, cure, profile) => {
  const { run, left } = await clinic({ refused: [['ec2:RunInstances', code, message]] });
  const { line, ...ran } = await run();
  expect(ran.code).toBe(1);
  expect(line('launch')).toBe(`failed: ${said} [${cure}]`);
  expect(line('instance profile')).toBe(profile);
  expect((await left()).instances).toBe(0);
});

/** As stores that know no conditions do. */
const without =
  (...names: string[]) =>
  (wire: Wire): Wire =>
  (request) => {
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !names.includes(name)),
    );
    return wire({ ...request, headers });
  };

const cure = 'use a bucket of S3, or a store that honours conditional writes';

test.each([
  ['If-None-Match', ['if-none-match']],
  ['If-Match', ['if-match']],
  ['If-None-Match and If-Match', ['if-none-match', 'if-match']],
])('a store that ignores %s is not trusted', async (conditions, names) => {
  const { run, left } = await clinic({ before: without(...names) });
  const { code, line } = await run();
  expect(code).toBe(1);
  expect(line('conditional writes')).toBe(
    `failed: the store ignores ${conditions}: two runs could hold one lease, and build one image twice [the lease cannot be trusted on this store: ${cure}]`,
  );
  expect((await left()).keys).toEqual([]);
});

test('a store that ignores conditional deletes alone will do', async () => {
  const before =
    (wire: Wire): Wire =>
    (request) =>
      request.method === 'DELETE' ? without('if-match')(wire)(request) : wire(request);
  const { run } = await clinic({ before });
  const { code, line } = await run();
  expect(code).toBe(0);
  expect(line('conditional writes')).toBe(
    'ok: If-None-Match and If-Match are honoured; conditional deletes are not, and need not be',
  );
});

test('a store that answers a condition that holds with 412', async () => {
  const refused = { kind: 'error', code: 'PreconditionFailed', status: 412 };
  const { run } = await clinic({ faults: [{ operation: 's3:PutObject', times: 'always', fault: refused }] });
  expect((await run()).line('conditional writes')).toBe(
    'failed: If-None-Match was answered with "precondition-failed" [the lease cannot be trusted on this store: use a bucket of S3]',
  );
});

test('a scratch object that cannot be removed is named', async () => {
  const { run, left } = await clinic({ refused: [['s3:DeleteObject', 'AccessDenied']] });
  const { code, line } = await run();
  const [key] = (await left()).keys;
  expect(code).toBe(0);
  expect(key).toMatch(/^amigraph\/doctor\/[0-9a-f]{16}$/);
  expect(line('scratch object')).toBe(
    `warning: s3://${bucket}/${key} could not be removed: s3:DeleteObject is not allowed: you may not [allow the caller s3:DeleteObject below doctor/, and remove it; nothing reads it]`,
  );
});

test('a Region that there is not', async () => {
  const { run } = await clinic({ refused: [['ec2:DescribeRegions', 'InvalidParameterValue']] });
  expect((await run()).line('Region')).toBe(
    'failed: there is no Region us-west-2 [set region in amifile.ts to one that there is]',
  );
});

test('a store that encrypts nothing by default', async () => {
  const code = 'ServerSideEncryptionConfigurationNotFoundError';
  const { run } = await clinic({ refused: [['s3:GetBucketEncryption', code]] });
  expect((await run()).line('encryption')).toBe(
    'warning: none by default [set it (docs/aws-setup.yaml makes such a bucket)]',
  );
});
