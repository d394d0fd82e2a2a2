/** Images that could not be made: EC2 keeps them until somebody removes them. It does not know why they failed. */
import { ownership, templateTag } from '../cache/tags.ts';
import type { CloudFailure, Failure } from '../core/failure.ts';
import type { ImageId } from '../core/ids.ts';
import { type ImageState, isUseless, type RegisteredImage } from '../core/image.ts';
import { byCodeUnits } from '../core/order.ts';
import { ok, type Result } from '../core/result.ts';
import { attempt } from './attempt.ts';
import type { ExecuteContext } from './context.ts';

export interface SweptImage {
  readonly image: ImageId;
  readonly template: string | null;
  readonly state: ImageState;
  readonly removed: boolean;
  /** Why it is still there, where it should not be. */
  readonly failure?: Failure;
}

/** One that is pending is none of them: it becomes available, and is reused. */
export async function uselessImages({
  registry,
}: Pick<ExecuteContext, 'registry'>): Promise<Result<RegisteredImage[], CloudFailure>> {
  const found = await registry.findByTag(ownership.key, [ownership.value]);
  if (!found.ok) return found;
  return ok(found.value.filter(({ state }) => isUseless(state)).toSorted((a, b) => byCodeUnits(a.id, b.id)));
}

/** With their snapshots. `dryRun`: what would be removed. */
export async function removeImages(
  ctx: ExecuteContext,
  images: readonly RegisteredImage[],
  dryRun: boolean,
): Promise<SweptImage[]> {
  const swept: SweptImage[] = [];
  for (const image of images) {
    const about = { image: image.id, template: image.tags[templateTag] ?? null, state: image.state };
    if (ctx.interrupted.aborted) break;
    const removed = dryRun
      ? undefined
      : await attempt(ctx, () => ctx.registry.remove(image.id), {
          signal: ctx.abandoned,
          withinMs: 10 * 60_000,
        });
    const failure = removed?.ok === false ? { failure: removed.error } : {};
    swept.push({ ...about, removed: removed?.ok === true, ...failure });
  }
  return swept;
}
