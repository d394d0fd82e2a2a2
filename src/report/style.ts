/** Colour, where it is wanted. It does not know what is coloured. */
import { styleText } from 'node:util';

export type Paint = (text: string) => string;

export interface Style {
  readonly good: Paint;
  readonly bad: Paint;
  readonly warn: Paint;
  readonly dim: Paint;
  readonly strong: Paint;
}

type Format = Parameters<typeof styleText>[0];

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether escape sequences may be written: to a terminal that understands them, unless somebody has said otherwise. */
export function isSteerable(stream: { readonly isTTY?: boolean }, env: Environment): boolean {
  const unset = (name: string): boolean => (env[name] ?? '') === '';
  return stream.isTTY === true && unset('NO_COLOR') && unset('CI') && env['TERM'] !== 'dumb';
}

/** Colour where the stream is steerable; the text as it is anywhere else. */
export function styleFor(stream: { readonly isTTY?: boolean }, env: Environment): Style {
  const coloured = isSteerable(stream, env);
  const as = (format: Format) => (text: string) =>
    coloured ? styleText(format, text, { validateStream: false }) : text;
  return { good: as('green'), bad: as('red'), warn: as('yellow'), dim: as('dim'), strong: as('bold') };
}

/** The same data, each text in it {@link printable}. */
export function printableAll<Value>(value: Value): Value {
  if (typeof value === 'string') return printable(value) as Value;
  if (Array.isArray(value)) return value.map(printableAll) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, printableAll(one)])) as Value;
}

const plain = /^[\t\n -~]*$/;

/** Without control characters, those of the writing's direction too: what a template, a step or a service says must not steer the terminal. */
export function printable(text: string): string {
  // Nearly every text, and many times faster.
  if (plain.test(text)) return text;
  return text.replaceAll(/[^\P{Cc}\t\n]|\p{Bidi_Control}/gu, '');
}
