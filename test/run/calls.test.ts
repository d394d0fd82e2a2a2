/** How many calls to AWS builds make, with all waits at the speed of AWS on a stepped clock. */
import { expect, test, vi } from 'vitest';
import type * as Sandboxes from '../../src/sandbox/sandbox.ts';
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

test(
  'three images in an hour and a half: at most 400 calls; fifty at once: four times as many, and hardly more looks',
  { timeout: 200_000 },
  async () => {
    const three = await callsOf({
      'templates/foundation.yaml': template('gcc@13.2.0', 'cmake@3.27.0', 'openmpi@4.1.6'),
      'templates/gromacs.yaml': `extends: foundation.yaml\n${template('gromacs@2023.1', 'fftw@3.3', 'plumed@2.9', 'hdf5@1.14')}`,
      'templates/namd.yaml': `extends: foundation.yaml\n${template('namd@3.0.1')}`,
    });
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
