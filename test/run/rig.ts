/** The command line in this process, on a stepped clock, against a sandbox at the speed of AWS. */
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { localRandom } from '../../src/adapters/local/random.ts';
import { runCli } from '../../src/cli/cli.ts';
import type { Surroundings } from '../../src/cli/surroundings.ts';
import type { Random } from '../../src/ports/random.ts';
import { type Fate, fated } from './killable.ts';
import { ProcessClock, SteppedClock } from './stepped.ts';

const project = new URL('../..', import.meta.url).pathname;

export interface JsonEvent {
  readonly type: string;
  readonly time: string;
  readonly [key: string]: unknown;
}

/** One process that runs a command. */
export interface Process {
  readonly code: Promise<number>;
  readonly events: readonly JsonEvent[];
  /** The first event that satisfies `wanted`, past or to come. */
  event(wanted: (event: JsonEvent) => boolean): Promise<JsonEvent>;
  /** From here on, time stands still for it: it hangs, or it is dead. */
  freeze(): void;
  thaw(): void;
  interrupt(): void;
}

export interface World {
  readonly folder: string;
  readonly clock: SteppedClock;
  write(path: string, text: string): Promise<void>;
  start(args: readonly string[], env?: Readonly<Record<string, string>>, traits?: Partial<Traits>): Process;
}

/** What sets a process apart from others. */
export interface Traits {
  readonly random: Random;
  /** What it takes the date for, from what it is. */
  readonly wrongClock: (now: number) => number;
  /** What happens to it around its calls to AWS; only where the sandbox is mocked by killable.ts. */
  readonly fate: Pick<Fate, 'dies' | 'onAnswer' | 'insteadOf'> & {
    /** For so many milliseconds all of it stands still, before that call is sent; 0: it does not. */
    readonly hangsMs?: (call: number) => number;
  };
}

export async function makeWorld(files: Readonly<Record<string, string>>): Promise<World> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'amigraph-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await cp(join(project, 'scripts'), join(folder, 'scripts'), { recursive: true });
  const clock = new SteppedClock();
  const world: World = {
    folder,
    clock,
    async write(path, text) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    },
    start: (args, env, traits) => start(folder, clock, args, env, traits),
  };
  for (const [path, text] of Object.entries({ 'amifile.ts': 'export default {};\n', ...files })) {
    await world.write(path, text);
  }
  return world;
}

let processes = 0;

function start(
  cwd: string,
  stepped: SteppedClock,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { random = localRandom, wrongClock = (now) => now, fate }: Partial<Traits> = {},
): Process {
  processes += 1;
  const clock = new ProcessClock(stepped, wrongClock);
  const events: JsonEvent[] = [];
  const listeners = new Set<(event: JsonEvent) => void>();
  const interrupted = new AbortController();
  const around: Surroundings = {
    stdin: process.stdin,
    stdout: lines((line) => {
      const event = JSON.parse(line) as JsonEvent;
      events.push(event);
      for (const listener of listeners) listener(event);
    }),
    stderr: lines(() => {}),
    env: { PATH: '', AMIGRAPH_SANDBOX_SPEED: '1', ...env },
    colorDepth: 1,
    cwd,
    clock,
    began: clock.monotonic(),
    random,
    person: { user: `person-${processes}`, host: 'test' },
    interruptions: () => ({
      interrupted: interrupted.signal,
      abandoned: new AbortController().signal,
      dispose: () => {},
    }),
  };
  // Where each call can be seen: the modules of a command are loaded in real time before the first.
  const loaded = fate === undefined ? (): void => {} : stepped.hold();
  const run = (): Promise<number> => runCli([...args, '--json'], around).finally(loaded);
  const now = (): number => stepped.now();
  const onCall = (call: number): void => {
    loaded();
    const ms = fate?.hangsMs?.(call) ?? 0;
    if (ms === 0) return;
    clock.freeze();
    void stepped.sleep(ms).then(() => clock.thaw());
  };
  const awake = (): Promise<void> => clock.awake();
  const onDeath = (): void => {
    loaded();
    clock.freeze();
  };
  return {
    code:
      fate === undefined
        ? run()
        : fated(
            { ...fate, now, onCall, awake, onDeath, sleep: (ms, signal) => clock.sleep(ms, signal) },
            run,
          ),
    events,
    event: (wanted) =>
      new Promise((resolve) => {
        const look = (event: JsonEvent): void => {
          if (!wanted(event)) return;
          listeners.delete(look);
          resolve(event);
        };
        listeners.add(look);
        for (const event of events) look(event);
      }),
    freeze: () => clock.freeze(),
    thaw: () => clock.thaw(),
    interrupt: () => interrupted.abort(),
  };
}

function lines(take: (line: string) => void): Writable {
  let rest = '';
  return new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      const parts = `${rest}${chunk}`.split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) take(line);
      done();
    },
  });
}

export const stepStarted =
  (name: string) =>
  (event: JsonEvent): boolean =>
    event.type === 'step-started' && String(event['step']).includes(name);

export const one = { 'templates/a.yaml': 'software: { spack_packages: [gcc@13.2.0, cmake@3.27.0] }\n' };

/** In milliseconds. Upper bounds are wide: while files are read, which takes real time, the clock may go on. */
export const minutes = 60_000;

/** The steps that it began, in order. */
export const steps = ({ events }: Process): unknown[] =>
  events.filter(({ type }) => type === 'step-started').map((event) => event['step']);

export const last = ({ events }: Process): unknown => events.at(-1);
