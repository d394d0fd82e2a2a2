/** Carries out a plan and tells what happens. It does not know how the plan came to be nor who listens. */
import type { ImageResult } from '../core/event.ts';
import type { ImageId, TemplateName } from '../core/ids.ts';
import type { Action, Plan } from '../core/plan.ts';
import type { ExecuteContext } from './context.ts';
import { executeImage, type Execution, type Outcome } from './image.ts';
import { runSchedule } from './scheduler.ts';

export interface RunOptions {
  readonly concurrency: number;
  readonly bail: boolean;
}

export interface RunSummary {
  readonly outcomes: ReadonlyMap<TemplateName, Outcome>;
}

/** Never rejects for anything that the user or the cloud did. */
export async function runPlan(ctx: ExecuteContext, plan: Plan, options: RunOptions): Promise<RunSummary> {
  const started = ctx.clock.monotonic();
  const begun = new Map<TemplateName, number>();
  const outcomes = new Map<TemplateName, Outcome>();
  const stop = new AbortController();
  const halt = (): void => stop.abort();
  ctx.interrupted.addEventListener('abort', halt, { once: true });
  if (ctx.interrupted.aborted) halt();
  ctx.emit({ type: 'plan', actions: plan.actions });
  await runSchedule(plan, {
    ...options,
    stop,
    start: (action, images) => {
      begun.set(action.template, ctx.clock.monotonic());
      return start(ctx, action, images, stop.signal);
    },
    onOutcome: (action, outcome) => {
      outcomes.set(action.template, outcome);
      const since = begun.get(action.template) ?? ctx.clock.monotonic();
      const { template, digest } = action;
      const durationMs = Math.round(ctx.clock.monotonic() - since);
      ctx.emit({ type: 'image-finished', template, digest, ...outcome, durationMs });
    },
  });
  ctx.interrupted.removeEventListener('abort', halt);
  const having = (result: ImageResult): TemplateName[] =>
    plan.actions.map(({ template }) => template).filter((name) => outcomes.get(name)?.result === result);
  ctx.emit({
    type: 'run-finished',
    built: having('built'),
    reused: having('reused'),
    failed: having('failed'),
    skipped: having('skipped'),
    durationMs: Math.round(ctx.clock.monotonic() - started),
  });
  return { outcomes };
}

function start(
  ctx: ExecuteContext,
  action: Action,
  images: ReadonlyMap<TemplateName, ImageId>,
  stop: AbortSignal,
): Execution {
  const known = knownImage(action, images);
  if (known !== undefined) {
    return { outcome: Promise.resolve({ result: 'reused', image: known }), ended: Promise.resolve() };
  }
  const parent = action.parent === null ? undefined : images.get(action.parent);
  return executeImage(ctx, action, parent, stop);
}

/** An image that is there already, or that this very run has made under another template's name. */
function knownImage(action: Action, images: ReadonlyMap<TemplateName, ImageId>): ImageId | undefined {
  if (action.action === 'reuse') return action.image ?? undefined;
  return action.reason.kind === 'same-digest' ? images.get(action.reason.template) : undefined;
}
