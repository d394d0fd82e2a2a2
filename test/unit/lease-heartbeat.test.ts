/** A holder that is heard of by the heartbeat of its run, as those see it that wait for its lease. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { LeaseBody } from '../../src/cache/lease-body.ts';
import { fail } from '../../src/core/result.ts';
import {
  type Acquiring,
  acquires,
  draftOf,
  fails,
  journal,
  OneKey,
  refusal,
  takes,
  timeOut,
} from './lease-rig.ts';

const minutes = 60_000;
const dead = 90_000;
const bob = (change: Partial<LeaseBody> = {}) => draftOf('bob', { token: 4, ...change });

let key: OneKey;
let ada: Acquiring;

beforeEach(() => {
  key = new OneKey();
  ada = acquires(key);
});

test('a holder is watched anew from each heartbeat of its run, the first of them too', () => {
  key.lay('bob-1', bob({ journal }));
  ada
    .get()
    .watch(dead - 1)
    .beat('b1')
    .get()
    .watch(dead - 1)
    .beat('b2')
    .get();
  expect(ada.asked).toMatchObject({ kind: 'watch', by: { nonce: 'bob-1' } });
  ada
    .watch(dead - 1)
    .get()
    .watch(1)
    .get();
  takes(ada, key, { token: 5, journal });
});

test('but not from one that somebody has removed', () => {
  key.lay('bob-1', bob());
  ada
    .beat('b1')
    .get()
    .watch(dead / 2)
    .beat(undefined)
    .get()
    .watch(dead / 2)
    .get();
  takes(ada, key, { token: 5 });
});

test('it is watched also while none can be seen', () => {
  key.lay('bob-1', bob());
  ada.beat('b1').get();
  ada.heartbeat = fail(timeOut);
  ada.watch(dead / 2).get();
  expect(ada.asked).toEqual({ kind: 'watch', by: undefined });
  ada
    .watch(dead / 2)
    .beat('b1')
    .get();
  takes(ada, key, { token: 5 });
});

test('who does not want to wait is told at the first that the lease is held', () => {
  key.lay('bob-1', bob());
  ada = acquires(key, { wait: false });
  ada.beat('b1').get().watch().get().watch().beat('b2').get();
  fails(ada, { code: 'held', by: { ...bob(), nonce: 'bob-1' } });
});

test('a store that refuses to show it ends the watching', () => {
  key.lay('bob-1', bob());
  ada.heartbeat = fail(refusal);
  ada.get();
  fails(ada, refusal);
});

test('and so does one that does not show it for more than 20 minutes', () => {
  key.lay('bob-1', bob());
  ada.heartbeat = fail(timeOut);
  ada
    .get()
    .watch(20 * minutes)
    .get();
  expect(ada.asked).toEqual({ kind: 'watch', by: undefined });
  ada.watch(1).get();
  fails(ada, timeOut);
});

describe('a heartbeat that takes its time to be seen', () => {
  beforeEach(() => {
    key.lay('bob-1', bob());
    ada.heartbeatMs = 25_000;
  });

  test('is watched from when it was seen', () => {
    ada
      .beat('b1')
      .get()
      .watch(dead - 1)
      .get();
    expect(ada.asked).toMatchObject({ kind: 'watch' });
    ada.heartbeatMs = 0;
    ada.watch(1).get();
    takes(ada, key, { token: 5 });
  });

  test('may have been written while it was looked for: its holder is not dead yet', () => {
    ada.heartbeatMs = 0;
    ada.beat('b1').get();
    ada.heartbeatMs = 25_000;
    ada.watch(dead - 20_000).get();
    expect(ada.asked).toMatchObject({ kind: 'watch' });
    ada.heartbeatMs = 0;
    ada.watch(1).get();
    takes(ada, key, { token: 5 });
  });
});
