/** Carries out the action of one image, from the lease to the last sign of its instance. It knows nothing of the graph. */
import { asLeft, type Journal } from '../cache/journal.ts';
import type { ImageResult, Trouble } from '../core/event.ts';
import type { Failure } from '../core/failure.ts';
import { buildId, type ImageId, type InstanceId } from '../core/ids.ts';
import type { RegisteredImage } from '../core/image.ts';
import type { Work } from '../core/plan.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { acquire, type Turn } from './acquire.ts';
import { beginAnew } from './anew.ts';
import { type Build, newJournal, whyEnded } from './build.ts';
import { type ExecuteContext, patience } from './context.ts';
import { existingImage, launchImage } from './existing.ts';
import { makeImage, publishImage } from './imaging.ts';
import { settleAfter } from './leftovers.ts';
import { letGo } from './letting-go.ts';
import { endInstances, readyInstance, sayInstanceIsLeft } from './machine.ts';
import { findOrphans } from './orphans.ts';
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

/** `parent`: the image of the action's parent, where this run knows it. */
export function executeImage(
  ctx: ExecuteContext,
  action: Work,
  parent: ImageId | undefined,
  turn: Turn,
): Executing {
  const outcome = deferred<Outcome>();
  const ended = underLease(ctx, action, parent, turn, outcome.resolve);
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

type Existing = Result<RegisteredImage | undefined, Failure>;

const outcomeOf = (existing: Existing): Outcome =>
  existing.ok ? { result: 'reused', image: existing.value?.id ?? null } : failed(existing.error);

async function underLease(
  ctx: ExecuteContext,
  action: Work,
  parent: ImageId | undefined,
  turn: Turn,
  tell: (outcome: Outcome) => void,
): Promise<void> {
  const { place, stop } = turn;
  if (ctx.readOnly) return tell(await onlyRead(ctx, action, stop));
  let paused: Paused | undefined;
  for (;;) {
    let seen: Existing = ok(undefined);
    const acquired = await acquire(ctx, action, turn, {
      purpose: 'build',
      lapsed: paused?.build.lease,
      isNeeded: async () => {
        seen = await existingImage(ctx, action, stop, () => place.leave());
        return seen.ok && seen.value === undefined;
      },
    });
    if (!acquired.ok) {
      if (paused !== undefined) sayInstanceIsLeft(paused.build);
      const isInterrupted = acquired.error.code === 'interrupted';
      return tell(failed(paused === undefined || isInterrupted ? acquired.error : paused.failure));
    }
    const lease = acquired.value;
    if (lease === undefined) {
      tell(outcomeOf(seen));
      return settleAfter(ctx, action, seen.ok ? seen.value : undefined, turn);
    }
    const signal = AbortSignal.any([stop, lease.signal]);
    const unfinished = await unfinishedBuild({ ctx, action, lease }, parent, paused);
    const orphans = await findOrphans(ctx, lease, action.digest, unfinished?.buildId);
    // The plan may be old: whoever held the lease before may have made the image.
    const existing: Existing =
      unfinished === null ? await existingImage(ctx, action, signal, () => place.leave()) : ok(undefined);
    const settled = !existing.ok || existing.value !== undefined;
    // What is half done and paid for goes on, whether or not there is a place.
    if (!settled && (unfinished !== null || place.tryToReturn())) {
      paused = await buildUnder(
        { ctx, action, lease, signal },
        parent,
        { unfinished, orphans, paused },
        { tell, stop },
      );
      if (paused === undefined) return;
      continue;
    }
    if (settled) tell(outcomeOf(existing.ok ? existing : fail(whyEnded({ action, lease }, existing.error))));
    await letGo({ ctx, lease, journal: null, instanceSeen: false }, { failure: null, orphans });
    if (settled) return;
    // Others may build it until there is a place for it here.
    await place.return();
  }
}

/** A build whose lease could not be kept, since the store was away: nobody need have taken it. */
interface Paused {
  readonly build: Build;
  readonly failure: Failure;
  /** Of its time limit. */
  readonly leftMs: number;
}

interface Begun {
  readonly unfinished: Journal | null;
  readonly orphans: readonly InstanceId[];
  readonly paused: Paused | undefined;
}

/** Where it is paused, it is answered; else it has ended, and that was told. */
async function buildUnder(
  about: Pick<Build, 'ctx' | 'action' | 'lease' | 'signal'>,
  parent: ImageId | undefined,
  { unfinished, orphans, paused: before }: Begun,
  { tell, stop }: { tell: (outcome: Outcome) => void; stop: AbortSignal },
): Promise<Paused | undefined> {
  const { ctx, action, signal } = about;
  const instanceSeen = unfinished?.instance != null;
  const from = parent === undefined ? await launchImage(ctx, action, signal) : ok(parent);
  if (!from.ok) {
    tell(failed(whyEnded(about, from.error)));
    const journal = unfinished && asLeft(unfinished);
    await letGo({ ...about, journal, instanceSeen: true }, { failure: from.error, orphans });
    return undefined;
  }
  const began = ctx.clock.monotonic();
  const wholeMs = patience(ctx.pace, action.settings.timeoutSeconds * 1000);
  const build: Build = {
    ...about,
    from: from.value,
    began,
    deadline: began + (isOf(before, unfinished) ? before.leftMs : wholeMs),
    journal: unfinished ?? newJournal(ctx, action),
    adopted: unfinished !== null,
    instanceSeen,
  };
  let built: Result<Built, Failure> = fail({ code: 'interrupted' });
  let paused: Paused | undefined;
  try {
    built = await run(build);
    const failure = built.ok ? undefined : whyEnded(build, built.error);
    if (failure?.code === 'lease-unsure' && failure.cause.nature !== 'refused' && !stop.aborted) {
      paused = { build, failure, leftMs: build.deadline - ctx.clock.monotonic() };
      ctx.emit({ type: 'warning', code: 'lease-paused', template: action.template, cause: failure.cause });
    } else
      tell(
        built.ok ? { result: 'built', image: built.value.image } : failed(failure ?? { code: 'interrupted' }),
      );
  } finally {
    const end = { failure: built.ok ? null : built.error, orphans };
    if (paused === undefined)
      await Promise.all([letGo(build, end), built.ok ? built.value.named : undefined]);
  }
  return paused;
}

interface Built {
  readonly image: ImageId;
  /** The template's parameter says so. */
  readonly named: Promise<void>;
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

const isOf = (paused: Paused | undefined, journal: Journal | null): paused is Paused =>
  paused !== undefined && paused.build.journal.buildId === journal?.buildId;

/** What a run that died has begun; of something that is to be built anew, only what is not imaged yet and stands on `parent`. */
async function unfinishedBuild(
  { ctx, action, lease }: Pick<Build, 'ctx' | 'action' | 'lease'>,
  parent: ImageId | undefined,
  paused: Paused | undefined,
): Promise<Journal | null> {
  const { journal } = lease;
  // What this very run has begun, it goes on with.
  if (journal === null || action.replaces === null || isOf(paused, journal)) return journal;
  const standsElsewhere = parent !== undefined && journal.launch !== null && journal.launch.image !== parent;
  if (!journal.imaging && !standsElsewhere) return journal;
  if (await lease.confirm())
    await endInstances(ctx, { ctx, lease, journal: asLeft(journal), instanceSeen: true });
  return null;
}

async function run(build: Build): Promise<Result<Built, Failure>> {
  const { ctx, action } = build;
  const steps = action.recipe.steps.length + 2;
  ctx.emit({
    type: 'image-started',
    template: action.template,
    digest: action.digest,
    buildId: buildId(build.journal.buildId),
    steps,
    expectedMs: action.expectedMs,
  });
  for (let { adopted } = build; ; adopted = false) {
    const built = await produce(build, steps);
    if (built.ok) return built;
    const begun = await beginAnew(build, built.error, adopted);
    if (!begun.ok) return begun;
  }
}

/** From wherever the journal says that the build is. */
async function produce(build: Build, steps: number): Promise<Result<Built, Failure>> {
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
    return published.ok ? ok({ image: image.value.id, named: published.value.named }) : published;
  });
}
