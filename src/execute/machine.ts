/** The build instance: there, ready for commands, and gone again. It does not know what runs on it. */
import type { CloudFailure, Failure } from '../core/failure.ts';
import { buildId, type InstanceId, instanceId } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { InstanceView, TaggedInstance } from '../ports/builder.ts';
import { attempt } from './attempt.ts';
import type { Build, Remains } from './build.ts';
import { type ExecuteContext, outageMs, paced, patience } from './context.ts';
import { launch } from './launch.ts';

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
    return gone ? fail({ code: 'instance-ended', instance, state: 'gone', reason: '', why: '' }) : running;
  }
  build.instanceSeen = true;
  if (running.value?.state !== 'running') return fail(instanceEnded(instance, running.value));
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
    everyMs: paced(ctx.pace, 4 * minute),
    signal,
  });
  if (!seen.ok) return seen;
  return fail(instanceEnded(instance, seen.value));
}

export type InstanceEnded = Extract<Failure, { code: 'instance-ended' }>;

export function instanceEnded(instance: InstanceId, view: InstanceView | undefined): InstanceEnded {
  const { state = 'unseen', reason = '', why = '' } = view ?? {};
  return { code: 'instance-ended', instance, state, reason, why };
}

/** For a failure on an instance that may have been ending under it: how it ended; undefined: it did not. */
export async function endOf(
  { ctx, journal, signal }: Build,
  instance: InstanceId,
  failure: Failure,
): Promise<InstanceEnded | undefined> {
  if (failure.code === 'instance-ended') return failure;
  const seen = await ctx.poller.watch({
    look: ctx.looks.instances,
    id: instance,
    what: `the end of instance ${instance}`,
    until: (view) => view !== undefined && ended.has(view.state),
    // Its command is killed first when Spot takes an instance away, and EC2 says so a little later.
    withinMs: journal.launch?.spot === true ? paced(ctx.pace, minute) : 0,
    signal,
  });
  return seen.ok ? instanceEnded(instance, seen.value) : undefined;
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

/**
 * False: it may be left, which was said. `seen`: the instance was there once. Only then may `not found` mean that it is gone,
 * and not that it is not visible yet; and only where no look shows it either.
 */
export async function endInstance(
  ctx: ExecuteContext,
  instance: InstanceId,
  seen: boolean,
): Promise<boolean> {
  const signal = ctx.abandoned;
  const end = async (): Promise<Result<void, CloudFailure>> => {
    const answer = await ctx.builder.terminate(instance);
    if (answer.ok || !seen || answer.error.awsCode !== notFound) return answer;
    const shown = await ctx.builder.instances([instance]);
    if (!shown.ok) return shown;
    return shown.value.has(instance) ? answer : ok(undefined);
  };
  const asked = await attempt(ctx, end, {
    signal,
    withinMs: outageMs,
    // Keys that ran out are renewed, and a policy that was just attached comes to hold: to ask again costs less than an instance.
    passingMs: (awsCode) => (awsCode === notFound ? 10 * minute : minute),
  });
  const terminated = await ctx.poller.watch({
    look: ctx.looks.instances,
    id: instance,
    what: `instance ${instance} to be terminated`,
    until: (view) => view?.state === 'terminated' || (asked.ok && view === undefined),
    withinMs: isRefused(asked) ? 0 : patience(ctx.pace, 10 * minute),
    signal,
  });
  if (terminated.ok) return true;
  if (signal.aborted) return false;
  const cause = asked.ok || asked.error.code !== 'cloud' ? null : asked.error;
  ctx.emit({ type: 'warning', code: 'instance-not-ended', region: ctx.region, instance, cause });
  return false;
}

/** It will not end, then. What was not found may only not be shown yet. */
const isRefused = (asked: Result<void, Failure>): boolean =>
  !asked.ok &&
  asked.error.code === 'cloud' &&
  asked.error.nature === 'refused' &&
  asked.error.awsCode !== notFound;
