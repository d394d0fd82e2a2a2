/** `amigraph affected`: the templates whose digest a change makes another one. */
import { Command, Option } from 'clipanion';
import type { WantedEnds } from '../affected-ends.ts';
import { BaseCommand, exitCodes, invalidFlag } from './base.ts';

export class AffectedCommand extends BaseCommand {
  static override paths = [['affected']];
  static override usage = Command.Usage({
    category: 'Templates',
    description: 'Show which templates a change affects.',
    details: `
      Compares digests where the branch began, which is the merge-base of --base and HEAD, with those of the working tree: committed, uncommitted and untracked files alike.
      A comment affects nothing; a script affects each template that runs it and what stands on it. Reads git and the files, and asks no cloud.
    `,
    examples: [
      ['What this branch affects, and why', '$0 affected --base main --explain'],
      ['Build just that', '$0 build --affected --base main'],
      ['Fail where something is affected', '$0 affected --base main --exit-code'],
    ],
  });

  base = Option.String('--base', {
    description: 'REF: a branch, tag or commit, instead of AMIGRAPH_BASE and affected.base in amifile.ts',
  });
  head = Option.String('--head', {
    description: 'REF: compare with this commit, instead of AMIGRAPH_HEAD and the working tree',
  });
  uncommitted = Option.Boolean('--uncommitted', false, {
    description: 'only what differs from HEAD in files that git tracks',
  });
  untracked = Option.Boolean('--untracked', false, {
    description: 'only files that git neither tracks nor ignores',
  });
  files = Option.Array('--files', {
    description: 'PATH,...: only changes of these files and folders; may be repeated',
  });
  exclude = Option.Array('--exclude', [], {
    description: 'PATTERN: leave these templates out, as in build; may be repeated',
  });
  explain = Option.Boolean('--explain', false, { description: 'with the reasons' });
  exitCode = Option.Boolean('--exit-code', false, { description: 'exit with 1 where something is affected' });
  json = Option.Boolean('--json', false, { description: 'as JSON, with the reasons' });

  protected override async run(): Promise<number> {
    const wanted = this.#wanted();
    const { openWorkspace } = await import('../context.ts');
    const { findAffected } = await import('../affected.ts');
    const { tellDiagnostics } = await import('../telling.ts');
    const { affectedText, affectedView, nothingAffected } = await import('../../report/affected.ts');
    const workspace = await openWorkspace(this.context, {});
    const { affected: configured } = workspace.config;
    const { affected, ends, collection, lacking } = await findAffected(workspace, this.context, {
      ...wanted,
      head: wanted.head ?? configured.head,
      exclude: this.exclude,
    });
    tellDiagnostics(this.context, collection, lacking);
    const text = affectedText(affected, this.explain);
    if (this.json) this.answerJson(affectedView(affected, ends));
    else if (text === '') this.context.stderr.write(nothingAffected);
    else this.answer(text);
    return this.exitCode && affected.templates.length > 0 ? exitCodes.failed : exitCodes.done;
  }

  #wanted(): WantedEnds {
    const { base, head, uncommitted, untracked } = this;
    const files = this.files?.flatMap((list) => list.split(',')).filter((path) => path !== '');
    const onHead = uncommitted ? '--uncommitted' : untracked ? '--untracked' : undefined;
    const other = Object.entries({ '--base': base, '--head': head, '--files': files }).find(
      ([, value]) => value !== undefined,
    )?.[0];
    if (onHead !== undefined && other !== undefined)
      throw invalidFlag(
        `affected takes ${onHead} or ${other}, not both: ${onHead} compares with HEAD`,
        'leave one of them out',
      );
    if (files?.length === 0) throw invalidFlag('--files names no file', 'say --files PATH, or leave it out');
    return { base, head, uncommitted, untracked, files };
  }
}
