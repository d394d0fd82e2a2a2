/** How long a holder believes that the lease is its own, and when it gives a sign of life: never for as long as others wait. */
import { beforeEach, describe, expect, test } from 'vitest';
import { acquireLease, type Lease } from '../../src/cache/lease.ts';
import { journal, type OneKey, timeOut } from './lease-rig.ts';
import { accessOf, Bucket, SlowStore } from './lease-store.ts';
import { HandClock, valueOf } from './rig.ts';

let bucket: Bucket;
let key: OneKey;
let clock: HandClock;
let store: SlowStore;

function begin(): void {
  bucket = new Bucket();
  key = bucket.at('k');
  clock = new HandClock();
  store = new SlowStore(bucket, clock);
}
beforeEach(begin);

const acquires = (user: string, from = store) =>
  acquireLease(accessOf(user, from, clock), 'k', {
    wait: true,
    above: 0,
    signal: new AbortController().signal,
    onWaiting: () => {},
    isNeeded: () => Promise.resolve(true),
  });

/** After `ms`. */
async function acquired(ms: number): Promise<Lease> {
  const acquiring = acquires('ada');
  await clock.pass(ms);
  return valueOf(await acquiring);
}

/** When it has been given up, to the next 50 ms. */
async function givenUpAt(lease: Lease): Promise<number> {
  while (!lease.signal.aborted && clock.monotonic() < 600_000) await clock.pass(50);
  return clock.monotonic();
}

/** An attempt that is under way then is the last one. */
const isSoonAfter = (from: number) => (at: number) => from <= at && at <= from + 200;

describe('the heartbeat is written two thirds of its duration after the last sign of life was sent', () => {
  test('where the answers come at once, and the lease itself is not', async () => {
    await acquired(0);
    await clock.pass(95_000);
    expect([store.sent, store.beats]).toEqual([[0], [40_000, 80_000]]);
  });

  test('where they take a while', async () => {
    store.takesMs = 5000;
    await acquired(10_000);
    await clock.pass(95_000);
    expect([store.sent, store.beats]).toEqual([[5000], [45_000, 85_000]]);
  });

  test('also where that was the writing of the journal', async () => {
    const lease = await acquired(0);
    await clock.pass(15_000);
    await lease.record(journal);
    await clock.pass(65_000);
    expect([store.sent, store.beats]).toEqual([[0, 15_000], [55_000]]);
  });

  test('and not once it was let go of', async () => {
    const lease = await acquired(0);
    await clock.pass(5000);
    await lease.free({ journal, broken: null });
    await clock.pass(100_000);
    expect([store.sent, store.beats]).toEqual([[0, 5000], []]);
    expect(key.body).toMatchObject({ state: 'free', token: 1, journal });
  });
});

describe('it is given up its whole duration after the last good write was sent', () => {
  test('where that was the one that acquired it', async () => {
    const lease = await acquired(0);
    store.condition = 'away';
    expect(await givenUpAt(lease)).toSatisfy(isSoonAfter(60_000));
    expect(lease.lostTo).toEqual({ failure: timeOut });
  });

  test('where that was a heartbeat', async () => {
    const lease = await acquired(0);
    await clock.pass(50_000);
    store.condition = 'away';
    expect(await givenUpAt(lease)).toSatisfy(isSoonAfter(100_000));
  });

  test('where that was the writing of the journal', async () => {
    const lease = await acquired(0);
    await clock.pass(15_000);
    await lease.record(journal);
    store.condition = 'away';
    expect(await givenUpAt(lease)).toSatisfy(isSoonAfter(75_000));
  });

  test('whatever else was to be written meanwhile', async () => {
    const lease = await acquired(0);
    await clock.pass(15_000);
    store.condition = 'away';
    void lease.record(journal);
    expect(await givenUpAt(lease)).toSatisfy(isSoonAfter(60_000));
  });

  test('where its answer took a while', async () => {
    store.takesMs = 5000;
    const lease = await acquired(10_000);
    store.condition = 'away';
    const at = await givenUpAt(lease);
    expect(at).toBeGreaterThanOrEqual(65_000);
    expect(at).toBeLessThanOrEqual(75_200);
  });

  test('and not where one of the attempts since was good after all', async () => {
    const lease = await acquired(0);
    store.condition = 'deaf';
    await clock.pass(59_000);
    store.condition = 'read-only';
    await clock.pass(1000);
    store.condition = 'away';
    // Read back was the first of them, which was sent after 40 seconds.
    expect(await givenUpAt(lease)).toSatisfy(isSoonAfter(100_000));
  });
});

test('a write that is known late is not believed in for longer', async () => {
  const acquiring = acquires('ada');
  store.condition = 'deaf';
  await clock.pass(39_000);
  store.condition = 'read-only';
  await clock.pass(500);
  const lease = valueOf(await acquiring);
  store.condition = 'away';
  expect(await givenUpAt(lease)).toSatisfy(isSoonAfter(60_000));
});

/** A call takes 10 seconds at most: 5 for the connection, 5 for the answer. */
const durations = [0, 100, 5000, 10_000];

describe('nobody else has it before it is given up', () => {
  test.each(durations.flatMap((takesMs) => [true, false].map((early) => ({ takesMs, early }))))(
    'calls of %j',
    async ({ takesMs, early }) => {
      const [least, step] = [2 * takesMs, 1730];
      for (let lastsMs = least; lastsMs < least + 30_000; lastsMs += step) {
        begin();
        Object.assign(store, { takesMs, early });
        const lease = await acquired(lastsMs);
        store.condition = 'away';
        const bobs = new SlowStore(bucket, clock);
        const bob = acquires('bob', bobs).then(() => lease.signal.aborted);
        const givenUp = await givenUpAt(lease);
        // Who looks at the very moment of its effect takes it over then.
        expect(givenUp).toBeLessThan(store.effectAt + 90_000);
        await clock.pass(200_000);
        expect(await bob).toBe(true);
        expect(bobs.sent[0]).toBeGreaterThanOrEqual(store.effectAt + 90_000);
      }
    },
  );
});
