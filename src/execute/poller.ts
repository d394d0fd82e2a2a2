/** The one place that looks whether something has happened: all builds in flight share its calls. It does not know what they wait for. */
import type { CloudFailure, Failure } from '../core/failure.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Clock } from '../ports/clock.ts';

/** One kind of look: many ids, one batch of answers; an id that is not among them is not seen yet. */
export type Look<Id, View> = (ids: readonly Id[]) => Promise<Result<ReadonlyMap<Id, View>, CloudFailure>>;

export interface Watch<Id, View> {
  readonly look: Look<Id, View>;
  readonly id: Id;
  /** Names it in a message: `instance i-0123 to be running`. */
  readonly what: string;
  /** Whether the wait is over; undefined: no answer shows it. */
  readonly until: (view: View | undefined) => boolean;
  readonly withinMs: number;
  /** At least so long between two looks, for what hardly ever happens; every tick unless set. */
  readonly everyMs?: number;
  readonly signal: AbortSignal;
}

/** Which ids and views belong together, only the two closures of a Waiting know. */
type AnyLook = Look<unknown, unknown>;

interface Waiting {
  readonly id: unknown;
  readonly what: string;
  readonly started: number;
  readonly withinMs: number;
  readonly everyMs: number;
  readonly signal: AbortSignal;
  /** Looks at the answers; true: the wait is over. */
  readonly take: (views: ReadonlyMap<unknown, unknown>) => boolean;
  readonly give: (failure: Failure) => void;
  readonly onAbort: () => void;
}

export class Poller {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #onRetry: (failure: CloudFailure, attempt: number) => void;
  readonly #lookedAt = new Map<AnyLook, number>();
  readonly #waiting = new Map<AnyLook, Set<Waiting>>();
  /** Aborted when nothing is waited for any more: then nor does the poller. */
  #idle = new AbortController();
  #running = false;
  #failures = 0;

  constructor(clock: Clock, intervalMs: number, onRetry: (failure: CloudFailure, attempt: number) => void) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#onRetry = onRetry;
  }

  /** The view that ended the wait. A failure that may pass is waited out; `signal` ends it as `interrupted`. */
  watch<Id, View>(watch: Watch<Id, View>): Promise<Result<View | undefined, Failure>> {
    const { id, what, withinMs, everyMs = 0, signal } = watch;
    const look = watch.look as AnyLook;
    if (signal.aborted) return Promise.resolve(fail({ code: 'interrupted' }));
    return new Promise((resolve) => {
      const waiting: Waiting = {
        id,
        what,
        withinMs,
        everyMs,
        signal,
        started: this.#clock.monotonic(),
        take: (views) => {
          const view = (views as ReadonlyMap<Id, View>).get(id);
          const over = watch.until(view);
          if (over) resolve(ok(view));
          return over;
        },
        give: (failure) => resolve(fail(failure)),
        onAbort: () => this.#drop(look, waiting, { code: 'interrupted' }),
      };
      const group = this.#waiting.get(look) ?? new Set();
      this.#waiting.set(look, group.add(waiting));
      signal.addEventListener('abort', waiting.onAbort);
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.size > 0) {
      // Failing calls are spaced out: a service in trouble is not helped by more of them.
      await this.#clock.sleep(this.#intervalMs * Math.min(8, 2 ** this.#failures), this.#idle.signal);
      const due = [...this.#waiting].filter(([look, group]) => this.#isDue(look, group));
      await Promise.all(due.map(([look, group]) => this.#look(look, group)));
    }
    this.#running = false;
  }

  #isDue(look: AnyLook, group: ReadonlySet<Waiting>): boolean {
    const now = this.#clock.monotonic();
    const everyMs = Math.min(...[...group].map((one) => one.everyMs));
    if (now - (this.#lookedAt.get(look) ?? Number.NEGATIVE_INFINITY) < everyMs) return false;
    this.#lookedAt.set(look, now);
    return true;
  }

  async #look(look: AnyLook, group: ReadonlySet<Waiting>): Promise<void> {
    const asked = [...group];
    const answer = await look([...new Set(asked.map(({ id }) => id))]);
    if (answer.ok) {
      this.#failures = 0;
      for (const one of asked) if (group.has(one) && one.take(answer.value)) this.#drop(look, one);
    } else if (answer.error.nature === 'refused') {
      for (const one of asked) this.#drop(look, one, answer.error);
    } else {
      this.#failures += 1;
      // Nobody may wait any more: the run may be over.
      if (asked.some((one) => group.has(one))) this.#onRetry(answer.error, this.#failures);
    }
    const now = this.#clock.monotonic();
    for (const one of asked) {
      const afterMs = now - one.started;
      if (group.has(one) && afterMs > one.withinMs)
        this.#drop(look, one, { code: 'timed-out', what: one.what, afterMs });
    }
  }

  #drop(look: AnyLook, waiting: Waiting, failure?: Failure): void {
    const group = this.#waiting.get(look);
    group?.delete(waiting);
    waiting.signal.removeEventListener('abort', waiting.onAbort);
    if (group?.size === 0) this.#waiting.delete(look);
    if (this.#waiting.size === 0) {
      this.#idle.abort();
      this.#idle = new AbortController();
    }
    if (failure !== undefined) waiting.give(failure);
  }
}
