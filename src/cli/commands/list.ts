/** `amigraph list`: the images that there are, from their tags. */
import { Command, Option } from 'clipanion';
import { CloudCommand, exitCodes } from './base.ts';

export class ListCommand extends CloudCommand {
  static override paths = [['list']];
  static override usage = Command.Usage({
    category: 'Images',
    description: 'List the images, from their EC2 tags, newest first.',
  });

  json = Option.Boolean('--json', false, { description: 'as JSON' });

  protected override async run(): Promise<number> {
    const { openCloud, openWorkspace } = await import('../context.ts');
    const { allImages } = await import('../../cache/lookup.ts');
    const { imageView } = await import('../../report/views.ts');
    const { imagesTable } = await import('../../report/tables.ts');
    const { tellWarnings } = await import('../telling.ts');
    const { must } = await import('../unavailable.ts');
    const workspace = await openWorkspace(this.context, this.flags);
    const cloud = await openCloud(workspace, this.context);
    try {
      const all = must(await allImages(cloud.registry));
      const images = all.map(imageView);
      const damaged = all.filter(({ record }) => record === undefined);
      tellWarnings(
        this.context,
        damaged.map(({ image }) => ({ code: 'image-tags', image: image.id })),
      );
      if (this.json) this.answerJson(images);
      else if (images.length > 0) this.answer(imagesTable(images));
      else
        this.context.stderr.write(
          `there are no images in ${workspace.config.region} yet; amigraph build --all makes them\n`,
        );
      return exitCodes.done;
    } finally {
      await cloud.close();
    }
  }
}
