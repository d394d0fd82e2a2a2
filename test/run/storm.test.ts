/** Whatever happens to runs that are at it together: each digest has one image, published once, and nothing is left. */
import { expect, test, vi } from 'vitest';
import * as fc from 'fast-check';
import type * as Sandboxes from '../../src/sandbox/sandbox.ts';
import { remainsOf } from './remains.ts';
import { calmRun, type Schedule, schedule, storm } from './storm.ts';

vi.mock('../../src/sandbox/sandbox.ts', async (original) => {
  const { killable } = await import('./killable.ts');
  return killable(await original<typeof Sandboxes>());
});

async function holds(given: Schedule): Promise<void> {
  const after = await storm(given, () => {});
  const { world, names } = after;
  const calm = calmRun(after);
  expect(await calm.code).toBe(0);
  await world.clock.sleep(60_000);
  expect(await remainsOf(world)).toMatchObject({
    alive: [],
    held: [],
    available: names,
    published: names,
    unowned: [],
  });
}

test('random schedules', { timeout: 600_000 }, async () => {
  const t = performance.now();
  await fc.assert(fc.asyncProperty(schedule, holds), {
    numRuns: Number(process.env['RUNS'] ?? 100),
    endOnFailure: true,
  });
  console.log('took', performance.now() - t);
});
