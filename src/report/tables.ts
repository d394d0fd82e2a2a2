/** Plans as tables for people. It does not know how they came to be. */
import { shortDigest } from '../core/digest.ts';
import type { Plan } from '../core/plan.ts';
import { duration } from './duration.ts';
import { printable, type Style } from './style.ts';
import { padded, widthOf } from './width.ts';
import { actionWord, reasonText } from './wording.ts';

/** Columns as wide as their widest cell; the last is left as it is. */
export function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(inOneLine));
  const widths = (cells[0] ?? []).map((_, at) =>
    cells.reduce((width, row) => Math.max(width, widthOf(row[at] ?? '')), 0),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => (at === row.length - 1 ? cell : padded(cell, widths[at] ?? 0))).join('  ');
  return cells.map((row) => `${line(row).trimEnd()}\n`).join('');
}

/** A cell that holds a line break must not look like another row. */
export const inOneLine = (text: string): string =>
  /^[ -~]*$/.test(text) ? text : printable(text).replaceAll(/[\t\n]/g, ' ');

export function planTable(plan: Plan): string {
  const rows = plan.actions.map((action) => [
    action.template,
    actionWord[action.action],
    shortDigest(action.digest),
    action.action === 'build' && action.expectedMs !== null ? `about ${duration(action.expectedMs)}` : '',
    reasonText(action),
  ]);
  return table([['TEMPLATE', 'ACTION', 'HASH', 'TIME', 'REASON'], ...rows]);
}

/** `2 to build (about 14 min one after the other), 1 to reuse`. */
export function planSummary(plan: Plan, style: Style): string {
  const count = (kind: string): number => plan.actions.filter(({ action }) => action === kind).length;
  const builds = plan.actions.filter(({ action }) => action === 'build');
  const known = builds.flatMap(({ expectedMs }) => expectedMs ?? []);
  const time =
    builds.length > 0 && known.length === builds.length
      ? ` (about ${duration(known.reduce((sum, ms) => sum + ms, 0))} of build time)`
      : '';
  const parts = [`${count('build')} to build${time}`, `${count('reuse')} to reuse`];
  if (count('wait') > 0) parts.push(`${count('wait')} to wait for`);
  return style.strong(parts.join(', '));
}
