/** The one place that wires adapters to ports. It does not know what a command does with them. */
import type { AccountConnection } from '../adapters/aws/account.ts';
import type { BuilderPlace } from '../adapters/aws/builder.ts';
import type { ClientOptions } from '../adapters/aws/clients.ts';
import { indexedFiles, type IndexedFiles } from '../adapters/local/file-index.ts';
import { localFiles } from '../adapters/local/files.ts';
import { findWorkspace, readAmifile } from '../config/amifile.ts';
import type { Config } from '../config/config.ts';
import {
  type Environment,
  type Flags,
  isRegionOfProfile,
  profileOf,
  resolveConfig,
} from '../config/resolve.ts';
import type { WrittenConfig } from '../config/written-config.ts';
import { InvalidInput } from '../core/diagnostic.ts';
import type { Builder } from '../ports/builder.ts';
import type { Files } from '../ports/files.ts';
import type { ImageRegistry } from '../ports/image-registry.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Shell } from '../ports/shell.ts';
import type { FaultRule } from '../sandbox/faults.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Surroundings } from './surroundings.ts';

export interface Workspace {
  readonly config: Config;
  readonly files: Files;
  /** The same with a memory, for plans; what is about to be published is read anew. */
  readonly indexed: IndexedFiles;
  /** Another amifile.ts's options, under the same environment and flags. Throws InvalidInput. */
  readonly configOf: (written: WrittenConfig) => Config;
  /** Code outside of the workspace that amifile.ts imports, relative to the workspace. */
  readonly outside: readonly string[];
}

export async function openWorkspace(around: Surroundings, flags: Flags): Promise<Workspace> {
  const root = await findWorkspace(around.cwd);
  const { value, outside } = await readAmifile(root);
  const { env } = around;
  const region = isRegionOfProfile(value, env, flags) ? await regionOfProfile(value, env, flags) : undefined;
  const configOf = (written: WrittenConfig): Config => resolveConfig(root, written, env, flags, region);
  const now = (): number => around.clock.now();
  return {
    config: configOf(value),
    files: localFiles(root, now),
    indexed: indexedFiles(root, now),
    configOf,
    outside,
  };
}

async function regionOfProfile(
  written: WrittenConfig,
  env: Environment,
  { profile }: Flags,
): Promise<string | undefined> {
  const { profileRegion } = await import('../adapters/aws/credentials.ts');
  return profileRegion(profile ?? profileOf(written, env));
}

/** The bash of this machine, to check scripts with. */
export async function openShell({ config }: Workspace, around: Surroundings): Promise<Shell> {
  const { localShell } = await import('../adapters/local/shell.ts');
  return localShell(config.root, around.env['PATH']);
}

export interface Cloud {
  readonly registry: ImageRegistry;
  readonly builder: Builder;
  readonly store: ObjectStore;
  /** Whether steps run for real; undefined on AWS, where they always do. */
  readonly confined: boolean | undefined;
  close(): Promise<void>;
}

/** AWS, or the sandbox behind the same clients. */
export async function openCloud({ config }: Workspace, around: Surroundings): Promise<Cloud> {
  const sandbox = config.provider === 'sandbox' ? await startSandbox(config, around) : undefined;
  const { connect } = await import('../adapters/aws/connect.ts');
  const ports = connect(connectionOf(config, sandbox));
  return {
    ...ports,
    confined: sandbox?.confined,
    async close() {
      ports.disconnect();
      await sandbox?.close();
    },
  };
}

/** Provider aws only: what the account says of itself. */
export async function openAccount({ config }: Workspace): Promise<AccountConnection> {
  const { connectAccount } = await import('../adapters/aws/account.ts');
  return connectAccount(connectionOf(config, undefined));
}

const connectionOf = (
  { region, profile, bucket, endpoint, endpoints, builder }: Config,
  sandbox: Sandbox | undefined,
): ClientOptions & BuilderPlace => ({
  region,
  profile,
  bucket,
  wire: sandbox?.wire,
  endpoint: sandbox === undefined ? endpoint?.url : undefined,
  endpoints: sandbox === undefined ? endpoints : {},
  securityGroups: builder.securityGroups,
  instanceProfile: builder.instanceProfile,
  kmsKey: builder.kmsKey,
});

/** Opens the cloud where it is asked for, once at most, and closes it at the end. */
export async function withRegistry<Value>(
  workspace: Workspace,
  around: Surroundings,
  use: (registry: () => Promise<ImageRegistry>) => Promise<Value>,
): Promise<Value> {
  let opened: Promise<Cloud> | undefined;
  try {
    return await use(async () => (await (opened ??= openCloud(workspace, around))).registry);
  } finally {
    // Where it could not be opened, whoever asked for it was told.
    await opened?.then(
      (cloud) => cloud.close(),
      () => {},
    );
  }
}

/** The sandbox of the workspace, with the bucket that the configuration names. */
export async function startSandbox(config: Config, around: Surroundings): Promise<Sandbox> {
  const { openSandbox } = await import('../sandbox/sandbox.ts');
  const { findConfinement } = await import('../sandbox/confinement.ts');
  const { makeFolder } = await import('../sandbox/state-folder.ts');
  const { folder, speed, faults } = config.sandbox;
  // First of all: a folder that cannot be written is told by who knows the cure.
  makeFolder(folder);
  return openSandbox({
    folder,
    speed,
    now: () => around.clock.now(),
    faults: faults === undefined ? [] : await readFaults(faults),
    confinement: findConfinement(folder, around.env),
    bucket: { name: config.bucket, region: config.region },
  });
}

async function readFaults(file: string): Promise<readonly FaultRule[]> {
  const { parseFaults } = await import('../sandbox/faults.ts');
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(file, 'utf8').catch((error: unknown) => error as Error);
  const rules = typeof text === 'string' ? parseFaults(text) : { ok: false as const, error: text.message };
  if (rules.ok) return rules.value;
  throw new InvalidInput([
    {
      severity: 'error',
      code: 'faults',
      message: `the fault rules cannot be used: ${rules.error}`,
      place: { file },
      cure: 'mend the file, or unset sandbox.faults and AMIGRAPH_SANDBOX_FAULTS',
    },
  ]);
}
