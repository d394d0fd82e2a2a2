/** `amigraph doctor` and what is set in amifile.ts: subnets, security groups, types, bases, and a bucket with nothing set. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { clinic, goodBuilder, numbered } from './doctor-rig.ts';

const ssm = 'ssm, ssmmessages, ec2messages, s3';
const endpoints = `[give ${numbered('vpc', 0)} endpoints of ${ssm}, or the subnet a route to a NAT gateway: see docs/aws-setup.md]`;

test.each([
  [0, `ok: from ${numbered('subnet', 0)} through the internet gateway; instances get a public address`],
  [
    2,
    `warning: nothing leads out of ${numbered('subnet', 2)}: no NAT gateway, no internet gateway, no endpoint of ${ssm} ${endpoints}`,
  ],
  [3, `ok: ${numbered('vpc', 1)} has endpoints of ${ssm}`],
  [
    4,
    `warning: ${numbered('subnet', 4)} leads to an internet gateway, but its instances get no public address ${endpoints}`,
  ],
])('the way from subnet %i to SSM', async (subnet, says) => {
  const { run } = await clinic();
  const { code, line } = await run({ instanceProfile: 'p', subnet: numbered('subnet', subnet) });
  expect(code).toBe(0);
  expect(line('way to SSM')).toBe(says);
});

test('nothing is set: what AWS takes by default is looked at', async () => {
  const { run } = await clinic({ bare: true });
  const { code, line } = await run({});
  expect(code).toBe(0);
  const made = '(docs/aws-setup.yaml makes such a bucket)]';
  const expected = {
    versioning: `warning: off: a manifest or lease that is overwritten or removed is lost [switch it on ${made}`,
    'plain HTTP': `warning: not refused: the bucket has no policy that denies all of it where aws:SecureTransport is false [add such a statement ${made}`,
    'public access': `warning: the bucket itself does not block all of it; the account may [block it ${made}`,
    subnet: `ok: none is set: the default ones, as ${numbered('subnet', 0)} in us-west-2a, ${numbered('vpc', 0)}, 4091 free addresses`,
    'security groups': `ok: none is set: the default one, ${numbered('sg', 0)}; nobody is let in`,
    'instance profile':
      'warning: none is set: SSM reaches instances only where the account has default host management, and their logs are not kept [set builder.instanceProfile (docs/aws-setup.yaml makes one)]',
  };
  expect(Object.fromEntries(Object.keys(expected).map((what) => [what, line(what)]))).toEqual(expected);
});

test.each([
  [
    [1],
    `warning: they let in tcp 22 from 0.0.0.0/0 (${numbered('sg', 1)}) [take a group without inbound rules: amigraph needs none, since steps are sent through SSM]`,
  ],
  [
    [2],
    `warning: ${numbered('sg', 2)} let nothing out to port 443, where SSM is [allow outbound TCP to port 443]`,
  ],
  [[2, 4], `ok: ${numbered('sg', 2)}, ${numbered('sg', 4)}; nobody is let in`],
  [
    [3],
    `failed: ${numbered('sg', 3)} is of ${numbered('vpc', 1)}, and the subnet of ${numbered('vpc', 0)} [set builder.securityGroups to groups of the VPC of builder.subnet]`,
  ],
])('the security groups %j', async (groups, says) => {
  const { run } = await clinic();
  const securityGroups = groups.map((at) => numbered('sg', at));
  expect((await run({ ...goodBuilder, securityGroups })).line('security groups')).toBe(says);
});

test('subnets and groups that there are not, which the launch meets too', async () => {
  const { run } = await clinic();
  const subnet = await run({ ...goodBuilder, subnet: 'subnet-1' });
  expect(subnet.code).toBe(1);
  expect(subnet.line('subnet')).toBe(
    'failed: there is no subnet subnet-1 [set builder.subnet to one of this Region and account]',
  );
  expect(subnet.line('launch')).toBe(
    "failed: ec2:RunInstances failed: InvalidSubnetID.NotFound: The subnet ID 'subnet-1' does not exist [see the line of the subnet]",
  );
  const groups = await run({ ...goodBuilder, securityGroups: ['sg-1'] });
  expect(groups.line('security groups')).toBe(
    "failed: The security group 'sg-1' does not exist [set builder.securityGroups to groups of this Region and account]",
  );
  expect(groups.line('launch')).toBe(
    "failed: ec2:RunInstances failed: InvalidGroup.NotFound: The security group 'sg-1' does not exist [see the line of the security groups]",
  );
  const both = await run({ instanceProfile: 'p', subnet: 'subnet-1' });
  expect(both.line('security groups')).toBe('unknown: not checked: none is set, and the subnet is not known');
});

test('a bucket in another Region is found there, and tried', async () => {
  const { workspace, env, configure } = await clinic();
  await configure(goodBuilder);
  const { code, stdout } = await workspace.run(['doctor', '--region', 'eu-west-1'], env);
  expect(code).toBe(0);
  expect(stdout).toContain(
    'ok       bucket                amigraph-sandbox in us-west-2, which serves eu-west-1 too\n' +
      'ok       conditional writes    If-None-Match and If-Match are honoured; so are conditional deletes\n',
  );
});

test('instance types', async () => {
  const { run } = await clinic();
  expect((await run({ ...goodBuilder, instanceType: 'c99.large' })).line('instance type')).toBe(
    'failed: there is no c99.large in this Region [set builder.instanceType to one that there is]',
  );
  const arm = await run({ ...goodBuilder, instanceType: 'c7g.4xlarge' });
  expect(arm.line('instance type')).toBe(
    'failed: c7g.4xlarge is arm64, and builder.architecture x86_64 [set builder.instanceType or builder.architecture so that they fit]',
  );
  expect(arm.line('launch')).toMatch(
    /^failed: ec2:RunInstances failed: InvalidParameterValue: The architecture/,
  );
  const more = 'ask for more (Service Quotas, Amazon EC2, L-34B43A08), or set concurrency to 5 or less';
  expect((await run({ ...goodBuilder, instanceType: 'm6a.12xlarge', spot: true })).line('vCPU quota')).toBe(
    `warning: 10 builds at a time need 480 vCPUs; 256 are allowed Spot, for all that runs in the Region [${more}]`,
  );
  expect((await run({ ...goodBuilder, instanceType: 'p5.48xlarge' })).line('vCPU quota')).toBe(
    'unknown: not checked: the family of p5.48xlarge has a quota of its own',
  );
});

test('the base image: as it is, as it is pinned, and one that there is not', async () => {
  const { run, workspace, env } = await clinic();
  const own = 'ami-00000000000000000';
  const configure = (base: object): Promise<void> =>
    workspace.write(
      'amifile.ts',
      `import { defineConfig } from 'amigraph';\nexport default defineConfig({ base: ${JSON.stringify(base)} });\n`,
    );
  const lines = async (): Promise<string> => (await workspace.run(['doctor'], env)).stdout;
  await configure({ ami: own });
  expect(await lines()).toContain(`ok       base image            ${own}\n`);
  await configure({ ssm: '/nothing/here' });
  const absent = await lines();
  expect(absent).toContain('failed   base image            ssm:GetParameter failed: ParameterNotFound: ');
  expect(absent).toContain(
    '                               cure: set base in amifile.ts to a parameter that exists in this Region, or to { ami: "ami-..." }\n',
  );
  expect(absent).toContain(
    'unknown  launch                not checked: there is no base image to try it with\n',
  );
  await configure({ parallelcluster: '0.0.1', os: 'alinux2023' });
  expect(await lines()).toContain(
    'failed   base image            AWS publishes no image of parallelcluster 0.0.1 alinux2023 x86_64 in this Region\n' +
      '                               cure: set base in amifile.ts to another one\n',
  );
  await workspace.write('templates/a.yaml', 'software: { spack_packages: [gcc@13.2.0] }\n');
  await run();
  await workspace.run(['update'], env);
  const lock = JSON.parse(await readFile(`${workspace.folder}/amigraph.lock`, 'utf8')) as { pins: object[] };
  const pins = lock.pins.map((pin) => ({ ...pin, image: own }));
  await workspace.write('amigraph.lock', JSON.stringify({ ...lock, pins }));
  const pinned = await run();
  expect(pinned.line('base image')).toBe(
    `ok: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64 is ${own}`,
  );
  expect(pinned.line('launch')).toMatch(/^failed: .*InvalidAMIID.NotFound.* \[set base in amifile.ts/);
});
