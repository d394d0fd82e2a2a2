/** `amigraph build`: its words on the command line. What it does is in build-run.ts, loaded when it is used. */
import { Command, Option } from 'clipanion';
import { CloudCommand, invalidFlag } from './base.ts';

export class BuildCommand extends CloudCommand {
  static override paths = [['build']];
  static override usage = Command.Usage({
    category: 'Images',
    description: 'Build the images that are missing.',
    details: `
      Reuses every image whose digest has not changed and builds the others, what does not depend on each other at the same time.
      What a named template stands on is reused or built first.

      A NAME may be a pattern: md/* is all in md, ** everything; +gromacs is gromacs and all that it stands on, foundation+ is foundation and all that stands on it.
    `,
    examples: [
      ['Build all that is missing', '$0 build --all'],
      ['Build gromacs and what it stands on', '$0 build gromacs'],
      ['Build all that stands on foundation, but not namd', '$0 build foundation+ --exclude namd'],
      ['Build what this branch affects', '$0 build --affected --base main'],
      ['Show what would happen', '$0 build --all --dry-run'],
    ],
  });

  all = Option.Boolean('--all', false, { description: 'all templates' });
  affected = Option.Boolean('--affected', false, {
    description: 'those that are affected by what changed since --base: amigraph affected shows them',
  });
  base = Option.String('--base', {
    description: 'REF: with --affected: instead of AMIGRAPH_BASE and affected.base in amifile.ts',
  });
  exclude = Option.Array('--exclude', [], {
    description: 'PATTERN: take these out of what is selected; may be repeated',
  });
  baseAmi = Option.String('--base-ami', {
    description: 'AMI: stand on this image instead of all base images, for this run',
  });
  rebuild = Option.Boolean('--rebuild', false, {
    description: 'build the selected ones anew, although their images are there',
  });
  rebuildBase = Option.Boolean('--rebuild-base,--no-cache', false, {
    description: 'the same with all that they stand on',
  });
  cache = Option.String('--cache', {
    description: 'r|rw: with r, images are reused and none is built: for CI of forks',
  });
  dryRun = Option.Boolean('--dry-run', false, { description: 'show the plan and do nothing' });
  bail = Option.Boolean('--bail', false, { description: 'end everything at the first failure' });
  keepGoing = Option.Boolean('--keep-going', false, {
    description: 'build the good templates where others have errors',
  });
  concurrency = Option.String('--concurrency', {
    description: 'N: build at most so many images at the same time',
  });
  onError = Option.String('--on-error', {
    description: 'cleanup|keep: with keep, the instance of a step that failed stays for a look',
  });
  noWait = Option.Boolean('--no-wait', false, {
    description: 'exit with 9 where another run builds one of the images',
  });
  json = Option.Boolean('--json', false, { description: 'one JSON object a line for each event' });
  names = Option.Rest({ name: 'NAME' });

  protected override async run(): Promise<number> {
    if (this.all && this.names.length > 0)
      throw invalidFlag('build takes names or --all, not both', 'leave one of them out');
    if (this.affected && (this.all || this.names.length > 0))
      throw invalidFlag(
        `build takes --affected or ${this.all ? '--all' : 'names'}, not both`,
        'leave one of them out',
      );
    if (this.base !== undefined && !this.affected)
      throw invalidFlag('--base is about --affected, which is not given', 'say --affected too');
    if (this.cache !== undefined && this.cache !== 'r' && this.cache !== 'rw')
      throw invalidFlag(`--cache ${this.cache}: must be r or rw`, 'give it another value, or leave it out');
    if (this.onError !== undefined && this.onError !== 'cleanup' && this.onError !== 'keep')
      throw invalidFlag(
        `--on-error ${this.onError}: must be cleanup or keep`,
        'give it another value, or leave it out',
      );
    const rebuild = this.rebuildBase
      ? ('chain' as const)
      : this.rebuild
        ? ('selected' as const)
        : ('none' as const);
    if (this.cache === 'r' && rebuild !== 'none')
      throw invalidFlag('--cache=r builds nothing, so that nothing can be rebuilt', 'leave one of them out');
    const options = {
      flags: { ...this.flags, concurrency: this.concurrency },
      names: this.affected ? ('affected' as const) : this.all ? ('all' as const) : this.names,
      base: this.base,
      exclude: this.exclude,
      keepGoing: this.keepGoing,
      dryRun: this.dryRun,
      bail: this.bail,
      wait: !this.noWait,
      onError: this.onError === 'keep' ? ('keep' as const) : ('cleanup' as const),
      rebuild,
      readOnly: this.cache === 'r',
      json: this.json,
      baseAmi: this.baseAmi,
    };
    const { runBuild } = await import('./build-run.ts');
    return runBuild(this.context, options);
  }
}
