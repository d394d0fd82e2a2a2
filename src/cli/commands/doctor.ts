/** `amigraph doctor`: whether this machine, the account and the bucket have what a build needs. */
import { Command, Option } from 'clipanion';
import { InvalidInput } from '../../core/diagnostic.ts';
import type { WriteTrial } from '../../execute/write-trial.ts';
import type { Check } from '../../report/check.ts';
import type { Workspace } from '../context.ts';
import type { Interruptions } from '../surroundings.ts';
import { CloudCommand, exitCodes } from './base.ts';

export class DoctorCommand extends CloudCommand {
  static override paths = [['doctor']];
  static override usage = Command.Usage({
    category: 'Setup',
    description: 'Check this machine, the AWS account and the bucket: what is wrong, and what to do.',
    details: `
      Each line is one check: what, how it is, and a cure. The next one is made whatever the last one came to, and none takes longer than 20 seconds.
      Nothing is launched. In the bucket, conditional writes are tried on a scratch object below doctor/, which is removed.
      The exit code is 1 if a check failed; warnings and what could not be looked at leave it 0.
    `,
    examples: [['The account, whatever amifile.ts says of the provider', '$0 doctor --provider aws']],
  });

  json = Option.Boolean('--json', false, { description: 'as JSON' });

  readonly #checks: Check[] = [];
  #trial: Promise<WriteTrial> | undefined;

  protected override async run(): Promise<number> {
    const report = await import('../../report/check.ts');
    const interruptions = this.context.interruptions();
    try {
      const { workspace, lacksBucket } = await this.#open();
      const { provider, region, bucket } = workspace.config;
      if (!this.json) this.answer(report.checkedText(workspace.config));
      const whole = await this.#tell(this.#checkAll(workspace, lacksBucket, interruptions), interruptions);
      if (!whole) {
        this.context.stderr.write('interrupted\n');
        await this.#trial;
        return exitCodes.interrupted;
      }
      if (this.json) {
        const checks = this.#checks.map(report.checkView);
        this.answerJson({ provider, region, bucket: lacksBucket ? null : bucket, checks });
      } else this.answer(report.checkSummary(this.#checks));
      if (provider === 'sandbox') this.context.stderr.write(report.sandboxOnly);
      return this.#checks.some(({ result }) => result === 'failed') ? exitCodes.failed : exitCodes.done;
    } finally {
      interruptions.dispose();
    }
  }

  /** A bucket that is not set is one of the lines: the rest is checked all the same. */
  async #open(): Promise<{ readonly workspace: Workspace; readonly lacksBucket: boolean }> {
    const { openWorkspace } = await import('../context.ts');
    try {
      return { workspace: await openWorkspace(this.context, this.flags), lacksBucket: false };
    } catch (error) {
      if (!(error instanceof InvalidInput) || error.diagnostics[0]?.code !== 'no-bucket') throw error;
    }
    const env = { ...this.context.env, AMIGRAPH_BUCKET: 'none' };
    return { workspace: await openWorkspace({ ...this.context, env }, this.flags), lacksBucket: true };
  }

  async *#checkAll(
    workspace: Workspace,
    lacksBucket: boolean,
    { interrupted }: Interruptions,
  ): AsyncGenerator<Check> {
    const { checkCloud, checkMachine } = await import('../checking.ts');
    const { openAccount, openCloud } = await import('../context.ts');
    const { config } = workspace;
    yield* checkMachine(this.context, workspace);
    const cloud = await openCloud(workspace, this.context);
    try {
      if (cloud.confined !== undefined) {
        const { sandboxChecks } = await import('../../report/check-machine.ts');
        yield* sandboxChecks(config.sandbox.folder, cloud.confined);
        return;
      }
      const account = await openAccount(workspace);
      const onTrial = (trial: Promise<WriteTrial>): void => void (this.#trial = trial);
      yield* checkCloud({
        around: this.context,
        workspace,
        cloud,
        account,
        lacksBucket,
        interrupted,
        onTrial,
      });
      account.disconnect();
    } finally {
      await cloud.close();
    }
  }

  /** Each line as soon as it is there. False: it was interrupted. */
  async #tell(checks: AsyncGenerator<Check>, { interrupted }: Interruptions): Promise<boolean> {
    const { checkText } = await import('../../report/check.ts');
    const { styleFor } = await import('../../report/style.ts');
    const { unlessInterrupted } = await import('../unless-interrupted.ts');
    const style = styleFor(this.context.stdout, this.context.env);
    for (;;) {
      const next = await unlessInterrupted(checks.next(), interrupted, () => Promise.resolve());
      if (next === undefined) return false;
      if (next.done === true) return true;
      this.#checks.push(next.value);
      if (!this.json) this.answer(checkText(next.value, style));
    }
  }
}
