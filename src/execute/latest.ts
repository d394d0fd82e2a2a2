/** The parameter that says which image is a template's latest, for stacks and launch templates to follow. It does not know how images come to be. */
import type { Lease } from '../cache/lease.ts';
import type { Failure } from '../core/failure.ts';
import { type ImageId, imageId, type TemplateName } from '../core/ids.ts';
import { latestParameter } from '../core/parameter-name.ts';
import type { Plan } from '../core/plan.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { NamedImage } from '../ports/image-registry.ts';
import { attempt } from './attempt.ts';
import { type ExecuteContext, outageMs, patience } from './context.ts';

const minute = 60_000;

/** Before it is written, and before the lease is confirmed: a run that dies leaves behind that it has to be asked for. */
export const doubtLatest = (ctx: ExecuteContext, template: TemplateName, image: ImageId): Promise<void> =>
  ctx.parameters.doubt(new Map([[latestParameter(ctx.workspace, template), image]]));

/**
 * Resolves once it is written; `taken`, once EC2 has taken it. Never fails, nor does `taken`: what goes wrong is a warning, and
 * the image is good without. `lease`: that of its build, without which another image may have been named since.
 */
export async function nameLatest(
  ctx: ExecuteContext,
  template: TemplateName,
  image: ImageId,
  lease?: Lease,
): Promise<{ readonly written: Result<NamedImage, Failure>; readonly taken: Promise<void> }> {
  const parameter = latestParameter(ctx.workspace, template);
  const written = await attempt(ctx, () => ctx.registry.nameImage(parameter, image), {
    signal: ctx.interrupted,
    withinMs: outageMs,
    ...(lease && { still: () => lease.confirm() }),
  });
  if (!written.ok) notNamed(ctx, parameter, image, written.error);
  return { written, taken: written.ok ? isTaken(ctx, parameter, written.value) : Promise.resolve() };
}

/** A write is answered before EC2 has looked at it. One that came after it will do as well. */
async function isTaken(ctx: ExecuteContext, parameter: string, written: NamedImage): Promise<void> {
  const seen = await ctx.poller.watch({
    look: ctx.looks.named,
    id: parameter,
    what: `parameter ${parameter} to name ${written.image}`,
    until: (view) => view !== undefined && (view.image === written.image || view.version > written.version),
    withinMs: patience(ctx.pace, 5 * minute),
    signal: ctx.interrupted,
  });
  if (!seen.ok) notNamed(ctx, parameter, imageId(written.image), seen.error);
  else if (seen.value?.image === written.image) ctx.parameters.says(parameter, written.image);
}

function notNamed(ctx: ExecuteContext, parameter: string, image: ImageId, cause: Failure): void {
  if (cause.code !== 'interrupted')
    ctx.emit({ type: 'warning', code: 'latest-not-named', parameter, image, cause });
}

/** Of parameters of which nothing was ever known, so many are asked for in one run. */
const mostUnknown = 100;

/**
 * Where the parameter of a template whose image is reused names another one or none: after a change was taken back or made
 * again, a template took another one's place or was renamed, or another workspace built its image.
 */
export async function nameReused(ctx: ExecuteContext, { actions }: Plan): Promise<void> {
  const wanted = new Map<TemplateName, ImageId>();
  let unknown = 0;
  for (const { action, template, digest, image } of actions) {
    if (action !== 'reuse') continue;
    const known = ctx.parameters.imageOf(latestParameter(ctx.workspace, template));
    // What is in no manifest would be asked for by every run.
    const isUnknown = known === undefined && ctx.listed[digest]?.image === image;
    if (isUnknown) unknown += 1;
    if (known === undefined ? isUnknown && unknown <= mostUnknown : known !== image)
      wanted.set(template, image);
  }
  await nameOthers(ctx, wanted);
}

const writtenAtOnce = 5;

/** Has the parameters name these images, where they do not. */
export async function nameOthers(
  ctx: ExecuteContext,
  wanted: ReadonlyMap<TemplateName, ImageId>,
): Promise<void> {
  if (ctx.readOnly || wanted.size === 0) return;
  const doubted = [...wanted].flatMap(([template, image]) => {
    const parameter = latestParameter(ctx.workspace, template);
    return ctx.parameters.imageOf(parameter) === null ? [[parameter, image] as const] : [];
  });
  await ctx.parameters.doubt(new Map(doubted));
  const others = await withOther(ctx, wanted);
  if (!others.ok) return;
  const left = others.value.values();
  const taken: Promise<void>[] = [];
  let isOver = false;
  const writeNext = async (): Promise<boolean> => {
    const next = left.next();
    if (next.done === true || isOver) return false;
    const [template, image] = next.value;
    await doubtLatest(ctx, template, image);
    const named = await nameLatest(ctx, template, image);
    taken.push(named.taken);
    // What is not about this one's name is the same for all others.
    isOver ||= !named.written.ok && !isOfName(named.written.error);
    return !isOver;
  };
  const write = async (): Promise<void> => {
    while (await writeNext());
  };
  // The first by itself: it tells whether it can be done at all.
  if (await writeNext()) await Promise.all(Array.from({ length: writtenAtOnce }, write));
  await Promise.all(taken);
}

const isOfName = (failure: Failure): boolean =>
  failure.code === 'cloud' &&
  ['ValidationException', 'HierarchyLevelLimitExceededException'].includes(failure.awsCode);

const askedAtOnce = 100;

/** Those whose parameter names another image, or none. */
async function withOther(
  ctx: ExecuteContext,
  wanted: ReadonlyMap<TemplateName, ImageId>,
): Promise<Result<(readonly [TemplateName, ImageId])[], Failure>> {
  const all = [...wanted].map(
    ([template, image]) => [latestParameter(ctx.workspace, template), template, image] as const,
  );
  const others: (readonly [TemplateName, ImageId])[] = [];
  for (let at = 0; at < all.length; at += askedAtOnce) {
    const some = all.slice(at, at + askedAtOnce);
    const there = await attempt(ctx, () => ctx.registry.namedImages(some.map(([parameter]) => parameter)), {
      signal: ctx.interrupted,
      withinMs: minute,
    });
    if (!there.ok) {
      for (const [parameter, , image] of some.slice(0, 1)) notNamed(ctx, parameter, image, there.error);
      return fail(there.error);
    }
    for (const [parameter, template, image] of some) {
      if (there.value.get(parameter)?.image === image) ctx.parameters.says(parameter, image);
      else others.push([template, image]);
    }
  }
  return ok(others);
}
