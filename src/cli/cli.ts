/** The command line: which words lead to which command. It does not know the process it runs in. */
import { Builtins, Cli, Command } from 'clipanion';
import program from '../../package.json' with { type: 'json' };
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
  const cli = new Cli<Surroundings>({
    binaryName: 'amigraph',
    binaryLabel: 'amigraph',
    binaryVersion: program.version,
    enableCapture: false,
    enableColors: styleFor(around.stderr, around.env).bad('') !== '',
  });
  for (const command of [Builtins.HelpCommand, Builtins.VersionCommand, HelpByDefault, ...commands]) {
    cli.register(command);
  }
  let command: Command<Surroundings>;
  try {
    command = cli.process([...args], around);
  } catch (error) {
    around.stderr.write(cli.error(error));
    return exitCodes.invalid;
  }
  return cli.run(command, around);
}
