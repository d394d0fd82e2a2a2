/** What every Clock and every Random hold to. */
import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../src/ports/clock.ts';
import type { Random } from '../../src/ports/random.ts';

/** `pass` lets so much time go by: real time on a real clock. */
export interface ClockRig {
  readonly clock: Clock;
  readonly pass: (ms: number) => Promise<void>;
}

export function clockContract(name: string, makeIt: () => ClockRig): void {
  describe(`Clock: ${name}`, () => {
    test('its durations never go backwards, and its date is one of our time', async () => {
      const { clock, pass } = makeIt();
      const before = clock.monotonic();
      await pass(3);
      expect(clock.monotonic()).toBeGreaterThan(before);
      expect(clock.now()).toBeGreaterThan(Date.UTC(2025, 0));
      expect(clock.now()).toBeLessThan(Date.UTC(2100, 0));
    });

    test('a sleep lasts as long as was asked for', async () => {
      const { clock, pass } = makeIt();
      const before = clock.monotonic();
      let woken: number | undefined;
      const sleeping = clock.sleep(5).then(() => {
        woken = clock.monotonic();
      });
      expect(woken).toBeUndefined();
      await pass(10);
      await sleeping;
      // A timer may be up to a millisecond early.
      expect((woken ?? 0) - before).toBeGreaterThanOrEqual(4);
    });

    test('a sleep ends when its signal is aborted, and does not reject', async () => {
      const { clock } = makeIt();
      const controller = new AbortController();
      const sleeping = clock.sleep(3_600_000, controller.signal);
      controller.abort(new Error('not for the sleeper'));
      await expect(sleeping).resolves.toBeUndefined();
      await expect(clock.sleep(3_600_000, AbortSignal.abort())).resolves.toBeUndefined();
    });

    test('no listener stays on a signal that outlives the sleep', async () => {
      const { clock, pass } = makeIt();
      const { signal } = new AbortController();
      const sleeping = clock.sleep(1, signal);
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      await pass(5);
      await sleeping;
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    });
  });
}

export function randomContract(name: string, makeIt: () => Random): void {
  describe(`Random: ${name}`, () => {
    test('a fraction is at least 0 and less than 1, spread over all between', () => {
      const random = makeIt();
      const all = Array.from({ length: 2000 }, () => random.fraction());
      expect(all.every((one) => one >= 0 && one < 1)).toBe(true);
      const tenths = new Set(all.map((one) => Math.floor(one * 10)));
      expect(tenths.size).toBe(10);
    });

    test.each([1, 6, 7, 32])('%d digits are so many small hexadecimal ones', (digits) => {
      const random = makeIt();
      for (let at = 0; at < 50; at += 1)
        expect(random.hex(digits)).toMatch(new RegExp(`^[0-9a-f]{${digits}}$`));
    });

    test('no two are the same', () => {
      const random = makeIt();
      expect(new Set(Array.from({ length: 1000 }, () => random.hex(32))).size).toBe(1000);
    });
  });
}
