/** Diagnostics as text: message, place, the line in question, and the cure. It does not know how they were found. */
import { redact } from '../core/credentials.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { printable, type Style } from './style.ts';
import { widthOf } from './width.ts';

/** Lines for the terminal, each diagnostic's own block; the last line ends without a line break. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], style: Style): string {
  return diagnostics.map((one) => diagnosticText(one, style)).join('\n');
}

const mostWarnings = 10;

/** For a run that has something else to say: all errors, and the first warnings. */
export function inBrief(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning');
  const more = warnings.slice(mostWarnings);
  if (more.length === 0) return diagnostics;
  const left = new Set(more);
  return [
    ...diagnostics.filter((one) => !left.has(one)),
    {
      severity: 'warning',
      code: 'more-warnings',
      message: counted(more.length, 'more warning'),
      cure: 'amigraph validate shows all',
    },
  ];
}

/** `1 warning`, `2 warnings`. */
export const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

function diagnosticText({ severity, message, place, related = [], cure }: Diagnostic, style: Style): string {
  const mark = severity === 'error' ? style.bad('error:') : style.warn('warning:');
  return [
    `${mark} ${shown(message)}`,
    ...(place === undefined ? [] : pointer('at', place, style)),
    ...related.flatMap((one) => pointer(`${shown(one.message)}:`, one.place, style)),
    ...(cure === undefined ? [] : [`  ${style.dim('cure:')} ${shown(cure)}`]),
  ].join('\n');
}

/** The place, and the line in question where it is known. */
function pointer(word: string, place: NonNullable<Diagnostic['place']>, style: Style): string[] {
  const line = `  ${style.dim(word)} ${placeText(place)}`;
  return 'excerpt' in place ? [line, ...caret(place.excerpt, place.column, style)] : [line];
}

/** `templates/a.yaml:3:7`. */
export function placeText(place: NonNullable<Diagnostic['place']>): string {
  const file = printable(place.file.replaceAll('\n', String.raw`\n`).replaceAll('\t', String.raw`\t`));
  return 'line' in place ? `${file}:${place.line}:${place.column}` : file;
}

/** A credential that was written where it should not be is not repeated where still more can read it. */
const shown = (text: string): string => shortened(printable(redact(text)));

/** What a user wrote may be endless, and stands in the line below. */
const shortened = (text: string): string =>
  text.length <= longest ? text : `${text.slice(0, longest - 200)} ... ${text.slice(-200)}`;
const longest = 10_000;

const widest = 100;

/** The line, cut around the column where it is long, and a caret below it. */
function caret(written: string, writtenColumn: number, style: Style): string[] {
  const excerpt = redact(written);
  const column = Math.min(redact(written.slice(0, writtenColumn - 1)).length, excerpt.length) + 1;
  const from = Math.max(0, Math.min(column - 1 - widest / 2, excerpt.length - widest));
  // One character for each, so that the caret stays below its own.
  const line = Array.from(excerpt.slice(from, from + widest).split(''), (one) =>
    one === '\t' ? ' ' : printable(one) || '\uFFFD',
  ).join('');
  return [`    ${line}`, `    ${' '.repeat(widthOf(line.slice(0, column - 1 - from)))}${style.bad('^')}`];
}
