/** `amigraph manifest`: the index of images in the bucket, shown, compared with the tags and made anew from them. */
import { Command, Option } from 'clipanion';
import type { Cloud, Workspace } from '../context.ts';
import { CloudAnswer, exitCodes } from './base.ts';

abstract class ManifestCommand extends CloudAnswer {
  json = Option.Boolean('--json', false, { description: 'as JSON' });

  /** Nothing can be learnt from it, whether by programs or by people. */
  protected async complainOf({ config }: Workspace, object: string, problem: string): Promise<number> {
    const { repair } = await import('../../report/warnings.ts');
    this.complain([
      {
        severity: 'error',
        code: 'manifest-broken',
        message: `${object} cannot be used: ${problem}`,
        cure: `set it aside and make it anew from the tags: ${repair(config)}`,
      },
    ]);
    return exitCodes.failed;
  }
}

export class ManifestShowCommand extends ManifestCommand {
  static override paths = [['manifest', 'show']];
  static override usage = Command.Usage({
    category: 'Manifest',
    description: 'Show what the manifest in the bucket remembers of the images.',
  });

  protected override async answerFor(workspace: Workspace, cloud: Cloud): Promise<number> {
    const { openManifest } = await import('../manifests.ts');
    const { manifestTable, manifestView } = await import('../../report/manifest.ts');
    const { object, manifest, problem, isThere } = await openManifest(workspace, cloud);
    if (problem !== undefined) return this.complainOf(workspace, object, problem.message);
    if (!isThere) this.context.stderr.write(`there is no ${object} yet: the first build makes it\n`);
    if (this.json) this.answerJson(manifestView(object, manifest));
    else if (isThere) this.answer(manifestTable(manifest));
    return exitCodes.done;
  }
}

export class ManifestVerifyCommand extends ManifestCommand {
  static override paths = [['manifest', 'verify']];
  static override usage = Command.Usage({
    category: 'Manifest',
    description: 'Compare the manifest with the tags of the images; exit code 1 where they differ.',
  });

  protected override async answerFor(workspace: Workspace, cloud: Cloud): Promise<number> {
    const { verifyManifest } = await import('../manifests.ts');
    const { differencesText } = await import('../../report/manifest.ts');
    const { object, problem, differences, images, isThere } = await verifyManifest(workspace, cloud);
    if (problem !== undefined) return this.complainOf(workspace, object, problem.message);
    if (!isThere) this.context.stderr.write(`there is no ${object}\n`);
    if (this.json) this.answerJson({ object, images, differences });
    else this.answer(differencesText(differences, images, false));
    return differences.length === 0 ? exitCodes.done : exitCodes.failed;
  }
}

export class ManifestRepairCommand extends ManifestCommand {
  static override paths = [['manifest', 'repair']];
  static override usage = Command.Usage({
    category: 'Manifest',
    description: 'Make the manifest say what the tags of the images say.',
    details: `
      Enters images that are missing, and takes out those that are gone. What only the manifest knows of an image is kept.
      A manifest that cannot be read is copied to another key first.
    `,
  });

  protected override async answerFor(workspace: Workspace, cloud: Cloud): Promise<number> {
    const { repairManifest } = await import('../manifests.ts');
    const { differencesText } = await import('../../report/manifest.ts');
    const { object, problem, differences, images, setAside } = await repairManifest(
      this.context,
      workspace,
      cloud,
    );
    if (problem !== undefined && setAside !== undefined)
      this.context.stderr.write(
        `${object} could not be used: ${problem.message}; it was put at ${setAside}\n`,
      );
    if (this.json) this.answerJson({ object, images, differences, setAside: setAside ?? null });
    else this.answer(differencesText(differences, images, true));
    return exitCodes.done;
  }
}
