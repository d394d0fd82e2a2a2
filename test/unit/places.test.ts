/** How many images are built at once where some of them wait for another run. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Action } from '../../src/core/plan.ts';
import { imageId } from '../../src/core/ids.ts';
import type { Outcome } from '../../src/execute/image.ts';
import { Places, type Place } from '../../src/execute/places.ts';
import { runSchedule } from '../../src/execute/scheduler.ts';
import { actionOf, defined, reuseOf, settled } from './rig.ts';

const outcome: Outcome = { result: 'built', image: imageId('ami-1') };

describe('a place', () => {
  let stop: AbortController;
  let places: Places;
  let log: string[];

  beforeEach(() => {
    stop = new AbortController();
    log = [];
    places = new Places(1, stop.signal, () => log.push('free'));
  });

  const comesBack = (name: string, place: Place): void => {
    void place.return().then(() => log.push(`${name} is back`));
  };

  test('that is taken leaves none', () => {
    expect(places.isFree).toBe(true);
    places.take();
    expect(places.isFree).toBe(false);
  });

  test('that is left is free, once, however often it is left', () => {
    const place = places.take();
    place.leave();
    place.leave();
    expect([places.isFree, log]).toEqual([true, ['free']]);
    places.take();
    expect(places.isFree).toBe(false);
  });

  test('is returned to at once where it is free, and never while all are taken', () => {
    const place = places.take();
    expect(place.tryToReturn()).toBe(true);
    place.leave();
    const other = places.take();
    expect([place.tryToReturn(), places.isFree]).toEqual([false, false]);
    other.leave();
    expect([place.tryToReturn(), places.isFree]).toEqual([true, false]);
    expect(other.tryToReturn()).toBe(false);
  });

  test('is given to who comes back before anybody is told that it is free, and to who came first', async () => {
    const [ada, bob] = [places.take(), places.take()];
    ada.leave();
    bob.leave();
    const cy = places.take();
    log = [];
    comesBack('bob', bob);
    comesBack('ada', ada);
    await settled();
    expect(log).toEqual([]);
    cy.leave();
    await settled();
    expect([log, places.isFree]).toEqual([['bob is back'], false]);
    bob.leave();
    await settled();
    expect(log).toEqual(['bob is back', 'ada is back']);
    ada.leave();
    expect([log.at(-1), places.isFree]).toEqual(['free', true]);
  });

  test('is returned to at once by who has it', async () => {
    comesBack('ada', places.take());
    await settled();
    expect(log).toEqual(['ada is back']);
  });

  // It was left while who comes back still cleaned up: nobody else would ever leave one.
  test('is returned to where it has become free since it was asked for in vain', async () => {
    const ada = places.take();
    ada.leave();
    const bob = places.take();
    expect(ada.tryToReturn()).toBe(false);
    bob.leave();
    log = [];
    comesBack('ada', ada);
    await settled();
    expect([log, places.isFree]).toEqual([['ada is back'], false]);
    ada.leave();
    expect([log.at(-1), places.isFree]).toEqual(['free', true]);
  });

  test('is not waited for once nothing may start any more', async () => {
    const ada = places.take();
    ada.leave();
    const bob = places.take();
    log = [];
    comesBack('ada', ada);
    await settled();
    expect(log).toEqual([]);
    stop.abort();
    await settled();
    expect(log).toEqual(['ada is back']);
    bob.leave();
    comesBack('bob', bob);
    await settled();
    expect(log.at(-1)).toBe('bob is back');
  });
});

describe('a schedule', () => {
  /** An execution that does what it is told to. */
  interface Running {
    readonly place: Place;
    readonly end: () => void;
  }

  let running: Map<string, Running>;
  let started: string[];
  let over: boolean;
  let stop: AbortController;

  beforeEach(() => {
    running = new Map();
    started = [];
    over = false;
    stop = new AbortController();
  });

  function start(actions: readonly Action[], concurrency: number): void {
    const done = runSchedule(
      { actions },
      {
        concurrency,
        bail: false,
        stop,
        onOutcome: () => {},
        start: ({ template }, _images, place) => {
          started.push(template);
          let end = (): void => {};
          const ended = new Promise<void>((resolve) => {
            end = resolve;
          });
          running.set(template, { place, end });
          return { outcome: ended.then(() => outcome), ended };
        },
      },
    );
    void done.then(() => {
      over = true;
    });
  }

  const of = (name: string): Running => defined(running.get(name));

  test('starts another while one waits for another run, and lets that one in again first', async () => {
    start(
      ['a', 'b', 'c'].map((name) => actionOf(name)),
      1,
    );
    expect(started).toEqual(['a']);
    of('a').place.leave();
    expect(started).toEqual(['a', 'b']);
    expect(of('a').place.tryToReturn()).toBe(false);
    const back = of('a').place.return();
    of('b').end();
    await back;
    await settled();
    expect(started).toEqual(['a', 'b']);
    of('a').end();
    await settled();
    expect(started).toEqual(['a', 'b', 'c']);
    of('c').end();
    await settled();
    expect(over).toBe(true);
  });

  test('does not give away twice the place of what ends without having come back', async () => {
    start(
      ['a', 'b', 'c'].map((name) => actionOf(name)),
      1,
    );
    of('a').place.leave();
    of('a').end();
    await settled();
    expect(started).toEqual(['a', 'b']);
  });

  test('that is stopped lets in who waits for a place, starts nothing and ends with the last', async () => {
    start(
      ['a', 'b', 'c'].map((name) => actionOf(name)),
      1,
    );
    of('a').place.leave();
    const back = of('a').place.return();
    stop.abort();
    await back;
    of('a').end();
    await settled();
    expect([started, over]).toEqual([['a', 'b'], false]);
    of('b').end();
    await settled();
    expect(over).toBe(true);
  });

  test('of 10,000 images that are there already does not exhaust the call stack', async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `t${index}`);
    let reused = 0;
    await runSchedule(
      { actions: names.map((name) => reuseOf(name)) },
      {
        concurrency: 1,
        bail: false,
        stop: new AbortController(),
        start: () => ({ ...outcome, result: 'reused' }),
        onOutcome: () => {
          reused += 1;
        },
      },
    );
    expect(reused).toBe(10_000);
  });
});
