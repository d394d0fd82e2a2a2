/** How many calls to AWS builds make, with all waits at the speed of AWS on a stepped clock. */
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import type * as Sandboxes from '../../src/sandbox/sandbox.ts';
import { seeded } from './crash-points.ts';
import { callName } from './killable.ts';
import { last, makeWorld, minutes } from './rig.ts';

vi.mock('../../src/sandbox/sandbox.ts', async (original) => {
  const { killable } = await import('./killable.ts');
  return killable(await original<typeof Sandboxes>());
});

const template = (...packages: readonly string[]): string =>
  `software: { spack_packages: [${packages.join(', ')}] }\n`;

interface Counted {
  /** How often each was called. */
  readonly by: ReadonlyMap<string, number>;
  readonly minutes: number;
}

async function callsOf(files: Readonly<Record<string, string>>): Promise<Counted> {
  const world = await makeWorld(files);
  const by = new Map<string, number>();
  const began = world.clock.now();
  const run = world.start(
    ['build', '--all', '--concurrency', '50'],
    {},
    {
      random: seeded('calls'),
      fate: {
        dies: () => false,
        onAnswer: (request) => by.set(callName(request), (by.get(callName(request)) ?? 0) + 1),
      },
    },
  );
  expect(await run.code).toBe(0);
  expect(last(run)).toMatchObject({ reused: [], failed: [] });
  return { by, minutes: (world.clock.now() - began) / minutes };
}

const total = ({ by }: Counted, wanted: (name: string) => boolean = () => true): number =>
  [...by].reduce((sum, [name, count]) => (wanted(name) ? sum + count : sum), 0);

const isLook = (name: string): boolean => /^(ec2 Describe|ssm (List|Describe))/.test(name);

const own = Object.fromEntries(
  ['foundation', 'gromacs', 'namd'].map((name) => [
    `templates/${name}.yaml`,
    readFileSync(new URL(`../../templates/${name}.yaml`, import.meta.url), 'utf8'),
  ]),
);

test(
  'the three images of this repository: at most 400 calls; fifty at once: four times as many, and hardly more looks',
  { timeout: 200_000 },
  async () => {
    const three = await callsOf(own);
    expect(three.minutes).toBeGreaterThan(90);
    expect(total(three)).toBeLessThanOrEqual(400);
    const fifty = await callsOf(
      Object.fromEntries(
        Array.from({ length: 50 }, (_, at) => [
          `templates/t${at}.yaml`,
          template('gcc@13.2.0', `x${at}@1.0`),
        ]),
      ),
    );
    expect(total(fifty)).toBeLessThanOrEqual(4 * total(three));
    expect(total(fifty, isLook)).toBeLessThan(1.2 * total(three, isLook));
  },
);
