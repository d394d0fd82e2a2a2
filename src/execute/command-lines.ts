/** A step to the shell lines that run it. It does not know how they reach the machine. */
import { digestOf } from '../core/digest.ts';
import type { Step } from '../core/recipe.ts';

/**
 * Run Command reports the exit code of the last line alone, hands its input to the script and joins no output:
 * so the script runs as a file of its own, with bash's strict options, without input, its two outputs in one.
 */
export function commandLines(step: Step, script: string): string[] {
  const end = `AMIGRAPH_${digestOf(script).slice(0, 24)}`;
  const body = script.endsWith('\n') ? script.slice(0, -1) : script;
  return [
    'step=$(mktemp) || exit 70',
    `cat >"$step" <<'${end}'`,
    ...body.split('\n'),
    end,
    ['bash -euo pipefail "$step"', ...step.arguments.map(shellWord), '</dev/null 2>&1'].join(' '),
    'code=$?',
    'rm -f "$step"',
    'exit "$code"',
  ];
}

/** One word to the shell, whatever it holds. */
const shellWord = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** What finds the command again after a crash: unique within a build, at most 100 characters, plain ASCII. */
export function commandComment(buildId: string, index: number, count: number, step: Step): string {
  const name = step.name.replaceAll(/[^\x20-\x7e]/g, '?');
  return `${buildId} ${index}/${count} ${name}`.slice(0, 100);
}
