/** Processes that die, hang or have a wrong clock, all in one test process, before one sandbox that goes on. It does not know what they run. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../../src/ports/clock.ts';
import type { WireRequest, WireResponse } from '../../src/core/wire.ts';
import type * as Sandboxes from '../../src/sandbox/sandbox.ts';

/** When a call is its process's last: before it is sent, with its effect but without its answer, or once that has come. */
export const moments = ['before', 'unanswered', 'answered'] as const;
export type Moment = (typeof moments)[number];

/** What happens to a process around its calls to AWS. */
export interface Fate {
  /** The time at AWS, whatever the process takes it for. */
  readonly now: () => number;
  /** True: it dies there. `call` counts from 1. */
  readonly dies: (call: number, moment: Moment) => boolean;
  readonly onDeath: () => void;
  /** Called before each: it may begin to stand still. */
  readonly onCall: (call: number) => void;
  /** Resolves as soon as it does not stand still. */
  readonly awake: () => Promise<void>;
  /** By the process's clock. */
  readonly sleep: Clock['sleep'];
  /** What is answered in the place of the service, which is not asked. */
  readonly insteadOf?: (request: WireRequest, now: number) => WireResponse | undefined;
  readonly onAnswer?: (request: WireRequest, answer: WireResponse) => void;
}

const fates = new AsyncLocalStorage<Fate>();

/** Runs `process` as one whose calls all have this fate. */
export const fated = <Value>(fate: Fate, process: () => Value): Value => fates.run(fate, process);

const never = new Promise<never>(() => {});

/** The SDK waits between its attempts in real time: in a process with a fate, by that process's clock. */
const realTimeout = globalThis.setTimeout;
const realClear = globalThis.clearTimeout;
const waits = new WeakMap<object, AbortController>();
globalThis.setTimeout = Object.assign(
  (call: (...given: unknown[]) => void, ms?: number, ...given: unknown[]): NodeJS.Timeout => {
    const fate = fates.getStore();
    if (fate === undefined) return realTimeout(call, ms, ...given);
    const cleared = new AbortController();
    const timeout = realTimeout(() => {}, 0);
    waits.set(timeout, cleared);
    // As Node does: less than a millisecond would never pass.
    void fate.sleep(Math.max(1, Math.ceil(ms ?? 1)), cleared.signal).then(() => {
      if (!cleared.signal.aborted) call(...given);
    });
    return timeout;
  },
  realTimeout,
);
/** By which it also measures how fast it may ask, once it was throttled. */
const realNow = Date.now;
Date.now = () => fates.getStore()?.now() ?? realNow();
globalThis.clearTimeout = (timeout) => {
  if (typeof timeout === 'object') waits.get(timeout)?.abort();
  realClear(timeout);
};

/** For `vi.mock`: the module as it is, but that all that open the same folder share one sandbox, and reach it by their fate. */
export function killable(real: typeof Sandboxes): typeof Sandboxes {
  const opened = new Map<string, Promise<Sandboxes.Sandbox>>();
  return {
    ...real,
    async openSandbox(options) {
      const fate = fates.getStore();
      if (fate === undefined) return real.openSandbox(options);
      const key = JSON.stringify([options.folder, options.faults]);
      const first = opened.get(key) ?? real.openSandbox({ ...options, now: fate.now });
      opened.set(key, first);
      const sandbox = await first;
      let calls = 0;
      let isDead = false;
      const die = (): Promise<never> => {
        isDead = true;
        fate.onDeath();
        return never;
      };
      return {
        ...sandbox,
        async wire(request) {
          calls += 1;
          const call = calls;
          if (isDead) return never;
          if (fate.dies(call, 'before')) return die();
          fate.onCall(call);
          await fate.awake();
          if (isDead) return never;
          const answer = fate.insteadOf?.(request, fate.now()) ?? (await sandbox.wire(request));
          await fate.awake();
          // It died over another call meanwhile.
          if (isDead) return never;
          fate.onAnswer?.(request, answer);
          if (fate.dies(call, 'unanswered')) return die();
          if (fate.dies(call, 'answered')) void die();
          return answer;
        },
        close: () => Promise.resolve(),
      };
    },
  };
}

/** `ec2 RunInstances`, `s3 PUT leases`: enough to say in words where a process died. */
export function callName({ method, path, headers, body }: WireRequest): string {
  const target = headers['x-amz-target'];
  if (target !== undefined) return `ssm ${target.replace(/^.*\./, '')}`;
  const action = /(?:^|&)Action=(\w+)/.exec(Buffer.from(body).toString('latin1'))?.[1];
  if (action !== undefined) return `ec2 ${action}`;
  return `s3 ${method} ${path.split('/').slice(2, -1).join('/')}`;
}
