/** `amigraph validate`: all that is wrong with the workspace, as far as can be told without a cloud. */
import { Command, Option } from 'clipanion';
import { InvalidInput } from '../../core/diagnostic.ts';
import type { Validation } from '../validating.ts';
import { BaseCommand, exitCodes } from './base.ts';

export class ValidateCommand extends BaseCommand {
  static override paths = [['validate']];
  static override usage = Command.Usage({
    category: 'Templates',
    description: 'Check all templates, scripts and inputs, without a cloud.',
    details:
      'Says all that is wrong at once; bash reads each script, and runs none. Warnings are no failure.',
    examples: [['For other programs', '$0 validate --json']],
  });

  json = Option.Boolean('--json', false, { description: 'as JSON' });

  protected override async run(): Promise<number> {
    const { inReadingOrder, validationLine, validationView } = await import('../../report/validation.ts');
    const { templates, diagnostics } = await this.#validation();
    const ordered = inReadingOrder(diagnostics);
    if (this.json) this.answerJson(validationView(templates, ordered));
    else {
      await this.#say(ordered);
      this.answer(validationLine(templates, ordered));
    }
    return ordered.some(({ severity }) => severity === 'error') ? exitCodes.invalid : exitCodes.done;
  }

  async #validation(): Promise<Validation> {
    const { openWorkspace } = await import('../context.ts');
    const { validate } = await import('../validating.ts');
    try {
      return await validate(await openWorkspace(this.context, {}), this.context);
    } catch (error) {
      // Without an amifile.ts that can be used nothing else can be looked at; a program is told so in its own form.
      if (this.json && error instanceof InvalidInput) return { templates: 0, diagnostics: error.diagnostics };
      throw error;
    }
  }

  async #say(diagnostics: Validation['diagnostics']): Promise<void> {
    if (diagnostics.length === 0) return;
    const { diagnosticsText } = await import('../../report/diagnostics.ts');
    this.context.stderr.write(`${diagnosticsText(diagnostics, this.errorStyle)}\n`);
  }
}
