/** Services that are away for a while, and things that take long, at the speed of AWS on a stepped clock: the build succeeds. */
import { describe, expect, test, vi } from 'vitest';
import type * as Sandboxes from '../../src/sandbox/sandbox.ts';
import { callName } from './killable.ts';
import { remainsOf } from './remains.ts';
import { last, makeWorld, minutes, one, type Process, type World } from './rig.ts';

vi.mock('../../src/sandbox/sandbox.ts', async (original) => {
  const { killable } = await import('./killable.ts');
  return killable(await original<typeof Sandboxes>());
});

const away = { status: 503, headers: {}, body: Buffer.from('') };

/** A run in which the service does not answer, for so many minutes from `after` minutes on. */
function withOutage(world: World, service: string, after: number, lasts = 10): Process {
  const from = world.clock.now() + after * minutes;
  return world.start(
    ['build', '--all'],
    {},
    {
      fate: {
        dies: () => false,
        insteadOf: (request, now) =>
          callName(request).startsWith(`${service} `) && now >= from && now < from + lasts * minutes
            ? away
            : undefined,
      },
    },
  );
}

const clean = {
  alive: [],
  held: [],
  idle: [],
  available: ['a'],
  published: ['a'],
  named: ['a'],
  unowned: [],
  launches: 1,
  repeated: [],
};

describe.each(['ec2', 'ssm', 's3'])('ten minutes without %s', (service) => {
  test.each([1, 6, 20, 36, 40, 44])('from minute %i on', async (after) => {
    const world = await makeWorld(one);
    const run = withOutage(world, service, after);
    expect(await run.code).toBe(0);
    expect(last(run)).toMatchObject({ built: ['a'], failed: [] });
    // Its own lease, which it could not keep, it waits for no longer than the bucket is away.
    expect(run.events.filter(({ type }) => type === 'lease-waiting')).toEqual([]);
    await world.clock.sleep(minutes);
    expect(await remainsOf(world)).toEqual(clean);
  });
});

test('a build that goes on after the bucket was away has what was left of its time limit', async () => {
  const limited = `${one['templates/a.yaml']}build: { timeout: 26m }\n`;
  const world = await makeWorld({ ...one, 'templates/a.yaml': limited });
  const run = withOutage(world, 's3', 5, 7);
  expect(await run.code).toBe(1);
  expect(run.events.find(({ type }) => type === 'image-finished')).toMatchObject({
    trouble: { code: 'timed-out', what: 'step package cmake@3.27.0' },
  });
});

test('a build of more than three hours, and an image that takes more than one to make', async () => {
  const packages = Array.from({ length: 14 }, (_, at) => `"gcc@13.${at}"`).join(', ');
  const world = await makeWorld({
    'templates/a.yaml': `software: { spack_packages: [${packages}] }\nbuild: { volume_size_gb: 2000, timeout: 8h }\n`,
  });
  const run = world.start(['build', 'a'], {}, { fate: { dies: () => false } });
  const begun = await run.event((event) => event.type === 'step-started' && event['step'] === 'image');
  const imaging = world.clock.now();
  const started = run.events.find(({ type }) => type === 'image-started');
  expect(Date.parse(begun.time) - Date.parse(started?.time ?? '')).toBeGreaterThan(180 * minutes);
  expect(await run.code).toBe(0);
  expect(world.clock.now() - imaging).toBeGreaterThan(70 * minutes);
  expect(await remainsOf(world)).toEqual(clean);
});
