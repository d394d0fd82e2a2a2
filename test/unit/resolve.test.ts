/** Written configuration and environment to configuration: what wins over what, and which defaults fill the rest. */
import { describe, expect, test } from 'vitest';
import { paceOf } from '../../src/config/config.ts';
import { type Environment, type Flags, resolveConfig } from '../../src/config/resolve.ts';
import { seconds } from '../../src/core/value-schemas.ts';
import { defineConfig, type WrittenConfig } from '../../src/config/written-config.ts';
import { invalidInputOf } from './rig.ts';

const resolved = (written: WrittenConfig = {}, env: Environment = {}, flags: Flags = {}) =>
  resolveConfig('/home/ada/my hpc', written, env, flags);

const wrong = async (env: Environment, written: WrittenConfig = {}, flags: Flags = {}) => {
  const found = await invalidInputOf(() => resolved(written, env, flags));
  return found.map(({ code, message, cure }) => ({ code, message, cure }));
};

test('with nothing written, all has a default', () => {
  expect(resolved()).toEqual({
    root: '/home/ada/my hpc',
    workspace: 'my-hpc',
    templates: 'templates/**/*.yaml',
    maxDepth: 5,
    provider: 'sandbox',
    region: 'us-west-2',
    bucket: 'amigraph-sandbox',
    prefix: 'amigraph/',
    base: {
      x86_64: { ssm: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64' },
      arm64: { ssm: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64' },
    },
    builder: {
      instanceTypes: { x86_64: ['c6a.4xlarge'], arm64: ['c7g.4xlarge'] },
      architecture: 'x86_64',
      spot: false,
      timeoutSeconds: 14_400,
      volumeGb: 100,
      subnets: [],
      securityGroups: [],
      instanceProfile: undefined,
      kmsKey: undefined,
    },
    steps: {
      bootstrap: { script: 'scripts/bootstrap.sh', inputs: [] },
      package: { script: 'scripts/install-package.sh', inputs: [] },
      users: { script: 'scripts/create-users.sh', inputs: [] },
      mounts: { script: 'scripts/mount-data.sh', inputs: [] },
      tests: { script: 'scripts/run-tests.sh', inputs: [] },
      cleanUp: { script: 'scripts/clean-up.sh', inputs: [] },
    },
    concurrency: 10,
    cache: { trust: 'tags' },
    affected: { base: undefined, head: undefined },
    sandbox: { folder: '/home/ada/my hpc/.amigraph/sandbox', speed: 400, faults: undefined },
    endpoint: undefined,
    endpoints: {},
  });
});

test('affected compares with what the environment says, or else the file; an empty variable says nothing', () => {
  const written: WrittenConfig = { affected: { base: 'main' } };
  expect(resolved(written).affected).toEqual({ base: 'main', head: undefined });
  expect(resolved(written, { AMIGRAPH_BASE: '', AMIGRAPH_HEAD: '' }).affected).toEqual({
    base: 'main',
    head: undefined,
  });
  expect(resolved(written, { AMIGRAPH_BASE: 'a', AMIGRAPH_HEAD: 'b' }).affected).toEqual({
    base: 'a',
    head: 'b',
  });
});

test('what is written stands in place of each default', () => {
  const written = defineConfig({
    workspace: 'w',
    templates: 't/*.yaml',
    maxDepth: 7,
    provider: 'aws',
    region: 'eu-west-1',
    bucket: 'bucket',
    prefix: '',
    base: { ami: 'ami-0123456789abcdef0' },
    builder: {
      instanceType: ['m5.large', 'm6.large'],
      architecture: 'arm64',
      spot: true,
      timeout: '90m',
      volumeSizeGb: 8,
      subnet: 'subnet-1',
      securityGroups: ['sg-1'],
      instanceProfile: 'p',
      kmsKey: 'alias/images',
    },
    steps: { users: 'u.sh', package: { script: 'p.sh', inputs: ['spack/**'] }, tests: { script: 't.sh' } },
    concurrency: 2,
    sandbox: { folder: 'state', speed: 'instant', faults: 'f.json' },
  });
  expect(resolved(written)).toMatchObject({
    workspace: 'w',
    templates: 't/*.yaml',
    maxDepth: 7,
    provider: 'aws',
    region: 'eu-west-1',
    bucket: 'bucket',
    prefix: '',
    base: { x86_64: { ami: 'ami-0123456789abcdef0' }, arm64: { ami: 'ami-0123456789abcdef0' } },
    builder: {
      instanceTypes: { x86_64: ['c6a.4xlarge'], arm64: ['m5.large', 'm6.large'] },
      architecture: 'arm64',
      spot: true,
      timeoutSeconds: 5400,
      volumeGb: 8,
      subnets: ['subnet-1'],
      securityGroups: ['sg-1'],
      instanceProfile: 'p',
      kmsKey: 'alias/images',
    },
    steps: {
      users: { script: 'u.sh', inputs: [] },
      package: { script: 'p.sh', inputs: ['spack/**'] },
      tests: { script: 't.sh', inputs: [] },
      bootstrap: { script: 'scripts/bootstrap.sh', inputs: [] },
    },
    concurrency: 2,
    sandbox: {
      folder: '/home/ada/my hpc/state',
      speed: Number.POSITIVE_INFINITY,
      faults: '/home/ada/my hpc/f.json',
    },
  });
});

test('an option that is written as undefined keeps its default', () => {
  const written = { region: undefined, steps: { users: undefined }, sandbox: { speed: undefined } };
  expect(resolved(written as unknown as WrittenConfig)).toEqual(resolved());
});

describe('precedence', () => {
  const env = {
    AMIGRAPH_PROVIDER: 'sandbox',
    AMIGRAPH_REGION: 'eu-central-1',
    AMIGRAPH_BUCKET: 'of-the-environment',
    AMIGRAPH_SANDBOX_DIR: '/tmp/state',
    AMIGRAPH_SANDBOX_SPEED: '50',
    AMIGRAPH_SANDBOX_FAULTS: 'faults.json',
    AWS_REGION: 'ap-south-1',
    AWS_DEFAULT_REGION: 'sa-east-1',
  };
  const written: WrittenConfig = {
    provider: 'aws',
    region: 'eu-west-1',
    bucket: 'of-the-file',
    concurrency: 3,
    sandbox: { folder: 'x', speed: 2, faults: 'y' },
  };

  test('the environment wins over the file', () => {
    expect(resolved(written, env)).toMatchObject({
      provider: 'sandbox',
      region: 'eu-central-1',
      bucket: 'of-the-environment',
      sandbox: { folder: '/tmp/state', speed: 50, faults: '/home/ada/my hpc/faults.json' },
    });
  });

  test('a flag wins over the environment', () => {
    const flags: Flags = { provider: 'aws', region: 'us-east-2', concurrency: '1' };
    expect(resolved(written, env, flags)).toMatchObject({ ...flags, concurrency: 1 });
  });

  test('a flag that is not given wins over nothing', () => {
    const flags = { provider: undefined, region: undefined };
    expect(resolved(written, env, flags)).toEqual(resolved(written, env));
  });

  test('an empty variable is none', () => {
    const empty = Object.fromEntries(Object.keys(env).map((name) => [name, '']));
    expect(resolved(written, { ...empty, AWS_ENDPOINT_URL: '' })).toEqual(resolved(written));
    expect(resolved({}, { AWS_REGION: '', AWS_DEFAULT_REGION: '' }).region).toBe('us-west-2');
  });

  test("AWS's own variables stand in for a region that nobody set", () => {
    const { AWS_REGION, AWS_DEFAULT_REGION } = env;
    expect(resolved({}, { AWS_REGION, AWS_DEFAULT_REGION }).region).toBe('ap-south-1');
    expect(resolved({}, { AWS_DEFAULT_REGION }).region).toBe('sa-east-1');
    expect(resolved({ region: 'eu-west-1' }, { AWS_REGION }).region).toBe('eu-west-1');
  });
});

test.each<[keyof Flags, string, string]>([
  ['provider', 'gcp', 'must be "sandbox" or "aws"'],
  ['region', 'mars', 'must be like us-west-2'],
  ['region', '', 'must not be empty'],
  ['concurrency', '0', 'must be 1 or more'],
  ['concurrency', '1001', 'must be at most 1000'],
  ['concurrency', '1.5', 'must be a whole number'],
  ['concurrency', '-1', 'must be 1 or more'],
])('--%s %s is refused', async (option, value, why) => {
  expect(await wrong({}, {}, { [option]: value })).toEqual([
    {
      code: 'command-line',
      message: `--${option} ${value}: ${why}`,
      cure: 'give it another value, or leave it out',
    },
  ]);
});

describe('the environment', () => {
  test.each([
    ['AWS_REGION', 'mars', 'must be like us-west-2'],
    ['AWS_DEFAULT_REGION', 'mars', 'must be like us-west-2'],
    ['AMIGRAPH_PROVIDER', 'gcp', 'must be "sandbox" or "aws"'],
    ['AMIGRAPH_REGION', 'mars', 'must be like us-west-2'],
    [
      'AMIGRAPH_BUCKET',
      'X',
      'must be the name of an S3 bucket: 3 to 63 small letters, digits, dots and dashes',
    ],
    ['AMIGRAPH_SANDBOX_SPEED', 'fast', 'must be a number from 0.1 on, or "instant"'],
    ['AMIGRAPH_SANDBOX_SPEED', '0', 'must be a number from 0.1 on, or "instant"'],
  ])('%s=%s is refused', async (variable, value, why) => {
    expect(await wrong({ [variable]: value })).toEqual([
      {
        code: 'environment',
        message: `${variable}=${value}: ${why}`,
        cure: `set ${variable} right, or unset it`,
      },
    ]);
  });

  test('an endpoint is a URL, and local on loopback only', async () => {
    const endpoint = (url: string) => resolved({}, { AWS_ENDPOINT_URL: url }).endpoint;
    expect(endpoint('http://127.0.0.1:4566')).toEqual({ url: 'http://127.0.0.1:4566', local: true });
    for (const url of ['http://localhost:1', 'http://[::1]:1', 'http://127.9.9.9'])
      expect(endpoint(url)).toEqual({ url, local: true });
    for (const url of ['https://vpce.example.com', 'http://127.0.0.1.example.com', 'http://10.0.0.1'])
      expect(endpoint(url)).toEqual({ url, local: false });
    expect(await wrong({ AWS_ENDPOINT_URL: 'localhost' })).toEqual([
      {
        code: 'environment',
        message: 'AWS_ENDPOINT_URL=localhost is not a URL',
        cure: 'set it to one like http://127.0.0.1:4566, or unset it',
      },
    ]);
  });

  test('single services have endpoints of their own', async () => {
    const s3 = 'http://127.0.0.1:9000';
    const env = {
      AWS_ENDPOINT_URL_S3: s3,
      AWS_ENDPOINT_URL_EC2: '',
      AWS_ENDPOINT_URL_SSM: 'https://ssm.here',
    };
    expect(resolved({}, env)).toMatchObject({
      endpoint: undefined,
      endpoints: { s3, ssm: 'https://ssm.here' },
    });
    expect(await wrong({ AWS_ENDPOINT_URL_S3: 'minio' })).toMatchObject([
      { message: 'AWS_ENDPOINT_URL_S3=minio is not a URL' },
    ]);
  });
});

test('AWS needs a bucket', async () => {
  const found = await invalidInputOf(() => resolved({ provider: 'aws' }));
  expect(found).toEqual([
    {
      severity: 'error',
      code: 'no-bucket',
      message: 'provider "aws" needs a bucket, and none is set',
      place: { file: 'amifile.ts' },
      cure: 'set bucket in amifile.ts, or AMIGRAPH_BUCKET, to an S3 bucket of yours',
    },
  ]);
});

test('waits are shortened where the sandbox answers, and nowhere else', () => {
  const aws: WrittenConfig = { provider: 'aws', bucket: 'bucket' };
  expect(paceOf(resolved())).toBe(400);
  expect(paceOf(resolved(aws))).toBe(1);
  expect(paceOf(resolved(aws, { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }))).toBe(400);
  expect(paceOf(resolved(aws, { AWS_ENDPOINT_URL: 'https://example.com' }))).toBe(1);
});

test('a folder whose name has no plain letter still gives a workspace a name', () => {
  expect(resolveConfig('/', {}, {}, {}).workspace).toBe('workspace');
  expect(resolveConfig('/größe', {}, {}, {}).workspace).toBe('gr--e');
  expect(resolveConfig(`/${'x'.repeat(99)}`, {}, {}, {}).workspace).toBe('x'.repeat(64));
});

test.each([
  ['45s', 45],
  ['90m', 5400],
  ['3h', 10_800],
])('%s are %d seconds', (text, count) => {
  expect(seconds(text)).toBe(count);
});
