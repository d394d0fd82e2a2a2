/** A new instance where there is room for one. It does not know what runs on it. */
import type { CloudFailure, Failure, Refused } from '../core/failure.ts';
import { imageId, type InstanceId, instanceId } from '../core/ids.ts';
import type { LaunchPlace } from '../core/plan.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { attempt, passing } from './attempt.ts';
import { type Build, instanceTags, note } from './build.ts';
import { outageMs, paced, patience } from './context.ts';
import { placesFrom } from './launch-places.ts';

const minute = 60_000;
/** Capacity comes back within minutes, or not for days. */
const capacityMs = 30 * minute;
const longestPauseMs = 5 * minute;

/** Who runs into a quota may be waiting for builds of this very run, which end within their time limit. */
const quotas: ReadonlySet<string> = new Set([
  'VcpuLimitExceeded',
  'InstanceLimitExceeded',
  'MaxSpotInstanceCountExceeded',
]);

/** The instance of the journal, or a new one: the first that is to be had, asked for again and again for a while. */
export async function launch(build: Build): Promise<Result<InstanceId, Failure>> {
  const { ctx, action, journal, signal } = build;
  if (journal.instance !== null) return ok(instanceId(journal.instance));
  const image = imageId(journal.launch?.image ?? build.from);
  const places = placesFrom(action.settings, journal.launch);
  const began = ctx.clock.monotonic();
  for (let round = 0; ; round += 1) {
    const refused: Refused[] = [];
    for (const [at, place] of places.entries()) {
      // A token stands for one place, and for one answer.
      if (round + at > 0) build.journal = { ...build.journal, attempt: build.journal.attempt + 1 };
      const launched = await launchAt(build, image, place);
      // The time limit is for what is paid for.
      if (launched.ok) build.deadline += ctx.clock.monotonic() - began;
      if (launched.ok || launched.error.code !== 'cloud' || launched.error.nature !== 'no-capacity')
        return launched;
      const { awsCode, message } = launched.error;
      refused.push({ ...place, awsCode, message });
      const about = { template: action.template, refused: { ...place, awsCode, message } };
      if (round === 0)
        ctx.emit({ type: 'warning', code: 'no-capacity', ...about, next: places[at + 1] ?? null });
    }
    // Nothing was launched, and whoever is interrupted has nothing to look for.
    build.journal = { ...build.journal, launch: null };
    const afterMs = ctx.clock.monotonic() - began;
    if (isHopeless(refused) || afterMs > patienceFor(build, refused)) {
      return fail({ code: 'no-capacity', refused, afterMs });
    }
    await ctx.clock.sleep(paced(ctx.pace, Math.min(longestPauseMs, minute * 2 ** round)), signal);
    if (signal.aborted) return fail({ code: 'interrupted' });
  }
}

async function launchAt(
  build: Build,
  image: ReturnType<typeof imageId>,
  place: LaunchPlace,
): Promise<Result<InstanceId, Failure>> {
  const { ctx, action, signal } = build;
  // Of a launch whose answer was lost, by this run or one that died, there may be an instance whatever is answered later.
  let isUnanswered = build.adopted && build.journal.launch !== null;
  const noted = await note(build, { launch: { image, ...place } });
  if (!noted.ok) return noted;
  const { buildId: token, attempt: count } = build.journal;
  const request = {
    ...place,
    image,
    clientToken: `${token}-${count}`,
    volumeGb: action.recipe.volumeGb,
    tags: instanceTags(build, image),
    // Beyond the time limit and an hour for the image: nobody can still be coming back.
    deadManMinutes: Math.ceil(action.settings.timeoutSeconds / 60) + 60,
  };
  const ask = async (): Promise<Result<InstanceId, CloudFailure>> => {
    const answer = await ctx.builder.launch(request);
    isUnanswered ||= !answer.ok && answer.error.nature === 'unknown';
    return answer;
  };
  const launched = await attempt(ctx, ask, {
    signal,
    withinMs: outageMs,
    // An image that has just become available is not known everywhere at once.
    passingMs: passing(['InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable'], 5 * minute),
    still: () => build.lease.confirm(),
  });
  if (launched.ok) {
    const kept = await note(build, { instance: launched.value });
    return kept.ok ? launched : kept;
  }
  // A refusal means that there is no instance to look for.
  if (!isUnanswered && launched.error.code === 'cloud' && notDone.has(launched.error.nature))
    await note(build, { launch: null });
  return launched;
}

const notDone: ReadonlySet<CloudFailure['nature']> = new Set(['refused', 'throttled', 'not-ready']);

function patienceFor({ ctx, action }: Build, refused: readonly Refused[]): number {
  const isQuota = refused.some(({ awsCode }) => quotas.has(awsCode));
  return patience(ctx.pace, isQuota ? action.settings.timeoutSeconds * 1000 : capacityMs);
}

/** None of the Availability Zones has any of the types, and none will in an hour. */
const isHopeless = (refused: readonly Refused[]): boolean =>
  refused.every(({ awsCode }) => awsCode === 'Unsupported');
