/** A finished instance to a published image. It does not know what was installed. */
import { keepFingerprint } from '../cache/fingerprints.ts';
import { holderName } from '../cache/lease-body.ts';
import { recordOf, tagsOf } from '../cache/tags.ts';
import type { Failure } from '../core/failure.ts';
import { type ImageId, imageId, type InstanceId, instanceId } from '../core/ids.ts';
import { isBeingMade, type RegisteredImage } from '../core/image.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { fingerprint } from '../plan/fingerprint.ts';
import { attempt, passing } from './attempt.ts';
import { type Build, imageName, leaseLost, note, recordFor } from './build.ts';
import { outageMs, paced, patience } from './context.ts';
import { enterIntoManifest } from './entering.ts';
import { clearFailed } from './image-anew.ts';
import { doubtLatest, nameLatest } from './latest.ts';
import { instanceEnded } from './machine.ts';

const minute = 60_000;
/** Some images take over an hour, and come to be all the same. */
const imageMs = 4 * 60 * minute;
/** One that has never been shown for so long never will be. */
const newImageMs = 15 * minute;

/** So many are asked for before the build is given up. */
const mostImages = 3;

/** The image of the journal, or a new one of the journal's instance; available. */
export async function makeImage(build: Build): Promise<Result<RegisteredImage, Failure>> {
  // By a run that died: EC2 gives its image to whoever asks for one of that name, whatever has come of it.
  const wasBegun = build.journal.imaging;
  for (let count = 1; ; count += 1) {
    const made = await imageOfName(build);
    if (made.ok || made.error.code !== 'image-ended' || count === mostImages) return made;
    const isOfAnother = made.error.state === ofAnotherBuild || (wasBegun && count === 1);
    if (!(await clearFailed(build, made.error)) && !isOfAnother) return made;
    // Its name stays taken: another one, of the same instance.
    const anew = await note(build, { image: null, attempt: build.journal.attempt + 1 });
    if (!anew.ok) return anew;
  }
}

const ofAnotherBuild = 'of another build';

/** Of a name that is taken EC2 says which image has it, and not what it is. */
async function imageOfName(build: Build): Promise<Result<RegisteredImage, Failure>> {
  const { action, journal } = build;
  const made = await (journal.image === null ? newImage(build) : adoptedImage(build, imageId(journal.image)));
  if (!made.ok) return made;
  const record = recordOf(made.value);
  if (record?.digest === action.digest && record.buildId === journal.buildId) return made;
  return fail({ code: 'image-ended', image: made.value.id, state: ofAnotherBuild, why: '' });
}

async function newImage(build: Build): Promise<Result<RegisteredImage, Failure>> {
  const { journal } = build;
  if (journal.instance === null || journal.launch === null) {
    throw new Error('an image can be made of a launched instance only');
  }
  const instance = instanceId(journal.instance);
  const changed = await changedInputs(build);
  if (changed.length > 0) return fail({ code: 'inputs-changed', files: changed });
  const noted = await note(build, { imaging: true });
  if (!noted.ok) return noted;
  // Spot instances cannot be stopped; EC2 reboots a running one for its image.
  const stopped = build.journal.launch?.spot === true ? ok(undefined) : await stop(build, instance);
  if (!stopped.ok) return stopped;
  // It took a while, and another may have made the image since.
  if (!(await build.lease.confirm())) return fail(leaseLost(build));
  const created = await create(build, instance, imageId(journal.launch.image));
  if (!created.ok) return created;
  const kept = await note(build, { image: created.value });
  if (!kept.ok) return kept;
  await keepRecipe(build, created.value);
  return available(build, created.value);
}

/** EC2 may not show at once what is there, and not at every look; what it does not show for so long is not there. */
const unseenMs = ({ pace }: Pick<Build['ctx'], 'pace'>): number => paced(pace, 3 * minute) + 5000;

/** The image of a run that died. One that was asked for long ago and is not there has been removed. */
async function adoptedImage(build: Build, image: ImageId): Promise<Result<RegisteredImage, Failure>> {
  const { ctx, signal } = build;
  const seen = await ctx.poller.watch({
    look: ctx.looks.images,
    id: image,
    what: `image ${image} to be there`,
    until: (view) => view !== undefined,
    withinMs: unseenMs(ctx),
    signal,
  });
  if (seen.ok) return available(build, image);
  return seen.error.code === 'timed-out'
    ? fail({ code: 'image-ended', image, state: 'gone', why: '' })
    : seen;
}

async function stop({ ctx, lease, signal }: Build, instance: InstanceId): Promise<Result<void, Failure>> {
  const asked = await attempt(ctx, () => ctx.builder.stop(instance), {
    signal,
    withinMs: outageMs,
    still: () => lease.confirm(),
  });
  if (!asked.ok) return asked;
  const stopped = await ctx.poller.watch({
    look: ctx.looks.instances,
    id: instance,
    what: `instance ${instance} to be stopped`,
    until: (view) => ['stopped', 'shutting-down', 'terminated'].includes(view?.state ?? ''),
    withinMs: patience(ctx.pace, 20 * minute),
    signal,
  });
  if (!stopped.ok) return stopped;
  return stopped.value?.state === 'stopped' ? ok(undefined) : fail(instanceEnded(instance, stopped.value));
}

function create(build: Build, instance: InstanceId, from: ImageId): Promise<Result<ImageId, Failure>> {
  const { ctx, action, lease } = build;
  const request = {
    instance,
    name: imageName(build),
    description: `${action.template}, built by amigraph`.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 255),
    tags: tagsOf(recordFor(build, from)),
  };
  return attempt(ctx, () => ctx.builder.createImage(request), {
    // Not to be interrupted: whether there is an image must be known, and is in a moment.
    signal: AbortSignal.any([lease.signal, ctx.abandoned]),
    withinMs: outageMs,
    passingMs: passing(['IncorrectState', 'IncorrectInstanceState'], 10 * minute),
    still: () => lease.confirm(),
  });
}

/** Waits for an image that is being made, by us or by another. */
export async function available(
  { ctx, signal }: Pick<Build, 'ctx' | 'signal'>,
  id: ImageId,
): Promise<Result<RegisteredImage, Failure>> {
  let goneAt = ctx.clock.monotonic() + patience(ctx.pace, newImageMs);
  const seen = await ctx.poller.watch({
    look: ctx.looks.images,
    id,
    what: `image ${id} to be available`,
    until: (image) => {
      // Somebody has removed it.
      if (image === undefined) return ctx.clock.monotonic() > goneAt;
      goneAt = ctx.clock.monotonic() + unseenMs(ctx);
      return !isBeingMade(image.state);
    },
    withinMs: patience(ctx.pace, imageMs),
    signal,
  });
  if (!seen.ok) return seen;
  const image = seen.value;
  if (image?.state === 'available') return ok(image);
  return fail({
    code: 'image-ended',
    image: id,
    state: image?.state ?? 'gone',
    why: image?.stateReason ?? '',
  });
}

/**
 * Has the template's parameter name the image, and enters it into the manifest, unless the lease or the inputs are not what
 * they were when the build began. In this order: what the manifest lacks, the next run sees to.
 */
export async function publishImage(
  build: Build,
  image: RegisteredImage,
): Promise<Result<{ readonly named: Promise<void> }, Failure>> {
  const { ctx, action, journal, lease } = build;
  await doubtLatest(ctx, action.template, image.id);
  const changed = await changedInputs(build);
  // Before anything is removed or published: the image may be another holder's by now.
  if (!(await lease.confirm())) return fail(leaseLost(build));
  if (changed.length > 0) {
    await removeImage(build, image);
    return fail({ code: 'inputs-changed', files: changed });
  }
  const { taken: named } = await nameLatest(ctx, action.template, image.id, lease);
  const now = ctx.clock.now();
  const entered = await enterIntoManifest(ctx, action.digest, {
    template: action.template,
    image: image.id,
    buildId: journal.buildId,
    token: lease.token,
    builtAt: new Date(now).toISOString(),
    durationMs: Math.round(ctx.clock.monotonic() - build.began),
    builtBy: holderName(ctx.lease.holder),
  });
  if (entered.ok) return ok({ named });
  return fail({
    code: 'lease-lost',
    digest: action.digest,
    holder: `the holder of token ${entered.error.token}`,
  });
}

/** For who asks later why an image is built anew; the image is good without. */
async function keepRecipe({ ctx, action, signal }: Build, image: ImageId): Promise<void> {
  const { template, parent, dependsOn, digest, recipe } = action;
  const named = { template, parent, dependsOn, parts: fingerprint(recipe).parts };
  const kept = await attempt(ctx, () => keepFingerprint(ctx.store, ctx.prefix, digest, named), {
    signal,
    withinMs: minute,
  });
  if (!kept.ok) ctx.emit({ type: 'warning', code: 'fingerprint-not-kept', image, cause: kept.error });
}

/** It carries the digest of something else: left there, it would be taken for a hit. */
async function removeImage({ ctx, lease, signal }: Build, image: RegisteredImage): Promise<void> {
  const removed = await attempt(ctx, () => ctx.registry.remove(image.id), {
    signal,
    withinMs: 10 * minute,
    still: () => lease.confirm(),
  });
  if (removed.ok) return;
  ctx.emit({
    type: 'warning',
    code: 'image-left',
    region: ctx.region,
    image: image.id,
  });
}

/** Files of the recipe that are not what they were when it was made. */
async function changedInputs({ ctx, action }: Build): Promise<string[]> {
  const { steps, inputs } = action.recipe;
  const known = new Set(inputs.map(({ path }) => path));
  const matching = await ctx.files.list(action.inputPatterns);
  const added = matching.ok ? matching.value.filter((path) => !known.has(path)) : [matching.error.folder];
  const changed = new Set(added);
  for (const { path, digest, executable } of inputs) {
    const now = await ctx.files.digest(path);
    if (!('digest' in now) || now.digest !== digest || now.executable !== executable) changed.add(path);
  }
  for (const [path, digest] of new Map(steps.map((step) => [step.script, step.scriptDigest]))) {
    const now = await ctx.files.digest(path);
    if (!('digest' in now) || now.digest !== digest) changed.add(path);
  }
  return [...changed];
}
