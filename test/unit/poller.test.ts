/** The one poller of a run, on a clock that is stepped by hand. */
import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CloudFailure, Failure } from '../../src/core/failure.ts';
import { fail, ok, type Result } from '../../src/core/result.ts';
import { type Look, Poller } from '../../src/execute/poller.ts';
import { HandClock, settled } from './rig.ts';

const failure = (nature: CloudFailure['nature']): CloudFailure => ({
  code: 'cloud',
  awsCode: 'X',
  operation: 'ec2:DescribeInstances',
  message: 'no',
  nature,
});

let clock: HandClock;
let poller: Poller;
let retries: number[];

beforeEach(() => {
  clock = new HandClock();
  retries = [];
  poller = new Poller(clock, { intervalMs: 100, outageMs: 5000 }, (_, attempt) => retries.push(attempt));
});

/** A kind of look whose answers are set by the test, and that notes what it was asked. */
function lookAt() {
  const asked: string[][] = [];
  const answers = {
    next: ok(new Map<string, number>()) as Result<ReadonlyMap<string, number>, CloudFailure>,
  };
  const look: Look<string, number> = (ids) => {
    asked.push([...ids]);
    return Promise.resolve(answers.next);
  };
  return { asked, answers, look };
}

interface Wait {
  readonly signal: AbortSignal;
  result: Result<number | undefined, Failure> | undefined;
}

function wait(
  look: Look<string, number>,
  id: string,
  withinMs = 10_000,
  signal = new AbortController().signal,
): Wait {
  const one: Wait = { signal, result: undefined };
  const until = (view: number | undefined): boolean => (view ?? 0) > 0;
  void poller.watch({ look, id, what: `${id} to be there`, until, withinMs, signal }).then((result) => {
    one.result = result;
  });
  return one;
}

test('one call for each kind of look and tick, however many wait', async () => {
  const [instances, images] = [lookAt(), lookAt()];
  for (let at = 0; at < 50; at += 1) wait(instances.look, `i-${at % 10}`);
  wait(images.look, 'ami-1');
  await clock.pass(99);
  expect([instances.asked, images.asked]).toEqual([[], []]);
  await clock.pass(1);
  expect(instances.asked).toEqual([Array.from({ length: 10 }, (_, at) => `i-${at}`)]);
  expect(images.asked).toEqual([['ami-1']]);
  await clock.pass(400);
  expect([instances.asked.length, images.asked.length]).toEqual([3, 3]);
});

test('a wait ends with the view that ends it, and is not asked for again', async () => {
  const { asked, answers, look } = lookAt();
  const [a, b] = [wait(look, 'a'), wait(look, 'b')];
  answers.next = ok(new Map([['a', 0]]));
  await clock.pass(100);
  expect([a.result, b.result]).toEqual([undefined, undefined]);
  answers.next = ok(new Map([['a', 7]]));
  await clock.pass(200);
  expect([a.result, b.result]).toEqual([ok(7), undefined]);
  answers.next = ok(new Map([['b', 8]]));
  await clock.pass(200);
  expect(b.result).toEqual(ok(8));
  expect(asked).toEqual([['a', 'b'], ['a', 'b'], ['b']]);
});

test('with nobody waiting, nothing is asked and nobody sleeps; it starts again for the next', async () => {
  const { asked, answers, look } = lookAt();
  answers.next = ok(new Map([['a', 1]]));
  wait(look, 'a');
  await clock.pass(100);
  expect(clock.untilNext()).toBeUndefined();
  await clock.pass(1000);
  expect(asked).toHaveLength(1);
  const again = wait(look, 'a');
  await clock.pass(100);
  expect(again.result).toEqual(ok(1));
});

test('what takes long is looked for more seldom, and at once for who comes later', async () => {
  const { asked, look } = lookAt();
  wait(look, 'a', 1_000_000);
  await clock.pass(1600);
  expect(asked).toHaveLength(8);
  await clock.pass(2400);
  expect(asked.length).toBeLessThan(8 + 9);
  asked.length = 0;
  await clock.pass(4000);
  expect(asked).toHaveLength(10);
  wait(look, 'b');
  await clock.pass(400);
  expect(asked.slice(10).map((ids) => ids.join(' '))).toEqual(['a b', 'a b']);
});

test('a look that fails slows no other down', async () => {
  const [instances, images] = [lookAt(), lookAt()];
  wait(instances.look, 'a');
  wait(images.look, 'b');
  instances.answers.next = fail(failure('throttled'));
  await clock.pass(1000);
  expect([instances.asked.length, images.asked.length]).toEqual([3, 5]);
});

test('who comes later is asked for at the next tick', async () => {
  const { asked, look } = lookAt();
  wait(look, 'a');
  await clock.pass(150);
  wait(look, 'b');
  await clock.pass(50);
  expect(asked).toEqual([['a'], ['a', 'b']]);
});

describe('a failure', () => {
  test('that may pass is waited out, at growing intervals', async () => {
    const { asked, answers, look } = lookAt();
    const one = wait(look, 'a');
    answers.next = fail(failure('throttled'));
    await clock.pass(100);
    expect([asked.length, retries]).toEqual([1, [1]]);
    answers.next = fail(failure('unknown'));
    await clock.pass(199);
    expect(asked).toHaveLength(1);
    await clock.pass(1);
    expect([asked.length, retries]).toEqual([2, [1, 2]]);
    await clock.pass(400);
    await clock.pass(800);
    expect(asked).toHaveLength(4);
    await clock.pass(800);
    expect(asked).toHaveLength(5);
    answers.next = ok(new Map([['a', 1]]));
    await clock.pass(800);
    expect(one.result).toEqual(ok(1));
    expect(retries).toEqual([1, 2, 3, 4, 5]);
    const next = wait(look, 'a');
    await clock.pass(100);
    expect(next.result).toEqual(ok(1));
  });

  test('that is a refusal ends the waits of that kind, and no other', async () => {
    const [instances, images] = [lookAt(), lookAt()];
    const [a, b, c] = [wait(instances.look, 'a'), wait(instances.look, 'b'), wait(images.look, 'c')];
    instances.answers.next = fail(failure('refused'));
    await clock.pass(100);
    expect([a.result, b.result]).toEqual([fail(failure('refused')), fail(failure('refused'))]);
    expect([c.result, retries]).toEqual([undefined, []]);
  });
});

describe('a deadline', () => {
  test('ends a wait, with what was waited for and how long', async () => {
    const { look } = lookAt();
    const [short, long] = [wait(look, 'a', 250), wait(look, 'b', 1000)];
    await clock.pass(200);
    expect(short.result).toBeUndefined();
    await clock.pass(100);
    expect(short.result).toEqual(fail({ code: 'timed-out', what: 'a to be there', afterMs: 300 }));
    expect(long.result).toBeUndefined();
  });

  test('does not count the time in which nobody could look', async () => {
    const { answers, look } = lookAt();
    const one = wait(look, 'a', 500);
    await clock.pass(200);
    answers.next = fail(failure('throttled'));
    await clock.pass(3000);
    answers.next = ok(new Map());
    await clock.pass(1000);
    expect(one.result).toEqual(fail({ code: 'timed-out', what: 'a to be there', afterMs: 700 }));
  });

  test('of the poller ends a wait in which nobody could look for too long', async () => {
    const { answers, look } = lookAt();
    answers.next = fail(failure('throttled'));
    const one = wait(look, 'a', 500);
    await clock.pass(5000);
    expect(one.result).toBeUndefined();
    await clock.pass(1000);
    expect(one.result).toEqual(fail(failure('throttled')));
  });

  test('is missed by what is there at the last look', async () => {
    const { answers, look } = lookAt();
    const one = wait(look, 'a', 50);
    answers.next = ok(new Map([['a', 1]]));
    await clock.pass(100);
    expect(one.result).toEqual(ok(1));
  });
});

describe('to give up', () => {
  test('ends a wait at once, and leaves the others', async () => {
    const { asked, look } = lookAt();
    const stop = new AbortController();
    const [a, b] = [wait(look, 'a', 1000, stop.signal), wait(look, 'b')];
    stop.abort();
    await settled();
    expect([a.result, b.result]).toEqual([fail({ code: 'interrupted' }), undefined]);
    await clock.pass(100);
    expect(asked).toEqual([['b']]);
  });

  test('before it begins asks nothing', async () => {
    const { asked, look } = lookAt();
    const one = wait(look, 'a', 1000, AbortSignal.abort());
    await clock.pass(500);
    expect([one.result, asked]).toEqual([fail({ code: 'interrupted' }), []]);
  });

  test('while the answer is under way still ends it once', async () => {
    const stop = new AbortController();
    const look: Look<string, number> = () => {
      stop.abort();
      return Promise.resolve(ok(new Map([['a', 1]])));
    };
    const one = wait(look, 'a', 1000, stop.signal);
    await clock.pass(100);
    expect(one.result).toEqual(fail({ code: 'interrupted' }));
  });
});

test('a failure that nobody waits for any more is told to nobody', async () => {
  const stop = new AbortController();
  let answer: (result: Result<ReadonlyMap<string, number>, CloudFailure>) => void = () => {};
  const look: Look<string, number> = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  const one = wait(look, 'a', 1000, stop.signal);
  await clock.pass(100);
  stop.abort();
  answer(fail(failure('throttled')));
  await settled();
  expect([one.result, retries]).toEqual([fail({ code: 'interrupted' }), []]);
});

test('no listener stays behind, however a wait ends', async () => {
  const { answers, look } = lookAt();
  const { signal } = new AbortController();
  wait(look, 'a', 50, signal);
  wait(look, 'b', 1000, signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(2);
  answers.next = ok(new Map([['b', 1]]));
  await clock.pass(100);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  wait(look, 'c', 1000, signal);
  answers.next = fail(failure('refused'));
  await clock.pass(100);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});
