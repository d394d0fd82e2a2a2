/** A build that is killed once any one of its calls to AWS has had its effect, but before the answer is there: the next run makes good. */
import { expect, test, vi } from 'vitest';
import type * as Sandboxes from '../../src/sandbox/sandbox.ts';
import { killAtEach } from './crash-points.ts';

vi.mock('../../src/sandbox/sandbox.ts', async (original) => {
  const { killable } = await import('./killable.ts');
  return killable(await original<typeof Sandboxes>());
});

test('killed between the effect and the answer of each call', { timeout: 600_000 }, async () => {
  expect(await killAtEach('unanswered')).toBeGreaterThan(100);
});
