/** How many calls to AWS builds make, with all waits at the speed of AWS on a stepped clock. */
import { expect, test, vi } from 'vitest';
import type * as Sandboxes from '../../src/sandbox/sandbox.ts';
import { callName } from './killable.ts';
import { last, makeWorld } from './rig.ts';

vi.mock('../../src/sandbox/sandbox.ts', async (original) => {
  const { killable } = await import('./killable.ts');
  return killable(await original<typeof Sandboxes>());
});

const template = (...packages: readonly string[]): string =>
  `software: { spack_packages: [${packages.join(', ')}] }\n`;

/** How often each was called. */
type Calls = ReadonlyMap<string, number>;

async function callsOf(files: Readonly<Record<string, string>>): Promise<Calls> {
  const world = await makeWorld(files);
  const by = new Map<string, number>();
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
  return by;
}

const total = (by: Calls, wanted: (name: string) => boolean): number =>
  [...by].reduce((sum, [name, count]) => (wanted(name) ? sum + count : sum), 0);

const isLook = (name: string): boolean => /^(ec2 Describe|ssm (List|Describe))/.test(name);
/** Each lease is renewed by itself, three times a minute. */
const isOther = (name: string): boolean => !name.includes('leases');

test(
  'fifty images at once are looked at hardly more often than three, and but for their leases cost less than four times as much',
  { timeout: 200_000 },
  async () => {
    const three = await callsOf({
      'templates/foundation.yaml': template('gcc@13.2.0', 'cmake@3.27.0', 'openmpi@4.1.6'),
      'templates/gromacs.yaml': `extends: foundation.yaml\n${template('gromacs@2023.1', 'fftw@3.3')}`,
      'templates/namd.yaml': `extends: foundation.yaml\n${template('namd@3.0.1')}`,
    });
    const fifty = await callsOf(
      Object.fromEntries(
        Array.from({ length: 50 }, (_, at) => [
          `templates/t${at}.yaml`,
          template('gcc@13.2.0', `x${at}@1.0`),
        ]),
      ),
    );
    expect(total(fifty, isLook)).toBeLessThan(1.2 * total(three, isLook));
    expect(total(three, isOther)).toBeLessThan(400);
    expect(total(fifty, isOther)).toBeLessThan(4 * total(three, isOther));
  },
);
