/** Whatever happens to runs that are at it together: each digest has one image, published once, and nothing is left. The second half, so that two cores share it. */
import { expect, test, vi } from 'vitest';
import type * as Sandboxes from '../../src/sandbox/sandbox.ts';
import { weather } from './storm.ts';

vi.mock('../../src/sandbox/sandbox.ts', async (original) => {
  const { killable } = await import('./killable.ts');
  return killable(await original<typeof Sandboxes>());
});

test('random schedules', { timeout: 3_600_000 }, async () => {
  await expect(weather()).resolves.toBeUndefined();
});
