/**
 * The sign of life of a run: one object, written again and again while the run holds leases, so that the leases themselves
 * need not be. It is written as a lease is, by a protocol that finds out what became of each write, but nobody else wants it.
 * It does not know what the leases are on.
 */
import type { CloudFailure } from '../core/failure.ts';
import { ok, type Result } from '../core/result.ts';
import type { Precondition } from '../ports/object-store.ts';
import type { Holder, LeaseDraft } from './lease-body.ts';
import { drive, type Driving } from './lease-driving.ts';
import { heartbeatKey } from './lease-keys.ts';
import { lostAfter, beatAfter, type Written, writing } from './lease-protocol.ts';

/** A lease that lives by the heartbeat of its run. All times are on the monotonic clock. */
export interface Beating {
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
  /** Of writes that may still arrive. */
  readonly #nonces = new Map<string, number>();
  #isBeating = false;
  /** Aborted when the last lease is gone. */
  #idle = new AbortController();

  constructor(access: Driving) {
    this.#access = access;
  }

  keepAlive(lease: Beating): void {
    this.#leases.add(lease);
    if (!this.#isBeating) void this.#beatOn();
  }

  letGo(lease: Beating): void {
    this.#leases.delete(lease);
    if (this.#leases.size > 0) return;
    this.#idle.abort();
    this.#idle = new AbortController();
  }

  async #beatOn(): Promise<void> {
    this.#isBeating = true;
    const { clock, ttlMs } = this.#access;
    while (this.#leases.size > 0) {
      // A lease that was written meanwhile needs none yet.
      const left = this.#oldest() + beatAfter(ttlMs) - clock.monotonic();
      await (left > 0 ? clock.sleep(left, this.#idle.signal) : this.#beat());
    }
    this.#isBeating = false;
  }

  #oldest(): number {
    return Math.min(...Array.from(this.#leases, ({ since }) => since));
  }

  async #beat(): Promise<void> {
    const written = await this.#write();
    const knownAt = this.#access.clock.monotonic();
    switch (written.kind) {
      case 'held':
        this.#standing = { etag: written.etag };
        this.#nonces.clear();
        await confirmAll([...this.#leases].filter((lease) => !lease.keep(written.since, knownAt)));
        break;
      case 'lost':
        // Somebody has removed or written what is nobody else's.
        this.#standing = written.etag === undefined ? { absent: true } : { etag: written.etag };
        await confirmAll([...this.#leases]);
        break;
      case 'failed':
        if (written.failure.nature === 'refused') await confirmAll([...this.#leases]);
        else for (const lease of [...this.#leases]) lease.expire(written.failure);
    }
  }

  #write(): Promise<Written> {
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
    };
    const deadline = this.#oldest() + lostAfter(ttlMs);
    const protocol = writing({ draft, precondition: this.#standing, deadline, nonces: this.#nonces });
    return drive(this.#access, heartbeatKey(prefix, holder.run), protocol);
  }
}

/** Its ETag, which is another whenever it has been written; undefined: there is none. */
export async function heartbeatOf(
  { store, prefix }: Pick<Driving, 'store' | 'prefix'>,
  { run }: Holder,
): Promise<Result<string | undefined, CloudFailure>> {
  const stored = await store.get(heartbeatKey(prefix, run));
  return stored.ok ? ok(stored.value?.etag) : stored;
}

const confirmAll = (leases: readonly Beating[]): Promise<unknown> =>
  Promise.all(leases.map((lease) => lease.confirm()));
