/** A new beginning for a build whose instance is gone. It does not know what the instance was doing. */
import type { Failure } from '../core/failure.ts';
import { imageId, instanceId } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Journal } from '../cache/journal.ts';
import { type Build, leaseLost, note } from './build.ts';
import { patience } from './context.ts';
import { placeAfter } from './launch-places.ts';
import { endInstances, endOf } from './machine.ts';

/** So many instances are taken away before a build is given up. */
const mostLost = 5;

/** What the journal says of the next instance. */
type Next = Pick<Journal, 'launch' | 'lost'>;

/** Readies the build for another instance where `failure` came of the loss of its own; else it is answered. */
export async function beginAnew(
  build: Build,
  failure: Failure,
  adopted: boolean,
): Promise<Result<void, Failure>> {
  const { ctx, action, journal, instanceSeen, lease } = build;
  // Whoever has taken the lease may have ended the instance, and the heartbeat does not tell of that.
  if (mayComeOfLoss.has(failure.code) && !(await lease.confirm())) return fail(leaseLost(build));
  const next = await nextInstance(build, failure, adopted);
  if (!next.ok) return next;
  build.instanceSeen = false;
  const anew = await note(build, {
    ...next.value,
    attempt: journal.attempt + 1,
    instance: null,
    steps: [],
    running: null,
    imaging: false,
    image: null,
  });
  if (!anew.ok) return anew;
  await endInstances(ctx, { ...build, journal, instanceSeen });
  build.deadline = ctx.clock.monotonic() + patience(ctx.pace, action.settings.timeoutSeconds * 1000);
  return ok(undefined);
}

/** Or why the build ends, where another one would not help: a step may have failed only because its instance was ended. */
async function nextInstance(
  build: Build,
  failure: Failure,
  adopted: boolean,
): Promise<Result<Next, Failure>> {
  const { ctx, action, journal, signal } = build;
  if (signal.aborted || !mayComeOfLoss.has(failure.code)) return fail(failure);
  // The instance of a run that died is gone, or was launched in another way: nothing of it can be used.
  const isUseless = failure.code === 'cloud' && uselessTokens.has(failure.awsCode);
  if (adopted && (failure.code === 'instance-ended' || isUseless))
    return ok({ launch: null, lost: journal.lost });
  if (journal.instance === null || journal.launch === null || journal.lost >= mostLost) return fail(failure);
  const instance = instanceId(journal.instance);
  const loss = await endOf(build, instance, failure);
  // Whatever begins otherwise was asked for, by the instance itself or by somebody of this account.
  if (!loss?.reason.startsWith('Server.')) {
    const isKilled =
      failure.code === 'step-failed' && loss?.reason.startsWith('Client.UserInitiated') === true;
    return fail(isKilled ? loss : failure);
  }
  const place = placeAfter(action.settings, journal.launch);
  const about = { template: action.template, instance, why: loss.why, next: place };
  ctx.emit({ type: 'warning', code: 'instance-lost', ...about });
  return ok({ launch: { image: imageId(journal.launch.image), ...place }, lost: journal.lost + 1 });
}

const mayComeOfLoss: ReadonlySet<Failure['code']> = new Set([
  'cloud',
  'image-ended',
  'instance-ended',
  'step-failed',
  'timed-out',
]);

const uselessTokens: ReadonlySet<string> = new Set([
  'IdempotentInstanceTerminated',
  'IdempotentParameterMismatch',
]);
