/** What commands share: how they end, and their options for the cloud. It knows no command. */
import { Command, Option } from 'clipanion';
import type { Flags } from '../../config/resolve.ts';
import { type Diagnostic, InvalidInput } from '../../core/diagnostic.ts';
import { cloudDiagnostic } from '../../report/cloud-trouble.ts';
import { diagnosticsText, inBrief } from '../../report/diagnostics.ts';
import { type Style, styleFor } from '../../report/style.ts';
import type { Cloud, Workspace } from '../context.ts';
import { CloudUnavailable } from '../unavailable.ts';
import type { Surroundings } from '../surroundings.ts';

export const exitCodes = { done: 0, failed: 1, invalid: 2, held: 9, interrupted: 130 } as const;

const atOnce = 1 << 20;

export abstract class BaseCommand extends Command<Surroundings> {
  /** The command itself; answers its exit code. */
  protected abstract run(): Promise<number>;

  override async execute(): Promise<number> {
    try {
      return await this.run();
    } catch (error) {
      return this.#explain(error);
    }
  }

  protected get errorStyle(): Style {
    return styleFor(this.context.stderr, this.context.env);
  }

  protected answer(text: string): void {
    this.context.stdout.write(text);
  }

  /** What is good is answered all the same; what is not is said, and the exit code is 2. */
  protected complain(diagnostics: readonly Diagnostic[]): number {
    if (diagnostics.length === 0) return exitCodes.done;
    this.context.stderr.write(`${diagnosticsText(inBrief(diagnostics), this.errorStyle)}\n`);
    return diagnostics.some(({ severity }) => severity === 'error') ? exitCodes.invalid : exitCodes.done;
  }

  /** Many of a kind, `lists` by name, each item as JSON: one a line and a part at a time, since one text of them all may be larger than all else. */
  protected async answerJsonLists(lists: Readonly<Record<string, Iterable<string>>>): Promise<void> {
    let text = '{';
    for (const [at, [name, items]] of Object.entries(lists).entries()) {
      text += `${at === 0 ? '' : ','}${JSON.stringify(name)}:[`;
      let before = '';
      for (const item of items) {
        text += `${before}\n  ${item}`;
        before = ',';
        if (text.length < atOnce) continue;
        await this.#written(text);
        text = '';
      }
      text += before === '' ? ']' : '\n]';
    }
    this.answer(`${text}}\n`);
  }

  /** Settles also where it cannot be written: main.ts tells of that. */
  #written(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.context.stdout.write(text, () => resolve());
    });
  }

  protected answerJson(value: unknown): void {
    this.answer(`${JSON.stringify(value, null, 2)}\n`);
  }

  #explain(error: unknown): number {
    const write = (text: string): void => void this.context.stderr.write(`${text}\n`);
    if (error instanceof InvalidInput) {
      write(diagnosticsText(error.diagnostics, this.errorStyle));
      return exitCodes.invalid;
    }
    if (error instanceof CloudUnavailable) {
      write(diagnosticsText([cloudDiagnostic(error.failure)], this.errorStyle));
      return exitCodes.failed;
    }
    if (error instanceof Error && error.name === 'SandboxUnavailable') {
      write(
        diagnosticsText([{ severity: 'error', code: 'sandbox', message: error.message }], this.errorStyle),
      );
      return exitCodes.invalid;
    }
    throw error;
  }
}

/** A command that asks a cloud. */
export abstract class CloudCommand extends BaseCommand {
  provider = Option.String('--provider', {
    description: 'sandbox|aws: the cloud, instead of what amifile.ts says',
  });
  region = Option.String('--region', {
    description: 'REGION: the AWS Region, instead of what amifile.ts says',
  });

  profile = Option.String('--profile', {
    description: 'NAME: a profile of the AWS configuration files',
  });

  protected get flags(): Flags {
    const { provider, region, profile } = this;
    return { provider, region, profile };
  }
}

/** A command whose answer needs the workspace and its cloud, which is closed after it. */
export abstract class CloudAnswer extends CloudCommand {
  protected abstract answerFor(workspace: Workspace, cloud: Cloud): Promise<number>;

  protected override async run(): Promise<number> {
    const { openCloud, openWorkspace } = await import('../context.ts');
    const workspace = await openWorkspace(this.context, this.flags);
    const cloud = await openCloud(workspace, this.context);
    try {
      return await this.answerFor(workspace, cloud);
    } finally {
      await cloud.close();
    }
  }
}

export function invalidFlag(message: string, cure?: string): InvalidInput {
  return new InvalidInput([{ severity: 'error', code: 'command-line', message, cure }]);
}
