/** An AWS of our own in a folder: EC2, SSM and S3 behind one function from request to response. It does not know who calls. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Wire } from '../core/wire.ts';
import { answer, hold } from './answer.ts';
import type { World } from './answer.ts';
import type { Confinement } from './confinement-contract.ts';
import { countedRules } from './fault-firing.ts';
import type { FaultRule } from './faults.ts';
import { openStore } from './store.ts';
import { SandboxRemoved } from './unavailable.ts';
import { enter } from './users.ts';

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
  /** Aborted, with the reason, once its state was removed by somebody else: it cannot be used any more. */
  readonly removed: AbortSignal;
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
  const leave = enter(options.folder);
  const close = (): Promise<void> => {
    leave();
    return store.close();
  };
  try {
    if (options.bucket !== undefined) makeBucket({ ...world, rules: [] }, options.bucket);
  } catch (error) {
    await close();
    throw error;
  }
  const pause = options.pause ?? ((ms: number): Promise<void> => wait(ms));
  const removed = new AbortController();
  return {
    async wire(request) {
      const answered = answer(world, request);
      if (answered.unavailable instanceof SandboxRemoved) removed.abort(answered.unavailable);
      return hold(answered, pause);
    },
    confined: options.confinement !== undefined,
    removed: removed.signal,
    close,
  };
}

/** Past all faults: it is set up, not used. Making a bucket that is there already changes nothing. */
function makeBucket(world: World, { name, region }: { name: string; region: string }): void {
  const host = `s3.${region}.amazonaws.com`;
  const body = new Uint8Array();
  const request = { method: 'PUT', host, path: `/${name}`, query: [], headers: { host }, body };
  const { unavailable } = answer(world, request);
  if (unavailable !== undefined) throw unavailable;
}
