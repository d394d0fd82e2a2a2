/** The order in which a plan's actions start, and what a failure does to the rest. */
import { describe, expect, test } from 'vitest';
import { imageId, type TemplateName } from '../../src/core/ids.ts';
import type { Action } from '../../src/core/plan.ts';
import type { Outcome } from '../../src/execute/image.ts';
import { runSchedule } from '../../src/execute/scheduler.ts';
import { actionOf, defined, settled, reuseOf } from './rig.ts';

const built = (name: string): Outcome => ({ result: 'built', image: imageId(`ami-${name}`) });
const failed: Outcome = { result: 'failed', image: null, trouble: { code: 'interrupted' } };

interface Started {
  readonly images: ReadonlyMap<TemplateName, string>;
  readonly tell: (outcome: Outcome) => void;
  readonly end: () => void;
}

/** A schedule whose executions end when they are told to. */
class Stage {
  readonly log: string[] = [];
  readonly stop = new AbortController();
  readonly running = new Map<string, Started>();
  over = false;

  constructor(actions: readonly Action[], options: { concurrency?: number; bail?: boolean } = {}) {
    const { concurrency = 10, bail = false } = options;
    const done = runSchedule(
      { actions },
      {
        concurrency,
        bail,
        stop: this.stop,
        start: (action, images) => this.#start(action, images),
        onOutcome: ({ template }, { result, trouble }) => {
          const by = trouble !== undefined && 'template' in trouble ? ` by ${trouble.template}` : '';
          const why = result === 'skipped' || by !== '' ? `: ${trouble?.code}${by}` : '';
          this.log.push(`${template} ${result}${why}`);
        },
      },
    );
    void done.then(() => {
      this.over = true;
    });
  }

  #start({ template }: Action, images: ReadonlyMap<TemplateName, string>) {
    this.log.push(`${template} starts`);
    let tell: (outcome: Outcome) => void = () => {};
    let end: () => void = () => {};
    const outcome = new Promise<Outcome>((resolve) => {
      tell = resolve;
    });
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.running.set(template, { images: new Map(images), tell, end });
    return { outcome, ended };
  }

  /** The outcome is known, and all is cleaned up. */
  async finish(name: string, outcome: Outcome = built(name)): Promise<void> {
    await this.tell(name, outcome);
    await this.end(name);
  }

  async tell(name: string, outcome: Outcome = built(name)): Promise<void> {
    defined(this.running.get(name)).tell(outcome);
    await settled();
  }

  async end(name: string): Promise<void> {
    defined(this.running.get(name)).end();
    this.running.delete(name);
    await settled();
  }

  /** What has been logged since the last look. */
  news(): string[] {
    return this.log.splice(0);
  }
}

test('a plan of nothing is over at once', async () => {
  const stage = new Stage([]);
  await settled();
  expect(stage.over).toBe(true);
});

test('each starts as soon as its own needs are there, with their images', async () => {
  const stage = new Stage([
    actionOf('a'),
    actionOf('b'),
    actionOf('c', { needs: ['a'] }),
    actionOf('d', { needs: ['a', 'b'] }),
  ]);
  expect(stage.news()).toEqual(['a starts', 'b starts']);
  await stage.finish('a');
  expect(stage.news()).toEqual(['a built', 'c starts']);
  expect(Object.fromEntries(defined(stage.running.get('c')).images)).toEqual({ a: 'ami-a' });
  await stage.finish('b');
  expect(stage.news()).toEqual(['b built', 'd starts']);
  await stage.finish('c');
  expect(stage.over).toBe(false);
  await stage.finish('d');
  expect(stage.over).toBe(true);
});

test('a child starts when the image is there, while the instance is still being removed', async () => {
  const stage = new Stage([actionOf('a'), actionOf('b', { needs: ['a'] })]);
  await stage.tell('a');
  expect(stage.news()).toEqual(['a starts', 'a built', 'b starts']);
  await stage.finish('b');
  expect(stage.over).toBe(false);
  await stage.end('a');
  expect(stage.over).toBe(true);
});

describe('among the ready', () => {
  test('the longest remaining path is first', async () => {
    const stage = new Stage(
      [
        actionOf('a', { expectedMs: 30 }),
        actionOf('b', { expectedMs: 10 }),
        actionOf('c', { expectedMs: 20 }),
        actionOf('d', { expectedMs: 25, needs: ['b'] }),
      ],
      { concurrency: 1 },
    );
    for (const name of ['b', 'a', 'd', 'c']) await stage.finish(name);
    expect(stage.news().filter((line) => line.endsWith('starts'))).toEqual([
      'b starts',
      'a starts',
      'd starts',
      'c starts',
    ]);
    expect(stage.over).toBe(true);
  });

  test('a build never seen counts as the mean of those seen', async () => {
    const stage = new Stage(
      [actionOf('a', { expectedMs: 10 }), actionOf('b'), actionOf('c', { expectedMs: 100 })],
      { concurrency: 1 },
    );
    for (const name of ['c', 'b', 'a']) await stage.finish(name);
    expect(stage.over).toBe(true);
  });

  test('with nothing remembered, the longest chain is first', async () => {
    const stage = new Stage(
      [actionOf('a'), actionOf('b'), actionOf('c', { needs: ['b'] }), actionOf('d', { needs: ['c'] })],
      { concurrency: 1 },
    );
    await stage.finish('b');
    expect(stage.news()).toEqual(['b starts', 'b built', 'c starts']);
  });

  test('what is reused takes no time', async () => {
    const stage = new Stage([reuseOf('a', { expectedMs: 1000 }), actionOf('b', { expectedMs: 1 })], {
      concurrency: 1,
    });
    expect(stage.news()).toEqual(['b starts']);
    await stage.finish('b');
    expect(stage.news()).toEqual(['b built', 'a starts']);
  });
});

test('no more run at once than may, counting those that are still being cleaned up', async () => {
  const stage = new Stage(
    ['a', 'b', 'c', 'd'].map((name) => actionOf(name)),
    { concurrency: 2 },
  );
  expect(stage.news()).toEqual(['a starts', 'b starts']);
  await stage.tell('a');
  expect(stage.news()).toEqual(['a built']);
  await stage.end('a');
  expect(stage.news()).toEqual(['c starts']);
  await stage.end('b');
  expect(stage.news()).toEqual([]);
});

describe('a failure', () => {
  const plan = [
    actionOf('a'),
    actionOf('x'),
    actionOf('b', { needs: ['a'] }),
    actionOf('c', { needs: ['b', 'x'] }),
    actionOf('y', { needs: ['x'] }),
  ];

  test('skips what stands on it, and nothing else', async () => {
    const stage = new Stage(plan);
    stage.news();
    await stage.finish('a', failed);
    expect(stage.news()).toEqual([
      'a failed',
      'b skipped: ancestor-failed by a',
      'c skipped: ancestor-failed by a',
    ]);
    await stage.finish('x');
    expect(stage.news()).toEqual(['x built', 'y starts']);
    await stage.finish('y');
    expect(stage.over).toBe(true);
    expect(stage.stop.signal.aborted).toBe(false);
  });

  test('ends everything where that is asked for', async () => {
    const stage = new Stage(plan, { bail: true });
    stage.news();
    await stage.finish('a', failed);
    expect(stage.stop.signal.aborted).toBe(true);
    expect(stage.news()).toEqual([
      'a failed',
      'b skipped: ancestor-failed by a',
      'c skipped: ancestor-failed by a',
      'y skipped: bailed by a',
    ]);
    expect(stage.over).toBe(false);
    await stage.finish('x', { result: 'failed', image: null, trouble: { code: 'interrupted' } });
    expect(stage.news()).toEqual(['x failed: bailed by a']);
    expect(stage.over).toBe(true);
  });
});

test('stopped from outside, what stands on what was cut short is not started, as all else', async () => {
  const stage = new Stage([actionOf('a'), actionOf('b'), actionOf('c', { needs: ['a'] })]);
  stage.news();
  stage.stop.abort();
  await stage.finish('a', { result: 'failed', image: null, trouble: { code: 'interrupted' } });
  expect(stage.news()).toEqual(['a failed', 'c skipped: not-started']);
});

test('stopped from outside, nothing new starts and what runs is waited for', async () => {
  const stage = new Stage([actionOf('a'), actionOf('b', { needs: ['a'] }), actionOf('c')], {
    concurrency: 1,
  });
  expect(stage.news()).toEqual(['a starts']);
  stage.stop.abort();
  await settled();
  expect(stage.over).toBe(false);
  await stage.finish('a');
  expect(stage.news()).toEqual(['a built', 'b skipped: not-started', 'c skipped: not-started']);
  expect(stage.over).toBe(true);
});

test('stopped before it begins, nothing starts', async () => {
  const stop = new AbortController();
  stop.abort();
  const skipped: string[] = [];
  await runSchedule(
    { actions: [actionOf('a'), actionOf('b', { needs: ['a'] })] },
    {
      concurrency: 1,
      bail: false,
      stop,
      start: () => expect.fail('nothing may start'),
      onOutcome: ({ template }, { result }) => skipped.push(`${template} ${result}`),
    },
  );
  expect(skipped).toEqual(['a skipped', 'b skipped']);
});

test('an execution that breaks ends the run with its error', async () => {
  const bug = new Error('a bug');
  const running = runSchedule(
    { actions: [actionOf('a')] },
    {
      concurrency: 1,
      bail: false,
      stop: new AbortController(),
      start: () => ({ outcome: Promise.reject(bug), ended: Promise.resolve() }),
      onOutcome: () => {},
    },
  );
  await expect(running).rejects.toBe(bug);
});
