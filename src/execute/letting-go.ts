/** The end of a build: its lease is freed, and nothing of it stays but what shall. It does not know whether an image came of it. */
import type { BrokenStep } from '../cache/lease-body.ts';
import type { Journal } from '../cache/journal.ts';
import type { Failure } from '../core/failure.ts';
import { buildId, type InstanceId, instanceId } from '../core/ids.ts';
import { keptTag } from '../cache/tags.ts';
import { attempt } from './attempt.ts';
import type { Remains } from './build.ts';
import { endInstance, endInstances, sayInstanceIsLeft } from './machine.ts';

interface End {
  /** Why there is no image; null: there is one, or none was tried for. */
  readonly failure: Failure | null;
  /** Instances of builds before. */
  readonly orphans: readonly InstanceId[];
}

/**
 * Frees the lease first: a run that is killed in between leaves an instance that its tags tell of, and nothing that others
 * wait for in vain. Whoever has lost the lease touches nothing: the instance is the next holder's.
 */
export async function letGo(build: Remains, { failure, orphans }: End): Promise<void> {
  const { ctx, lease, journal } = build;
  // The next run goes on from the journal.
  if (ctx.abandoned.aborted) return lease.abandon();
  const broken = failure === null || journal === null ? null : brokenStep(journal, failure);
  const isKept = broken !== null && ctx.onError === 'keep' && (await keepInstance(build));
  const unfinished = failure !== null && mayComeToBe(journal, failure) ? journal : null;
  if (!(await lease.free({ broken, journal: unfinished }))) {
    if ('failure' in lease.lostTo) sayInstanceIsLeft(build);
    return;
  }
  await Promise.all([
    ...(isKept ? [] : [endInstances(ctx, build)]),
    ...orphans.map((instance) => endInstance(ctx, instance, true)),
  ]);
}

/** An image that was asked for needs no instance any more: whoever comes next waits for it and publishes it. */
const mayComeToBe = (journal: Journal | null, { code }: Failure): boolean =>
  journal?.image != null && ['interrupted', 'timed-out', 'cloud'].includes(code);

/** What would fail again, whoever tries: a step that the template asks for. A machine that goes away is nobody's fault. */
function brokenStep({ buildId: build, template, running }: Journal, failure: Failure): BrokenStep | null {
  if (running === null) return null;
  const about = { buildId: build, template, step: running };
  if (failure.code === 'timed-out') return { ...about, exitCode: -1, status: 'TimedOut' };
  if (failure.code !== 'step-failed' || !['Failed', 'ExecutionTimedOut'].includes(failure.status))
    return null;
  return { ...about, exitCode: failure.exitCode, status: failure.status };
}

/** Marks it, so that no later run ends it. Its own timer does. */
async function keepInstance({ ctx, lease, journal }: Remains): Promise<boolean> {
  if (journal?.instance == null || ctx.interrupted.aborted || !(await lease.confirm())) return false;
  const instance = instanceId(journal.instance);
  const kept = new Date(ctx.clock.now()).toISOString();
  const marked = await attempt(ctx, () => ctx.builder.tag(instance, { [keptTag]: kept }), {
    signal: lease.signal,
    withinMs: 60_000,
    still: () => lease.confirm(),
  });
  const about = { region: ctx.region, instance };
  if (!marked.ok) ctx.emit({ type: 'warning', code: 'instance-not-kept', ...about, cause: marked.error });
  else ctx.emit({ type: 'warning', code: 'instance-kept', ...about, buildId: buildId(journal.buildId) });
  return marked.ok;
}
