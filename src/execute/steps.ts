/** Runs the steps of a recipe on a ready instance, one after the other. It does not know where the instance came from. */
import { digestOf } from '../core/digest.ts';
import type { CloudFailure, Failure } from '../core/failure.ts';
import type { CommandId, InstanceId } from '../core/ids.ts';
import { maxScriptBytes, type Recipe } from '../core/recipe.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { stepLogName, stepLogPrefix } from '../cache/step-logs.ts';
import type { CommandState } from '../ports/builder.ts';
import { attempt, passing } from './attempt.ts';
import { type Build, note } from './build.ts';
import { commandComment, commandLines } from './command-lines.ts';
import { outageMs } from './context.ts';
import { instanceEnds } from './machine.ts';
import { printedBy, type StepPlace } from './step-log.ts';

type RecipeStep = Recipe['steps'][number];

const minute = 60_000;
/** SSM's own limit for a command, in seconds. */
const longestCommand = 172_800;

/** Steps that the journal has as done are not run again. */
export async function runSteps(build: Build, instance: InstanceId): Promise<Result<void, Failure>> {
  const { steps } = build.action.recipe;
  for (const [at, step] of steps.entries()) {
    if (build.journal.steps.includes(step.name)) continue;
    const noted = await note(build, { running: step.name });
    if (!noted.ok) return noted;
    const done = await reportStep(build, step.name, at + 2, () => runStep(build, instance, step, at + 1));
    if (!done.ok) return done;
    // Written with what comes next. Should this run die before, its command is found to have ended.
    build.journal = { ...build.journal, steps: [...build.journal.steps, step.name], running: null };
  }
  return ok(undefined);
}

/** Emits the start and the end of something that people see as a step; launch and image are steps too. */
export async function reportStep<Value>(
  build: Build,
  step: string,
  index: number,
  run: () => Promise<Result<Value, Failure>>,
): Promise<Result<Value, Failure>> {
  const { ctx, action } = build;
  const position = { template: action.template, step, index, count: action.recipe.steps.length + 2 };
  const started = ctx.clock.monotonic();
  ctx.emit({ type: 'step-started', ...position });
  const result = await run();
  const durationMs = Math.round(ctx.clock.monotonic() - started);
  ctx.emit({ type: 'step-finished', ...position, result: result.ok ? 'done' : 'failed', durationMs });
  return result;
}

async function runStep(
  build: Build,
  instance: InstanceId,
  step: RecipeStep,
  index: number,
): Promise<Result<void, Failure>> {
  const { ctx, signal } = build;
  const left = build.deadline - ctx.clock.monotonic();
  if (left <= 0) return fail({ code: 'timed-out', what: `the build, before step ${step.name}`, afterMs: 0 });
  const sent = await send(build, instance, step, index);
  if (!sent.ok) return sent;
  const command = sent.value;
  const finished = await commandEnds(build, instance, command, step, left);
  if (!finished.ok) return finished;
  // Its last line exits with the step's own code.
  if (finished.value === 'done') return ok(undefined);
  const result = await attempt(ctx, () => ctx.builder.commandResult(instance, command), {
    signal,
    withinMs: outageMs,
    passingMs: passing(['InvocationDoesNotExist'], 2 * minute),
  });
  if (!result.ok) return result;
  const { exitCode, status } = result.value;
  const place = placeOf(build, step, index);
  const printed = await printedBy(build, place, result.value);
  const { buildId } = build.journal;
  return fail({
    code: 'step-failed',
    step: step.name,
    exitCode,
    status,
    ...printed,
    buildId,
    index: place.index,
  });
}

/** As people see it: the launch comes before all steps of the recipe, the image after them. */
const placeOf = ({ action }: Build, { name }: RecipeStep, index: number): StepPlace => ({
  step: name,
  index: index + 1,
  count: action.recipe.steps.length + 2,
});

/** SSM may have a command of an instance that is gone as running for hours: whichever ends first ends the wait. */
async function commandEnds(
  build: Build,
  instance: InstanceId,
  command: CommandId,
  step: RecipeStep,
  withinMs: number,
): Promise<Result<CommandState | undefined, Failure>> {
  const { ctx, signal } = build;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const finished = ctx.poller.watch({
    look: ctx.looks.commands,
    id: command,
    what: `step ${step.name}`,
    until: (state) => state === 'done' || state === 'failed',
    withinMs,
    signal: either,
  });
  const first = await Promise.race([finished, instanceEnds(build, instance, either)]);
  over.abort();
  if (!first.ok) await cancel(build, command);
  return first;
}

/** It would go on by itself until its instance ends, or until somebody looks who was left that. */
async function cancel({ ctx, lease }: Build, command: CommandId): Promise<void> {
  if (ctx.abandoned.aborted || !(await lease.confirm())) return;
  // Whether it could be: the instance is about to end, and ends it.
  await ctx.builder.cancel(command);
}

/** SSM takes no token for a command: before it is sent again, it is looked for. */
async function send(
  build: Build,
  instance: InstanceId,
  step: RecipeStep,
  index: number,
): Promise<Result<CommandId, Failure>> {
  const { ctx, action, journal, signal } = build;
  const script = await ctx.files.read(step.script, maxScriptBytes);
  if ('problem' in script || digestOf(script.text) !== step.scriptDigest) {
    return fail({ code: 'inputs-changed', files: [step.script] });
  }
  const place = placeOf(build, step, index);
  const comment = commandComment(journal.buildId, index, action.recipe.steps.length, step);
  const request = {
    instance,
    comment,
    lines: commandLines(step, script.text, { region: ctx.region, secrets: action.recipe.secrets }),
    timeoutSeconds: Math.min(longestCommand, action.settings.timeoutSeconds),
    logPrefix: stepLogPrefix(ctx.prefix, journal.buildId, stepLogName(place.index, place.count, step.name)),
  };
  /** How often it must be looked for in vain before it counts as not sent: lists lag behind. */
  let looks = build.adopted ? 1 : 0;
  let lost: CloudFailure | undefined;
  return attempt(
    ctx,
    async () => {
      if (looks > 0) {
        const found = await ctx.builder.findCommand(instance, comment);
        if (!found.ok) return found;
        if (found.value !== undefined) return ok(found.value);
        looks -= 1;
        if (looks > 0 && lost !== undefined) return fail(lost);
        // The look may have taken minutes, in which another run has taken over and sent it.
        if (!(await build.lease.confirm())) return fail({ code: 'interrupted' });
      }
      const sent = await ctx.builder.send(request);
      if (!sent.ok && sent.error.nature === 'unknown') {
        looks = 4;
        lost = sent.error;
      }
      return sent;
    },
    {
      signal,
      withinMs: outageMs,
      passingMs: passing(['InvalidInstanceId'], 10 * minute),
      still: () => build.lease.confirm(),
    },
  );
}
