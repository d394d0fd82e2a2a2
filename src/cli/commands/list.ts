/** `amigraph list`: the images that there are, from their tags. */
import { Command, Option } from 'clipanion';
import { CloudCommand, exitCodes, invalidFlag } from './base.ts';

export class ListCommand extends CloudCommand {
  static override paths = [['list']];
  static override usage = Command.Usage({
    category: 'Images',
    description: 'List the images, from their EC2 tags, newest first.',
    details: 'An image is stale where no template of this workspace has its digest any more.',
    examples: [
      ['All images of templates that begin with g', "$0 list --template 'g*'"],
      ['What may be removed', '$0 list --stale --older-than 30d'],
    ],
  });

  template = Option.String('--template', { description: 'PATTERN: only those of the templates that fit' });
  state = Option.String('--state', {
    description: 'STATE: only those in this state, as available or failed',
  });
  workspace = Option.String('--workspace', { description: 'NAME: only those of this workspace' });
  olderThan = Option.String('--older-than', {
    description: 'AGE: only those made longer ago, as 12h or 30d',
  });
  newerThan = Option.String('--newer-than', { description: 'AGE: only those made since' });
  stale = Option.Boolean('--stale', false, {
    description: 'only those whose digest no template has any more',
  });
  json = Option.Boolean('--json', false, { description: 'as JSON' });

  protected override async run(): Promise<number> {
    const { ageOption, stateOption } = await import('../image-options.ts');
    const { openCloud, openWorkspace } = await import('../context.ts');
    const { currentDigests } = await import('../current-templates.ts');
    const { demandTemplate, listImages } = await import('../image-list.ts');
    const { isGlob } = await import('../../graph/pattern.ts');
    const { matching } = await import('../../plan/images.ts');
    const { imagesTable, imageView } = await import('../../report/images.ts');
    const { tellWarnings } = await import('../telling.ts');
    if (this.template === '') throw invalidFlag('--template is empty, and fits no template');
    const filter = {
      template: this.template,
      workspace: this.workspace,
      stale: this.stale,
      state: stateOption(this.state),
      atLeast: ageOption('--older-than', this.olderThan),
      atMost: ageOption('--newer-than', this.newerThan),
    };
    const workspace = await openWorkspace(this.context, this.flags);
    const cloud = await openCloud(workspace, this.context);
    try {
      const current = await currentDigests(this.context, workspace, cloud.registry);
      const { images, warnings } = await listImages(workspace, cloud, current);
      tellWarnings(this.context, warnings);
      if (this.template !== undefined && !isGlob(this.template))
        demandTemplate(this.template, images, current);
      const now = this.context.clock.now();
      const views = matching(images, filter, now).map((one) => imageView(one, now));
      if (this.json) this.answerJson(views);
      else if (views.length > 0) this.answer(imagesTable(views));
      else this.context.stderr.write(noImages(images.length, workspace.config.region));
      return exitCodes.done;
    } finally {
      await cloud.close();
    }
  }
}

function noImages(all: number, region: string): string {
  return all === 0
    ? `there are no images in ${region} yet; amigraph build --all makes them\n`
    : `none of the ${all} images in ${region} fits\n`;
}
