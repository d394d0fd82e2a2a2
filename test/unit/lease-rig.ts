/** What the tests of the lease's protocol stand on: one object that is written as S3 would, and answers that are given by hand. */
import { expect } from 'vitest';
import {
  type Holder,
  type Journal,
  type LeaseBody,
  type LeaseDraft,
  leaseText,
  parseLease,
} from '../../src/cache/lease-body.ts';
import {
  type Acquired,
  type AcquireFailure,
  type AcquireOptions,
  acquiring,
} from '../../src/cache/lease-protocol.ts';
import type { Answer, Protocol, Request } from '../../src/cache/lease-requests.ts';
import type { CloudFailure } from '../../src/core/failure.ts';
import { fail, ok, type Result } from '../../src/core/result.ts';
import type { Precondition, StoredObject, WriteOutcome } from '../../src/ports/object-store.ts';

export const ttlMs = 60_000;

export const holderOf = (user: string): Holder => ({ run: `run of ${user}`, host: 'x', user });

export const draftOf = (user: string, change: Partial<LeaseDraft> = {}): LeaseDraft => ({
  version: 2,
  state: 'held',
  token: 1,
  ttlMs,
  holder: holderOf(user),
  since: '2026-11-23T04:12:00.000Z',
  journal: null,
  broken: null,
  ...change,
});

export const journal: Journal = {
  buildId: 'b-1',
  template: 'gromacs',
  attempt: 1,
  startedAt: '2026-11-23T04:12:00.000Z',
  launch: null,
  lost: 0,
  instance: 'i-1',
  steps: ['bootstrap'],
  running: 'package gcc',
  imaging: false,
  image: null,
};

const failure = (nature: CloudFailure['nature'], awsCode: string): CloudFailure => ({
  code: 'cloud',
  awsCode,
  operation: 's3',
  message: 'no',
  nature,
});
export const timeOut = failure('unknown', 'TimeoutError');
export const refusal = failure('refused', 'AccessDenied');

/** One key of a bucket. Equal texts have equal ETags, as in S3. */
export class OneKey {
  stored: StoredObject | undefined;

  put(text: string, precondition: Precondition): WriteOutcome {
    if ('absent' in precondition) {
      if (this.stored !== undefined) return { kind: 'precondition-failed' };
    } else if (this.stored === undefined) return { kind: 'missing' };
    else if (this.stored.etag !== precondition.etag) return { kind: 'precondition-failed' };
    return { kind: 'stored', etag: this.place(text) };
  }

  /** Whatever stands there. */
  place(text: string): string {
    const etag = `the ETag of ${text}`;
    this.stored = { text, etag };
    return etag;
  }

  /** A lease by somebody of whom no more is told. */
  lay(nonce: string, draft: LeaseDraft): string {
    return this.place(leaseText({ ...draft, nonce }));
  }

  get body(): LeaseBody | undefined {
    return this.stored === undefined ? undefined : parseLease(this.stored.text);
  }
}

/**
 * What becomes of a request. Of a write: `silent`: done, but the answer is lost; `gone`: neither done nor answered;
 * `late`: not answered, and done when `arrive` is called; `twice`: sent twice below us, and the second answer is seen.
 * A read is answered, `gone` or `refused`.
 */
export type Fate = 'answered' | 'silent' | 'gone' | 'late' | 'twice' | 'conflict' | 'refused';

/** Answers a protocol, one request after the other, on a clock of its own. */
export class Hand<Outcome> {
  at = 0;
  interrupted = false;
  /** What each look at a heartbeat is answered with, and how long that takes. */
  heartbeatMs = 0;
  heartbeat: Result<string | undefined, CloudFailure> = ok(undefined);
  asked: Request | undefined;
  outcome: Outcome | undefined;
  readonly #protocol: Protocol<Outcome>;
  readonly #key: OneKey;
  readonly #user: string;
  readonly #late: (() => WriteOutcome)[] = [];
  #nonces = 0;

  constructor(user: string, key: OneKey, protocol: Protocol<Outcome>) {
    this.#user = user;
    this.#key = key;
    this.#protocol = protocol;
    this.#see(protocol.next());
  }

  get(fate: Fate = 'answered', ms = 0): this {
    this.#expecting('get');
    const { stored } = this.#key;
    const result = fate === 'answered' ? ok(stored) : fail(fate === 'refused' ? refusal : timeOut);
    return this.#tell(ms, (when) => ({ ...when, kind: 'get', result }));
  }

  /** The ETag of the holder's heartbeat from now on. */
  beat(etag: string | undefined): this {
    this.heartbeat = ok(etag);
    return this;
  }

  /** What is sent now is answered `ms` later. */
  put(fate: Fate = 'answered', ms = 0): this {
    const { draft, precondition } = this.#expecting('put');
    this.#nonces += 1;
    const nonce = `${this.#user}-${this.#nonces}`;
    const text = leaseText({ ...draft, nonce });
    const sentAt = this.at;
    const outcome = this.#outcomeOf(fate, () => this.#key.put(text, precondition));
    return this.#tell(ms, (when) => ({ ...when, kind: 'put', nonce, sentAt, outcome }));
  }

  needed(isNeeded: boolean, ms = 0): this {
    this.#expecting('needed');
    return this.#tell(ms, (when) => ({ ...when, kind: 'needed', isNeeded }));
  }

  pause(ms = 100): this {
    this.#expecting('pause');
    return this.#tell(ms, (when) => ({ ...when, kind: 'pause' }));
  }

  watch(ms = 10_000): this {
    this.#expecting('watch');
    return this.#tell(ms, (when) => ({ ...when, kind: 'watch' }));
  }

  /** The first write that is still on its way. */
  arrive(): WriteOutcome {
    const write = this.#late.shift();
    if (write === undefined) throw new Error('nothing is on its way');
    return write();
  }

  get onItsWay(): number {
    return this.#late.length;
  }

  #tell(ms: number, answer: (when: Pick<Answer, 'at' | 'interrupted'>) => Answer): this {
    this.at += ms;
    const { at, interrupted } = this;
    this.#see(this.#protocol.next(answer({ at, interrupted })));
    return this;
  }

  #outcomeOf(fate: Fate, write: () => WriteOutcome): WriteOutcome {
    switch (fate) {
      case 'answered':
        return write();
      case 'twice':
        write();
        return write();
      case 'silent':
        write();
        break;
      case 'late':
        this.#late.push(write);
        break;
      case 'gone':
        break;
      case 'conflict':
        return { kind: 'conflict' };
      case 'refused':
        return { kind: 'refused', failure: refusal };
    }
    return { kind: 'unknown', failure: timeOut };
  }

  #expecting<Kind extends Request['kind']>(kind: Kind): Extract<Request, { kind: Kind }> {
    const { asked } = this;
    const isAsked = (request: Request): request is Extract<Request, { kind: Kind }> => request.kind === kind;
    if (asked !== undefined && isAsked(asked)) return asked;
    throw new Error(`asked for is ${asked?.kind ?? 'nothing'}, not ${kind}`);
  }

  #see(next: IteratorResult<Request, Outcome>): void {
    this.asked = next.done === true ? undefined : next.value;
    if (next.done === true) this.outcome = next.value;
    if (this.asked?.kind === 'heartbeat')
      this.#tell(this.heartbeatMs, (when) => ({ ...when, kind: 'heartbeat', result: this.heartbeat }));
  }
}

export type Acquiring = Hand<Result<Acquired, AcquireFailure>>;

export function acquires(
  key: OneKey,
  { wait = true, above = 0, lapsed }: Partial<AcquireOptions> = {},
): Acquiring {
  const holding = () => ({ holder: holderOf('ada'), ttlMs, since: '2026-11-23T04:12:00.000Z' });
  return new Hand('ada', key, acquiring({ key: 'leases/k.json', holding, wait, above, lapsed }));
}

/** It has ended so, and asks for nothing more. */
export const fails = (ada: Acquiring, error: AcquireFailure): void =>
  expect(ada.outcome).toEqual({ ok: false, error });

/** By the write that ada is to ask for next, whose answer takes a while. */
export function takes(ada: Acquiring, key: OneKey, from: Partial<LeaseDraft>): void {
  const previous = key.body;
  const since = ada.at;
  const draft = draftOf('ada', from);
  const precondition = key.stored === undefined ? { absent: true } : { etag: key.stored.etag };
  expect(ada.asked).toEqual({ kind: 'put', draft, precondition });
  ada.put('answered', 30);
  const value = { draft, etag: key.stored?.etag, since, previous };
  expect(ada.outcome).toEqual({ ok: true, value });
}
