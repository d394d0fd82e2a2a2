/** The build instance: there, ready for commands, and gone again. It does not know what runs on it. */
import type { Failure } from '../core/failure.ts';
import { buildId, imageId, type InstanceId, instanceId } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { InstanceView, TaggedInstance } from '../ports/builder.ts';
import { attempt } from './attempt.ts';
import { type Build, instanceTags, note, type Remains } from './build.ts';
import { type ExecuteContext, paced, patience } from './context.ts';

const minute = 60_000;
const ended = new Set<InstanceView['state']>(['stopping', 'stopped', 'shutting-down', 'terminated']);

/** The instance of the journal, or a new one; ready for commands. */
export async function readyInstance(build: Build): Promise<Result<InstanceId, Failure>> {
  const adopted = build.journal.instance !== null;
  const launched = await launch(build);
  if (!launched.ok) return launched;
  const { ctx, signal } = build;
  const instance = launched.value;
  const running = await ctx.poller.watch({
    look: ctx.looks.instances,
    id: instance,
    what: `instance ${instance} to be running`,
    until: (view) => view !== undefined && (view.state === 'running' || ended.has(view.state)),
    // One that was launched long ago and is not there has come and gone.
    withinMs: adopted ? paced(ctx.pace, 3 * minute) + 5000 : patience(ctx.pace, 15 * minute),
    signal,
  });
  if (!running.ok) {
    const gone = adopted && running.error.code === 'timed-out';
    return gone ? fail({ code: 'instance-ended', instance, state: 'gone', why: '' }) : running;
  }
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
  const { ctx, action, signal } = build;
  if (build.journal.instance !== null) return ok(instanceId(build.journal.instance));
  const how = build.journal.launch ?? {
    image: build.from,
    instanceType: action.settings.instanceType,
    spot: action.settings.spot,
  };
  const noted = await note(build, { launch: how });
  if (!noted.ok) return noted;
  const { buildId: token, attempt: count } = build.journal;
  const from = imageId(how.image);
  const request = {
    ...how,
    image: from,
    clientToken: `${token}-${count}`,
    volumeGb: action.recipe.volumeGb,
    tags: instanceTags(build, from),
    // Beyond the time limit and an hour for the image: nobody can still be coming back.
    deadManMinutes: Math.ceil(action.settings.timeoutSeconds / 60) + 60,
  };
  // An image that has just become available is not known everywhere at once.
  const passing = ['InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable'];
  const launched = await attempt(ctx, () => ctx.builder.launch(request), {
    signal,
    withinMs: 5 * minute,
    passing,
    still: () => build.lease.confirm(),
  });
  if (launched.ok) {
    const kept = await note(build, { instance: launched.value });
    return kept.ok ? launched : kept;
  }
  // A refusal means that there is no instance to look for.
  const refused = launched.error.code === 'cloud' && launched.error.nature !== 'unknown';
  if (refused) await note(build, { launch: null });
  return launched;
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

/** Ends every instance of a build; false: one may be left, which was said. */
export async function endInstances(ctx: ExecuteContext, build: Remains): Promise<boolean> {
  const { journal, instanceSeen } = build;
  if (journal === null || journal.launch === null) return true;
  if (journal.instance !== null) return endInstance(ctx, instanceId(journal.instance), instanceSeen);
  const found = await unansweredLaunch(ctx, journal.buildId);
  if (!found.ok) {
    ctx.emit({
      type: 'warning',
      code: 'launch-unknown',
      region: ctx.region,
      buildId: buildId(journal.buildId),
    });
    return false;
  }
  const gone = await Promise.all(found.value.map(({ id }) => endInstance(ctx, id, true)));
  return gone.every(Boolean);
}

/** For a build whose lease nobody is known to have: its instance may be the next holder's, or nobody's. */
export function sayInstanceIsLeft({ ctx, journal }: Remains): void {
  if (journal?.instance == null) return;
  ctx.emit({
    type: 'warning',
    code: 'instance-left',
    region: ctx.region,
    instance: instanceId(journal.instance),
  });
}

/** The instances of a launch that was never answered: looked for until they would have become visible. */
async function unansweredLaunch(
  ctx: ExecuteContext,
  build: string,
): Promise<Result<TaggedInstance[], Failure>> {
  const signal = ctx.abandoned;
  const until = ctx.clock.monotonic() + paced(ctx.pace, 2 * minute);
  for (;;) {
    const tagged = await attempt(ctx, () => ctx.builder.instancesTagged('BuildId', build), {
      signal,
      withinMs: 5 * minute,
    });
    if (!tagged.ok || tagged.value.length > 0 || ctx.clock.monotonic() >= until) return tagged;
    await ctx.clock.sleep(paced(ctx.pace, 10_000), signal);
  }
}

const notFound = 'InvalidInstanceID.NotFound';

/** `seen`: the instance was there once. Only then does `not found` mean that it is gone, and not that it is not visible yet. */
export async function endInstance(
  ctx: ExecuteContext,
  instance: InstanceId,
  seen: boolean,
): Promise<boolean> {
  const signal = ctx.abandoned;
  const asked = await attempt(ctx, () => ctx.builder.terminate(instance), {
    signal,
    withinMs: 10 * minute,
    passing: seen ? [] : [notFound],
  });
  if (seen && !asked.ok && asked.error.code === 'cloud' && asked.error.awsCode === notFound) return true;
  const terminated = await ctx.poller.watch({
    look: ctx.looks.instances,
    id: instance,
    what: `instance ${instance} to be terminated`,
    until: (view) => view?.state === 'terminated' || (asked.ok && view === undefined),
    withinMs: patience(ctx.pace, 10 * minute),
    signal,
  });
  if (terminated.ok) return true;
  if (signal.aborted) return false;
  ctx.emit({ type: 'warning', code: 'instance-not-ended', region: ctx.region, instance });
  return false;
}
