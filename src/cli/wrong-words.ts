/** What is wrong with a command line that no command takes, and the nearest that one does. It does not run anything. */
import type { Definition } from 'clipanion';
import type { Diagnostic } from '../core/diagnostic.ts';
import { didYouMean } from '../core/nearest.ts';
import { optionHelp, wordsOf } from './help.ts';

/** `reason`: what clipanion says of it. */
export function wrongCommandLine(
  args: readonly string[],
  commands: readonly Definition[],
  reason: string,
): Diagnostic {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const known = commandOf(words, commands);
  const { message, cure } =
    known === undefined || isHalfMeant(words, known, commands)
      ? wrongCommand(args, words, commands)
      : wrongOption(args, known, reason);
  return { severity: 'error', code: 'command-line', message, cure };
}

type Words = Required<Pick<Diagnostic, 'message' | 'cure'>>;

const pathOf = ({ path }: Definition): string[] => path.split(' ').slice(1);

/** The command that these words begin with: of `leases` and `leases release`, the longer one. */
export const commandOf = (
  words: readonly string[],
  commands: readonly Definition[],
): Definition | undefined =>
  commands
    .filter((command) => pathOf(command).every((word, at) => word === words[at]))
    .toSorted((a, b) => pathOf(b).length - pathOf(a).length)[0];

/** Commands that begin with these words and go on: `sandbox`. */
export const commandsBelow = (words: readonly string[], commands: readonly Definition[]): Definition[] =>
  words.length === 0
    ? []
    : commands.filter((command) => words.every((word, at) => pathOf(command)[at] === word));

/** `leases relaese`, where `leases` is a command too, and takes no words. */
const isHalfMeant = (words: readonly string[], known: Definition, commands: readonly Definition[]): boolean =>
  words.length > pathOf(known).length && commandsBelow(pathOf(known), commands).length > 1;

function wrongCommand(
  args: readonly string[],
  words: readonly string[],
  commands: readonly Definition[],
): Words {
  const names = commands.map((command) => pathOf(command).join(' '));
  const below = commandsBelow(words, commands).map(({ path }) => path);
  if (below.length > 0) {
    return { message: `amigraph ${words.join(' ')} is half a command`, cure: `say ${below.join(' or ')}` };
  }
  const twoWords = names.some((name) => name.startsWith(`${words[0]} `));
  const said = words.slice(0, twoWords ? 2 : 1).join(' ');
  return {
    message:
      said === '' ? `there is no option ${args[0] ?? ''} without a command` : `there is no command ${said}`,
    cure: didYouMean(said, names) ?? `the commands are: ${names.join(', ')}`,
  };
}

function wrongOption(args: readonly string[], command: Definition, reason: string): Words {
  const options = [...optionHelp(command).map(({ flag }) => flag), '--help'];
  const names = options.map((option) => option.replace(/ .*/, ''));
  const shown = `${command.path} --help shows what it takes`;
  const end = args.indexOf('--');
  const flags = (end < 0 ? args : args.slice(0, end)).filter((arg) => arg.startsWith('-'));
  for (const [flag = ''] of flags.map((one) => one.split('='))) {
    if (flag === '-h' || names.includes(flag.replace(/^--no-/, '--')) || names.includes(flag)) continue;
    return { message: `there is no option ${flag}`, cure: didYouMean(flag, names) ?? shown };
  }
  const last = args.at(-1) ?? '';
  // With other words before it clipanion says no more than that it knows no such command.
  const isCut = options.some((one) => one.startsWith(`${last} `)) && reason.startsWith('Command not found');
  const noValue = isCut ? last : /^Not enough arguments to option (\S+?)\.?$/.exec(reason)?.[1];
  if (noValue !== undefined) {
    const option = options.find((one) => one.startsWith(`${noValue} `)) ?? noValue;
    return { message: `${noValue} needs a value`, cure: `say ${option}` };
  }
  if (reason.startsWith('Not enough positional arguments')) {
    return { message: `${command.path} needs more words`, cure: `say ${wordsOf(command)}` };
  }
  const unwanted = flags.find((one) => one.includes('='));
  if (unwanted !== undefined)
    return { message: `${unwanted.replace(/=.*/s, '')} takes no value`, cure: shown };
  const extra = /^Extraneous positional argument \((".*")\)\.?$/.exec(reason)?.[1];
  if (extra !== undefined) return { message: `${command.path} takes no ${extra}`, cure: shown };
  return { message: reason.replace(/\.$/, ''), cure: shown };
}
