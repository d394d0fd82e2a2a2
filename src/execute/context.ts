/** What carrying out a plan needs of the world. It does not know which world it is. */
import type { LeaseAccess } from '../cache/lease.ts';
import type { Manifest } from '../cache/manifest.ts';
import type { ManifestAccess, SeenManifest } from '../cache/manifest-store.ts';
import type { KnownParameters } from '../cache/parameters.ts';
import type { Emit } from '../core/event.ts';
import type { Builder } from '../ports/builder.ts';
import type { Clock } from '../ports/clock.ts';
import type { Files } from '../ports/files.ts';
import type { ImageRegistry } from '../ports/image-registry.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Random } from '../ports/random.ts';
import type { Looks } from './looks.ts';
import type { Poller } from './poller.ts';

export interface ExecuteContext {
  readonly builder: Builder;
  readonly registry: ImageRegistry;
  readonly store: ObjectStore;
  readonly files: Files;
  readonly clock: Clock;
  readonly random: Random;
  readonly poller: Poller;
  readonly looks: Looks;
  readonly manifest: ManifestAccess;
  readonly lease: LeaseAccess;
  readonly emit: Emit;
  readonly workspace: string;
  readonly region: string;
  readonly bucket: string;
  /** What object keys begin with. */
  readonly prefix: string;
  /** By what waits are divided: 1 on AWS, the sandbox's speed there. */
  readonly pace: number;
  /** What the manifest had, by digest, when the plan was made. */
  readonly listed: Manifest['images'];
  /** Those of templates. */
  readonly parameters: KnownParameters;
  /** What it has had since. */
  readonly seen: SeenManifest;
  /** False: an image that another run builds is an error at once. */
  readonly wait: boolean;
  /** Images are reused, and none is built: nothing is written. */
  readonly readOnly: boolean;
  /** Whether an image must be in the manifest to be reused. */
  readonly trust: 'tags' | 'manifest';
  /** What becomes of the instance of a step that failed. */
  readonly onError: 'cleanup' | 'keep';
  /** Aborted by Ctrl-C: stop what is going on, clean up. */
  readonly interrupted: AbortSignal;
  /** Aborted by the second Ctrl-C: leave everything as it is, for the next run. */
  readonly abandoned: AbortSignal;
}

/** A service that is away comes back within this time of AWS's, or is not waited for. */
export const outageMs = 20 * 60_000;

/** `ms` of AWS's time at the pace of this world, never less than a few milliseconds. */
export function paced(pace: number, ms: number): number {
  return Math.max(5, ms / pace);
}

/** No limit is shortened below this: the machine that runs a sandbox does not get faster with it. */
const leastLimitMs = 120_000;

/** Real milliseconds to wait for something that takes at most `ms` on AWS. */
export function patience(pace: number, ms: number): number {
  return Math.max(ms / pace, Math.min(ms, leastLimitMs));
}
