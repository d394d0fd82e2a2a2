/** The command line: which words lead to which command. It does not know the process it runs in. */
import { Builtins, Cli, Command, type CommandClass, Option } from 'clipanion';
import program from '../../package.json' with { type: 'json' };
import { diagnosticsText } from '../report/diagnostics.ts';
import { styleFor } from '../report/style.ts';
import { exitCodes } from './commands/base.ts';
import { AffectedCommand } from './commands/affected.ts';
import { BuildCommand } from './commands/build.ts';
import { DescribeCommand } from './commands/describe.ts';
import { DoctorCommand } from './commands/doctor.ts';
import { GraphCommand } from './commands/graph.ts';
import { OutdatedCommand } from './commands/outdated.ts';
import { UpdateCommand } from './commands/update.ts';
import { LeasesCommand, LeasesReleaseCommand, LeasesSweepCommand } from './commands/leases.ts';
import { LogsCommand } from './commands/logs.ts';
import { ListCommand } from './commands/list.ts';
import { ManifestRepairCommand, ManifestShowCommand, ManifestVerifyCommand } from './commands/manifest.ts';
import { ShowCommand } from './commands/show.ts';
import { SandboxResetCommand, SandboxServeCommand } from './commands/sandbox.ts';
import { SchemaCommand } from './commands/schema.ts';
import { ValidateCommand } from './commands/validate.ts';
import { WhyCommand } from './commands/why.ts';
import { commandHelp, programHelp } from './help.ts';
import type { Surroundings } from './surroundings.ts';
import { commandOf, commandsBelow, wrongCommandLine } from './wrong-words.ts';

class HelpByDefault extends Command<Surroundings> {
  static override paths = [Command.Default, ['-h'], ['--help']];
  override execute(): Promise<number> {
    this.context.stdout.write(this.cli.usage());
    return Promise.resolve(exitCodes.done);
  }
}

/** `help build` is `build --help`. */
class HelpInWords extends Command<Surroundings> {
  static override paths = [['help']];
  words = Option.Proxy();
  override execute(): Promise<number> {
    return runCli([...this.words, '--help'], this.context);
  }
}

const commands: readonly CommandClass<Surroundings>[] = [
  BuildCommand,
  WhyCommand,
  ListCommand,
  DescribeCommand,
  LogsCommand,
  ManifestShowCommand,
  ManifestVerifyCommand,
  ManifestRepairCommand,
  LeasesCommand,
  LeasesReleaseCommand,
  LeasesSweepCommand,
  OutdatedCommand,
  UpdateCommand,
  GraphCommand,
  AffectedCommand,
  ShowCommand,
  SchemaCommand,
  ValidateCommand,
  DoctorCommand,
  SandboxServeCommand,
  SandboxResetCommand,
];

/** Clipanion's parser with words of our own for its help. */
class OurCli extends Cli<Surroundings> {
  readonly #around: Surroundings;

  /** `known`: the commands that may be meant. */
  constructor(around: Surroundings, known = commands) {
    super({
      binaryName: 'amigraph',
      binaryVersion: program.version,
      enableCapture: false,
      enableColors: false,
    });
    this.#around = around;
    for (const command of [Builtins.VersionCommand, HelpByDefault, HelpInWords, ...known]) {
      this.register(command);
    }
  }

  override usage(command: CommandClass<Surroundings> | Command<Surroundings> | null = null): string {
    const style = styleFor(this.#around.stdout, this.#around.env);
    const all = new OurCli(this.#around).definitions();
    // Only those that describe themselves are among them, in this order.
    const at = commands.findIndex((one) => one === command || one === command?.constructor);
    const definition = all[at];
    return definition === undefined
      ? programHelp(all, program.version, style)
      : commandHelp(definition, style);
  }
}

/** Runs one command; answers its exit code. A wrong command line is 2, and nothing was begun. */
export async function runCli(args: readonly string[], around: Surroundings): Promise<number> {
  // To learn all commands takes clipanion as long as the rest of the start, and others are of no use to this one.
  const word = args.find((arg) => !arg.startsWith('-'));
  const meant = commands.filter(({ paths = [] }) => paths.some(([first]) => first === word));
  const cli = new OurCli(around, meant);
  let command: Command<Surroundings>;
  try {
    command = cli.process([...args], around);
  } catch (error) {
    return explain(new OurCli(around), args, around, error);
  }
  return cli.run(command, around);
}

function explain(cli: OurCli, args: readonly string[], around: Surroundings, error: unknown): number {
  const all = cli.definitions();
  const words = args.filter((arg) => arg !== '-h' && arg !== '--help');
  if (words.length < args.length) {
    const style = styleFor(around.stdout, around.env);
    const command = commandOf(words, all);
    const below = commandsBelow(words, all);
    if (command !== undefined) around.stdout.write(commandHelp(command, style));
    else if (below.length > 0) around.stdout.write(programHelp(below, program.version, style));
    if (command !== undefined || below.length > 0) return exitCodes.done;
  }
  const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  const diagnostic = wrongCommandLine(args, all, reason);
  around.stderr.write(`${diagnosticsText([diagnostic], styleFor(around.stderr, around.env))}\n`);
  return exitCodes.invalid;
}
