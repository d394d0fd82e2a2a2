/** A clock that jumps to the next thing that anybody waits for, so that hours pass in moments. */
import type { Clock } from '../../src/ports/clock.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Rounds of the event loop without a new sleeper after which nothing else is going on. */
const idleRounds = 8;

export class SteppedClock implements Clock {
  #now = Date.parse('2026-01-05T08:00:00Z');
  #sleepers: Sleeper[] = [];
  #changes = 0;
  #stepping = false;
  #holds = 0;

  /** Until the answer is called, time stands still: something is going on that cannot be seen from here. */
  hold(): () => void {
    this.#holds += 1;
    let release = (): void => {
      this.#holds -= 1;
      release = () => {};
    };
    return () => release();
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        this.#changes += 1;
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { at: this.#now + ms, wake };
      this.#sleepers.push(sleeper);
      this.#changes += 1;
      signal?.addEventListener('abort', wake);
      if (!this.#stepping) void this.#step();
    });
  }

  async #step(): Promise<void> {
    this.#stepping = true;
    while (this.#sleepers.length > 0) {
      for (let seen = -1, idle = 0; idle < idleRounds; idle = seen === this.#changes ? idle + 1 : 0) {
        seen = this.#changes;
        await new Promise(setImmediate);
        // Files are read in real time, with requests to the system.
        const isBusy =
          this.#holds > 0 || process.getActiveResourcesInfo().some((name) => name.includes('Req'));
        if (isBusy) seen = -1;
      }
      const next = this.#sleepers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
    this.#stepping = false;
  }
}

/** The clock of one process among several: while it is frozen, nothing that sleeps in it wakes. */
export class ProcessClock implements Clock {
  readonly #clock: SteppedClock;
  readonly #wrong: (now: number) => number;
  #frozen: Promise<void> | undefined;
  #thaw: () => void = () => {};

  /** `wrong`: what the process takes the date for. */
  constructor(clock: SteppedClock, wrong: (now: number) => number = (now) => now) {
    this.#clock = clock;
    this.#wrong = wrong;
  }

  freeze(): void {
    if (this.#frozen !== undefined) return;
    this.#frozen = new Promise((resolve) => {
      this.#thaw = resolve;
    });
  }

  thaw(): void {
    this.#frozen = undefined;
    this.#thaw();
  }

  now(): number {
    return this.#wrong(this.#clock.now());
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  /** Resolves as soon as it is not frozen. */
  async awake(): Promise<void> {
    while (this.#frozen !== undefined) await this.#frozen;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await this.#clock.sleep(ms, signal);
    await this.awake();
  }
}
