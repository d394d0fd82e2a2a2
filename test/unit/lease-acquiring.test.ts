/** Getting a lease: what is taken at once, what is watched, and when its holder counts as dead. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { LeaseBody } from '../../src/cache/lease-body.ts';
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
  ttlMs,
} from './lease-rig.ts';

const minutes = 60_000;
const bob = (change: Partial<LeaseBody> = {}) => draftOf('bob', { token: 4, ...change });

let key: OneKey;
let ada: Acquiring;

beforeEach(() => {
  key = new OneKey();
  ada = acquires(key);
});

describe('what nobody holds is taken at once', () => {
  test('where there is nothing, with the first token', () => {
    ada.get();
    takes(ada, key, { token: 1 });
  });

  test('a lost object does not lower the token', () => {
    ada = acquires(key, { above: 90 });
    ada.get();
    takes(ada, key, { token: 91 });
  });

  test('from who is faster, it is not', () => {
    ada.get();
    key.lay('bob-1', bob());
    ada.put().get();
    ada.get();
    expect(ada.asked).toEqual({ kind: 'watch', by: { ...bob(), nonce: 'bob-1' } });
  });

  test.each([
    ['that is answered', () => ada.put('answered', 30), 0],
    ['that is read back', () => ada.put('silent', 30).get(), 0],
    ['that is read back much later', () => ada.put('silent', 30).get('gone', 30_000).pause().put().get(), 0],
    [
      'that comes second and is read back',
      () => ada.put('gone', 30).get('answered', 5).pause().put('silent', 30).get(),
      135,
    ],
  ])('since the attempt was sent %s', (_, story, since) => {
    ada.get('answered', 7 * minutes);
    story();
    expect(ada.outcome).toMatchObject({ ok: true, value: { since: 7 * minutes + since } });
  });

  test('and time for the write runs from the look before it', () => {
    ada
      .get('answered', 7 * minutes)
      .put('gone', 39_999)
      .get();
    ada.pause(1).put('gone').get();
    fails(ada, timeOut);
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

  test('AWS 24: until it has not changed for one and a half of its durations: its build goes on', () => {
    key.lay('bob-1', bob({ journal }));
    ada
      .get('answered', 7 * minutes)
      .watch(dead - 1)
      .get();
    ada.watch(1).get();
    takes(ada, key, { token: 5, journal });
  });

  test('by the duration of its holder, not by our own', () => {
    key.lay('bob-1', bob({ ttlMs: 2 * ttlMs }));
    ada.get().watch(dead).get().watch(dead).get();
    takes(ada, key, { token: 5 });
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
    takes(ada, key, { token: 5 });
  });

  test('and a renewal between the last look and the taking keeps it', () => {
    key.lay('bob-1', bob());
    ada.get().watch(dead).get();
    key.lay('bob-2', bob());
    ada.put().get().get();
    expect(ada.asked).toMatchObject({ kind: 'watch', by: { nonce: 'bob-2' } });
    expect(key.body?.nonce).toBe('bob-2');
  });

  test('AWS 22: and what is as it was two writes ago has changed all the same: no nonce comes twice', () => {
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
    takes(ada, key, { token: 5 });
  });

  test('by who does not want to wait until the first sign of life', () => {
    key.lay('bob-1', bob());
    ada = acquires(key, { wait: false });
    ada.get().watch().get().watch();
    key.lay('bob-2', bob());
    ada.get();
    fails(ada, { code: 'held', by: { ...bob(), nonce: 'bob-2' } });
  });

  test('by who does not want to wait until it counts as dead', () => {
    key.lay('bob-1', bob({ journal }));
    ada = acquires(key, { wait: false });
    ada.get().watch(dead).get();
    takes(ada, key, { token: 5, journal });
  });

  test('unless it is what this run had and could not keep, which nobody holds', () => {
    key.lay('ada-9', draftOf('ada', { token: 4, journal }));
    ada = acquires(key, { lapsed: 4 });
    ada.get();
    takes(ada, key, { token: 5, journal });
  });

  test.each([
    ['another token of this run', 'ada', 3],
    ['that token of another run', 'bob', 4],
  ])('also where it is %s', (_, user, lapsed) => {
    key.lay('n-1', draftOf(user, { token: 4 }));
    ada = acquires(key, { lapsed });
    ada.get();
    expect(ada.asked).toMatchObject({ kind: 'watch' });
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
    takes(ada, key, { token: 2 });
  });
});

describe('why there is none', () => {
  test.each([
    ["somebody else's", '{}'],
    ['of a version that is not known', JSON.stringify({ ...bob(), nonce: 'n', version: 3 })],
    ['too large to be read', null],
    ['with the last token that there is', JSON.stringify({ ...bob(), nonce: 'n', token: 2 ** 40 })],
    ['with a token that no run has written', JSON.stringify({ ...bob(), nonce: 'n', token: 2 ** 40 + 1 })],
  ])('what stands there is %s', (_, text) => {
    key.stored = { text, etag: 'e' };
    ada.get();
    fails(ada, { code: 'unreadable', key: 'leases/k.json' });
  });

  test('the store refuses to show it', () => {
    ada.get('refused');
    fails(ada, refusal);
  });

  test('the store refuses to write it', () => {
    ada.get().put('refused');
    fails(ada, refusal);
  });

  test('the store is away for more than 20 minutes', () => {
    ada
      .get('gone')
      .watch(20 * minutes)
      .get('gone');
    expect(ada.asked).toEqual({ kind: 'watch', by: undefined });
    ada.watch(1).get('gone');
    fails(ada, timeOut);
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
    fails(ada, { code: 'interrupted' });
    expect(key.body?.holder.user).not.toBe('ada');
  });
});
