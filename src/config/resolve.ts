/** Written configuration and environment to configuration: flags win over the environment, it wins over the file. It reads nothing. */
import { basename, resolve } from 'node:path';
import * as v from 'valibot';
import { settledBase } from '../core/base.ts';
import { InvalidInput } from '../core/diagnostic.ts';
import { schemaIssues } from '../core/schema-issues.ts';
import { listOf, plainPath, seconds } from '../core/value-schemas.ts';
import type { Config } from './config.ts';
import { configSchema } from './schema.ts';
import type { StepScript, StepScriptWithInputs, WrittenConfig } from './written-config.ts';
import { usualScripts } from './usual-scripts.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the command line says in place of amifile.ts, as it was typed. */
export type Flags = {
  readonly [Option in 'provider' | 'region' | 'profile' | 'concurrency']?: string | undefined;
};

const al2023 = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-';

const usualTypes = { x86_64: ['c6a.4xlarge'], arm64: ['c7g.4xlarge'] };

/** Throws InvalidInput where an environment variable or a flag is wrong. */
export function resolveConfig(
  root: string,
  written: WrittenConfig,
  env: Environment,
  flags: Flags,
  regionOfProfile?: string,
): Config {
  const config = { ...written, ...fromEnvironment(env), ...fromFlags(flags) };
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
    templates: plainPath(config.templates ?? 'templates/**/*.yaml'),
    maxDepth: config.maxDepth ?? 5,
    provider,
    region: config.region ?? awsRegion(env) ?? regionOfProfile ?? 'us-west-2',
    profile: flags.profile ?? profileOf(written, env),
    bucket: config.bucket ?? bucketOf(provider),
    prefix: config.prefix ?? 'amigraph/',
    base: {
      x86_64: settledBase(config.base ?? { ssm: `${al2023}x86_64` }, 'x86_64'),
      arm64: settledBase(config.base ?? { ssm: `${al2023}arm64` }, 'arm64'),
    },
    builder: {
      instanceTypes: { ...usualTypes, ...(type === undefined ? {} : { [architecture]: listOf(type) }) },
      architecture,
      spot: builder.spot ?? false,
      timeoutSeconds: seconds(builder.timeout ?? '4h'),
      volumeGb: builder.volumeSizeGb ?? 100,
      subnets: builder.subnet === undefined ? [] : listOf(builder.subnet),
      securityGroups: builder.securityGroups ?? [],
      instanceProfile: builder.instanceProfile,
      kmsKey: builder.kmsKey,
    },
    steps: {
      bootstrap: step(config.steps?.bootstrap ?? usualScripts.bootstrap),
      package: step(config.steps?.package ?? usualScripts.package),
      users: step(config.steps?.users ?? usualScripts.users),
      mounts: step(config.steps?.mounts ?? usualScripts.mounts),
      tests: step(config.steps?.tests ?? usualScripts.tests),
      cleanUp: step(config.steps?.cleanUp ?? usualScripts.cleanUp),
    },
    concurrency: config.concurrency ?? 10,
    cache: { trust: config.cache?.trust ?? 'tags' },
    affected: {
      base: env['AMIGRAPH_BASE'] || config.affected?.base,
      head: env['AMIGRAPH_HEAD'] || undefined,
    },
    sandbox: {
      folder: resolve(root, sandbox.folder ?? '.amigraph/sandbox'),
      speed: sandbox.speed === 'instant' ? Number.POSITIVE_INFINITY : (sandbox.speed ?? 400),
      faults: sandbox.faults === undefined ? undefined : resolve(root, sandbox.faults),
    },
    endpoint: endpointOf(env),
    endpoints: given({
      ec2: urlIn(env, 'AWS_ENDPOINT_URL_EC2'),
      s3: urlIn(env, 'AWS_ENDPOINT_URL_S3'),
      ssm: urlIn(env, 'AWS_ENDPOINT_URL_SSM'),
    }),
  };
}

/** Whether nothing but an AWS profile says which Region it is. */
export const isRegionOfProfile = (written: WrittenConfig, env: Environment, flags: Flags): boolean =>
  (flags.provider ?? (env['AMIGRAPH_PROVIDER'] || written.provider)) === 'aws' &&
  (flags.region ?? (env['AMIGRAPH_REGION'] || written.region)) === undefined &&
  awsRegion(env) === undefined;

function step(written: StepScript): Required<StepScriptWithInputs> {
  const { script, inputs = [] } = typeof written === 'string' ? { script: written } : written;
  return { script: plainPath(script), inputs: inputs.map(plainPath) };
}

const variables = {
  AMIGRAPH_PROVIDER: 'provider',
  AMIGRAPH_REGION: 'region',
  AMIGRAPH_BUCKET: 'bucket',
} as const;

function fromEnvironment(env: Environment): WrittenConfig {
  const found: Record<string, string> = {};
  for (const [name, option] of Object.entries(variables)) {
    const value = env[name];
    if (value === undefined || value === '') continue;
    check(variable(name, value), { [option]: value });
    found[option] = value;
  }
  return found;
}

function fromFlags(flags: Flags): WrittenConfig {
  const found: Record<string, unknown> = {};
  for (const [option, typed] of Object.entries(given(flags))) {
    const isNumber = option === 'concurrency' && /^-?\d+(\.\d+)?$/.test(typed);
    found[option] = isNumber ? Number(typed) : typed;
    check(flag(option, typed), { [option]: found[option] });
  }
  return found;
}

/** Any of these says where credentials come from. */
const credentialVariables = [
  'AWS_PROFILE',
  'AWS_ACCESS_KEY_ID',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];

/** The SDK looks into the environment itself, unless it is told of a profile. */
export const profileOf = ({ profile }: WrittenConfig, env: Environment): string | undefined =>
  credentialVariables.some((name) => (env[name] ?? '') !== '') ? undefined : profile;

/** What other AWS tools go by. */
function awsRegion(env: Environment): string | undefined {
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) {
    const region = env[name] ?? '';
    if (region === '') continue;
    check(variable(name, region), { region });
    return region;
  }
  return undefined;
}

function sandboxFromEnvironment(env: Environment): NonNullable<WrittenConfig['sandbox']> {
  const speed = env['AMIGRAPH_SANDBOX_SPEED'];
  const value = speed === 'instant' ? speed : Number(speed);
  if (speed !== undefined && speed !== '')
    check(variable('AMIGRAPH_SANDBOX_SPEED', speed), { sandbox: { speed: value } });
  return given({
    folder: env['AMIGRAPH_SANDBOX_DIR'] || undefined,
    faults: env['AMIGRAPH_SANDBOX_FAULTS'] || undefined,
    speed: speed === undefined || speed === '' ? undefined : value,
  });
}

/** Where an option comes from, and its value, as the user wrote it. */
interface Said {
  readonly code: 'environment' | 'command-line';
  readonly said: string;
  readonly cure: string;
}

const variable = (name: string, value: string): Said => ({
  code: 'environment',
  said: `${name}=${value}`,
  cure: `set ${name} right, or unset it`,
});

const flag = (option: string, value: string): Said => ({
  code: 'command-line',
  said: `--${option} ${value}`,
  cure: 'give it another value, or leave it out',
});

function check({ code, said, cure }: Said, config: object): void {
  const checked = v.safeParse(configSchema, config);
  if (checked.success) return;
  const [issue] = schemaIssues(configSchema, checked.issues, 'it');
  // Without the option's name: it has been said.
  const message = `${said}: ${issue?.message.replace(/^\S+ /, '')}`;
  throw new InvalidInput([{ severity: 'error', code, message, cure }]);
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
  const url = urlIn(env, 'AWS_ENDPOINT_URL');
  if (url === undefined) return undefined;
  const host = new URL(url).hostname;
  return { url, local: host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host) };
}

function urlIn(env: Environment, name: string): string | undefined {
  const url = env[name];
  if (url === undefined || url === '') return undefined;
  if (URL.canParse(url)) return url;
  throw new InvalidInput([
    {
      severity: 'error',
      code: 'environment',
      message: `${name}=${url} is not a URL`,
      cure: 'set it to one like http://127.0.0.1:4566, or unset it',
    },
  ]);
}

/** Without the keys whose value is undefined, so that they override nothing. */
function given<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;
}
