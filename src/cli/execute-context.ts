/** What carrying out needs, from the cloud, the configuration and the process. It does not know what is carried out. */
import { Heartbeat } from '../cache/heartbeat.ts';
import type { Driving } from '../cache/lease-driving.ts';
import { manifestKey, type Parameters } from '../cache/manifest.ts';
import { SeenManifest } from '../cache/manifest-store.ts';
import { KnownParameters } from '../cache/parameters.ts';
import { paceOf } from '../config/config.ts';
import { type ExecuteContext, outageMs, paced, patience } from '../execute/context.ts';
import { looksOf } from '../execute/looks.ts';
import { Poller } from '../execute/poller.ts';
import type { Cloud, Workspace } from './context.ts';
import type { Interruptions, Surroundings } from './surroundings.ts';

/** Between two looks at AWS. */
export const pollMs = 20_000;
/** A holder that is not heard of for 1.5 times as long counts as dead. */
const leaseMs = { aws: 120_000, sandbox: 5000 } as const;

interface Asked extends Pick<ExecuteContext, 'emit' | 'listed' | 'wait' | 'readOnly' | 'onError'> {
  /** What the manifest says that parameters say. */
  readonly parameters: Parameters | undefined;
}

export function executeContext(
  around: Pick<Surroundings, 'clock' | 'random' | 'person'>,
  { config, files }: Pick<Workspace, 'config' | 'files'>,
  cloud: Pick<Cloud, 'store' | 'builder' | 'registry'>,
  { interrupted, abandoned }: Pick<Interruptions, 'interrupted' | 'abandoned'>,
  { parameters, ...asked }: Asked,
): ExecuteContext {
  const { clock, random, person } = around;
  const pace = paceOf(config);
  const { store, builder, registry } = cloud;
  const holder = { run: random.hex(16), ...person };
  const access: Driving = {
    store,
    clock,
    random,
    holder,
    ttlMs: pace === 1 ? leaseMs.aws : leaseMs.sandbox,
    prefix: config.prefix,
  };
  const manifest = { store, clock, random, key: manifestKey(config.prefix, config.region) };
  return {
    builder,
    registry,
    store,
    files,
    clock,
    random,
    ...asked,
    seen: new SeenManifest(asked.listed),
    lease: { ...access, heartbeat: new Heartbeat(access) },
    pace,
    trust: config.cache.trust,
    interrupted,
    abandoned,
    looks: looksOf(builder, registry),
    poller: new Poller(
      clock,
      { intervalMs: paced(pace, pollMs), outageMs: patience(pace, outageMs) },
      ({ operation, awsCode }, attempt) => asked.emit({ type: 'retry', operation, attempt, awsCode }),
    ),
    manifest,
    parameters: new KnownParameters(manifest, parameters ?? {}, holder.run),
    workspace: config.workspace,
    region: config.region,
    bucket: config.bucket,
    prefix: config.prefix,
  };
}
