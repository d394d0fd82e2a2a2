/** `amigraph leases`: who builds what, and the end of builds that nobody comes back for. */
import { Command, Option } from 'clipanion';
import type { HeldLease, Leases } from '../../cache/leases.ts';
import type { Cloud, Workspace } from '../context.ts';
import { CloudAnswer, exitCodes, invalidFlag } from './base.ts';

abstract class LeaseCommand extends CloudAnswer {
  /** Tells of objects among them that are none. */
  protected async look({ config }: Workspace, { store }: Cloud): Promise<Leases> {
    const { allLeases } = await import('../../cache/leases.ts');
    const { strangeObject } = await import('../../report/leases.ts');
    const { must } = await import('../unavailable.ts');
    const leases = must(await allLeases(store, config.prefix, config.region));
    this.complain(leases.strange.map((key) => strangeObject(config.bucket, key)));
    return leases;
  }
}

export class LeasesCommand extends LeaseCommand {
  static override paths = [['leases']];
  static override usage = Command.Usage({
    category: 'Leases',
    description: 'List the leases that are held: who builds what, since when, and how far it is.',
    details:
      'One look cannot tell whether a holder is alive. amigraph leases sweep --dry-run watches for it.',
  });

  json = Option.Boolean('--json', false, { description: 'as JSON' });

  protected override async answerFor(workspace: Workspace, cloud: Cloud): Promise<number> {
    const { leasesTable, leaseView } = await import('../../report/leases.ts');
    const { held } = await this.look(workspace, cloud);
    const { region } = workspace.config;
    if (held.length === 0) this.context.stderr.write(`no lease is held in ${region}\n`);
    if (this.json) this.answerJson(held.map(leaseView));
    else if (held.length > 0) this.answer(leasesTable(held));
    return exitCodes.done;
  }
}

export class LeasesReleaseCommand extends LeaseCommand {
  static override paths = [['leases', 'release']];
  static override usage = Command.Usage({
    category: 'Leases',
    description: 'Give up the build of one image: free its lease and end its instance.',
    details: `
      KEY is the name of the template that is built, or the key of the lease's object, or its digest, or four or more digits that the digest begins with.
      What that means for this build is told first.
    `,
  });

  word = Option.String({ name: 'KEY' });
  yes = Option.Boolean('--yes', false, { description: 'do not ask' });

  protected override async answerFor(workspace: Workspace, cloud: Cloud): Promise<number> {
    const { meantLease } = await import('../../cache/leases.ts');
    const { notMeant, releaseText } = await import('../../report/leases.ts');
    const { stderr } = this.context;
    const leases = await this.look(workspace, cloud);
    const meant = meantLease(this.word, leases);
    if (meant.kind === 'free') {
      stderr.write(`nobody holds ${meant.keys.join(', ')}\n`);
      return exitCodes.done;
    }
    if (meant.kind !== 'held') {
      const { message, cure } = notMeant(this.word, meant, leases.held, workspace.config.region);
      throw invalidFlag(message, cure);
    }
    stderr.write(releaseText(meant.lease));
    if (!this.yes && !(await this.#isMeant(workspace, cloud, meant.lease))) return exitCodes.failed;
    return this.#release(workspace, cloud, meant.lease);
  }

  /** Asks, and tells why nothing is changed where it is not. */
  async #isMeant({ config }: Workspace, { store }: Cloud, lease: HeldLease): Promise<boolean> {
    const { heartbeatOf } = await import('../../cache/lease-driving.ts');
    const { changedText } = await import('../../report/leases.ts');
    const { canAsk, confirmed } = await import('../confirm.ts');
    const { must } = await import('../unavailable.ts');
    const { stderr } = this.context;
    if (!canAsk(this.context))
      throw invalidFlag('there is no terminal to ask on whether it is to be released', 'say --yes');
    const { key, body } = lease;
    const about = { key, run: body.holder.run, token: body.token };
    const heartbeat = async (): Promise<string | undefined> =>
      must(await heartbeatOf((at) => store.get(at), config.prefix, about));
    const heard = await heartbeat();
    if (!(await confirmed(this.context, 'release it?'))) {
      stderr.write('not released: nothing was changed\n');
      return false;
    }
    const now = await heartbeat();
    // One that is gone is no sign of life.
    if (now === undefined || now === heard) return true;
    stderr.write(changedText(lease, body));
    return false;
  }

  async #release(workspace: Workspace, cloud: Cloud, lease: HeldLease): Promise<number> {
    const { giveUp } = await import('../../execute/giving-up.ts');
    const { changedText, releasedText, unsureOf } = await import('../../report/leases.ts');
    const { whileClearing } = await import('../clearing.ts');
    const { CloudUnavailable } = await import('../unavailable.ts');
    const { key, digest, body, etag } = lease;
    const given = await whileClearing(this.context, workspace, cloud, (ctx) =>
      giveUp(ctx, { key, digest, standing: { etag, body } }),
    );
    switch (given.kind) {
      case 'failed':
        throw new CloudUnavailable(given.failure);
      case 'lost':
        this.context.stderr.write(changedText(lease, given.by));
        return given.by?.state === 'free' ? exitCodes.done : exitCodes.failed;
      case 'freed':
        if (given.unsure !== null) this.complain([unsureOf(workspace.config, given.unsure)]);
        this.answer(releasedText(lease, [...given.ended]));
        return given.clean ? exitCodes.done : exitCodes.failed;
    }
  }
}

export class LeasesSweepCommand extends LeaseCommand {
  static override paths = [['leases', 'sweep']];
  static override usage = Command.Usage({
    category: 'Leases',
    description: 'Find and end what no run comes back for: instances, leases of dead holders, failed images.',
    details: `
      Watches each lease that is held, all at the same time, for as long as it takes to tell a dead holder: 3 minutes on AWS.
      What a living run has is left alone, and so is an instance that was kept for a look.
    `,
    examples: [['What would be ended', '$0 leases sweep --dry-run']],
  });

  dryRun = Option.Boolean('--dry-run', false, { description: 'show what would be done and do nothing' });
  json = Option.Boolean('--json', false, { description: 'as JSON' });

  protected override async answerFor(workspace: Workspace, cloud: Cloud): Promise<number> {
    const { isClean, sweep } = await import('../../execute/sweep.ts');
    const report = await import('../../report/sweep.ts');
    const { whileClearing } = await import('../clearing.ts');
    const { must } = await import('../unavailable.ts');
    const { stderr } = this.context;
    const { config } = workspace;
    const { dryRun } = this;
    const onWatching = (count: number, forMs: number): void =>
      void stderr.write(report.watchingText(count, forMs));
    const { swept, interrupted } = await whileClearing(this.context, workspace, cloud, async (ctx) => ({
      swept: must(await sweep(ctx, { dryRun, onWatching })),
      interrupted: ctx.interrupted.aborted,
    }));
    this.complain(report.sweepDiagnostics(swept, config, dryRun));
    if (swept.elsewhere > 0) stderr.write(report.elsewhereText(swept.elsewhere));
    if (this.json) this.answerJson(report.sweepView(swept));
    else this.answer(report.sweepText(swept, config.region, dryRun));
    if (interrupted) return exitCodes.interrupted;
    return isClean(swept, dryRun) ? exitCodes.done : exitCodes.failed;
  }
}
