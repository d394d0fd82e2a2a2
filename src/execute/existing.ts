/** Looks for images once more when it comes to building: the plan may be old. It makes none. */
import { type Found, lookUp } from '../cache/lookup.ts';
import { readManifest } from '../cache/manifest-store.ts';
import type { Failure } from '../core/failure.ts';
import type { Digest, ImageId } from '../core/ids.ts';
import type { RegisteredImage } from '../core/image.ts';
import type { Work } from '../core/plan.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { decide } from '../plan/decide.ts';
import { attempt } from './attempt.ts';
import { type ExecuteContext, outageMs } from './context.ts';
import { available } from './imaging.ts';

/** An image with the action's digest that is there, or is being made by somebody who let go of the lease: `onWaiting` is called before that is waited for. */
export async function existingImage(
  ctx: ExecuteContext,
  action: Work,
  signal: AbortSignal,
  onWaiting: () => void = () => {},
): Promise<Result<RegisteredImage | undefined, Failure>> {
  const seen = await lookAgain(ctx, action.digest, signal);
  if (!seen.ok) return seen;
  const { found, isTrusted } = seen.value;
  const others = found.filter(({ image }) => action.replaces?.includes(image.id) !== true);
  const baseImage = action.recipe.origin.kind === 'base' ? action.recipe.origin.image : null;
  const decision = decide(others, { parent: action.parent, baseImage }, isTrusted);
  if (decision.image === null) return ok(undefined);
  if (decision.action === 'reuse') return ok(decision.image);
  onWaiting();
  const waited = await available({ ctx, signal }, decision.image.id);
  // It did not become an image after all: build one.
  if (!waited.ok) return waited.error.code === 'image-ended' ? ok(undefined) : waited;
  // Whoever made it enters it into the manifest only then.
  return ctx.trust === 'manifest' ? existingImage(ctx, action, signal, onWaiting) : waited;
}

/** What to launch from where this run has not made the parent: the base image, or the parent's image by its digest. */
export async function launchImage(
  ctx: ExecuteContext,
  action: Work,
  signal: AbortSignal,
): Promise<Result<ImageId, Failure>> {
  const { origin } = action.recipe;
  if (origin.kind === 'base') return ok(origin.image);
  const seen = await lookAgain(ctx, origin.digest, signal);
  if (!seen.ok) return seen;
  const { found, isTrusted } = seen.value;
  const parent = found.find((one) => one.image.state === 'available' && isTrusted(one));
  return parent === undefined ? fail({ code: 'parent-gone', parent: origin.digest }) : ok(parent.image.id);
}

interface Seen {
  readonly found: readonly Found[];
  readonly isTrusted: (image: Found) => boolean;
}

async function lookAgain(
  ctx: ExecuteContext,
  digest: Digest,
  signal: AbortSignal,
): Promise<Result<Seen, Failure>> {
  const options = { signal, withinMs: outageMs };
  const looked = await attempt(ctx, () => lookUp(ctx.registry, [digest]), options);
  if (!looked.ok) return looked;
  const found = looked.value.found.get(digest) ?? [];
  if (ctx.trust === 'tags') return ok({ found, isTrusted: () => true });
  const read = await attempt(ctx, () => readManifest(ctx.store, ctx.manifest.key), options);
  if (!read.ok) return read;
  const { manifest, isThere, problem } = read.value;
  const isLost = !isThere || problem !== undefined;
  if (!isLost) ctx.seen.read(manifest.images);
  // What was trusted is not built anew for a manifest that is lost.
  const { images } = isLost ? ctx.seen : manifest;
  return ok({ found, isTrusted: ({ image }) => images[digest]?.image === image.id });
}
