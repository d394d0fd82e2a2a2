/** Written configuration and environment to configuration: flags win over the environment, it wins over the file. It reads nothing. */
import { basename, resolve } from 'node:path';
import * as v from 'valibot';
import { InvalidInput } from '../core/diagnostic.ts';
import { seconds } from '../core/value-schemas.ts';
import type { Config } from './config.ts';
import { configSchema } from './schema.ts';
import type { WrittenConfig } from './written-config.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The options of the command line that stand in for options of amifile.ts. */
export type Overrides = Pick<WrittenConfig, 'provider' | 'region' | 'concurrency'>;

const al2023 = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-';

const usualTypes = { x86_64: 'c6a.4xlarge', arm64: 'c7g.4xlarge' };

/** Throws InvalidInput where an environment variable or a flag is wrong. */
export function resolveConfig(
  root: string,
  written: WrittenConfig,
  env: Environment,
  flags: Overrides,
): Config {
  const config = { ...written, ...fromEnvironment(written, env), ...given(flags) };
  const builder = config.builder ?? {};
  const sandbox = { ...config.sandbox, ...sandboxFromEnvironment(env) };
  const provider = config.provider ?? 'sandbox';
  const type = builder.instanceType;
  const architecture = builder.architecture ?? 'x86_64';
  return {
    root,
    workspace:
      config.workspace ??
      (basename(root)
        .replaceAll(/[^A-Za-z0-9._-]/g, '-')
        .slice(0, 64) ||
        'workspace'),
    templates: config.templates ?? 'templates/**/*.yaml',
    maxDepth: config.maxDepth ?? 5,
    provider,
    region: config.region ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || 'us-west-2'),
    bucket: config.bucket ?? bucketOf(provider),
    prefix: config.prefix ?? 'amigraph/',
    base: {
      x86_64: config.base ?? { ssm: `${al2023}x86_64` },
      arm64: config.base ?? { ssm: `${al2023}arm64` },
    },
    builder: {
      instanceType: { ...usualTypes, ...(type === undefined ? {} : { [architecture]: type }) },
      architecture,
      spot: builder.spot ?? false,
      timeoutSeconds: seconds(builder.timeout ?? '4h'),
      volumeGb: builder.volumeSizeGb ?? 100,
      subnet: builder.subnet,
      securityGroups: builder.securityGroups ?? [],
      instanceProfile: builder.instanceProfile,
    },
    steps: {
      bootstrap: 'scripts/bootstrap.sh',
      package: 'scripts/install-package.sh',
      users: 'scripts/create-users.sh',
      mounts: 'scripts/mount-data.sh',
      tests: 'scripts/run-tests.sh',
      cleanUp: 'scripts/clean-up.sh',
      ...given(config.steps ?? {}),
    },
    concurrency: config.concurrency ?? 10,
    sandbox: {
      folder: resolve(root, sandbox.folder ?? '.amigraph/sandbox'),
      speed: sandbox.speed === 'instant' ? Number.POSITIVE_INFINITY : (sandbox.speed ?? 400),
      faults: sandbox.faults === undefined ? undefined : resolve(root, sandbox.faults),
    },
    endpoint: endpointOf(env),
  };
}

const variables = {
  AMIGRAPH_PROVIDER: 'provider',
  AMIGRAPH_REGION: 'region',
  AMIGRAPH_BUCKET: 'bucket',
} as const;

function fromEnvironment(written: WrittenConfig, env: Environment): WrittenConfig {
  const found: Record<string, string> = {};
  for (const [variable, option] of Object.entries(variables)) {
    const value = env[variable];
    if (value === undefined || value === '') continue;
    check(variable, value, { ...written, [option]: value });
    found[option] = value;
  }
  return found;
}

function sandboxFromEnvironment(env: Environment): NonNullable<WrittenConfig['sandbox']> {
  const speed = env['AMIGRAPH_SANDBOX_SPEED'];
  const value = speed === 'instant' ? speed : Number(speed);
  if (speed !== undefined && speed !== '')
    check('AMIGRAPH_SANDBOX_SPEED', speed, { sandbox: { speed: value } });
  return given({
    folder: env['AMIGRAPH_SANDBOX_DIR'] || undefined,
    faults: env['AMIGRAPH_SANDBOX_FAULTS'] || undefined,
    speed: speed === undefined || speed === '' ? undefined : value,
  });
}

function check(variable: string, value: string, config: unknown): void {
  const checked = v.safeParse(configSchema, config);
  if (checked.success) return;
  throw new InvalidInput([
    {
      severity: 'error',
      code: 'environment',
      message: `${variable}=${value}: ${checked.issues[0].message}`,
      cure: `set ${variable} right, or unset it`,
    },
  ]);
}

function bucketOf(provider: 'sandbox' | 'aws'): string {
  if (provider === 'sandbox') return 'amigraph-sandbox';
  throw new InvalidInput([
    {
      severity: 'error',
      code: 'no-bucket',
      message: 'provider "aws" needs a bucket, and none is set',
      place: { file: 'amifile.ts' },
      cure: 'set bucket in amifile.ts, or AMIGRAPH_BUCKET, to an S3 bucket of yours',
    },
  ]);
}

function endpointOf(env: Environment): Config['endpoint'] {
  const url = env['AWS_ENDPOINT_URL'];
  if (url === undefined || url === '') return undefined;
  if (!URL.canParse(url)) {
    throw new InvalidInput([
      {
        severity: 'error',
        code: 'environment',
        message: `AWS_ENDPOINT_URL=${url} is not a URL`,
        cure: 'set it to one like http://127.0.0.1:4566, or unset it',
      },
    ]);
  }
  const host = new URL(url).hostname;
  return { url, local: host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host) };
}

/** Without the keys whose value is undefined, so that they override nothing. */
function given<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;
}
