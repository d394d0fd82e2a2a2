/** Carries out the action of one image, from the lease to the last sign of its instance. It knows nothing of the graph. */
import { holderName, type LeaseBody } from '../cache/lease-body.ts';
import type { Journal } from '../cache/journal.ts';
import { acquireLease, type AcquireFailure, type Lease, leaseKey } from '../cache/lease.ts';
import type { ImageResult, Trouble } from '../core/event.ts';
import type { Failure } from '../core/failure.ts';
import { buildId, type Digest, type ImageId } from '../core/ids.ts';
import type { RegisteredImage } from '../core/image.ts';
import type { Action, Work } from '../core/plan.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type Build, newJournal, note, type Remains, whyEnded } from './build.ts';
import { type ExecuteContext, paced, patience } from './context.ts';
import { existingImage, launchImage } from './existing.ts';
import { makeImage, publishImage } from './imaging.ts';
import { endInstances, readyInstance, sayInstanceIsLeft } from './machine.ts';
import { reportStep, runSteps } from './steps.ts';

export interface Outcome {
  readonly result: ImageResult;
  readonly image: ImageId | null;
  readonly trouble?: Trouble;
}

/** Or its outcome, where it is known without doing anything. */
export type Execution = Outcome | Executing;

export interface Executing {
  /** What stands on this image may start as soon as it is known. */
  readonly outcome: Promise<Outcome>;
  /** The instance is gone and the lease is free. */
  readonly ended: Promise<void>;
}

/** `parent`: the image of the action's parent, where this run knows it. `stop` is aborted to give up this image alone. */
export function executeImage(
  ctx: ExecuteContext,
  action: Work,
  parent: ImageId | undefined,
  stop: AbortSignal,
): Executing {
  const outcome = deferred<Outcome>();
  const ended = underLease(ctx, action, parent, stop, outcome.resolve);
  ended.catch(outcome.reject);
  return { outcome: outcome.promise, ended };
}

function deferred<Value>(): {
  promise: Promise<Value>;
  resolve: (value: Value) => void;
  reject: (reason: unknown) => void;
} {
  let resolve: (value: Value) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

const failed = (trouble: Failure): Outcome => ({ result: 'failed', image: null, trouble });

async function underLease(
  ctx: ExecuteContext,
  action: Work,
  parent: ImageId | undefined,
  stop: AbortSignal,
  tell: (outcome: Outcome) => void,
): Promise<void> {
  if (ctx.readOnly) return tell(await onlyRead(ctx, action, stop));
  const acquired = await acquire(ctx, action, 'build', stop);
  if (!acquired.ok) return tell(failed(acquired.error));
  const lease = acquired.value;
  const signal = AbortSignal.any([stop, lease.signal]);
  const unfinished = await unfinishedBuild({ ctx, action, lease }, parent);
  if (unfinished === null) {
    // The plan may be old: whoever held the lease before may have made the image.
    const existing = await existingImage(ctx, action, signal);
    if (!existing.ok || existing.value !== undefined) {
      tell(existing.ok ? { result: 'reused', image: existing.value?.id ?? null } : failed(existing.error));
      return lease.release();
    }
  }
  const from = parent === undefined ? await launchImage(ctx, action, signal) : ok(parent);
  if (!from.ok) {
    tell(failed(from.error));
    return lease.release();
  }
  const began = ctx.clock.monotonic();
  const build: Build = {
    ctx,
    action,
    lease,
    from: from.value,
    signal,
    began,
    deadline: began + patience(ctx.pace, action.settings.timeoutSeconds * 1000),
    journal: unfinished ?? newJournal(ctx, action),
    instanceSeen: unfinished?.instance != null,
  };
  try {
    const built = await run(build);
    tell(built.ok ? { result: 'built', image: built.value.id } : failed(whyEnded(build, built.error)));
  } finally {
    await cleanUp(build);
  }
}

/** What another run makes is waited for; nothing else can be done without writing. */
async function onlyRead(ctx: ExecuteContext, action: Work, signal: AbortSignal): Promise<Outcome> {
  const existing =
    action.action === 'wait'
      ? await existingImage(ctx, action, signal)
      : ok<RegisteredImage | undefined>(undefined);
  if (!existing.ok) return failed(existing.error);
  return existing.value === undefined
    ? { result: 'failed', image: null, trouble: { code: 'read-only' } }
    : { result: 'reused', image: existing.value.id };
}

/** What a run that died has begun; of something that is to be built anew, only what is not imaged yet and stands on `parent`. */
async function unfinishedBuild(
  { ctx, action, lease }: Pick<Build, 'ctx' | 'action' | 'lease'>,
  parent: ImageId | undefined,
): Promise<Journal | null> {
  const { journal } = lease;
  if (journal === null || action.replaces === null) return journal;
  const standsElsewhere = parent !== undefined && journal.launch !== null && journal.launch.image !== parent;
  if (!journal.imaging && !standsElsewhere) return journal;
  await endInstances(ctx, { ctx, lease, journal, instanceSeen: true });
  return null;
}

/**
 * For an image that is there: what a run that died over it has left behind is ended and its lease freed.
 * Nobody waits for the outcome, which is known.
 */
export async function settleLeftovers(ctx: ExecuteContext, action: Action, stop: AbortSignal): Promise<void> {
  const acquired = await acquire(ctx, action, 'clean-up', stop);
  if (!acquired.ok) return;
  const lease = acquired.value;
  if (lease.journal === null) return lease.release();
  await cleanUp({ ctx, lease, journal: lease.journal, instanceSeen: true });
}

async function run(build: Build): Promise<Result<RegisteredImage, Failure>> {
  const { ctx, action, lease } = build;
  const steps = action.recipe.steps.length + 2;
  ctx.emit({
    type: 'image-started',
    template: action.template,
    digest: action.digest,
    buildId: buildId(build.journal.buildId),
    steps,
    expectedMs: action.expectedMs,
  });
  const image = await produce(build, steps);
  if (image.ok || lease.takenFrom === undefined || !instanceIsUseless(image.error)) return image;
  // The instance of a run that died is gone, or was launched in another way: nothing of it can be used.
  await endInstances(ctx, build);
  const { attempt: last } = build.journal;
  build.instanceSeen = false;
  const anew = await note(build, {
    attempt: last + 1,
    launch: null,
    instance: null,
    steps: [],
    imaging: false,
  });
  return anew.ok ? produce(build, steps) : anew;
}

/** From wherever the journal says that the build is. */
async function produce(build: Build, steps: number): Promise<Result<RegisteredImage, Failure>> {
  const { journal } = build;
  if (!journal.imaging || journal.instance === null) {
    const instance = await reportStep(build, 'launch', 1, () => readyInstance(build));
    if (!instance.ok) return instance;
    const done = await runSteps(build, instance.value);
    if (!done.ok) return done;
  }
  return reportStep(build, 'image', steps, async () => {
    const image = await makeImage(build);
    if (!image.ok) return image;
    const published = await publishImage(build, image.value);
    return published.ok ? image : published;
  });
}

function instanceIsUseless(failure: Failure): boolean {
  if (failure.code === 'instance-ended') return true;
  const codes = ['IdempotentInstanceTerminated', 'IdempotentParameterMismatch'];
  return failure.code === 'cloud' && codes.includes(failure.awsCode);
}

/** Whoever has lost the lease touches nothing: the instance is the next holder's. */
async function cleanUp(build: Remains): Promise<void> {
  const { ctx, lease } = build;
  if (!(await lease.confirm())) {
    if ('failure' in lease.lostTo) sayInstanceIsLeft(build);
    return;
  }
  const allGone = await endInstances(ctx, build);
  // What may be left, the next run finds in the journal.
  if (!allGone || ctx.abandoned.aborted) return lease.abandon();
  await lease.release();
}

async function acquire(
  ctx: ExecuteContext,
  action: Action,
  purpose: 'build' | 'clean-up',
  signal: AbortSignal,
): Promise<Result<Lease, Failure>> {
  let told: string | undefined;
  const acquired = await acquireLease(ctx.lease, leaseKey(ctx.prefix, ctx.region, action.digest), {
    signal,
    // What is there is not waited for: who has it, and is alive, cleans up.
    wait: purpose === 'build' && ctx.wait,
    above: ctx.tokens.get(action.digest) ?? 0,
    pollMs: Math.max(200, paced(ctx.pace, 10_000)),
    onWaiting: (by) => {
      const progress = `${by.token} ${by.journal?.steps.length ?? 0}`;
      if (told === progress) return;
      told = progress;
      const step = by.journal?.steps.at(-1) ?? null;
      const { template, digest } = action;
      ctx.emit({
        type: 'lease-waiting',
        template,
        digest,
        holder: holderName(by.holder),
        since: by.since,
        step,
      });
    },
  });
  if (!acquired.ok) return fail(asFailure(acquired.error, action.digest));
  const { token, takenFrom } = acquired.value;
  const from = takenFrom === undefined ? null : holderName(takenFrom.holder);
  ctx.emit({ type: 'lease-taken', template: action.template, digest: action.digest, token, from, purpose });
  return ok(acquired.value);
}

function asFailure(failure: AcquireFailure, digest: Digest): Failure {
  switch (failure.code) {
    case 'held':
      return heldBy(failure.by, digest);
    case 'unreadable':
      return { code: 'lease-unreadable', key: failure.key };
    case 'cloud':
    case 'interrupted':
      return failure;
  }
}

const heldBy = (by: LeaseBody, digest: Digest): Failure => ({
  code: 'lease-held',
  digest,
  holder: holderName(by.holder),
  since: by.since,
});
