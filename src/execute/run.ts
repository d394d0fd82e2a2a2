/** Carries out a plan and tells what happens. It does not know how the plan came to be nor who listens. */
import { setMaxListeners } from 'node:events';
import type { ImageResult } from '../core/event.ts';
import type { ImageId, TemplateName } from '../core/ids.ts';
import type { Action, Plan } from '../core/plan.ts';
import type { ExecuteContext } from './context.ts';
import type { Turn } from './acquire.ts';
import { executeImage, type Execution, type Outcome } from './image.ts';
import { nameOthers, nameReused } from './latest.ts';
import { findLeftovers, type Leftover, settleLeftovers } from './leftovers.ts';
import { runSchedule } from './scheduler.ts';

export interface RunOptions {
  readonly concurrency: number;
  readonly bail: boolean;
  /** When the command began, on the monotonic clock: to plan is a part of the time that it takes. */
  readonly began: number;
}

export interface RunSummary {
  readonly outcomes: ReadonlyMap<TemplateName, Outcome>;
}

/** Never rejects for anything that the user or the cloud did. */
export async function runPlan(ctx: ExecuteContext, plan: Plan, options: RunOptions): Promise<RunSummary> {
  const begun = new Map<TemplateName, number>();
  const outcomes = new Map<TemplateName, Outcome>();
  const stop = new AbortController();
  // Every wait of every image listens to it.
  setMaxListeners(0, stop.signal, ctx.interrupted, ctx.abandoned);
  const halt = (): void => stop.abort();
  ctx.interrupted.addEventListener('abort', halt, { once: true });
  if (ctx.interrupted.aborted) halt();
  ctx.emit({ type: 'plan', actions: plan.actions });
  const leftovers = await findLeftovers(ctx, plan);
  const named = nameReused(ctx, plan);
  await runSchedule(plan, {
    ...options,
    stop,
    start: (action, images, place) => {
      begun.set(action.template, ctx.clock.monotonic());
      return start(ctx, action, { images, leftovers }, { place, stop: stop.signal });
    },
    onOutcome: (action, outcome) => {
      outcomes.set(action.template, outcome);
      const since = begun.get(action.template) ?? ctx.clock.monotonic();
      const { template, digest } = action;
      const durationMs = Math.round(ctx.clock.monotonic() - since);
      ctx.emit({ type: 'image-finished', template, digest, ...outcome, durationMs });
    },
  });
  await named;
  await nameOthers(ctx, madeElsewhere(plan, outcomes));
  await ctx.parameters.settle();
  ctx.interrupted.removeEventListener('abort', halt);
  const having = (result: ImageResult): TemplateName[] =>
    plan.actions.map(({ template }) => template).filter((name) => outcomes.get(name)?.result === result);
  ctx.emit({
    type: 'run-finished',
    built: having('built'),
    reused: having('reused'),
    failed: having('failed'),
    skipped: having('skipped'),
    durationMs: Math.round(ctx.clock.monotonic() - options.began),
  });
  return { outcomes };
}

/** Images of templates that were to be built, and that another run, or another template of this one, has made meanwhile. */
function madeElsewhere(
  { actions }: Plan,
  outcomes: ReadonlyMap<TemplateName, Outcome>,
): Map<TemplateName, ImageId> {
  const made = new Map<TemplateName, ImageId>();
  for (const { action, template } of actions) {
    const { result, image } = outcomes.get(template) ?? { result: 'skipped', image: null };
    if (action !== 'reuse' && result === 'reused' && image !== null) made.set(template, image);
  }
  return made;
}

interface Known {
  /** Of the templates that the action needs. */
  readonly images: ReadonlyMap<TemplateName, ImageId>;
  readonly leftovers: ReadonlyMap<Action, Leftover>;
}

function start(ctx: ExecuteContext, action: Action, { images, leftovers }: Known, turn: Turn): Execution {
  if (action.action === 'reuse') {
    const outcome: Outcome = { result: 'reused', image: action.image };
    const left = leftovers.get(action);
    if (left === undefined) return outcome;
    return { outcome: Promise.resolve(outcome), ended: settleLeftovers(ctx, action, left, turn) };
  }
  // This very run has made it under another template's name.
  const shared = action.sameAs === null ? undefined : images.get(action.sameAs);
  if (shared !== undefined) return { result: 'reused', image: shared };
  const parent = action.parent === null ? undefined : images.get(action.parent);
  return executeImage(ctx, action, parent, turn);
}
