/** What is done in the world while a lease is acquired: how often another is looked at, and who is asked whether it is needed. */
import { beforeEach, describe, expect, test } from 'vitest';
import { acquireLease } from '../../src/cache/lease.ts';
import { draftOf, journal, type OneKey } from './lease-rig.ts';
import { accessOf, Bucket, SlowStore } from './lease-store.ts';
import { errorOf, HandClock, valueOf } from './rig.ts';

let key: OneKey;
let clock: HandClock;
let store: SlowStore;
let log: string[];
let isNeeded: boolean;

beforeEach(() => {
  const bucket = new Bucket();
  key = bucket.at('k');
  clock = new HandClock();
  store = new SlowStore(bucket, clock);
  log = [];
  isNeeded = true;
});

const acquires = () =>
  acquireLease(accessOf('ada', store, clock), 'k', {
    wait: true,
    above: 3,
    signal: new AbortController().signal,
    onWaiting: (by) => log.push(`waits for ${by.holder.user} at ${clock.monotonic()}`),
    isNeeded: () => {
      log.push(`asked at ${clock.monotonic()}, written ${store.sent.length} times`);
      return Promise.resolve(isNeeded);
    },
  });

describe('what is free and has been held since', () => {
  beforeEach(() => key.lay('bob-9', draftOf('bob', { state: 'free', token: 4 })));

  test('is acquired once it is said to be needed', async () => {
    const lease = valueOf(await acquires());
    expect(log).toEqual(['asked at 0, written 0 times']);
    expect([lease.token, lease.previous?.nonce]).toEqual([5, 'bob-9']);
    lease.abandon();
  });

  test('is not written where it is not needed', async () => {
    isNeeded = false;
    expect(errorOf(await acquires())).toEqual({ code: 'not-needed' });
    await clock.pass(100_000);
    expect([log, store.sent]).toEqual([['asked at 0, written 0 times'], []]);
  });
});

test('what another leaves that may still come to be is handed on unasked', async () => {
  key.lay('bob-9', draftOf('bob', { state: 'free', token: 4, journal }));
  const lease = valueOf(await acquires());
  expect([log, lease.journal]).toEqual([[], journal]);
  lease.abandon();
});

test('what another holds is looked at six times in its duration, and taken over unasked', async () => {
  key.lay('bob-1', draftOf('bob', { token: 4, journal }));
  const acquiring = acquires();
  await clock.pass(90_000);
  const lease = valueOf(await acquiring);
  expect(log).toEqual(Array.from({ length: 9 }, (_, look) => `waits for bob at ${look * 10_000}`));
  expect([store.sent, lease.journal, lease.previous?.nonce]).toEqual([[90_000], journal, 'bob-1']);
  lease.abandon();
});
