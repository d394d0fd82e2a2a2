/** One heartbeat for all leases of a run: what is written, and what becomes of the leases where that does not work. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Beating } from '../../src/cache/heartbeat.ts';
import type { Lease, LeaseAccess } from '../../src/cache/lease.ts';
import { draftOf, holderOf, journal } from './lease-rig.ts';
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

const acquires = (key: string, access = ada): Promise<Lease> => acquired(access, key);

const heartbeat = () => bucket.heartbeatOf('ada');
const isLost = (lease: Lease): boolean => lease.signal.aborted;

describe('one is written for all leases', () => {
  test('and none of them', async () => {
    await Promise.all(['k', 'l', 'm'].map((key) => acquires(key)));
    await clock.pass(100_000);
    expect([store.sent, store.beats]).toEqual([
      [0, 0, 0],
      [40_000, 80_000],
    ]);
    expect(heartbeat().body).toMatchObject({
      state: 'held',
      holder: holderOf('ada'),
      journal: null,
      keeps: ['1 k', '1 l', '1 m'],
    });
  });

  test('as soon as the oldest needs it', async () => {
    await acquires('k');
    await clock.pass(20_000);
    const young = await acquires('l');
    await clock.pass(65_000);
    expect([store.beats, young.since]).toEqual([[40_000, 80_000], 80_000]);
  });

  test('as soon as one needs it that came later and was written before', async () => {
    const lease = await acquires('k');
    await clock.pass(30_000);
    await lease.record(journal);
    await clock.pass(15_000);
    // Its write was read back only after a while.
    const slow: Beating = {
      key: 'l',
      token: 1,
      since: 10_000,
      keep: (sentAt) => Object.assign(slow, { since: sentAt }) === slow,
      confirm: () => Promise.resolve(true),
      expire: () => {},
    };
    ada.heartbeat.keepAlive(slow);
    await clock.pass(30_000);
    expect(store.beats).toEqual([50_000]);
  });

  test('but for one that came while it was tried, which it does not name', async () => {
    await acquires('k');
    await clock.pass(39_900);
    store.condition = 'away';
    await clock.pass(3100);
    store.condition = 'there';
    const late = await acquires('l');
    await clock.pass(500);
    expect([heartbeat().body?.keeps, late.since]).toEqual([['1 k'], 43_000]);
    await clock.pass(40_000);
    expect(heartbeat().body?.keeps).toEqual(['1 k', '1 l']);
  });

  test('with a text that never comes again', async () => {
    await acquires('k');
    const texts = new Set<string | null | undefined>();
    for (let beat = 0; beat < 5; beat += 1) {
      await clock.pass(40_000);
      texts.add(heartbeat().stored?.text);
    }
    expect(texts.size).toBe(5);
  });

  test('while there are any: none holds up the program once the last is let go of', async () => {
    const [one, other] = [await acquires('k'), await acquires('l')];
    await clock.pass(60_000);
    await one.free({ journal: null, broken: null });
    expect(clock.untilNext()).toBe(20_000);
    other.abandon();
    await clock.pass(0);
    expect(clock.untilNext()).toBe(undefined);
    await acquires('m');
    await clock.pass(45_000);
    expect(store.beats).toEqual([40_000, 100_000]);
  });
});

describe('where it is not as the run has left it, each lease is asked for', () => {
  const spoilt: readonly (readonly [string, () => void])[] = [
    ['removed', () => (heartbeat().stored = undefined)],
    ['written by another', () => heartbeat().lay('bob-1', draftOf('bob'))],
    ['no lease', () => heartbeat().place('{}')],
  ];

  test.each(spoilt)(
    '%s: what is still ours is kept, and the next one is written over it',
    async (_, spoil) => {
      const lease = await acquires('k');
      await clock.pass(50_000);
      spoil();
      await clock.pass(80_000);
      expect([store.sent, store.beats]).toEqual([
        [0, 80_000],
        [40_000, 80_000, 120_000],
      ]);
      expect([isLost(lease), heartbeat().body?.holder]).toEqual([false, holderOf('ada')]);
    },
  );

  test.each(spoilt)('%s: what another has taken is lost to it', async (_, spoil) => {
    const [taken, kept] = [await acquires('k'), await acquires('l')];
    await clock.pass(50_000);
    bucket.at('k').lay('bob-1', draftOf('bob', { token: 2 }));
    spoil();
    await clock.pass(35_000);
    expect([taken, kept].map(isLost)).toEqual([true, false]);
    expect(taken.lostTo).toEqual({ holder: 'bob@x' });
  });
});

test('a caller that may write none renews each lease by itself', async () => {
  store.refusesHeartbeats = true;
  const lease = await acquires('k');
  await clock.pass(100_000);
  expect(store.sent).toEqual([0, 40_000, 80_000]);
  expect(isLost(lease)).toBe(false);
});

describe('one that is known only when a lease has run out does not keep it', () => {
  test.each([true, false])('the lease is asked for; nobody has taken it; early: %j', async (early) => {
    const lease = await acquires('k');
    Object.assign(store, { takesMs: 25_000, early });
    await clock.pass(66_000);
    expect(store.sent).toEqual([0, 65_000]);
    store.takesMs = 0;
    await clock.pass(60_000);
    expect(isLost(lease)).toBe(false);
  });

  test('it was taken meanwhile', async () => {
    const lease = await acquires('k');
    store.takesMs = 100_000;
    const bob = acquires('k', accessOf('bob', new SlowStore(bucket, clock), clock));
    await clock.pass(100_000);
    expect((await bob).previous?.holder).toEqual(holderOf('ada'));
    // The heartbeat arrives behind the taking.
    await clock.pass(45_000);
    store.takesMs = 0;
    expect([heartbeat().body?.holder, isLost(lease)]).toEqual([holderOf('ada'), false]);
    await clock.pass(100_000);
    expect([isLost(lease), lease.lostTo]).toEqual([true, { holder: 'bob@x' }]);
  });
});

describe('where none can be written for as long as a lease lasts', () => {
  test('those that have run out are given up, and one that was written meanwhile is not', async () => {
    const [idle, busy] = [await acquires('k'), await acquires('l')];
    await clock.pass(39_000);
    // The first attempt arrives, and no answer comes back.
    store.condition = 'deaf';
    await clock.pass(1000);
    store.condition = 'away';
    await clock.pass(19_000);
    store.condition = 'there';
    await busy.record(journal);
    store.condition = 'away';
    await clock.pass(2000);
    expect([idle, busy].map(isLost)).toEqual([true, false]);
    store.condition = 'there';
    await clock.pass(60_000);
    expect([isLost(busy), store.sent]).toEqual([false, [0, 0, 59_000]]);
  });

  test('one whose journal was under way is lost, though that arrives after all', async () => {
    const lease = await acquires('k');
    await clock.pass(39_000);
    store.takesMs = 40_000;
    const recorded = lease.record(journal);
    await clock.pass(0);
    Object.assign(store, { takesMs: 0, condition: 'away' });
    await clock.pass(22_000);
    expect(isLost(lease)).toBe(true);
    store.condition = 'there';
    await clock.pass(20_000);
    expect(await recorded).toBe(false);
  });

  test('what was let go of while one was tried is left as it is', async () => {
    const lease = await acquires('k');
    await clock.pass(39_000);
    store.condition = 'away';
    await clock.pass(20_000);
    store.condition = 'there';
    expect(await lease.free({ journal: null, broken: null })).toBe(true);
    store.condition = 'away';
    await clock.pass(50_000);
    expect([isLost(lease), bucket.at('k').body?.state]).toEqual([false, 'free']);
  });
});

describe('a lease that the run does not keep any more is taken over while it lives on', () => {
  const bob = () => acquires('k', accessOf('bob', new SlowStore(bucket, clock), clock));

  test('whose freeing did not come through', async () => {
    const lease = await acquires('k');
    await clock.pass(35_000);
    const other = await acquires('l');
    store.condition = 'away';
    const freed = lease.free({ journal, broken: null });
    await clock.pass(30_000);
    expect(await freed).toBe(false);
    store.condition = 'there';
    const waiting = bob();
    await clock.pass(100_000);
    expect([(await waiting).journal, isLost(other)]).toEqual([null, false]);
  });

  test('that it has left as it was', async () => {
    const other = await acquires('l');
    (await acquires('k')).abandon();
    await clock.pass(45_000);
    expect(heartbeat().body?.keeps).toEqual(['1 l']);
    const waiting = bob();
    await clock.pass(100_000);
    expect([(await waiting).token, isLost(other)]).toEqual([2, false]);
  });

  test('that another has taken from it and dropped too', async () => {
    const [lease, other] = [await acquires('k'), await acquires('l')];
    bucket.at('k').lay('cy-1', draftOf('ada', { token: 2 }));
    await clock.pass(45_000);
    const waiting = bob();
    await clock.pass(100_000);
    expect([(await waiting).token, isLost(lease), isLost(other)]).toEqual([3, false, false]);
  });
});

test('none is tried any more once the last lease is let go of', async () => {
  const lease = await acquires('k');
  await clock.pass(39_900);
  store.condition = 'away';
  await clock.pass(500);
  lease.abandon();
  const tried = store.beats.length;
  await clock.pass(1000);
  expect([store.beats.length - tried, clock.untilNext()]).toEqual([1, undefined]);
});
