/** `amigraph graph`: the templates and what stands on what. */
import { Command, Option } from 'clipanion';
import type { Digest, TemplateName } from '../../core/ids.ts';
import type { Collection } from '../../graph/collection.ts';
import { CloudCommand, exitCodes, invalidFlag } from './base.ts';

export class GraphCommand extends CloudCommand {
  static override paths = [['graph']];
  static override usage = Command.Usage({
    category: 'Templates',
    description: 'Show what stands on what.',
    details: 'A tree by default.',
    examples: [
      ['A picture, with Graphviz', '$0 graph --dot | dot -Tsvg > graph.svg'],
      ['For other programs', '$0 graph --json'],
    ],
  });

  dot = Option.Boolean('--dot', false, { description: 'for Graphviz' });
  json = Option.Boolean('--json', false, { description: 'as JSON, with digests' });

  protected override async run(): Promise<number> {
    if (this.dot && this.json)
      throw invalidFlag('graph takes --dot or --json, not both', 'leave one of them out');
    const { openWorkspace } = await import('../context.ts');
    const { readCollection } = await import('../reading.ts');
    const workspace = await openWorkspace(this.context, this.flags);
    const collection = await readCollection(workspace);
    if (this.json) {
      const { graphView } = await import('../../report/views.ts');
      this.answerJson(graphView(collection, await this.#digests(workspace, collection)));
    } else {
      const { dotDrawing, treeDrawing } = await import('../../report/drawings.ts');
      this.answer(this.dot ? dotDrawing(collection) : treeDrawing(collection));
    }
    return this.#complain(collection);
  }

  async #digests(
    workspace: Parameters<typeof import('../planning.ts').fingerprints>[0],
    collection: Collection,
  ): Promise<ReadonlyMap<TemplateName, Digest>> {
    const { openCloud } = await import('../context.ts');
    const { fingerprints } = await import('../planning.ts');
    const cloud = await openCloud(workspace, this.context);
    try {
      const all = await fingerprints(workspace, collection, cloud);
      return new Map([...all].map(([name, { fingerprint }]) => [name, fingerprint.digest]));
    } finally {
      await cloud.close();
    }
  }

  /** What is good is drawn all the same; what is not is said, and the exit code is 2. */
  async #complain({ diagnostics }: Collection): Promise<number> {
    if (diagnostics.length === 0) return exitCodes.done;
    const { diagnosticsText } = await import('../../report/diagnostics.ts');
    this.context.stderr.write(`${diagnosticsText(diagnostics, this.errorStyle)}\n`);
    return diagnostics.some(({ severity }) => severity === 'error') ? exitCodes.invalid : exitCodes.done;
  }
}
