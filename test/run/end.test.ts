/** The end of a run, as other programs read them. */
import { expect, test } from 'vitest';
import { makeWorld } from './rig.ts';

const one = { 'templates/a.yaml': 'tests: ["true"]\n' };
const minute = 60_000;

test('the time of a run is that of the whole command, the planning too', async () => {
  const world = await makeWorld(one);
  const began = world.clock.now();
  const run = world.start(['build', 'a']);
  // Passes while the files are read.
  await world.clock.sleep(10 * minute);
  const finished = await run.event(({ type }) => type === 'run-finished');
  expect(finished['durationMs']).toBe(Date.parse(finished.time) - began);
  expect(await run.code).toBe(0);
});

test('an interruption that comes with the end adds nothing to it', async () => {
  const world = await makeWorld(one);
  const run = world.start(['build', 'a']);
  void run.event(({ type }) => type === 'run-finished').then(() => run.interrupt());
  expect([0, 130]).toContain(await run.code);
  expect(run.events.at(-1)?.type).toBe('run-finished');
});
