/** A build of three images that is killed at one of its calls to AWS, and run again. It does not know which calls there are. */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { Random } from '../../src/ports/random.ts';
import { callName, type Moment } from './killable.ts';
import { remainsOf } from './remains.ts';
import { last, makeWorld, type Traits, type World } from './rig.ts';

/** Small, so that few calls only ask how far something is. */
const threeImages = {
  'templates/foundation.yaml': 'build: { volume_size_gb: 8 }\ntests: ["true"]\n',
  'templates/gromacs.yaml': 'extends: foundation.yaml\ntests: ["test 1"]\n',
  'templates/namd.yaml': 'extends: foundation.yaml\ntests: ["test 2"]\n',
};
const names = ['foundation', 'gromacs', 'namd'];

/** So fast that the heartbeat is written about as seldom in a build as may be, and yet a few times. */
const speed = { AMIGRAPH_SANDBOX_SPEED: '20' };

/** The same chance at each run, so that each makes the same calls. */
export function seeded(seed: string): Random {
  let count = 0;
  const hex = (digits: number): string => {
    count += 1;
    return createHash('sha256').update(`${seed} ${count}`).digest('hex').slice(0, digits);
  };
  return { hex, fraction: () => Number.parseInt(hex(8), 16) / 2 ** 32 };
}

/** Kills a build at each of its calls in turn, at that moment; answers at how many. */
export async function killAtEach(moment: Moment): Promise<number> {
  const calls: string[] = [];
  const whole = await firstRun(await makeWorld(threeImages), {
    dies: () => false,
    onAnswer: (request) => calls.push(callName(request)),
  });
  expect(await whole.code).toBe(0);
  let deaths = 0;
  for (const [at, name] of calls.entries())
    if (await diesAt(at + 1, moment, `call ${at + 1}, ${name}, ${moment}`)) deaths += 1;
  // The last calls only look whether an instance is gone yet: one more or less is chance.
  expect(deaths).toBeGreaterThanOrEqual(calls.length - 2);
  return deaths;
}

const firstRun = (world: World, fate: Traits['fate']) =>
  Promise.resolve(world.start(['build', '--all'], speed, { random: seeded('first'), fate }));

/** False: it had come to its end before. */
async function diesAt(call: number, moment: Moment, where: string): Promise<boolean> {
  const world = await makeWorld(threeImages);
  let died: () => void = () => {};
  const death = new Promise<string>((resolve) => {
    died = () => resolve('died');
  });
  const first = await firstRun(world, {
    dies: (at, when) => {
      const isDue = at === call && when === moment;
      if (isDue) died();
      return isDue;
    },
  });
  const how = await Promise.race([death, first.code]);
  const fate = { dies: () => false };
  const second = world.start(['build', '--all'], speed, { random: seeded('second'), fate });
  expect(await second.code, where).toBe(0);
  const { built, reused } = last(second) as { built: string[]; reused: string[] };
  expect([...built, ...reused].toSorted(), where).toEqual(names);
  // What was being ended is given the time.
  await world.clock.sleep(60_000);
  expect(await remainsOf(world), where).toEqual({
    alive: [],
    held: [],
    idle: [],
    available: names,
    published: names,
    named: names,
    unowned: [],
    launches: 3,
    repeated: [],
  });
  return how === 'died';
}
