/** What an image that could not be made calls for: another one of the same instance, which still has all that was installed. It does not know how images are made. */
import { type ImageId, instanceId } from '../core/ids.ts';
import { isUseless } from '../core/image.ts';
import type { Failure } from '../core/failure.ts';
import { attempt } from './attempt.ts';
import type { Build } from './build.ts';
import { endOf } from './machine.ts';

type ImageEnded = Extract<Failure, { code: 'image-ended' }>;

const minute = 60_000;

/** Removes what has failed, for another one to be made. False: that would not help, since the instance is gone, or somebody has removed the image. */
export async function clearFailed(build: Build, failure: ImageEnded): Promise<boolean> {
  const { ctx, action, journal, signal } = build;
  // Not those that somebody has removed.
  if (!isUseless(failure.state) || journal.instance === null || signal.aborted) return false;
  // One that is stopped cannot be taken away.
  const isStopped = journal.launch?.spot !== true;
  if (!isStopped && (await endOf(build, instanceId(journal.instance), failure)) !== undefined) return false;
  if (!(await build.lease.confirm()) || signal.aborted) return false;
  const { image, state, why } = failure;
  ctx.emit({ type: 'warning', code: 'image-failed', template: action.template, image, state, why });
  await removeFailed(build, image);
  return true;
}

/** What cannot be removed is told of by the next plan, and by `leases sweep`. */
async function removeFailed({ ctx, lease, signal }: Build, image: ImageId): Promise<void> {
  await attempt(ctx, () => ctx.registry.remove(image), {
    signal,
    withinMs: minute,
    still: () => lease.confirm(),
  });
}
