/** Answers that come when a lease has run out, or not at all. */
import { beforeEach, expect, test } from 'vitest';
import type { LeaseAccess } from '../../src/cache/lease.ts';
import { holderOf, journal, timeOut } from './lease-rig.ts';
import { accessOf, acquired, Bucket, SlowStore } from './lease-store.ts';
import { HandClock } from './rig.ts';

let bucket: Bucket;
let clock: HandClock;
let store: SlowStore;
let ada: LeaseAccess;

beforeEach(() => {
  bucket = new Bucket();
  clock = new HandClock();
  store = new SlowStore(bucket, clock);
  ada = accessOf('ada', store, clock);
});

test('who is told after the duration that it has the lease asks once more, and waits where another has it', async () => {
  store.early = true;
  const acquiring = acquired(ada);
  // It looks at once, and its write arrives at once; this process then stands still for two minutes.
  store.takesMs = 120_000;
  const bob = acquired(accessOf('bob', new SlowStore(bucket, clock), clock));
  await clock.pass(119_000);
  const bobs = await bob;
  expect(bobs.previous?.holder).toEqual(holderOf('ada'));
  store.takesMs = 0;
  await clock.pass(60_000);
  expect([bobs.signal.aborted, bucket.at('k').body?.token]).toEqual([false, 2]);
  await bobs.free({ journal: null, broken: null });
  await clock.pass(10_000);
  expect((await acquiring).token).toBe(3);
});

test('and has it where nobody does', async () => {
  store.early = true;
  const acquiring = acquired(ada);
  store.takesMs = 70_000;
  await clock.pass(69_000);
  store.takesMs = 0;
  await clock.pass(2000);
  const lease = await acquiring;
  expect([lease.token, lease.since]).toEqual([1, 70_000]);
});

test('and has it also where that is not answered at first: it does not wait for itself', async () => {
  store.early = true;
  const acquiring = acquired(ada);
  store.takesMs = 70_000;
  await clock.pass(69_500);
  store.condition = 'away';
  store.takesMs = 0;
  await clock.pass(1000);
  store.condition = 'there';
  await clock.pass(20_000);
  const lease = await acquiring;
  expect([lease.token, lease.previous?.holder]).toEqual([2, holderOf('ada')]);
});

test('a write that is not answered for the duration is given up, though heartbeats keep the lease', async () => {
  const lease = await acquired(ada);
  await clock.pass(20_000);
  const put = store.put.bind(store);
  store.put = (key, ...rest) =>
    key === 'k' ? Promise.resolve({ kind: 'unknown', failure: timeOut }) : put(key, ...rest);
  const recorded = lease.record(journal);
  await clock.pass(61_000);
  expect([await recorded, lease.lostTo]).toEqual([false, { failure: timeOut }]);
});
