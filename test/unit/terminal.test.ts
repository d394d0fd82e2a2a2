/** What a person sees of a run on a terminal. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Event } from '../../src/core/event.ts';
import { buildId, imageId, templateName } from '../../src/core/ids.ts';
import type { Action } from '../../src/core/plan.ts';
import type { Reporter } from '../../src/report/reporter.ts';
import { terminalReporter } from '../../src/report/terminal.ts';
import { TestGlass } from './glass.ts';
import { actionOf, digestLike, HandClock, plainStyle, reuseOf } from './rig.ts';

const image = imageId('ami-050d5210586860f36');
const named = (name: string) => ({ template: templateName(name), digest: digestLike(name) });

let clock: HandClock;
let glass: TestGlass;
let reporter: Reporter;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  clock = new HandClock();
  glass = new TestGlass();
  reporter = terminalReporter(glass, clock, plainStyle);
});
afterEach(() => void vi.useRealTimers());

const emit = (...events: readonly Event[]): void => {
  for (const event of events) reporter.emit(event);
};
const plan = (...actions: readonly Action[]): Event => ({ type: 'plan', actions });
const started = (name: string): Event => ({
  type: 'image-started',
  ...named(name),
  buildId: buildId('b-1'),
  steps: 15,
  expectedMs: 5000,
});
const step = (name: string, index: number, text: string): Event => ({
  type: 'step-started',
  template: templateName(name),
  step: text,
  index,
  count: 15,
});
const ended = (name: string, change: Partial<Extract<Event, { type: 'image-finished' }>> = {}): Event => ({
  type: 'image-finished',
  ...named(name),
  result: 'built',
  image,
  durationMs: 9200,
  ...change,
});
const failed = (name: string): Event =>
  ended(name, {
    result: 'failed',
    image: null,
    trouble: {
      code: 'step-failed',
      step: 'test 2',
      exitCode: 3,
      status: 'Failed',
      tail: ['one', 'two'],
      log: '/logs/4-test-2.log',
      stored: null,
      buildId: 'build-1',
      index: 4,
    },
  });

/** So much later, at the next drawing, without its mark. */
async function after(ms: number): Promise<string[]> {
  await clock.pass(ms);
  vi.advanceTimersByTime(100);
  return glass.lines.map((line) => line.replace(/^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/, '*'));
}

const gromacs = actionOf('gromacs', { needs: ['foundation'], expectedMs: 5000 });

describe('a line', () => {
  test('says for how long and what; one that cannot begin, for what it waits', async () => {
    emit(plan(actionOf('foundation'), gromacs), started('foundation'), step('foundation', 4, 'package gcc'));
    expect(await after(3100)).toEqual([
      '* foundation  3.1 s  step 4 of 15: package gcc',
      '* gromacs     waits for foundation',
    ]);
    emit(ended('foundation'), started('gromacs'), step('gromacs', 1, 'launch'));
    expect(await after(200)).toEqual([
      '✔ foundation  built in 9.2 s: ami-050d5210586860f36',
      '* gromacs     0.2 s of about 5.0 s  step 1 of 15: launch',
    ]);
  });

  test('in a narrow window loses the end of the step, then how long it may take, and never the time', async () => {
    emit(plan(gromacs), started('gromacs'), step('gromacs', 4, 'package gromacs@2025.3 ~mpi +openmp'));
    expect(await after(3100)).toEqual([
      '* gromacs  3.1 s of about 5.0 s  step 4 of 15: package gromacs@2025.3 ~mpi +op…',
    ]);
    glass.resize(60);
    expect(await after(400)).toEqual(['* gromacs  3.5 s  step 4 of 15: package gromacs@2025.3 ~mp…']);
    glass.resize(40);
    expect(await after(400)).toEqual(['* gromacs  3.9 s  step 4 of 15: packag…']);
  });

  test('of an image that another run builds: who, since when, and how far', async () => {
    const recipe = {
      ...gromacs.recipe,
      steps: ['bootstrap', 'package gcc'].map((name) => ({
        name,
        arguments: [],
        script: 's',
        scriptDigest: digestLike('s'),
      })),
    };
    glass.resize(120);
    emit(plan({ ...gromacs, needs: [], recipe }));
    const held = {
      type: 'lease-waiting',
      ...named('gromacs'),
      holder: 'ada@x',
      since: '2026-11-23T04:12:00Z',
    } as const;
    emit({ ...held, step: null });
    expect(await after(1000)).toEqual(['* gromacs  1.0 s  waits for ada@x since 2026-11-23 04:12 UTC']);
    emit({ ...held, step: 'package gcc' });
    expect(await after(11_000)).toEqual([
      '* gromacs  12 s  waits for ada@x since 2026-11-23 04:12 UTC, at step 3 of 4: package gcc',
    ]);
    emit({ ...held, step: 'launch' });
    expect(await after(0)).toEqual([
      '* gromacs  12 s  waits for ada@x since 2026-11-23 04:12 UTC, at step 1 of 4: launch',
    ]);
    emit({ ...held, step: 'image' });
    expect(await after(0)).toEqual([
      '* gromacs  12 s  waits for ada@x since 2026-11-23 04:12 UTC, at step 4 of 4: image',
    ]);
    emit({ ...held, step: 'other' });
    expect(await after(0)).toEqual(['* gromacs  12 s  waits for ada@x since 2026-11-23 04:12 UTC, at other']);
  });
});

describe('the end', () => {
  const finished = {
    type: 'run-finished',
    built: [],
    reused: [],
    failed: [templateName('namd')],
    skipped: [templateName('all')],
    durationMs: 12_000,
  } as const;

  test('a failed step: shortly in its line, and once below with its last lines and its log', async () => {
    emit(
      plan(actionOf('namd'), actionOf('all', { needs: ['namd'] })),
      started('namd'),
      step('namd', 5, 'test 2'),
    );
    await after(500);
    emit(failed('namd'));
    expect(await after(0)).toEqual([
      '✖ namd  failed after 9.2 s: step test 2: exit code 3',
      '* all   waits for namd',
    ]);
    emit(
      ended('all', {
        result: 'skipped',
        image: null,
        trouble: { code: 'ancestor-failed', template: templateName('namd') },
      }),
      finished,
    );
    await reporter.close();
    expect(glass.lines).toEqual([
      '✖ namd  failed after 9.2 s: step test 2: exit code 3',
      '↓ all   skipped: namd failed',
      'namd: failed: step test 2 failed: exit code 3; all that it printed: /logs/4-test-2.log',
      '  | one',
      '  | two',
      'done in 12 s: 0 built, 0 reused, 1 failed, 1 skipped',
    ]);
  });

  test('what was interrupted is said in its line alone', async () => {
    emit(
      plan(actionOf('a')),
      ended('a', { result: 'failed', image: null, trouble: { code: 'interrupted' } }),
    );
    await reporter.close();
    expect(glass.lines).toEqual(['✖ a  failed after 9.2 s: interrupted']);
  });

  test('lines are whole, however narrow the window; nothing draws or listens any more', async () => {
    glass.resize(30);
    const reason = { kind: 'hit', image, createdAt: '2026-11-23T04:12:00Z', buildId: 'b' } as const;
    emit(plan(reuseOf('a', { reason, image })), ended('a', { result: 'reused' }));
    await reporter.close();
    const whole = [
      `✔ a  reused: ${image} is available and has this digest (made 2026-11-23 04:12 UTC by build b)`,
    ];
    expect(glass.lines).toEqual(whole);
    expect([glass.listeners, vi.getTimerCount()]).toEqual([0, 0]);
  });

  test('what follows the last image is printed below', async () => {
    emit(plan(actionOf('a')), ended('a'));
    await reporter.close();
    emit({ type: 'warning', code: 'interrupted' });
    expect(glass.lines).toEqual([
      '✔ a  built in 9.2 s: ami-050d5210586860f36',
      'warning: interrupted: ending the instances of this run; the same signal once more leaves them to the next run',
    ]);
  });
});

test('a warning is seen at once, above the lines; a retry is not', async () => {
  emit(plan(actionOf('a')), started('a'));
  await after(100);
  emit({ type: 'warning', code: 'interrupted' });
  emit({ type: 'lease-taken', ...named('a'), token: 2, from: 'ada@x', purpose: 'build' });
  emit({ type: 'retry', operation: 'o', attempt: 1, awsCode: 'X' });
  await after(0);
  expect(await after(0)).toEqual([
    'warning: interrupted: ending the instances of this run; the same signal once more leaves them to the next run',
    'a: ada@x has not been heard of; going on with that build',
    '* a  0.1 s',
  ]);
});

describe('a window that changes its size', () => {
  test('leaves no copies of the lines, however often', async () => {
    emit(
      plan(actionOf('foundation'), gromacs),
      started('foundation'),
      step('foundation', 4, 'package gcc@13.2.0'),
    );
    for (const columns of [70, 50, 30, 45, 90, 25, 80]) {
      glass.resize(columns);
      expect(await after(500)).toHaveLength(2);
    }
  });

  test('is not drawn on before it has been still for a moment', async () => {
    emit(plan(actionOf('a')), started('a'));
    await after(100);
    glass.resize(60);
    expect(await after(299)).toEqual(['* a  0.1 s']);
    expect(await after(1)).toEqual(['* a  0.4 s']);
  });

  test.each([
    ['too low', 80, 4],
    ['too narrow', 19, 24],
  ])('to one that is %s: the lines stay as they are, and the rest is printed', async (_, columns, rows) => {
    emit(plan(actionOf('a'), actionOf('b')), started('a'), failed('b'));
    await after(100);
    glass.resize(columns, rows);
    await after(400);
    glass.resize(80, 24);
    emit(step('a', 2, 'bootstrap'), ended('a'));
    await reporter.close();
    expect(glass.lines).toEqual([
      '- a  0.5 s',
      '✖ b  failed after 9.2 s: step test 2: exit code 3',
      'b: failed: step test 2 failed: exit code 3; all that it printed: /logs/4-test-2.log',
      '  | one',
      '  | two',
      'a: step 2 of 15: bootstrap',
      `a: built ${image} (${digestLike('a').slice(0, 16)}) in 9.2 s`,
    ]);
  });
});

test.each([
  ['too low for the lines', 80, 4],
  ['too narrow', 19, 24],
  ['of a size that nobody knows', 0, 0],
])('a window that is %s: events are printed', async (_, columns, rows) => {
  glass = new TestGlass(columns, rows);
  reporter = terminalReporter(glass, clock, plainStyle);
  emit(plan(actionOf('a')), started('a'));
  await reporter.close();
  expect(glass.written).toBe(
    'a: build: no image has this digest\n1 to build, 0 to reuse\na: started, 15 steps, about 5.0 s (build b-1)\n',
  );
});

test('nothing that comes from outside steers the terminal', async () => {
  const evil = '\u001B[2J';
  emit(plan(actionOf(`a${evil}`)), started(`a${evil}`), step(`a${evil}`, 2, `x${evil}`));
  await after(0);
  expect(glass.written).not.toContain(evil);
});
