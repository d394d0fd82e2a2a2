/** How a step ends that is not run for real. It does not know how long it takes. */
import { redact } from '../../core/credentials.ts';
import type { Outcome } from '../records.ts';

const shownLines = 20;
const shownWidth = 200;

/**
 * A simulated step succeeds. The one exception makes a failing test visible without anything being run: in a step that
 * its comment calls `test <n>`, the last argument of a line `bash -euo pipefail <script> <arguments>` is the user's test;
 * where that is just `false` or `exit N`, the step ends with 1 or N.
 */
export function simulatedOutcome(comment: string, lines: readonly string[]): Outcome {
  const exitCode = / test \d+$/u.test(` ${comment}`) ? testExitCode(lines) : 0;
  const shown = lines.slice(0, shownLines).map((line) => `+ ${redact(line).slice(0, shownWidth)}`);
  if (lines.length > shownLines) shown.push(`+ ... ${lines.length - shownLines} more lines`);
  const stdout = `simulated: bubblewrap is not installed, nothing was run\n${shown.join('\n')}\n`;
  return { exitCode, stdout, stderr: exitCode === 0 ? '' : `simulated: the test ends with ${exitCode}\n` };
}

function testExitCode(lines: readonly string[]): number {
  for (const line of lines) {
    const last = /^\s*bash -euo pipefail .*?(?<argument>'[^']*'|"[^"]*"|\S+)(?:\s+\d?[<>]\S+)*\s*$/u.exec(
      line,
    )?.groups?.['argument'];
    const test = last?.replace(/^(['"])(.*)\1$/u, '$2').trim();
    if (test === 'false') return 1;
    const code = /^exit (?<code>\d{1,3})$/u.exec(test ?? '')?.groups?.['code'];
    if (code !== undefined) return Number(code) % 256;
  }
  return 0;
}
