/** Carries out schedules, and sees what is left after each. It does not know how they come to be. */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import type { WireRequest, WireResponse } from '../../src/core/wire.ts';
import { seeded } from './crash-points.ts';
import { callName } from './killable.ts';
import { remainsOf } from './remains.ts';
import { makeWorld, type Process, type World } from './rig.ts';
import { type Runner, type Schedule, schedules } from './schedules.ts';

const template = 'build: { volume_size_gb: 8 }\ntests: ["true"]\n';

type OnAnswer = (run: string, request: WireRequest, answer: WireResponse) => void;

interface Storm {
  readonly world: World;
  readonly names: readonly string[];
  readonly processes: readonly Process[];
}

/** Runs it until all that live have ended. */
async function storm(
  { seed, speed, templates, runners, faults }: Schedule,
  onAnswer: OnAnswer,
): Promise<Storm> {
  const world = await makeWorld({
    'faults.json': JSON.stringify(faults),
    'templates/a.yaml': template,
    ...(templates === 2 ? { 'templates/b.yaml': 'extends: a.yaml\ntests: ["test 1"]\n' } : {}),
  });
  const env = { AMIGRAPH_SANDBOX_SPEED: String(speed), AMIGRAPH_SANDBOX_FAULTS: 'faults.json' };
  const began = world.clock.now();
  const buildMs = speed === 20 ? 21_000 * templates : 200 * templates;
  const run = async ({ after, dies, hangs, interrupted, clock }: Runner, at: number): Promise<Process> => {
    await world.clock.sleep(after * buildMs);
    let died: () => void = () => {};
    const death = new Promise<void>((resolve) => {
      died = resolve;
    });
    const process = world.start(['build', '--all'], env, {
      random: seeded(`${seed} ${at}`),
      wrongClock: (now) => now + clock.offMs + clock.drift * (now - began),
      fate: {
        onAnswer: (request, answer) =>
          onAnswer(`${world.clock.now() - began} ms, run ${at + 1}`, request, answer),
        hangsMs: (call) => (call === hangs?.call ? hangs.ms : 0),
        dies: (call, moment) => {
          const isDue = call === dies?.call && moment === dies.moment;
          if (isDue) died();
          return isDue;
        },
      },
    });
    const end = Promise.race([death, process.code]);
    if (interrupted !== null) void world.clock.sleep(interrupted * buildMs).then(() => process.interrupt());
    await end;
    return process;
  };
  const processes = await Promise.all(runners.map(run));
  return { world, processes, names: templates === 2 ? ['a', 'b'] : ['a'] };
}

/** A run that nothing happens to. */
const calmRun = ({ world }: Storm, onAnswer: OnAnswer): Process =>
  world.start(
    ['build', '--all'],
    { AMIGRAPH_SANDBOX_SPEED: '400' },
    {
      fate: { dies: () => false, onAnswer: (request, answer) => onAnswer('calm run', request, answer) },
      random: seeded('calm'),
    },
  );

/** What the manifest said of each digest, one after the other. */
class Published {
  readonly #entries = new Map<string, { image: string; token: number }>();

  readonly onAnswer = ({ method, path, body }: WireRequest, { status }: WireResponse): void => {
    if (method !== 'PUT' || status !== 200 || !path.includes('/manifest/')) return;
    const { images } = JSON.parse(new TextDecoder().decode(body)) as {
      images: Record<string, { image: string; token: number }>;
    };
    for (const [digest, { image, token }] of Object.entries(images)) {
      const before = this.#entries.get(digest);
      // Whoever takes over from the dead may enter what was entered already.
      if (before !== undefined) expect(image, 'two holders have published').toBe(before.image);
      expect(token, 'a holder of before has published').toBeGreaterThanOrEqual(before?.token ?? 0);
      this.#entries.set(digest, { image, token });
    }
  };
}

async function holds(schedule: Schedule, trace: (line: string) => void = () => {}): Promise<void> {
  const published = new Published();
  const onAnswer: OnAnswer = (run, request, answer) => {
    trace(`${run}: ${callName(request)} ${answer.status}`);
    published.onAnswer(request, answer);
  };
  const after = await storm(schedule, onAnswer);
  // The first may find that a step has failed which a run had begun that died.
  if ((await calmRun(after, onAnswer).code) !== 0) expect(await calmRun(after, onAnswer).code).toBe(0);
  // What was being ended is given the time.
  await after.world.clock.sleep(60_000);
  const { names } = after;
  expect(await remainsOf(after.world)).toMatchObject({
    alive: [],
    held: [],
    available: names,
    published: names,
    unowned: [],
  });
}

const calm = { offMs: 0, drift: 0 };
/** Hardly ever met by chance. */
const failedBefore: readonly Schedule[] = [
  // One dies before its image is entered; another reuses that, and ends its instance.
  {
    seed: 0,
    speed: 100_000,
    templates: 1,
    runners: [
      {
        after: 0,
        dies: { call: 34, moment: 'before' },
        hangs: { call: 1, ms: 834 },
        interrupted: null,
        clock: calm,
      },
      { after: 0, dies: null, hangs: null, interrupted: 0, clock: calm },
      { after: 0, dies: null, hangs: { call: 8, ms: 100 }, interrupted: null, clock: calm },
    ],
    faults: [],
  },
];

/** In real time: one that takes longer waits for what never comes. */
const slowestMs = 30_000;

/** As many schedules as AMIGRAPH_SCHEDULES says; one that fails is made smaller, and printed so that it can be run again. */
export async function weather(): Promise<void> {
  const { AMIGRAPH_SCHEDULE: one, AMIGRAPH_SCHEDULES: many = '100' } = process.env;
  if (one !== undefined)
    return holds(JSON.parse(one) as Schedule, (line) => void process.stderr.write(`${line}\n`));
  const property = fc.asyncProperty(schedules, (schedule) => holds(schedule));
  const examples = failedBefore.map((schedule): [Schedule] => [schedule]);
  const checked = await fc.check(property, { numRuns: Number(many), timeout: slowestMs, examples });
  const { failed, counterexample, errorInstance, seed } = checked;
  if (!failed) return;
  const written = JSON.stringify(counterexample?.[0]).replaceAll("'", String.raw`'\''`);
  const again = `AMIGRAPH_SCHEDULE='${written}' npm test -- test/run/storm-1`;
  throw new Error(`seed ${seed}; to run what failed again:\n${again}\n`, { cause: errorInstance });
}
