/** `amigraph logs`: what the steps of a build have printed. */
import { Command, Option } from 'clipanion';
import type { Cloud, Workspace } from '../context.ts';
import { CloudAnswer } from './base.ts';

export class LogsCommand extends CloudAnswer {
  static override paths = [['logs']];
  static override usage = Command.Usage({
    category: 'Images',
    description: 'Show what the steps of a build have printed, whole.',
    details: `
      Takes the name of a template, or the id of a build. Of a template it is the build that is going on, else the last one that failed, else the one that made its image.
      What a step prints is there when it has ended: --follow shows it then, and ends with the build.
    `,
    examples: [
      ['All steps of the last build of gromacs', '$0 logs gromacs'],
      ['One of them, as it is', '$0 logs gromacs --step 4'],
    ],
  });

  step = Option.String('--step', {
    description: 'STEP: one step alone, by its number or its name',
  });
  follow = Option.Boolean('--follow', false, {
    description: 'show each log as soon as it is there, until the build ends; exit code 1 where it fails',
  });
  word = Option.String({ name: 'NAME|BUILD', required: true });

  protected override async answerFor(workspace: Workspace, cloud: Cloud): Promise<number> {
    const { findBuild } = await import('../finding-build.ts');
    const { showLogs } = await import('../showing-logs.ts');
    const { step, follow } = this;
    const build = await findBuild(this.context, workspace, cloud, this.word);
    return showLogs(this.context, workspace, cloud, build, { step, follow });
  }
}
