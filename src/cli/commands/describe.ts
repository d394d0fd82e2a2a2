/** `amigraph describe`: all that is known of one image. */
import { Command, Option } from 'clipanion';
import { CloudCommand, exitCodes } from './base.ts';

export class DescribeCommand extends CloudCommand {
  static override paths = [['describe']];
  static override usage = Command.Usage({
    category: 'Images',
    description: 'Show all that is known of one image, with the packages of all that it stands on.',
    details: 'Takes the id of an image, the name of a template, or the first digits of a digest.',
    examples: [
      ['The image of gromacs', '$0 describe gromacs'],
      ['An image by its id', '$0 describe ami-0123456789abcdef0'],
    ],
  });

  json = Option.Boolean('--json', false, { description: 'as JSON' });
  word = Option.String({ name: 'IMAGE', required: true });

  protected override async run(): Promise<number> {
    const { openCloud, openWorkspace } = await import('../context.ts');
    const { describeImage } = await import('../describing.ts');
    const { describeText, describeView } = await import('../../report/images.ts');
    const { styleFor } = await import('../../report/style.ts');
    const { tellWarnings } = await import('../telling.ts');
    const workspace = await openWorkspace(this.context, this.flags);
    const cloud = await openCloud(workspace, this.context);
    try {
      const { image, warnings } = await describeImage(this.context, workspace, cloud, this.word);
      tellWarnings(this.context, warnings);
      const now = this.context.clock.now();
      if (this.json) this.answerJson(describeView(image, now));
      else this.answer(describeText(image, now, styleFor(this.context.stdout, this.context.env)));
      return exitCodes.done;
    } finally {
      await cloud.close();
    }
  }
}
