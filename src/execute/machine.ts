/** The build instance: there, ready for commands, and gone again. It does not know what runs on it. */
import type { Failure } from '../core/failure.ts';
import { type InstanceId, instanceId } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { InstanceView } from '../ports/builder.ts';
import { attempt } from './attempt.ts';
import { type Build, instanceTags, note } from './build.ts';
import { type ExecuteContext, paced, patience } from './context.ts';

const minute = 60_000;
const ended = new Set<InstanceView['state']>(['stopping', 'stopped', 'shutting-down', 'terminated']);

/** The instance of the journal, or a new one; ready for commands. */
export async function readyInstance(build: Build): Promise<Result<InstanceId, Failure>> {
  const launched = await launch(build);
  if (!launched.ok) return launched;
  const { ctx, signal } = build;
  const instance = launched.value;
  const running = await ctx.poller.watch({
    look: ctx.looks.instances,
    id: instance,
    what: `instance ${instance} to be running`,
    until: (view) => view !== undefined && (view.state === 'running' || ended.has(view.state)),
    withinMs: patience(ctx.pace, 15 * minute),
    signal,
  });
  if (!running.ok) return running;
  const { state = 'unseen', why = '' } = running.value ?? {};
  build.instanceSeen = true;
  if (state !== 'running') return fail({ code: 'instance-ended', instance, state, why });
  const online = await ctx.poller.watch({
    look: ctx.looks.online,
    id: instance,
    what: `instance ${instance} to be online in SSM (its profile needs AmazonSSMManagedInstanceCore, its subnet a way to SSM)`,
    until: (view) => view === true,
    withinMs: patience(ctx.pace, 15 * minute),
    signal,
  });
  return online.ok ? ok(instance) : online;
}

async function launch(build: Build): Promise<Result<InstanceId, Failure>> {
  const { ctx, action, journal, signal } = build;
  if (journal.instance !== null) return ok(instanceId(journal.instance));
  const noted = await note(build, { launching: true });
  if (!noted.ok) return noted;
  const launched = await attempt(
    ctx,
    () =>
      ctx.builder.launch({
        clientToken: `${journal.buildId}-${journal.attempt}`,
        image: build.from,
        instanceType: action.settings.instanceType,
        spot: action.settings.spot,
        volumeGb: action.recipe.volumeGb,
        tags: instanceTags(build),
        // Beyond the time limit and an hour for the image: nobody can still be coming back.
        deadManMinutes: Math.ceil(action.settings.timeoutSeconds / 60) + 60,
      }),
    { signal, withinMs: 10 * minute },
  );
  if (!launched.ok) return launched;
  const kept = await note(build, { instance: launched.value });
  return kept.ok ? launched : kept;
}

/** Resolves with a failure when the instance ends by itself; looks seldom, since that hardly ever happens. */
export async function instanceEnds(
  { ctx }: Build,
  instance: InstanceId,
  signal: AbortSignal,
): Promise<Result<never, Failure>> {
  const seen = await ctx.poller.watch({
    look: ctx.looks.instances,
    id: instance,
    what: `the end of instance ${instance}`,
    until: (view) => view !== undefined && ended.has(view.state),
    withinMs: Number.POSITIVE_INFINITY,
    everyMs: paced(ctx.pace, 2 * minute),
    signal,
  });
  if (!seen.ok) return seen;
  const { state = 'unseen', why = '' } = seen.value ?? {};
  return fail({ code: 'instance-ended', instance, state, why });
}

/** Ends every instance of a build and sees to it that it is terminated. */
export async function endInstances(ctx: ExecuteContext, build: Build): Promise<void> {
  const { journal } = build;
  if (!journal.launching) return;
  const found =
    journal.instance === null ? await instancesOf(ctx, journal.buildId) : [instanceId(journal.instance)];
  await Promise.all(found.map((instance) => endInstance(ctx, instance, build.instanceSeen)));
}

/** For a launch that was never answered. */
async function instancesOf(ctx: ExecuteContext, build: string): Promise<InstanceId[]> {
  const options = { signal: ctx.abandoned, withinMs: 5 * minute };
  const tagged = await attempt(ctx, () => ctx.builder.instancesTagged('BuildId', build), options);
  return tagged.ok ? tagged.value : [];
}

const notFound = 'InvalidInstanceID.NotFound';

/** `seen`: the instance was there once. Only then does `not found` mean that it is gone, and not that it is not visible yet. */
async function endInstance(ctx: ExecuteContext, instance: InstanceId, seen: boolean): Promise<void> {
  const signal = ctx.abandoned;
  const asked = await attempt(ctx, () => ctx.builder.terminate(instance), {
    signal,
    withinMs: 10 * minute,
    passing: seen ? [] : [notFound],
  });
  if (seen && !asked.ok && asked.error.code === 'cloud' && asked.error.awsCode === notFound) return;
  const terminated = await ctx.poller.watch({
    look: ctx.looks.instances,
    id: instance,
    what: `instance ${instance} to be terminated`,
    until: (view) => view?.state === 'terminated' || (asked.ok && view === undefined),
    withinMs: patience(ctx.pace, 10 * minute),
    signal,
  });
  if (terminated.ok || signal.aborted) return;
  ctx.emit({
    type: 'warning',
    code: 'instance-left',
    message: `instance ${instance} was not seen terminated; end it: aws ec2 terminate-instances --region ${ctx.region} --instance-ids ${instance}`,
    instance,
  });
}
