/** `amigraph update`: pins base images to what they stand for now. It builds nothing. */
import { Command, Option } from 'clipanion';
import { CloudCommand } from './base.ts';

export class UpdateCommand extends CloudCommand {
  static override paths = [['update']];
  static override usage = Command.Usage({
    category: 'Bases',
    description: 'Pin base images to their newest in amigraph.lock.',
    details: 'The next build then builds anew what stands on those that moved. Commit amigraph.lock.',
    examples: [
      ['All of them', '$0 update'],
      ['One', "$0 update --base 'parallelcluster 3.14.0 alinux2023 x86_64'"],
    ],
  });

  base = Option.String('--base', {
    description: 'KEY: only this one; outdated shows the keys',
  });
  json = Option.Boolean('--json', false, { description: 'as JSON' });

  protected override async run(): Promise<number> {
    const { openWorkspace } = await import('../context.ts');
    const { readCollection } = await import('../reading.ts');
    const { compareBases, movePins } = await import('../moving-pins.ts');
    const { movesText } = await import('../../report/pins.ts');
    const workspace = await openWorkspace(this.context, this.flags);
    const collection = await readCollection(workspace);
    const compared = await compareBases(this.context, workspace, collection, this.base);
    const moves = await movePins(this.context, workspace, collection, compared, this.base);
    const found = [...collection.diagnostics, ...compared.diagnostics];
    if (this.json) this.answerJson(moves);
    else if (moves.length > 0 || !found.some(({ severity }) => severity === 'error'))
      this.answer(movesText(moves, this.base));
    return this.complain(found);
  }
}
