/** Machines whose clocks are wrong, before an AWS whose clock is right. */
import { expect, test, vi } from 'vitest';
import type * as Sandboxes from '../../src/sandbox/sandbox.ts';
import { last, makeWorld, minutes, one, stepStarted } from './rig.ts';

vi.mock('../../src/sandbox/sandbox.ts', async (original) => {
  const { killable } = await import('./killable.ts');
  return killable(await original<typeof Sandboxes>());
});

const fate = { dies: () => false };

test.each([
  ['hours ahead', (now: number) => now + 9 * 60 * minutes],
  ['hours behind, and runs backwards', (now: number) => 2 * Date.parse('2026-01-05T00:00:00Z') - now],
])(
  'a clock that is %s changes nothing: who lives is waited for, who died is taken over from',
  async (_how, wrongClock) => {
    const world = await makeWorld(one);
    const first = world.start(['build', 'a'], {}, { wrongClock, fate });
    await first.event(stepStarted('gcc'));
    const second = world.start(['build', 'a'], {}, { fate });
    await second.event(({ type, step }) => type === 'lease-waiting' && step === 'package cmake@3.27.0');
    expect(second.events.some(({ type }) => type === 'lease-taken')).toBe(false);
    first.freeze();
    const died = world.clock.now();
    await second.event(({ type }) => type === 'lease-taken');
    const watched = world.clock.now() - died;
    expect(watched).toBeGreaterThanOrEqual(120_000);
    expect(watched).toBeLessThan(240_000);
    expect(await second.code).toBe(0);
    expect(last(second)).toMatchObject({ built: ['a'] });
  },
);
