/**
 * The lease on one image: who may build it. Acquired, renewed and let go of by conditional writes alone, as lease-protocol.ts
 * says. It does not know what is built, and never compares the clocks of two machines.
 */
import type { CloudFailure } from '../core/failure.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { holderName, type Journal, type LeaseBody, type LeaseDraft } from './lease-body.ts';
import { drive, type LeaseAccess, type Watching } from './lease-driving.ts';
import {
  type Acquired,
  type AcquireFailure,
  type AcquireOptions,
  acquiring,
  lostAfter,
  renewAfter,
  type Written,
  writing,
} from './lease-protocol.ts';

/** Waits until the lease is free, or its holder has not been heard of for 1.5 times its duration, and takes it. */
export async function acquireLease(
  access: LeaseAccess,
  key: string,
  { wait, above, ...watching }: Pick<AcquireOptions, 'wait' | 'above'> & Watching,
): Promise<Result<Lease, AcquireFailure>> {
  const { holder, ttlMs, clock } = access;
  const holding = () => ({ holder, ttlMs, since: new Date(clock.now()).toISOString() });
  const acquired = await drive(access, key, acquiring({ key, holding, wait, above }), watching);
  return acquired.ok ? ok(new Lease(access, key, acquired.value)) : fail(acquired.error);
}

/** Whose write was found in place of ours, for people; or why none could be written: anybody may hold it since. */
export type LostTo = { readonly holder: string } | { readonly failure: CloudFailure };

/** A lease that is held. Losing it aborts `signal`: then nothing may be touched any more. */
export class Lease {
  readonly key: string;
  readonly token: number;
  /** What stood there before it was acquired; where it was held, its holder died. */
  readonly previous: LeaseBody | undefined;
  readonly #access: LeaseAccess;
  readonly #lost = new AbortController();
  readonly #ended = new AbortController();
  #draft: LeaseDraft;
  #etag: string;
  /** When the last write that counts was sent. */
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
    void this.#renew();
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
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
    this.#ended.abort();
    return this.#write((draft) => ({ ...draft, state: 'free', journal, broken }));
  }

  /** Stops renewing and leaves the lease and its journal as they are, for the next run. */
  abandon(): void {
    this.#ended.abort();
  }

  /** One write after the other: each needs the ETag of the last, and changes what the last has written. */
  #write(change: (draft: LeaseDraft) => LeaseDraft): Promise<boolean> {
    const write = this.#writing.then(async () => {
      if (this.#lost.signal.aborted) return false;
      const { clock, ttlMs } = this.#access;
      const draft = change(this.#draft);
      for (;;) {
        const deadline = this.#since + lostAfter(ttlMs);
        const protocol = writing({ draft, precondition: { etag: this.#etag }, deadline });
        const written = await drive(this.#access, this.key, protocol);
        if (written.kind !== 'held') return this.#lose(written);
        this.#etag = written.etag;
        this.#since = written.since;
        this.#draft = draft;
        // The answer of a process that stood still meanwhile tells nothing any more: once more.
        if (clock.monotonic() < written.since + lostAfter(ttlMs)) return true;
      }
    });
    this.#writing = write;
    return write;
  }

  #lose(written: Exclude<Written, { kind: 'held' }>): false {
    if (written.kind === 'lost' && written.by !== undefined)
      this.#lostTo = { holder: holderName(written.by.holder) };
    if (written.kind === 'failed') this.#lostTo = { failure: written.failure };
    this.#lost.abort();
    return false;
  }

  async #renew(): Promise<void> {
    const { clock, ttlMs } = this.#access;
    const ended = AbortSignal.any([this.#ended.signal, this.#lost.signal]);
    for (;;) {
      // What was written meanwhile has renewed it too.
      const left = this.#since + renewAfter(ttlMs) - clock.monotonic();
      await (left > 0 ? clock.sleep(left, ended) : this.confirm());
      if (ended.aborted) return;
    }
  }
}
