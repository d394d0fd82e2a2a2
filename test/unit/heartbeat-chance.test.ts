/** A run that is kept by its heartbeat, before a bucket that fails by chance, and another that waits for one of its leases. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ttlMs } from './lease-rig.ts';
import { accessOf, acquired, Bucket, SlowStore } from './lease-store.ts';
import { HandClock } from './rig.ts';

/** How the bucket answers for a while. A call takes 10 seconds at most: 5 for the connection, 5 for the answer. */
const spell = fc.record({
  lastsMs: fc.integer({ min: 100, max: 60_000 }),
  condition: fc.constantFrom('there', 'there', 'away', 'deaf', 'read-only'),
  // The last where the process stands still before it sees the answer.
  takesMs: fc.constantFrom(0, 0, 200, 5000, 10_000, 100_000),
  early: fc.boolean(),
});

const schedule = fc.record({
  spells: fc.array(spell, { minLength: 1, maxLength: 12 }),
  bobAfter: fc.nat(100_000),
  bobTakesMs: fc.constantFrom(0, 100, 5000, 10_000),
});

test('who waits has a lease only when it has run out for its holder, who then learns that it is lost', async () => {
  let taken = 0;
  let kept = 0;
  const property = fc.asyncProperty(schedule, async ({ spells, bobAfter, bobTakesMs }) => {
    const [bucket, clock] = [new Bucket(), new HandClock()];
    const store = new SlowStore(bucket, clock);
    const ada = accessOf('ada', store, clock);
    const [wanted, other] = [await acquired(ada, 'k'), await acquired(ada, 'l')];
    const bobs = new SlowStore(bucket, clock);
    bobs.takesMs = bobTakesMs;
    let isTaken = false;
    let hadRunOut = true;
    void clock
      .sleep(bobAfter)
      .then(() => acquired(accessOf('bob', bobs, clock)))
      .then(() => {
        isTaken = true;
        hadRunOut = wanted.signal.aborted || clock.monotonic() >= wanted.since + ttlMs;
      });
    for (const { lastsMs, ...how } of spells) {
      Object.assign(store, how);
      await clock.pass(lastsMs);
    }
    Object.assign(store, { condition: 'there', takesMs: 0 });
    await clock.pass(400_000);
    expect(hadRunOut).toBe(true);
    expect(wanted.signal.aborted).toBe(isTaken);
    if (isTaken) taken += 1;
    else kept += 1;
    for (const lease of [wanted, other]) lease.abandon();
  });
  await fc.assert(property, { numRuns: 300 });
  // Both have come to be.
  expect(Math.min(taken, kept)).toBeGreaterThan(20);
});
