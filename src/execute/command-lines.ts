/** A step to the shell lines that run it. It does not know how they reach the machine. */
import { digestOf } from '../core/digest.ts';
import type { Secret, Step } from '../core/recipe.ts';
import { logFilter, leastSecretLength } from './log-filter.ts';

interface CommandSurroundings {
  /** Where the parameters of the secrets are. */
  readonly region: string;
  readonly secrets: readonly Secret[];
}

/**
 * Run Command reports the exit code of the last line alone, hands its input to the script and joins no output:
 * so the script runs as a file of its own, with bash's strict options, without input, its two outputs in one.
 *
 * What it prints is kept by SSM and in the bucket, so credentials are taken out of it before it leaves the machine. The filter has a session
 * of its own: should the step be killed for its time, what it has printed still comes through.
 */
export function commandLines(step: Step, script: string, { region, secrets }: CommandSurroundings): string[] {
  const end = `AMIGRAPH_${digestOf(script).slice(0, 24)}`;
  return [
    'amigraph_work=$(mktemp -d) || exit 70',
    ...asFile('step', script, end),
    ...asFile('filter', logFilter(end, secrets.length).join('\n'), end),
    // The step may empty the folder that the file is in before awk would have opened it.
    'amigraph_filter=$(cat "$amigraph_work/filter")',
    ...(secrets.length === 0 ? [] : reading(region, secrets)),
    'amigraph_alone=$(command -v setsid)',
    '{',
    ...secrets.map(({ name }, at) => `export ${name}="$amigraph_secret${at + 1}"`),
    ['bash -euo pipefail "$amigraph_work/step"', ...step.arguments.map(shellWord), '</dev/null 2>&1'].join(
      ' ',
    ),
    // Room enough for an awk that reads 4 KiB at a time: it may have ended by then.
    `printf '%s%s\\n%65536s' ${end} "$?" '' 2>/dev/null`,
    `} | ${secrets.map((_, at) => `amigraph_secret${at + 1}="$amigraph_secret${at + 1}" `).join('')}LC_ALL=C $amigraph_alone awk "$amigraph_filter"`,
    'code=$?',
    'rm -rf "$amigraph_work"',
    'exit "$code"',
  ];
}

const asFile = (name: string, text: string, end: string): string[] => [
  `cat >"$amigraph_work/${name}" <<'${end}'`,
  ...(text.endsWith('\n') ? text.slice(0, -1) : text).split('\n'),
  end,
];

/** With the role of the instance: the values are nowhere but on it, in variables that no other program sees. */
function reading(region: string, secrets: readonly Secret[]): string[] {
  return [
    'refuse() {',
    `  printf 'amigraph: the secret %s, which is the SSM parameter %s, %s\\n' "$1" "$2" "$3"`,
    '  rm -rf "$amigraph_work"',
    '  exit 77',
    '}',
    'read_secret() {',
    `  command -v aws >/dev/null || refuse "$1" "$2" 'cannot be read: there is no aws on this machine; install the AWS CLI in an image below, or take a base that has it'`,
    `  value=$(aws ssm get-parameter --region ${shellWord(region)} --with-decryption --name "$2" --query Parameter.Value --output text 2>"$amigraph_work/why") ||`,
    `    refuse "$1" "$2" "cannot be read: $(tr -s '[:space:]' ' ' <"$amigraph_work/why" | sed 's/^ //')(the role of the instance needs ssm:GetParameter on it, and kms:Decrypt where its key is your own)"`,
    `  printf '%s\\n' "$value" | LC_ALL=C grep -q ${shellWord('.'.repeat(leastSecretLength))} ||`,
    `    refuse "$1" "$2" 'has no line of ${leastSecretLength} characters or more, so that it could not be kept out of the logs: give it a longer value'`,
    '}',
    ...secrets.flatMap(({ name, parameter }, at) => [
      `read_secret ${name} ${shellWord(parameter)}`,
      `amigraph_secret${at + 1}=$value`,
    ]),
  ];
}

/** One word to the shell, whatever it holds. */
const shellWord = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** What finds the command again after a crash: unique within a build, at most 100 characters, plain ASCII. */
export function commandComment(buildId: string, index: number, count: number, step: Step): string {
  const name = step.name.replaceAll(/[^\x20-\x7e]/g, '?');
  return `${buildId} ${index}/${count} ${name}`.slice(0, 100);
}
