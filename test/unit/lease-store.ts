/** A store of one key for leases on a clock that is moved by hand: it takes its time, and loses what it is told to lose. */
import type { LeaseAccess } from '../../src/cache/lease-driving.ts';
import { fail, ok, type Result } from '../../src/core/result.ts';
import type { CloudFailure } from '../../src/core/failure.ts';
import type { ObjectStore, Precondition, StoredObject, WriteOutcome } from '../../src/ports/object-store.ts';
import { holderOf, type OneKey, timeOut, ttlMs } from './lease-rig.ts';
import type { HandClock } from './rig.ts';

/** `deaf`: what is written arrives, and no answer comes back. `read-only`: what is written is lost on the way. */
type Condition = 'there' | 'deaf' | 'read-only' | 'away';

export class SlowStore implements ObjectStore {
  condition: Condition = 'there';
  /** How long each call takes; a write arrives at the end of it, or, where `early`, at its beginning. */
  takesMs = 0;
  early = false;
  /** When each write was sent. */
  readonly sent: number[] = [];
  /** When a write last had its effect. */
  effectAt = -Infinity;
  readonly #key: OneKey;
  readonly #clock: HandClock;

  constructor(key: OneKey, clock: HandClock) {
    this.#key = key;
    this.#clock = clock;
  }

  async getOnce(): Promise<Result<StoredObject | undefined, CloudFailure>> {
    const { condition } = this;
    await this.#pass();
    return condition === 'there' || condition === 'read-only' ? ok(this.#key.stored) : fail(timeOut);
  }

  async put(_: string, text: string, precondition: Precondition): Promise<WriteOutcome> {
    const { condition, early } = this;
    const write = (): WriteOutcome => {
      const outcome = this.#key.put(text, precondition);
      if (outcome.kind === 'stored') this.effectAt = this.#clock.monotonic();
      return outcome;
    };
    this.sent.push(this.#clock.monotonic());
    const arrives = condition === 'there' || condition === 'deaf';
    const begun = early && arrives ? write() : undefined;
    await this.#pass();
    const outcome = arrives ? (begun ?? write()) : undefined;
    return condition === 'there' && outcome !== undefined ? outcome : { kind: 'unknown', failure: timeOut };
  }

  get(): Promise<Result<StoredObject | undefined, CloudFailure>> {
    return this.getOnce();
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
export const accessOf = (user: string, store: ObjectStore, clock: HandClock): LeaseAccess => ({
  store,
  clock,
  random: { hex: () => `${user}-${(nonces += 1)}`, fraction: () => 0.5 },
  holder: holderOf(user),
  ttlMs,
});
