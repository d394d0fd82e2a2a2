/** How long a holder that cannot reach the store believes that the lease is its own: for less than others wait. */
import { expect, test } from 'vitest';
import { acquireLease } from '../../src/cache/lease.ts';
import { fail, ok } from '../../src/core/result.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { holderOf, OneKey, timeOut, ttlMs } from './lease-rig.ts';
import { HandClock, valueOf } from './rig.ts';

// Its time runs from when the answer is known, not from before the write was sent.
test.fails('a write that is known late is not believed in for longer', async () => {
  const key = new OneKey();
  const clock = new HandClock();
  let isThere = false;
  let writes = 0;
  const read = () => Promise.resolve(isThere ? ok(key.stored) : fail(timeOut));
  const store: ObjectStore = {
    get: read,
    getOnce: () => (clock.monotonic() === 0 ? Promise.resolve(ok(undefined)) : read()),
    put(_, text, precondition) {
      // The first arrives, and no answer comes back.
      writes += 1;
      if (writes === 1) key.put(text, precondition);
      return Promise.resolve({ kind: 'unknown', failure: timeOut });
    },
    copy: () => Promise.resolve(fail(timeOut)),
    list: () => Promise.resolve(fail(timeOut)),
  };
  const random = { hex: () => `n${writes}`, fraction: () => 0.5 };
  const acquiring = acquireLease({ store, clock, random, holder: holderOf('ada'), ttlMs }, 'k', {
    wait: true,
    above: 0,
    signal: new AbortController().signal,
    pollMs: 1000,
    onWaiting: () => {},
  });
  await clock.pass(39_000);
  isThere = true;
  await clock.pass(500);
  const lease = valueOf(await acquiring);
  isThere = false;
  await clock.pass(90_000 - clock.monotonic());
  expect(lease.signal.aborted).toBe(true);
});
