/** `amigraph graph`: the templates and what stands on what. */
import { resolve } from 'node:path';
import { Command, Option } from 'clipanion';
import type { Digest, TemplateName } from '../../core/ids.ts';
import type { Collection } from '../../graph/collection.ts';
import type { Workspace } from '../context.ts';
import type { Sources } from '../planning.ts';
import { CloudCommand, invalidFlag } from './base.ts';

export class GraphCommand extends CloudCommand {
  static override paths = [['graph']];
  static override usage = Command.Usage({
    category: 'Templates',
    description: 'Show what stands on what.',
    details: 'A tree by default. A PATTERN is what build takes for a NAME.',
    examples: [
      ['A picture, with Graphviz', '$0 graph --dot | dot -Tsvg > graph.svg'],
      ['A picture in Markdown, on GitHub', '$0 graph --mermaid'],
      ['What gromacs stands on and what stands on it', '$0 graph --focus gromacs'],
      ['A page for browsers', '$0 graph --html graph.html'],
      ['For other programs', '$0 graph --json'],
    ],
  });

  dot = Option.Boolean('--dot', false, { description: 'for Graphviz' });
  mermaid = Option.Boolean('--mermaid', false, { description: 'a Mermaid flowchart, for Markdown' });
  html = Option.String('--html', {
    description: 'FILE: a page for browsers, with what each template adds',
  });
  focus = Option.String('--focus', {
    description: 'PATTERN: only these, what they stand on and what stands on them',
  });
  affected = Option.Boolean('--affected', false, {
    description: 'only those that are affected by what changed since --base',
  });
  base = Option.String('--base', {
    description: 'REF: with --affected: instead of AMIGRAPH_BASE and affected.base in amifile.ts',
  });
  json = Option.Boolean('--json', false, { description: 'as JSON, with digests' });

  protected override async run(): Promise<number> {
    if ([this.dot, this.mermaid, this.html !== undefined, this.json].filter(Boolean).length > 1)
      throw invalidFlag('graph takes one of --dot, --mermaid, --html and --json', 'leave the others out');
    if (this.html === '') throw invalidFlag('--html needs a file', 'say --html graph.html');
    if (this.affected && this.focus !== undefined)
      throw invalidFlag('graph takes --focus or --affected, not both', 'leave one of them out');
    if (this.base !== undefined && !this.affected)
      throw invalidFlag('--base is about --affected, which is not given', 'say --affected too');
    const { openWorkspace } = await import('../context.ts');
    const workspace = await openWorkspace(this.context, this.flags);
    if (this.json && !this.affected && this.focus === undefined) return this.#whole(workspace);
    const { focusOn, restrict } = await import('../../graph/focus.ts');
    const { without } = await import('../../graph/without.ts');
    const { collection, shown } = await this.#shown(workspace);
    if (this.json) {
      const { graphLines } = await import('../../report/graph-lines.ts');
      // A digest needs those of all that the template stands on, shown or not.
      const needed = restrict(collection, collection.graph.withAncestors(shown.templates.keys()));
      const { digests, inputs } = await this.#digests(workspace, needed);
      const rest = without(collection, inputs.lacking);
      const left =
        this.focus === undefined
          ? restrict(rest, new Set(shown.templates.keys()))
          : focusOn(rest, this.focus);
      await this.answerJsonLists(graphLines(left, digests));
      return this.complain(rest.diagnostics);
    }
    if (this.html === undefined) this.answer(await this.#drawing(shown));
    else await this.#writePage(this.html, workspace.config.workspace, shown);
    return this.complain(collection.diagnostics);
  }

  /** All templates with their digests, which need not be read where nothing has changed. */
  async #whole(workspace: Workspace): Promise<number> {
    const { graphLines, knownGraphLines } = await import('../../report/graph-lines.ts');
    const { withRegistry } = await import('../context.ts');
    const { recallTemplates, rememberTemplates } = await import('../known-templates.ts');
    const recalled = await withRegistry(workspace, this.context, (registry) =>
      recallTemplates(workspace, registry),
    );
    if (recalled !== undefined) {
      await this.answerJsonLists(knownGraphLines(recalled.templates, recalled.graph));
      return this.complain(recalled.diagnostics);
    }
    const { readCollection } = await import('../reading.ts');
    const { digests, good, ...sources } = await this.#digests(workspace, await readCollection(workspace));
    await this.answerJsonLists(graphLines(good, digests));
    await rememberTemplates(workspace, good, digests, sources);
    return this.complain(good.diagnostics);
  }

  async #shown(
    workspace: Workspace,
  ): Promise<{ readonly collection: Collection; readonly shown: Collection }> {
    const { focusOn, restrict } = await import('../../graph/focus.ts');
    if (this.affected) {
      const { findAffected } = await import('../affected.ts');
      const { affected, collection } = await findAffected(workspace, this.context, {
        base: this.base,
        exclude: [],
        keepGoing: true,
      });
      const names = new Set(affected.templates.map(({ template }) => template));
      if (names.size === 0)
        this.context.stderr.write((await import('../../report/affected.ts')).nothingAffected);
      return { collection, shown: restrict(collection, names) };
    }
    const { readCollection } = await import('../reading.ts');
    const collection = await readCollection(workspace);
    return {
      collection,
      shown: this.focus === undefined ? collection : focusOn(collection, this.focus),
    };
  }

  async #drawing(collection: Collection): Promise<string> {
    if (!this.dot && !this.mermaid) return (await import('../../report/tree.ts')).treeDrawing(collection);
    const { dotDrawing, mermaidDrawing } = await import('../../report/drawings.ts');
    return this.dot ? dotDrawing(collection) : mermaidDrawing(collection);
  }

  async #writePage(file: string, title: string, collection: Collection): Promise<void> {
    const { htmlPage } = await import('../../report/html.ts');
    const { printable } = await import('../../report/style.ts');
    const { writeNamedFile } = await import('../../adapters/local/named-file.ts');
    const trouble = await writeNamedFile(resolve(this.context.cwd, file), htmlPage(title, collection));
    if (trouble !== undefined)
      throw invalidFlag(
        `${file} cannot be written: ${trouble}`,
        'name a file in a folder that is there and may be written',
      );
    this.context.stderr.write(`${printable(`wrote ${file}`)}\n`);
  }

  async #digests(
    workspace: Workspace,
    collection: Collection,
  ): Promise<Sources & { readonly good: Collection; readonly digests: ReadonlyMap<TemplateName, Digest> }> {
    const { withRegistry } = await import('../context.ts');
    const { fingerprints } = await import('../planning.ts');
    const { digestsOf } = await import('../../plan/plan.ts');
    const { pinnedBases } = await import('../pinned-bases.ts');
    const { withInputs } = await import('../selecting.ts');
    const { collection: good, inputs } = await withInputs(workspace, collection);
    const bases = await withRegistry(workspace, this.context, (registry) =>
      pinnedBases(this.context, workspace, good, registry),
    );
    const sources = { ...bases, inputs };
    return { ...sources, good, digests: digestsOf(await fingerprints(workspace, good, sources)) };
  }
}
