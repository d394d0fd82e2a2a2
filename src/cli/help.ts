/** What `--help` says, from what the commands say of themselves. It does not know which commands there are. */
import type { Definition } from 'clipanion';
import type { Style } from '../report/style.ts';

/** What clipanion has for the value of an option; the word to show stands before the colon in its description. */
const unnamedValue = / #0$/;
const unnamedWords = / \.\.\.$/;

interface OptionHelp {
  readonly flag: string;
  readonly about: string;
}

export function optionHelp({ options }: Definition): OptionHelp[] {
  return options.map(({ definition, description = '' }) => {
    const flag = definition.replace(unnamedValue, '').replace(',', ', ');
    if (!unnamedValue.test(definition)) return { flag, about: description };
    const [value = '', ...about] = description.split(': ');
    return { flag: `${flag} ${value}`, about: about.join(': ') };
  });
}

/** `amigraph build [NAME...]`, `amigraph leases release KEY`. */
export const wordsOf = ({ usage }: Definition): string =>
  usage.replace(unnamedWords, ' [NAME...]').replaceAll(/<([\w|]+)>/g, '$1');

/** One command: its words, what it does, its options, examples. */
export function commandHelp(command: Definition, style: Style): string {
  const { description = '', details, examples = [] } = command;
  const options = optionHelp(command).map(({ flag, about }) => [flag, about] as const);
  const parts = [
    `${style.strong(`${wordsOf(command)}${options.length === 0 ? '' : ' [OPTION...]'}`)}\n`,
    `${description.trim()}\n`,
    ...(details === undefined ? [] : [details.replaceAll(/ +$/gm, '')]),
    ...(options.length === 0 ? [] : [`${style.strong('Options')}\n${columns(options)}`]),
    ...(examples.length === 0 ? [] : [`${style.strong('Examples')}\n${exampleLines(examples)}`]),
  ];
  return parts.map((part) => (part.endsWith('\n') ? part : `${part}\n`)).join('\n');
}

const exampleLines = (examples: readonly (readonly [string, string])[]): string =>
  examples.map(([label, words]) => `  ${label.trim()}:\n    ${words}\n`).join('');

/** All commands by category, in the order in which they are given. */
export function programHelp(commands: readonly Definition[], version: string, style: Style): string {
  const categories = new Map<string, (readonly [string, string])[]>();
  for (const command of commands) {
    const { category = '', description = '' } = command;
    const rows = categories.get(category) ?? [];
    categories.set(category, [...rows, [wordsOf(command), description.trim()]]);
  }
  const width = Math.max(0, ...commands.map((command) => wordsOf(command).length));
  return [
    `${style.strong('amigraph')} ${version}: builds graphs of machine images, and only what is missing of them\n`,
    ...[...categories].map(([name, rows]) => `${style.strong(name.trim())}\n${columns(rows, width)}`),
    'amigraph COMMAND --help shows what a command takes.\n',
  ].join('\n');
}

function columns(rows: readonly (readonly [string, string])[], atLeast = 0): string {
  const width = Math.max(atLeast, ...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}\n`).join('');
}
