/**
 * The lease on one image: who may build it. Acquired, written and let go of by conditional writes alone, as lease-protocol.ts
 * says, and kept between them by the heartbeat of its run. It does not know what is built, and never compares the clocks of
 * two machines.
 */
import type { CloudFailure } from '../core/failure.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { holderName, type Journal, type LeaseBody, type LeaseDraft } from './lease-body.ts';
import type { Beating, Heartbeat } from './heartbeat.ts';
import { drive, type Driving, type Watching } from './lease-driving.ts';
import {
  type Acquired,
  type AcquireFailure,
  type AcquireOptions,
  acquiring,
  lostAfter,
  type Written,
  writing,
} from './lease-protocol.ts';

export interface LeaseAccess extends Driving {
  /** Of the run that is to hold it. */
  readonly heartbeat: Heartbeat;
}

/** Waits until the lease is free, or its holder has not been heard of for 1.5 times its duration, and takes it. */
export async function acquireLease(
  access: LeaseAccess,
  key: string,
  { wait, above, lapsed: before, ...watching }: Pick<AcquireOptions, 'wait' | 'above' | 'lapsed'> & Watching,
): Promise<Result<Lease, AcquireFailure>> {
  const { holder, ttlMs, clock } = access;
  const holding = () => ({ holder, ttlMs, since: new Date(clock.now()).toISOString() });
  for (let lapsed = before; ;) {
    const acquired = await drive(access, key, acquiring({ key, holding, wait, above, lapsed }), watching);
    if (!acquired.ok) return fail(acquired.error);
    const isFresh = clock.monotonic() < acquired.value.since + lostAfter(ttlMs);
    const lease = new Lease(access, key, acquired.value);
    // Another may have it by now, where this process stood still before it saw the answer.
    if (isFresh || (await lease.confirm())) return ok(lease);
    lapsed = lease.token;
  }
}

/** Whose write was found in place of ours, for people; null: nobody's, since its object is gone or no lease. Or why none could be written: anybody may hold it since. */
export type LostTo = { readonly holder: string | null } | { readonly failure: CloudFailure };

/** A lease that is held. Losing it aborts `signal`: then nothing may be touched any more. */
export class Lease implements Beating {
  readonly key: string;
  readonly token: number;
  /** What stood there before it was acquired; where it was held, its holder died. */
  readonly previous: LeaseBody | undefined;
  readonly #access: LeaseAccess;
  readonly #lost = new AbortController();
  #draft: LeaseDraft;
  #etag: string;
  #since: number;
  #writing: Promise<unknown> = Promise.resolve();
  #lostTo: LostTo = { holder: 'another run' };

  constructor(access: LeaseAccess, key: string, { draft, etag, since, previous }: Acquired) {
    this.#access = access;
    this.key = key;
    this.#draft = draft;
    this.#etag = etag;
    this.#since = since;
    this.token = draft.token;
    this.previous = previous;
    access.heartbeat.keepAlive(this);
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  get since(): number {
    return this.#since;
  }

  get journal(): Journal | null {
    return this.#draft.journal;
  }

  /** Once it is lost: to whom. */
  get lostTo(): LostTo {
    return this.#lostTo;
  }

  /** Writes the journal; false: the lease is lost. */
  record(journal: Journal): Promise<boolean> {
    return this.#write((draft) => ({ ...draft, journal }));
  }

  /** Whether it is still ours, by a write: a clock cannot tell, for it may have stood still while this machine slept. */
  confirm(): Promise<boolean> {
    return this.#write((draft) => draft);
  }

  /** Marks the lease free; deleting it would lose the token. False: it was lost before. */
  async free({ journal, broken }: Pick<LeaseBody, 'journal' | 'broken'>): Promise<boolean> {
    this.#access.heartbeat.letGo(this);
    return this.#write((draft) => ({ ...draft, state: 'free', journal, broken }));
  }

  /** Leaves the lease and its journal as they are, for the next run. */
  abandon(): void {
    this.#access.heartbeat.letGo(this);
  }

  keep(sentAt: number, knownAt: number): boolean {
    if (knownAt >= this.#expiry) return false;
    this.#since = Math.max(this.#since, sentAt);
    return true;
  }

  expire(failure: CloudFailure): void {
    if (this.#access.clock.monotonic() >= this.#expiry) this.#lose({ kind: 'failed', failure });
  }

  get #expiry(): number {
    return this.#since + lostAfter(this.#access.ttlMs);
  }

  /** One write after the other: each needs the ETag of the last, and changes what the last has written. */
  #write(change: (draft: LeaseDraft) => LeaseDraft): Promise<boolean> {
    const write = this.#writing.then(async () => {
      if (this.#lost.signal.aborted) return false;
      const { clock, ttlMs } = this.#access;
      const draft = change(this.#draft);
      for (;;) {
        // As it stands now: heartbeats may keep a lease for ever that cannot be written.
        const expiry = this.#expiry;
        const protocol = writing({ draft, precondition: { etag: this.#etag }, deadline: () => expiry });
        const written = await drive(this.#access, this.key, protocol);
        if (written.kind !== 'held') return this.#lose(written);
        this.#etag = written.etag;
        this.#since = Math.max(this.#since, written.since);
        this.#draft = draft;
        // It was given up meanwhile.
        if (this.#lost.signal.aborted) return false;
        // The answer of a process that stood still meanwhile tells nothing any more: once more.
        if (clock.monotonic() < written.since + lostAfter(ttlMs)) return true;
      }
    });
    this.#writing = write;
    return write;
  }

  #lose(written: Exclude<Written, { kind: 'held' }>): false {
    if (written.kind === 'lost')
      this.#lostTo = { holder: written.by === undefined ? null : holderName(written.by.holder) };
    if (written.kind === 'failed') this.#lostTo = { failure: written.failure };
    this.#access.heartbeat.letGo(this);
    this.#lost.abort();
    return false;
  }
}
