/** The state of one build: its action, its lease and its journal. It does not know what comes next. */
import type { Lease } from '../cache/lease.ts';
import type { Journal } from '../cache/journal.ts';
import { type BuildRecord, leaseTag, leaseTagValue, tagsOf } from '../cache/tags.ts';
import { shortDigest } from '../core/digest.ts';
import type { Failure } from '../core/failure.ts';
import { buildId, type ImageId } from '../core/ids.ts';
import type { Work } from '../core/plan.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { ExecuteContext } from './context.ts';

export interface Build {
  readonly ctx: ExecuteContext;
  readonly action: Work;
  readonly lease: Lease;
  /** Aborted when the run is interrupted or the lease is lost. */
  readonly signal: AbortSignal;
  /** What a new instance is launched from; one that was launched before, the journal tells. */
  readonly from: ImageId;
  /** When this run began with it, on the monotonic clock. */
  readonly began: number;
  /** Of its instance's work, on the monotonic clock. */
  deadline: number;
  journal: Journal;
  /** Begun by another run. */
  readonly adopted: boolean;
  /** Whether the journal's instance has ever been visible. */
  instanceSeen: boolean;
}

/** What must be known to end what a build has begun. */
export interface Remains extends Pick<Build, 'ctx' | 'lease' | 'instanceSeen'> {
  /** Null: nothing was begun. */
  readonly journal: Journal | null;
}

/** `20261123-0412-a1b2c3d4-9f8e7d`: when, of which digest, and chance. */
export function newJournal(ctx: ExecuteContext, action: Work): Journal {
  const now = new Date(ctx.clock.now()).toISOString();
  const stamp = `${now.slice(0, 10).replaceAll('-', '')}-${now.slice(11, 16).replace(':', '')}`;
  return {
    buildId: `${stamp}-${action.digest.slice(0, 8)}-${ctx.random.hex(6)}`,
    template: action.template,
    attempt: 1,
    startedAt: now,
    launch: null,
    instance: null,
    lost: 0,
    steps: [],
    running: null,
    imaging: false,
    image: null,
  };
}

/** Writes what is about to happen or has happened. Where that fails the lease is lost, and nothing may follow. */
export async function note(build: Build, change: Partial<Journal>): Promise<Result<void, Failure>> {
  build.journal = { ...build.journal, ...change };
  return (await build.lease.record(build.journal)) ? ok(undefined) : fail(leaseLost(build));
}

export function leaseLost({ action, lease }: Pick<Build, 'action' | 'lease'>): Failure {
  const { lostTo } = lease;
  return 'holder' in lostTo
    ? { code: 'lease-lost', digest: action.digest, holder: lostTo.holder }
    : { code: 'lease-unsure', digest: action.digest, cause: lostTo.failure };
}

/** An ended wait says `interrupted`, whether by the user or because the lease was lost. */
export function whyEnded(build: Pick<Build, 'action' | 'lease'>, failure: Failure): Failure {
  return failure.code === 'interrupted' && build.lease.signal.aborted ? leaseLost(build) : failure;
}

export function recordFor({ ctx, action, journal }: Build, from: ImageId): BuildRecord {
  return {
    template: action.template,
    digest: action.digest,
    parent: action.parent,
    baseImage: from,
    region: ctx.region,
    buildDate: journal.startedAt,
    buildId: buildId(journal.buildId),
    workspace: ctx.workspace,
  };
}

/** The image's tags, so that an instance found by tag tells whose it is; its name says that it is only the build. */
export function instanceTags(build: Build, from: ImageId): Record<string, string> {
  const name = `amigraph build of ${build.action.template}`.slice(0, 256);
  const lease = leaseTagValue(build.ctx.bucket, build.lease.key);
  return { ...tagsOf(recordFor(build, from)), Name: name, [leaseTag]: lease };
}

/** Holds the build id and the attempt, so that asking twice finds the same image. EC2 takes 128 characters: letters, digits, ()[] ./-'@_ */
export function imageName({ action, journal }: Build): string {
  const template = action.template.replaceAll(/[^A-Za-z0-9()./_-]/g, '-').slice(0, 50);
  const again = journal.attempt === 1 ? '' : `-${journal.attempt}`;
  return `amigraph/${template}/${shortDigest(action.digest)}/${journal.buildId}${again}`;
}
