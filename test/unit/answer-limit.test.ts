/** A question without an answer is given up, and one with an answer leaves no timer behind. */
import { expect, test } from 'vitest';
import { limitedBy } from '../../src/cli/answer-limit.ts';
import { ok } from '../../src/core/result.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { SteppedClock } from '../run/stepped.ts';

test('it is waited for 20 seconds', async () => {
  const clock = new SteppedClock();
  const began = clock.monotonic();
  const asked = limitedBy(clock)('ec2:DescribeRegions', new Promise<never>(() => {}));
  expect(await asked).toEqual({
    ok: false,
    error: {
      code: 'cloud',
      awsCode: 'TimeoutError',
      operation: 'ec2:DescribeRegions',
      message: 'no answer in 20 s',
      nature: 'unknown',
    },
  });
  expect(clock.monotonic() - began).toBe(20_000);
});

test('an answer leaves nothing behind that would keep the program', async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    sleep(_ms, signal) {
      signals.push(signal);
      return new Promise(() => {});
    },
  };
  expect(await limitedBy(clock)('ec2:DescribeRegions', Promise.resolve(ok(1)))).toEqual(ok(1));
  expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
});
