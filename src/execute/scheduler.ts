/** Starts each action as soon as what it needs is there, the longest remaining path first. It does not know what an action does. */
import type { Trouble } from '../core/event.ts';
import type { ImageId, TemplateName } from '../core/ids.ts';
import type { Action, Plan } from '../core/plan.ts';
import type { Execution, Outcome } from './image.ts';

export interface Schedule {
  readonly concurrency: number;
  /** The first failure ends everything. */
  readonly bail: boolean;
  /** Aborted when nothing new may start. */
  readonly stop: AbortController;
  /** `images`: those of the templates that the action needs. */
  readonly start: (action: Action, images: ReadonlyMap<TemplateName, ImageId>) => Execution;
  readonly onOutcome: (action: Action, outcome: Outcome) => void;
}

/** Resolves when every action has ended and everything that they started is gone. */
export function runSchedule(plan: Plan, schedule: Schedule): Promise<void> {
  const images = new Map<TemplateName, ImageId>();
  const troubled = new Map<TemplateName, TemplateName>();
  const weights = remainingPaths(plan);
  const waiting = new Set(plan.actions);
  let running = 0;

  return new Promise((resolve, reject) => {
    let culpritOfBail: TemplateName | undefined;
    const settle = (action: Action, given: Outcome): void => {
      const outcome = culpritOfBail === undefined ? given : blaming(culpritOfBail, given);
      if (outcome.image !== null) images.set(action.template, outcome.image);
      else troubled.set(action.template, troubled.get(action.template) ?? action.template);
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
    };

    const next = (): void => {
      skipHopeless();
      const ready = [...waiting]
        .filter(({ needs }) => needs.every((name) => images.has(name)))
        .toSorted((a, b) => (weights.get(b.template) ?? 0) - (weights.get(a.template) ?? 0));
      for (const action of ready) {
        if (running >= schedule.concurrency) break;
        waiting.delete(action);
        running += 1;
        const { outcome, ended } = schedule.start(action, images);
        outcome.then((result) => {
          settle(action, result);
          next();
        }, reject);
        Promise.all([outcome, ended]).then(() => {
          running -= 1;
          next();
        }, reject);
      }
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

/** Milliseconds from an action's start to the end of the last that stands on it; an unknown build counts as the mean of the known. */
function remainingPaths(plan: Plan): Map<TemplateName, number> {
  const known = plan.actions.flatMap(({ expectedMs }) => expectedMs ?? []);
  const mean = known.length === 0 ? 1 : known.reduce((sum, ms) => sum + ms, 0) / known.length;
  const behind = new Map<TemplateName, number>();
  const paths = new Map<TemplateName, number>();
  for (const action of plan.actions.toReversed()) {
    const path =
      (action.action === 'build' ? (action.expectedMs ?? mean) : 0) + (behind.get(action.template) ?? 0);
    paths.set(action.template, path);
    for (const name of action.needs) behind.set(name, Math.max(behind.get(name) ?? 0, path));
  }
  return paths;
}
