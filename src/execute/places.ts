/** How many images are built at the same time. It does not know which. */

export interface Place {
  /** For as long as another is waited for: who builds may have it. */
  leave(): void;
  /** Whether there is a place to go on in, at once. */
  tryToReturn(): boolean;
  /** Resolves when there is one, or when nothing may start any more. */
  return(): Promise<void>;
}

export class Places {
  readonly #limit: number;
  readonly #stop: AbortSignal;
  readonly #onFree: () => void;
  readonly #returning: (() => void)[] = [];
  #taken = 0;

  /** `onFree` is called when one is left that nobody comes back to. */
  constructor(limit: number, stop: AbortSignal, onFree: () => void) {
    this.#limit = limit;
    this.#stop = stop;
    this.#onFree = onFree;
    stop.addEventListener('abort', () => {
      for (const come of this.#returning.splice(0)) come();
    });
  }

  get isFree(): boolean {
    return this.#taken < this.#limit;
  }

  take(): Place {
    this.#taken += 1;
    let has = true;
    const again = (): void => {
      this.#taken += 1;
      has = true;
    };
    const leave = (): void => {
      if (!has) return;
      has = false;
      this.#taken -= 1;
      // What had begun comes before what has not.
      const next = this.isFree ? this.#returning.shift() : undefined;
      if (next === undefined) this.#onFree();
      else next();
    };
    return {
      leave,
      tryToReturn: () => {
        if (!has && this.isFree) again();
        return has;
      },
      return: () => {
        if (!has && this.isFree) again();
        if (has || this.#stop.aborted) return Promise.resolve();
        return new Promise((resolve) => {
          this.#returning.push(() => {
            again();
            resolve();
          });
        });
      },
    };
  }
}
