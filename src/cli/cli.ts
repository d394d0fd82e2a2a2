/** The command line: which words lead to which command. It does not know the process it runs in. */
import { Builtins, Cli, Command } from 'clipanion';
import program from '../../package.json' with { type: 'json' };
import type { Diagnostic } from '../core/diagnostic.ts';
import { didYouMean } from '../core/nearest.ts';
import { diagnosticsText } from '../report/diagnostics.ts';
import { styleFor } from '../report/style.ts';
import { exitCodes } from './commands/base.ts';
import { BuildCommand } from './commands/build.ts';
import { GraphCommand } from './commands/graph.ts';
import { ListCommand } from './commands/list.ts';
import { SandboxResetCommand, SandboxServeCommand } from './commands/sandbox.ts';
import type { Surroundings } from './surroundings.ts';

class HelpByDefault extends Command<Surroundings> {
  static override paths = [Command.Default];
  override execute(): Promise<number> {
    this.context.stdout.write(this.cli.usage());
    return Promise.resolve(exitCodes.done);
  }
}

const commands = [BuildCommand, GraphCommand, ListCommand, SandboxServeCommand, SandboxResetCommand];

/** Runs one command; answers its exit code. A wrong command line is 2, and nothing was begun. */
export async function runCli(args: readonly string[], around: Surroundings): Promise<number> {
  const style = styleFor(around.stderr, around.env);
  const cli = new Cli<Surroundings>({
    binaryName: 'amigraph',
    binaryLabel: 'amigraph',
    binaryVersion: program.version,
    enableCapture: false,
    enableColors: style.bad('') !== '',
  });
  for (const command of [Builtins.HelpCommand, Builtins.VersionCommand, HelpByDefault, ...commands]) {
    cli.register(command);
  }
  let command: Command<Surroundings>;
  try {
    command = cli.process([...args], around);
  } catch (error) {
    around.stderr.write(`${diagnosticsText([wrongCommandLine(args, error)], style)}\n`);
    return exitCodes.invalid;
  }
  return cli.run(command, around);
}

function wrongCommandLine(args: readonly string[], error: unknown): Diagnostic {
  const paths = commands.flatMap(({ paths: own }) => own);
  const words = args.filter((arg) => !arg.startsWith('-'));
  const known = paths.find((path) => path.every((word, at) => word === words[at]));
  if (known === undefined) {
    const said = words.slice(0, paths.some(([first]) => first === words[0]) ? 2 : 1).join(' ');
    const names = paths.map((path) => path.join(' '));
    const message = said === '' ? `unknown option ${args[0] ?? ''}` : `there is no command ${said}`;
    const cure = didYouMean(said, names) ?? `the commands are: ${names.join(', ')}`;
    return { severity: 'error', code: 'command-line', message, cure };
  }
  const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  const message = `${first.charAt(0).toLowerCase()}${first.slice(1)}`.replace(/\.$/, '');
  return {
    severity: 'error',
    code: 'command-line',
    message,
    cure: `amigraph ${known.join(' ')} --help shows the options`,
  };
}
