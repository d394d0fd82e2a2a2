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
import type { Protocol, Request } from '../../src/cache/lease-protocol.ts';
import type { CloudFailure } from '../../src/core/failure.ts';
import { fail, ok } from '../../src/core/result.ts';
import type { Precondition, StoredObject, WriteOutcome } from '../../src/ports/object-store.ts';

export const ttlMs = 60_000;

export const holderOf = (user: string): Holder => ({ run: `run of ${user}`, host: 'x', user });

export const draftOf = (user: string, change: Partial<LeaseDraft> = {}): LeaseDraft => ({
  version: 1,
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
    return this.#expecting('get').answer(fate, ms);
  }

  put(fate: Fate = 'answered', ms = 0): this {
    return this.#expecting('put').answer(fate, ms);
  }

  pause(ms = 100): this {
    return this.#expecting('pause').answer('answered', ms);
  }

  watch(ms = 10_000): this {
    return this.#expecting('watch').answer('answered', ms);
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

  /** Whatever was asked for, `ms` later. */
  answer(fate: Fate, ms: number): this {
    const { asked } = this;
    if (asked === undefined) throw new Error('nothing is asked for');
    this.at += ms;
    const { at, interrupted } = this;
    this.#see(this.#protocol.next({ at, interrupted, ...this.#answerTo(asked, fate) }));
    return this;
  }

  #answerTo(asked: Request, fate: Fate) {
    if (asked.kind === 'get') {
      if (fate === 'answered') return { kind: 'get', result: ok(this.#key.stored) } as const;
      return { kind: 'get', result: fail(fate === 'refused' ? refusal : timeOut) } as const;
    }
    if (asked.kind !== 'put') return { kind: asked.kind } as const;
    this.#nonces += 1;
    const nonce = `${this.#user}-${this.#nonces}`;
    const text = leaseText({ ...asked.draft, nonce });
    const write = (): WriteOutcome => this.#key.put(text, asked.precondition);
    return { kind: 'put', nonce, outcome: this.#outcomeOf(fate, write) } as const;
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

  #expecting(kind: Request['kind']): this {
    expect(this.asked?.kind ?? 'nothing').toBe(kind);
    return this;
  }

  #see(next: IteratorResult<Request, Outcome>): void {
    this.asked = next.done === true ? undefined : next.value;
    if (next.done === true) this.outcome = next.value;
  }
}
