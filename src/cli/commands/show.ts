/** `amigraph show`: what a template says, and where each value of it was written. */
import { Command, Option } from 'clipanion';
import { templateName } from '../../core/ids.ts';
import { BaseCommand, exitCodes } from './base.ts';

export class ShowCommand extends BaseCommand {
  static override paths = [['show']];
  static override usage = Command.Usage({
    category: 'Templates',
    description: 'Show what a template says, each value with the file and line it comes from.',
    examples: [
      ['What gromacs.yaml says', '$0 show gromacs'],
      ['The same with all that it inherits', '$0 show gromacs --resolved'],
    ],
  });

  resolved = Option.Boolean('--resolved', false, { description: 'with all that it inherits' });
  json = Option.Boolean('--json', false, { description: 'as JSON' });
  wanted = Option.String({ name: 'NAME', required: true });

  protected override async run(): Promise<number> {
    const { openWorkspace } = await import('../context.ts');
    const { readCollection } = await import('../reading.ts');
    const { selectOne } = await import('../../graph/select.ts');
    const { ownWords, resolvedWords } = await import('../../template/resolved.ts');
    const { templateText, templateView } = await import('../../report/template-text.ts');
    const { styleFor } = await import('../../report/style.ts');
    const merged = selectOne(
      await readCollection(await openWorkspace(this.context, {})),
      templateName(this.wanted),
    );
    const tree = this.resolved ? resolvedWords(merged) : ownWords(merged);
    const { name, file } = merged.template;
    if (this.json) this.answerJson(templateView(name, file, tree));
    else this.answer(templateText(tree, styleFor(this.context.stdout, this.context.env)));
    return exitCodes.done;
  }
}
