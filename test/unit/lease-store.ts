/** A store of one lease and of heartbeats on a clock that is moved by hand: it takes its time, and loses what it is told to lose. */
import { Heartbeat } from '../../src/cache/heartbeat.ts';
import { heartbeatKey } from '../../src/cache/lease-keys.ts';
import { acquireLease, type Lease, type LeaseAccess } from '../../src/cache/lease.ts';
import { fail, ok, type Result } from '../../src/core/result.ts';
import type { CloudFailure } from '../../src/core/failure.ts';
import type { ObjectStore, Precondition, StoredObject, WriteOutcome } from '../../src/ports/object-store.ts';
import { holderOf, OneKey, refusal, timeOut, ttlMs } from './lease-rig.ts';
import { type HandClock, valueOf } from './rig.ts';

/** `deaf`: what is written arrives, and no answer comes back. `read-only`: what is written is lost on the way. */
type Condition = 'there' | 'deaf' | 'read-only' | 'away';

/** Leases by key, and heartbeats. */
export class Bucket {
  readonly #keys = new Map<string, OneKey>();

  at(key: string): OneKey {
    const known = this.#keys.get(key) ?? new OneKey();
    this.#keys.set(key, known);
    return known;
  }

  heartbeatOf(user: string): OneKey {
    return this.at(heartbeatKey('', holderOf(user).run));
  }

  isHeartbeat(key: string): boolean {
    return key.startsWith('heartbeats/');
  }
}

export class SlowStore implements ObjectStore {
  condition: Condition = 'there';
  /** How long each call takes; a write arrives at the end of it, or, where `early`, at its beginning. */
  takesMs = 0;
  early = false;
  /** Heartbeats are refused, as where the policy of the caller has none. */
  refusesHeartbeats = false;
  /** When each write of the lease was sent, and of a heartbeat. */
  readonly sent: number[] = [];
  readonly beats: number[] = [];
  /** When a write last had its effect. */
  effectAt = -Infinity;
  readonly #bucket: Bucket;
  readonly #clock: HandClock;

  constructor(bucket: Bucket, clock: HandClock) {
    this.#bucket = bucket;
    this.#clock = clock;
  }

  async getOnce(key: string): Promise<Result<StoredObject | undefined, CloudFailure>> {
    const { condition } = this;
    await this.#pass();
    if (condition !== 'there' && condition !== 'read-only') return fail(timeOut);
    return ok(this.#bucket.at(key).stored);
  }

  async put(key: string, text: string, precondition: Precondition): Promise<WriteOutcome> {
    const { condition, early } = this;
    const write = (): WriteOutcome => {
      const outcome = this.#bucket.at(key).put(text, precondition);
      if (outcome.kind === 'stored') this.effectAt = this.#clock.monotonic();
      return outcome;
    };
    const isHeartbeat = this.#bucket.isHeartbeat(key);
    (isHeartbeat ? this.beats : this.sent).push(this.#clock.monotonic());
    if (isHeartbeat && this.refusesHeartbeats) return { kind: 'refused', failure: refusal };
    const arrives = condition === 'there' || condition === 'deaf';
    const begun = early && arrives ? write() : undefined;
    await this.#pass();
    const outcome = arrives ? (begun ?? write()) : undefined;
    return condition === 'there' && outcome !== undefined ? outcome : { kind: 'unknown', failure: timeOut };
  }

  get(key: string): Promise<Result<StoredObject | undefined, CloudFailure>> {
    return this.getOnce(key);
  }

  copy(): Promise<Result<void, CloudFailure>> {
    return Promise.resolve(fail(timeOut));
  }

  part(): Promise<Result<undefined, CloudFailure>> {
    return Promise.resolve(fail(timeOut));
  }

  list(): Promise<Result<string[], CloudFailure>> {
    return Promise.resolve(fail(timeOut));
  }

  async #pass(): Promise<void> {
    if (this.takesMs > 0) await this.#clock.sleep(this.takesMs);
  }
}

let nonces = 0;

/** How a user comes to it: nonces are never used twice, and pauses last 150 ms. */
export function accessOf(user: string, store: ObjectStore, clock: HandClock): LeaseAccess {
  const access = {
    store,
    clock,
    random: { hex: () => `${user}-${(nonces += 1)}`, fraction: () => 0.5 },
    holder: holderOf(user),
    ttlMs,
    prefix: '',
  };
  return { ...access, heartbeat: new Heartbeat(access) };
}

/** Waits for it as long as it takes. */
export async function acquired(access: LeaseAccess, key = 'k'): Promise<Lease> {
  const options = { wait: true, above: 0, signal: new AbortController().signal };
  return valueOf(await acquireLease(access, key, options));
}
