/** An AWS of our own in a folder: EC2, SSM and S3 behind one function from request to response. It does not know who calls. */
import { lstatSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Wire } from '../core/wire.ts';
import { answer, hold } from './answer.ts';
import type { World } from './answer.ts';
import type { Confinement } from './confinement-contract.ts';
import { countedRules } from './fault-firing.ts';
import type { FaultRule } from './faults.ts';
import { openStore } from './store.ts';
import { SandboxUnavailable } from './unavailable.ts';

export { SandboxUnavailable } from './unavailable.ts';

export interface SandboxOptions {
  readonly folder: string;
  /** Durations are divided by it; Infinity: everything at once. */
  readonly speed: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly faults?: readonly FaultRule[];
  /** Absent: steps are simulated. */
  readonly confinement?: Confinement | undefined;
  /** A bucket that is there from the start, and where it is. */
  readonly bucket?: { readonly name: string; readonly region: string };
  /** Waits for that many milliseconds, where a fault holds an answer back. */
  readonly pause?: (ms: number) => Promise<void>;
}

export interface Sandbox {
  readonly wire: Wire;
  /** Whether steps are run for real. */
  readonly confined: boolean;
  close(): Promise<void>;
}

export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const store = await openStore(options.folder);
  const world: World = {
    store,
    speed: options.speed,
    now: options.now,
    rules: countedRules(options.faults ?? []),
    confinement: options.confinement,
  };
  if (options.bucket !== undefined) makeBucket({ ...world, rules: [] }, options.bucket);
  const pause = options.pause ?? ((ms: number): Promise<void> => wait(ms));
  return {
    wire: async (request) => hold(answer(world, request), pause),
    confined: options.confinement !== undefined,
    close: () => store.close(),
  };
}

/** Past all faults: it is set up, not used. Making a bucket that is there already changes nothing. */
function makeBucket(world: World, { name, region }: { name: string; region: string }): void {
  const host = `s3.${region}.amazonaws.com`;
  const body = new Uint8Array();
  answer(world, { method: 'PUT', host, path: `/${name}`, query: [], headers: { host }, body });
}

/** What a sandbox and its confinement make in their folder. */
const OWN = /^(?:state|instances|images|runs|bubblewrap\.json(?:\.\d+)?|(?:stand-ins|trial)-[\w-]+)$/u;

export async function resetSandbox(folder: string): Promise<void> {
  const found = entriesOf(folder);
  if (found === undefined || found.length === 0) return;
  const strange = found.find((name) => !OWN.test(name));
  if (strange !== undefined || !found.includes('state')) {
    throw new SandboxUnavailable(
      folder,
      strange === undefined
        ? "it does not look like a sandbox's folder"
        : `it holds ${strange}, which no sandbox made`,
      'Nothing was removed.',
    );
  }
  for (const name of found) await rm(join(folder, name), { recursive: true, force: true });
}

function entriesOf(folder: string): string[] | undefined {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (found.isDirectory()) return readdirSync(folder);
  throw new SandboxUnavailable(folder, 'it is not a folder', 'Nothing was removed.');
}
