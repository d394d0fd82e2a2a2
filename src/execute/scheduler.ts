/** Starts each action as soon as what it needs is there, the longest remaining path first. It does not know what an action does. */
import type { Trouble } from '../core/event.ts';
import type { ImageId, TemplateName } from '../core/ids.ts';
import type { Action, Plan } from '../core/plan.ts';
import type { Execution, Outcome } from './image.ts';
import { Places, type Place } from './places.ts';
import { ReadyQueue } from './ready-queue.ts';

export interface Schedule {
  readonly concurrency: number;
  /** The first failure ends everything. */
  readonly bail: boolean;
  /** Aborted when nothing new may start. */
  readonly stop: AbortController;
  /** `images`: those of the templates that the action needs. */
  readonly start: (action: Action, images: ReadonlyMap<TemplateName, ImageId>, place: Place) => Execution;
  readonly onOutcome: (action: Action, outcome: Outcome) => void;
}

/** Resolves when every action has ended and everything that they started is gone. */
export function runSchedule(plan: Plan, schedule: Schedule): Promise<void> {
  const images = new Map<TemplateName, ImageId>();
  const troubled = new Map<TemplateName, TemplateName>();
  const waiting = new Set(plan.actions);
  const queue = new ReadyQueue(plan);
  /** Started, and not ended yet. */
  let running = 0;
  /** What waits and may never start has not been told so. */
  let hopeless = false;
  let starting = false;

  return new Promise((resolve, reject) => {
    const places = new Places(schedule.concurrency, schedule.stop.signal, () => next());
    let culpritOfBail: TemplateName | undefined;
    const settle = (action: Action, given: Outcome): void => {
      const outcome = culpritOfBail === undefined ? given : blaming(culpritOfBail, given);
      if (outcome.image === null) {
        // What was cut short is no one's fault, and what stands on it is not started, as all else.
        const isCutShort = schedule.stop.signal.aborted && given.trouble?.code === 'interrupted';
        if (!isCutShort) troubled.set(action.template, troubled.get(action.template) ?? action.template);
        hopeless = true;
      } else {
        images.set(action.template, outcome.image);
        queue.isThere(action.template);
      }
      schedule.onOutcome(action, outcome);
      if (outcome.result !== 'failed' || !schedule.bail) return;
      culpritOfBail ??= action.template;
      schedule.stop.abort();
    };

    const skip = (action: Action, trouble: Trouble): void => {
      waiting.delete(action);
      settle(action, { result: 'skipped', image: null, trouble });
    };

    /** Plan order puts what an action needs before it, so one pass reaches all descendants. */
    const skipHopeless = (): void => {
      for (const action of waiting) {
        const culprit = action.needs.map((name) => troubled.get(name)).find((name) => name !== undefined);
        if (culprit !== undefined) {
          troubled.set(action.template, culprit);
          skip(action, { code: 'ancestor-failed', template: culprit });
        } else if (schedule.stop.signal.aborted) skip(action, { code: 'not-started' });
      }
      hopeless = false;
    };

    const start = (action: Action): void => {
      waiting.delete(action);
      const place = places.take();
      const execution = schedule.start(action, images, place);
      if ('result' in execution) {
        place.leave();
        return settle(action, execution);
      }
      const { outcome, ended } = execution;
      running += 1;
      outcome.then((result) => {
        settle(action, result);
        next();
      }, reject);
      Promise.all([outcome, ended]).then(() => {
        running -= 1;
        place.leave();
        next();
      }, reject);
    };

    const next = (): void => {
      // Left by what has ended at once: the loop below sees it.
      if (starting) return;
      starting = true;
      const { signal } = schedule.stop;
      if (hopeless || signal.aborted) skipHopeless();
      while (!signal.aborted && places.isFree) {
        const action = queue.take();
        if (action === undefined) break;
        start(action);
      }
      starting = false;
      if (running === 0 && waiting.size === 0) resolve();
    };

    next();
  });
}

/** Nobody interrupted it: another's failure did. */
function blaming(template: TemplateName, outcome: Outcome): Outcome {
  const code = outcome.trouble?.code;
  return code === 'interrupted' || code === 'not-started'
    ? { ...outcome, trouble: { code: 'bailed', template } }
    : outcome;
}
