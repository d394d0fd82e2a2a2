/** Getting a lease: what is taken at once, what is watched, and when its holder counts as dead. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { LeaseBody } from '../../src/cache/lease-body.ts';
import { type Acquired, type AcquireFailure, acquiring } from '../../src/cache/lease-protocol.ts';
import type { Result } from '../../src/core/result.ts';
import { draftOf, Hand, holderOf, journal, OneKey, refusal, timeOut, ttlMs } from './lease-rig.ts';

type Ada = Hand<Result<Acquired, AcquireFailure>>;

const minutes = 60_000;
const broken = { buildId: 'b-1', step: 'package gcc', exitCode: 3, status: 'Failed' };
const bob = (change: Partial<LeaseBody> = {}) => draftOf('bob', { token: 4, ...change });

let key: OneKey;
let ada: Ada;

function acquires({ wait = true, above = 0 } = {}): Ada {
  const holding = () => ({ holder: holderOf('ada'), ttlMs, since: '2026-11-23T04:12:00.000Z' });
  return new Hand('ada', key, acquiring({ key: 'leases/k.json', holding, wait, above }));
}

/** By the write that ada is to ask for next. */
function takes(from: Partial<Acquired['draft']>, takenFrom?: LeaseBody): void {
  const expected = key.stored === undefined ? { absent: true } : { etag: key.stored.etag };
  const draft = draftOf('ada', from);
  expect(ada.asked).toEqual({ kind: 'put', draft, precondition: expected });
  ada.put();
  expect(ada.outcome).toEqual({ ok: true, value: { draft, etag: key.stored?.etag, takenFrom } });
}

const fails = (error: AcquireFailure): void => expect(ada.outcome).toEqual({ ok: false, error });

beforeEach(() => {
  key = new OneKey();
  ada = acquires();
});

describe('what nobody holds is taken at once', () => {
  test('where there is nothing, with the first token', () => {
    ada.get();
    takes({ token: 1 });
  });

  test.each([
    [0, 5],
    [4, 5],
    [5, 6],
    [90, 91],
  ])('a token known from elsewhere raises its own: %d and 4 make %d', (above, token) => {
    key.lay('bob-1', bob({ state: 'free' }));
    ada = acquires({ above });
    ada.get();
    takes({ token });
  });

  test('a lost object does not lower the token', () => {
    ada = acquires({ above: 90 });
    ada.get();
    takes({ token: 91 });
  });

  test('from who has let go, with nothing of what that has done', () => {
    key.lay('bob-1', bob({ state: 'free', journal, broken }));
    ada.get();
    takes({ token: 5, journal: null, broken: null });
  });

  test('from who is faster, it is not', () => {
    ada.get();
    key.lay('bob-1', bob());
    ada.put().get();
    ada.get();
    expect(ada.asked).toEqual({ kind: 'watch', by: { ...bob(), nonce: 'bob-1' } });
  });

  test('and time for the write runs from the look before it', () => {
    ada
      .get('answered', 7 * minutes)
      .put('gone', 39_999)
      .get();
    ada.pause(1).put('gone').get();
    fails(timeOut);
  });
});

describe('what is held is watched', () => {
  const dead = 90_000;

  test('for as long as it is renewed', () => {
    for (let renewal = 1; renewal <= 1000; renewal += 1) {
      key.lay(`bob-${renewal}`, bob());
      ada.get();
      expect(ada.asked).toEqual({ kind: 'watch', by: { ...bob(), nonce: `bob-${renewal}` } });
      ada.watch(dead);
    }
  });

  test('until it has not changed for one and a half of its durations: its build goes on', () => {
    key.lay('bob-1', bob({ journal }));
    ada
      .get('answered', 7 * minutes)
      .watch(dead - 1)
      .get();
    ada.watch(1).get();
    takes({ token: 5, journal }, { ...bob({ journal }), nonce: 'bob-1' });
  });

  test('by the duration of its holder, not by our own', () => {
    key.lay('bob-1', bob({ ttlMs: 2 * ttlMs }));
    ada.get().watch(dead).get().watch(dead).get();
    takes({ token: 5 }, { ...bob({ ttlMs: 2 * ttlMs }), nonce: 'bob-1' });
  });

  test('anew from a renewal at the last moment', () => {
    key.lay('bob-1', bob());
    ada.get().watch(dead);
    key.lay('bob-2', bob());
    ada.get();
    expect(ada.asked).toMatchObject({ kind: 'watch', by: { nonce: 'bob-2' } });
    ada
      .watch(dead - 1)
      .get()
      .watch(1)
      .get();
    takes({ token: 5 }, { ...bob(), nonce: 'bob-2' });
  });

  test('and a renewal between the last look and the taking keeps it', () => {
    key.lay('bob-1', bob());
    ada.get().watch(dead).get();
    key.lay('bob-2', bob());
    ada.put().get().get();
    expect(ada.asked).toMatchObject({ kind: 'watch', by: { nonce: 'bob-2' } });
    expect(key.body?.nonce).toBe('bob-2');
  });

  test('and what is as it was two writes ago has changed all the same: no nonce comes twice', () => {
    key.lay('bob-1', bob({ journal: null }));
    ada.get().watch(dead / 2);
    key.lay('bob-2', bob({ journal }));
    key.lay('bob-3', bob({ journal: null }));
    ada
      .get()
      .watch(dead / 2)
      .get();
    expect(ada.asked).toMatchObject({ kind: 'watch', by: { nonce: 'bob-3' } });
  });

  test('also while the store does not answer', () => {
    key.lay('bob-1', bob());
    ada
      .get()
      .watch(dead / 2)
      .get('gone');
    expect(ada.asked).toEqual({ kind: 'watch', by: undefined });
    ada.watch(dead / 2).get();
    takes({ token: 5 }, { ...bob(), nonce: 'bob-1' });
  });

  test('by who does not want to wait until the first sign of life', () => {
    key.lay('bob-1', bob());
    ada = acquires({ wait: false });
    ada.get().watch().get().watch();
    key.lay('bob-2', bob());
    ada.get();
    fails({ code: 'held', by: { ...bob(), nonce: 'bob-2' } });
  });

  test('by who does not want to wait until it counts as dead', () => {
    key.lay('bob-1', bob({ journal }));
    ada = acquires({ wait: false });
    ada.get().watch(dead).get();
    takes({ token: 5, journal }, { ...bob({ journal }), nonce: 'bob-1' });
  });

  test('unless it is a late write of our own, which nobody holds', () => {
    ada.get().put('late');
    key.lay('bob-1', bob());
    ada.get().get().watch();
    // Only a removal by hand lets the late write pass.
    key.stored = undefined;
    expect(ada.arrive()).toMatchObject({ kind: 'stored' });
    expect(key.body?.nonce).toBe('ada-1');
    ada.get();
    takes({ token: 2 });
  });
});

describe('why there is none', () => {
  test.each([
    ["somebody else's", '{}'],
    ['of a version that is not known', JSON.stringify({ ...bob(), nonce: 'n', version: 2 })],
    ['too large to be read', null],
  ])('what stands there is %s', (_, text) => {
    key.stored = { text, etag: 'e' };
    ada.get();
    fails({ code: 'unreadable', key: 'leases/k.json' });
  });

  test('the store refuses to show it', () => {
    ada.get('refused');
    fails(refusal);
  });

  test('the store refuses to write it', () => {
    ada.get().put('refused');
    fails(refusal);
  });

  test('the store is away for more than 20 minutes', () => {
    ada
      .get('gone')
      .watch(20 * minutes)
      .get('gone');
    expect(ada.asked).toEqual({ kind: 'watch', by: undefined });
    ada.watch(1).get('gone');
    fails(timeOut);
  });

  test('not that it was away twice for less', () => {
    ada.get('gone').watch(20 * minutes);
    key.lay('bob-1', bob());
    ada
      .get()
      .watch(1)
      .get('gone')
      .watch(20 * minutes)
      .get('gone');
    expect(ada.asked).toEqual({ kind: 'watch', by: undefined });
  });

  test.each([
    ['before anything was seen', () => ada],
    [
      'while another was watched',
      () => {
        key.lay('bob-1', bob());
        return ada.get().watch();
      },
    ],
    ['while the store did not answer', () => ada.get('gone').watch()],
  ])('it was interrupted %s', (_, story) => {
    story().interrupted = true;
    ada.get();
    fails({ code: 'interrupted' });
    expect(key.body?.holder.user).not.toBe('ada');
  });
});

describe('that the template does not work', () => {
  const freed = { ...bob({ state: 'free', broken }), nonce: 'bob-9' };

  test.each([true, false])('is told to who watched the holder that found it; wait: %j', (wait) => {
    key.lay('bob-1', bob());
    ada = acquires({ wait });
    ada.get().watch();
    key.lay('bob-9', freed);
    ada.get();
    fails({ code: 'broken', holder: holderOf('bob'), step: broken });
  });

  test('is not told to who came later: it tries', () => {
    key.lay('bob-9', freed);
    ada.get();
    takes({ token: 5 });
  });

  test('is not told to who watched a holder before that one: it tries', () => {
    key.lay('cy-1', draftOf('cy', { token: 3 }));
    ada.get().watch();
    key.lay('bob-9', freed);
    ada.get();
    takes({ token: 5 });
  });

  test('is told of the last holder that was watched, whoever was before', () => {
    key.lay('cy-1', draftOf('cy', { token: 3 }));
    ada.get().watch();
    key.lay('bob-1', bob());
    ada.get().watch();
    key.lay('bob-9', freed);
    ada.get();
    fails({ code: 'broken', holder: holderOf('bob'), step: broken });
  });

  test('is not told where the holder did not say so: it takes its turn', () => {
    key.lay('bob-1', bob());
    ada.get().watch();
    key.lay('bob-9', { ...freed, broken: null });
    ada.get();
    takes({ token: 5 });
  });
});
