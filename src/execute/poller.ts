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
  /** Later by the time in which nobody could look. */
  started: number;
  readonly withinMs: number;
  readonly everyMs: number;
  readonly signal: AbortSignal;
  /** Looks at the answers; true: the wait is over. */
  readonly take: (views: ReadonlyMap<unknown, unknown>) => boolean;
  readonly give: (failure: Failure) => void;
  readonly onAbort: () => void;
}

/** What is waited for with one kind of look, and how that look fares. */
interface Group {
  readonly waiting: Set<Waiting>;
  lookedAt: number;
  /** In a row. */
  failures: number;
  /** Undefined: the last look was answered. */
  failingSince: number | undefined;
}

/**
 * What the first look does not show takes minutes, as a rule: the next come after twice the poller's interval, then after an
 * eighth of the time that it has been waited for, and after four intervals at most.
 */
const seldom = { least: 2, partOfAge: 1 / 8, most: 4 };

export class Poller {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #outageMs: number;
  readonly #onRetry: (failure: CloudFailure, attempt: number) => void;
  readonly #groups = new Map<AnyLook, Group>();
  /** Aborted when nothing is waited for any more: then nor does the poller. */
  #idle = new AbortController();
  #running = false;

  /** A look that fails for longer than `outageMs` ends the waits. */
  constructor(
    clock: Clock,
    { intervalMs, outageMs }: { readonly intervalMs: number; readonly outageMs: number },
    onRetry: (failure: CloudFailure, attempt: number) => void,
  ) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#outageMs = outageMs;
    this.#onRetry = onRetry;
  }

  /** The view that ended the wait. A failure that may pass is waited out, and its time does not count; `signal` ends it as `interrupted`. */
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
      const group = this.#groups.get(look) ?? newGroup();
      this.#groups.set(look, group);
      group.waiting.add(waiting);
      signal.addEventListener('abort', waiting.onAbort);
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#groups.size > 0) {
      await this.#clock.sleep(this.#intervalMs, this.#idle.signal);
      const due = [...this.#groups].filter(([, group]) => this.#isDue(group));
      await Promise.all(due.map(([look, group]) => this.#look(look, group)));
    }
    this.#running = false;
  }

  /** Failing calls are spaced out: a service in trouble is not helped by more of them. */
  #isDue({ waiting, lookedAt, failures }: Group): boolean {
    const now = this.#clock.monotonic();
    if (failures > 0) return now - lookedAt >= this.#intervalMs * Math.min(8, 2 ** failures);
    return [...waiting].some(({ started, everyMs }) => {
      // What hardly ever happens does not happen at once.
      const since = everyMs > 0 ? Math.max(lookedAt, started) : lookedAt;
      return now - since >= Math.max(everyMs, this.#spacing(now - started));
    });
  }

  #spacing(ageMs: number): number {
    if (ageMs < 1.5 * this.#intervalMs) return 0;
    const least = Math.max(seldom.least * this.#intervalMs, ageMs * seldom.partOfAge);
    return Math.min(least, seldom.most * this.#intervalMs);
  }

  async #look(look: AnyLook, group: Group): Promise<void> {
    const asked = [...group.waiting];
    const before = group.lookedAt;
    group.lookedAt = this.#clock.monotonic();
    const answer = await look([...new Set(asked.map(({ id }) => id))]);
    const now = this.#clock.monotonic();
    if (answer.ok) {
      if (group.failingSince !== undefined)
        for (const one of asked) one.started += now - Math.max(group.failingSince, one.started);
      group.failures = 0;
      group.failingSince = undefined;
      for (const one of asked) if (group.waiting.has(one) && one.take(answer.value)) this.#drop(look, one);
      for (const one of asked) this.#dropIfLate(look, group, one, now);
      return;
    }
    group.failures += 1;
    group.failingSince ??= Number.isFinite(before) ? before : now;
    const isOver = answer.error.nature === 'refused' || now - group.failingSince > this.#outageMs;
    if (isOver) for (const one of asked) this.#drop(look, one, answer.error);
    // Nobody may wait any more: the run may be over.
    else if (asked.some((one) => group.waiting.has(one))) this.#onRetry(answer.error, group.failures);
  }

  #dropIfLate(look: AnyLook, group: Group, one: Waiting, now: number): void {
    const afterMs = now - one.started;
    if (group.waiting.has(one) && afterMs > one.withinMs)
      this.#drop(look, one, { code: 'timed-out', what: one.what, afterMs });
  }

  #drop(look: AnyLook, waiting: Waiting, failure?: Failure): void {
    const group = this.#groups.get(look);
    group?.waiting.delete(waiting);
    waiting.signal.removeEventListener('abort', waiting.onAbort);
    if (group?.waiting.size === 0) this.#groups.delete(look);
    if (this.#groups.size === 0) {
      this.#idle.abort();
      this.#idle = new AbortController();
    }
    if (failure !== undefined) waiting.give(failure);
  }
}

const newGroup = (): Group => ({
  waiting: new Set(),
  lookedAt: Number.NEGATIVE_INFINITY,
  failures: 0,
  failingSince: undefined,
});
