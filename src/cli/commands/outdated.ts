/** `amigraph outdated`: which bases have newer images than their pins, and what those would rebuild. It writes nothing. */
import { Command, Option } from 'clipanion';
import { CloudCommand } from './base.ts';

export class OutdatedCommand extends CloudCommand {
  static override paths = [['outdated']];
  static override usage = Command.Usage({
    category: 'Bases',
    description: 'Show newer base images, and which images they would rebuild.',
    details: 'Changes nothing: update moves the pins.',
    examples: [['For other programs', '$0 outdated --json']],
  });

  json = Option.Boolean('--json', false, { description: 'as JSON' });

  protected override async run(): Promise<number> {
    const { openWorkspace } = await import('../context.ts');
    const { readCollection } = await import('../reading.ts');
    const { compareBases } = await import('../moving-pins.ts');
    const { outdatedText, outdatedView } = await import('../../report/pins.ts');
    const workspace = await openWorkspace(this.context, this.flags);
    const collection = await readCollection(workspace);
    const { bases, diagnostics } = await compareBases(this.context, workspace, collection);
    const found = [...collection.diagnostics, ...diagnostics];
    if (this.json) this.answerJson(bases.map(outdatedView));
    else if (bases.length > 0 || !found.some(({ severity }) => severity === 'error'))
      this.answer(outdatedText(bases, diagnostics.length === 0));
    return this.complain(found);
  }
}
