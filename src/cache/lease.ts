/**
 * The lease on one image: who may build it. Acquired, renewed and released by conditional writes alone.
 * It does not know what is built, and never compares the clocks of two machines.
 */
import type { CloudFailure } from '../core/failure.ts';
import type { Digest } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore, Precondition } from '../ports/object-store.ts';
import type { Random } from '../ports/random.ts';
import {
  type Holder,
  holderName,
  type Journal,
  type LeaseBody,
  leaseText,
  parseLease,
} from './lease-body.ts';

export interface LeaseAccess {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly holder: Holder;
  readonly ttlMs: number;
}

export function leaseKey(prefix: string, region: string, digest: Digest): string {
  return `${prefix}leases/${region}/${digest}.json`;
}

type Written =
  | { readonly kind: 'held'; readonly etag: string }
  /** Another's write stands there. */
  | { readonly kind: 'lost'; readonly by: LeaseBody | undefined }
  | { readonly kind: 'failed'; readonly failure: CloudFailure };

/**
 * One conditional write whose every answer is resolved by reading back, until `deadline` on the monotonic clock.
 * To find a nonce of one of its attempts means that it happened. `onNonce` learns each before it is sent.
 */
async function writeBody(
  access: LeaseAccess,
  key: string,
  precondition: Precondition,
  body: Omit<LeaseBody, 'nonce'>,
  deadline: number,
  onNonce: (nonce: string) => void = () => {},
): Promise<Written> {
  const { store, clock, random } = access;
  const nonces = new Set<string>();
  for (;;) {
    const nonce = random.hex(32);
    nonces.add(nonce);
    onNonce(nonce);
    const outcome = await store.put(key, leaseText({ ...body, nonce }), precondition);
    if (outcome.kind === 'stored') return { kind: 'held', etag: outcome.etag };
    if (outcome.kind === 'refused') return { kind: 'failed', failure: outcome.failure };
    const seen = await store.getOnce(key);
    if (seen.ok) {
      const there = seen.value === undefined ? undefined : parseLease(seen.value.text);
      if (seen.value !== undefined && there !== undefined && nonces.has(there.nonce)) {
        return { kind: 'held', etag: seen.value.etag };
      }
      const unchanged =
        'absent' in precondition ? seen.value === undefined : seen.value?.etag === precondition.etag;
      if (!unchanged) return { kind: 'lost', by: there };
    }
    if (clock.monotonic() >= deadline) {
      const failure = outcome.kind === 'unknown' ? outcome.failure : busy(key);
      return { kind: 'failed', failure };
    }
    await clock.sleep(50 + random.fraction() * 200);
  }
}

const busy = (key: string): CloudFailure => ({
  code: 'cloud',
  awsCode: 'ConditionalRequestConflict',
  operation: 's3:PutObject',
  message: `${key} could not be written: every attempt met another writer`,
  nature: 'unknown',
});

export type AcquireFailure =
  | CloudFailure
  | { readonly code: 'held'; readonly by: LeaseBody }
  | { readonly code: 'unreadable'; readonly key: string }
  | { readonly code: 'interrupted' };

export interface AcquireOptions {
  readonly signal: AbortSignal;
  /** False: answer `held` as soon as the holder has shown that it is alive, by a renewal. */
  readonly wait: boolean;
  readonly pollMs: number;
  /** The highest token known from elsewhere; the lease's own may have been lost with its object. */
  readonly above: number;
  /** Called at each look that finds it held. */
  readonly onWaiting: (by: LeaseBody) => void;
}

/** A service that fails for longer will not be waited for. */
const longestOutageMs = 20 * 60_000;

/** Waits until the lease is free, or its holder has not been heard of for 1.5 times its duration, and takes it. */
export async function acquireLease(
  access: LeaseAccess,
  key: string,
  options: AcquireOptions,
): Promise<Result<Lease, AcquireFailure>> {
  const { store, clock } = access;
  const nonces = new Set<string>();
  let failingSince: number | undefined;
  let watched: { etag: string; since: number } | undefined;
  for (;;) {
    if (options.signal.aborted) return fail({ code: 'interrupted' });
    const stored = await store.getOnce(key);
    if (!stored.ok) {
      failingSince ??= clock.monotonic();
      const hopeless =
        stored.error.nature === 'refused' || clock.monotonic() - failingSince > longestOutageMs;
      if (hopeless) return stored;
      await clock.sleep(options.pollMs, options.signal);
      continue;
    }
    failingSince = undefined;
    const there = stored.value === undefined ? undefined : parseLease(stored.value.text);
    if (stored.value !== undefined && there === undefined) return fail({ code: 'unreadable', key });

    let takenFrom: LeaseBody | undefined;
    // A write of ours that was given up on may have arrived after all: nobody holds that.
    if (stored.value !== undefined && there?.state === 'held' && !nonces.has(there.nonce)) {
      const now = clock.monotonic();
      // A holder that writes is alive; one that has died would be reported as building for ever.
      if (watched !== undefined && watched.etag !== stored.value.etag && !options.wait) {
        return fail({ code: 'held', by: there });
      }
      if (watched?.etag !== stored.value.etag) watched = { etag: stored.value.etag, since: now };
      if (now - watched.since < 1.5 * there.ttlMs) {
        options.onWaiting(there);
        await clock.sleep(options.pollMs, options.signal);
        continue;
      }
      takenFrom = there;
    }

    const sentAt = clock.monotonic();
    const precondition =
      stored.value === undefined ? ({ absent: true } as const) : { etag: stored.value.etag };
    const body: Omit<LeaseBody, 'nonce'> = {
      version: 1,
      state: 'held',
      token: Math.max(there?.token ?? 0, options.above) + 1,
      ttlMs: access.ttlMs,
      holder: access.holder,
      since: new Date(clock.now()).toISOString(),
      journal: takenFrom?.journal ?? null,
    };
    const written = await writeBody(
      access,
      key,
      precondition,
      body,
      sentAt + (2 / 3) * access.ttlMs,
      (nonce) => nonces.add(nonce),
    );
    if (written.kind === 'failed') return fail(written.failure);
    if (written.kind === 'held') {
      return ok(new Lease(access, key, body, written.etag, takenFrom));
    }
  }
}

/** Whose write was found in place of ours, for people; or why none could be written: anybody may hold it since. */
export type LostTo = { readonly holder: string } | { readonly failure: CloudFailure };

/** A lease that is held. Losing it aborts `signal`: then nothing may be touched any more. */
export class Lease {
  readonly token: number;
  /** Whose build goes on here; its holder died. */
  readonly takenFrom: LeaseBody | undefined;
  readonly #access: LeaseAccess;
  readonly #key: string;
  readonly #lost = new AbortController();
  readonly #ended = new AbortController();
  #body: Omit<LeaseBody, 'nonce'>;
  #etag: string;
  #writing: Promise<unknown> = Promise.resolve();
  #lostTo: LostTo = { holder: 'another run' };

  constructor(
    access: LeaseAccess,
    key: string,
    body: Omit<LeaseBody, 'nonce'>,
    etag: string,
    takenFrom: LeaseBody | undefined,
  ) {
    this.#access = access;
    this.#key = key;
    this.#body = body;
    this.#etag = etag;
    this.token = body.token;
    this.takenFrom = takenFrom;
    void this.#renew();
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  get journal(): Journal | null {
    return this.#body.journal;
  }

  /** Once it is lost: to whom. */
  get lostTo(): LostTo {
    return this.#lostTo;
  }

  /** Writes the journal; false: the lease is lost. */
  record(journal: Journal | null): Promise<boolean> {
    return this.#write((body) => ({ ...body, journal }));
  }

  /** Whether it is still ours, by a write: a clock cannot tell, for it may have stood still while this machine slept. */
  confirm(): Promise<boolean> {
    return this.#write((body) => body);
  }

  /** Marks the lease free, unless it is lost; deleting it would lose the token. */
  async release(): Promise<void> {
    this.#ended.abort();
    await this.#write((body) => ({ ...body, state: 'free', journal: null }));
  }

  /** Stops renewing and leaves the lease and its journal as they are, for the next run. */
  abandon(): void {
    this.#ended.abort();
  }

  /** One write after the other: each needs the ETag of the last, and changes what the last has written. */
  #write(change: (body: Omit<LeaseBody, 'nonce'>) => Omit<LeaseBody, 'nonce'>): Promise<boolean> {
    const write = this.#writing.then(async () => {
      if (this.#lost.signal.aborted) return false;
      const body = change(this.#body);
      const deadline = this.#access.clock.monotonic() + (2 / 3) * this.#access.ttlMs;
      const written = await writeBody(this.#access, this.#key, { etag: this.#etag }, body, deadline);
      if (written.kind === 'held') {
        this.#etag = written.etag;
        this.#body = body;
        return true;
      }
      if (written.kind === 'lost' && written.by !== undefined) {
        this.#lostTo = { holder: holderName(written.by.holder) };
      }
      if (written.kind === 'failed') this.#lostTo = { failure: written.failure };
      this.#lost.abort();
      return false;
    });
    this.#writing = write;
    return write;
  }

  async #renew(): Promise<void> {
    const { clock, ttlMs } = this.#access;
    const ended = AbortSignal.any([this.#ended.signal, this.#lost.signal]);
    for (;;) {
      await clock.sleep(ttlMs / 3, ended);
      if (ended.aborted) return;
      await this.confirm();
    }
  }
}
