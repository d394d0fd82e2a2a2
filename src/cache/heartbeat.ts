/**
 * The sign of life of a run: one object that names its leases, written again and again, so that the leases themselves need
 * not be. It is written as a lease is, by a protocol that finds out what became of each write, but nobody else wants it.
 * It does not know what the leases are on.
 */
import type { CloudFailure } from '../core/failure.ts';
import type { Precondition } from '../ports/object-store.ts';
import { keptAs, type LeaseDraft } from './lease-body.ts';
import { drive, type Driving } from './lease-driving.ts';
import { heartbeatKey } from './lease-keys.ts';
import { beatAfter, lostAfter, type Written, writing } from './lease-protocol.ts';

/** A lease that lives by the heartbeat of its run. All times are on the monotonic clock. */
export interface Beating {
  readonly key: string;
  readonly token: number;
  /** When the last sign of life that counts for it was sent: it is ours for the lease's duration after that. */
  readonly since: number;
  /**
   * A heartbeat that was sent at `sentAt` is known at `knownAt` to have been written. False: the lease had run out by then,
   * and may have been taken over before the heartbeat was there to be seen.
   */
  keep(sentAt: number, knownAt: number): boolean;
  /** Writes the lease itself: where that happens, nobody has taken it. */
  confirm(): Promise<boolean>;
  /** No heartbeat could be written. Gives the lease up where it has run out. */
  expire(failure: CloudFailure): void;
}

export class Heartbeat {
  readonly #access: Driving;
  readonly #leases = new Set<Beating>();
  #standing: Precondition = { absent: true };
  #isBeating = false;
  /** Aborted when a lease has come, or the last one has gone. */
  #changed = new AbortController();

  constructor(access: Driving) {
    this.#access = access;
  }

  keepAlive(lease: Beating): void {
    this.#leases.add(lease);
    // It may need the next one sooner than the others.
    if (this.#isBeating) this.#wake();
    else void this.#beatOn();
  }

  letGo(lease: Beating): void {
    this.#leases.delete(lease);
    if (this.#leases.size === 0) this.#wake();
  }

  #wake(): void {
    this.#changed.abort();
    this.#changed = new AbortController();
  }

  async #beatOn(): Promise<void> {
    this.#isBeating = true;
    const { clock, ttlMs } = this.#access;
    while (this.#leases.size > 0) {
      // A lease that was written meanwhile needs none yet.
      const left = this.#oldest() + beatAfter(ttlMs) - clock.monotonic();
      await (left > 0 ? clock.sleep(left, this.#changed.signal) : this.#beat());
    }
    this.#isBeating = false;
  }

  /** The last sign of life of the lease that runs out first; where there is none, nothing is worth another attempt. */
  #oldest(): number {
    if (this.#leases.size === 0) return Number.NEGATIVE_INFINITY;
    return Math.min(...Array.from(this.#leases, ({ since }) => since));
  }

  async #beat(): Promise<void> {
    const named = new Set(this.#leases);
    const written = await this.#write(named);
    const knownAt = this.#access.clock.monotonic();
    const leases = [...this.#leases];
    switch (written.kind) {
      case 'held':
        this.#standing = { etag: written.etag };
        await confirmAll(leases.filter((lease) => named.has(lease) && !lease.keep(written.since, knownAt)));
        break;
      case 'lost':
        this.#standing = written.etag === undefined ? { absent: true } : { etag: written.etag };
        // An attempt of before has arrived late, and tells nothing any more.
        if (written.by?.holder.run === this.#access.holder.run) break;
        // Somebody has removed or written what is nobody else's.
        await confirmAll(leases);
        break;
      case 'failed':
        if (written.failure.nature === 'refused') await confirmAll(leases);
        else for (const lease of leases) lease.expire(written.failure);
    }
  }

  #write(leases: ReadonlySet<Beating>): Promise<Written> {
    const { clock, holder, ttlMs, prefix } = this.#access;
    const draft: LeaseDraft = {
      version: 2,
      state: 'held',
      token: 1,
      ttlMs,
      holder,
      since: new Date(clock.now()).toISOString(),
      journal: null,
      broken: null,
      keeps: Array.from(leases, ({ key, token }) => keptAs(key, token)),
    };
    const deadline = (): number => this.#oldest() + lostAfter(ttlMs);
    const protocol = writing({ draft, precondition: this.#standing, deadline });
    return drive(this.#access, heartbeatKey(prefix, holder.run), protocol);
  }
}

const confirmAll = (leases: readonly Beating[]): Promise<unknown> =>
  Promise.all(leases.map((lease) => lease.confirm()));
