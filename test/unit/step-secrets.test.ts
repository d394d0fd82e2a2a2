/** The secrets of a step: read by the machine that runs it, there for its script alone, and in nothing that it prints. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { commandLines } from '../../src/execute/command-lines.ts';

interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

const secrets = [
  { name: 'LICENSE_KEY', parameter: '/hpc/license-key' },
  { name: 'value', parameter: "/hpc/o'ther" },
];

/** What the lines use besides `aws`. */
const programs = 'awk bash cat cut env grep mktemp rm sed setsid sh sleep sort tr'.split(' ');

/** With an `aws` that answers with what `answers` says for each parameter, and notes how it was called. */
function run(
  script: string,
  answers: Readonly<Record<string, string>> | undefined,
  { shell = 'sh', args = [] as readonly string[] } = {},
): Ran {
  const folder = mkdtempSync(join(tmpdir(), 'amigraph-secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const cases = Object.entries(answers ?? {}).map(
    ([name, value]) =>
      `"${name}") printf '%s\\n' ${JSON.stringify(value).replaceAll(String.raw`\n`, '\n')} ;;`,
  );
  const aws = `#!/bin/sh
printf '%s\\n' "$*" >>${folder}/calls
case "$7" in
${cases.join('\n')}
*) printf '\\nAn error occurred (ParameterNotFound) when calling the GetParameter operation: \\n' >&2; exit 254 ;;
esac
`;
  const file = join(folder, 'aws');
  if (answers !== undefined) {
    writeFileSync(file, aws);
    chmodSync(file, 0o755);
  }
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const program of programs) {
    const found = ['/usr/bin', '/bin'].find((one) => existsSync(join(one, program)));
    if (found !== undefined) symlinkSync(join(found, program), join(bin, program));
  }
  const step = { name: 'x', script: 'x.sh', arguments: args };
  const lines = commandLines(step, script, { region: 'us-west-2', secrets });
  const { status, stdout, stderr } = spawnSync(`/bin/${shell}`, ['-c', lines.join('\n')], {
    encoding: 'utf8',
    // With a socket on its input bash would take itself for a remote shell.
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: `${folder}:${bin}`, TMPDIR: folder, CALLS: `${folder}/calls` },
    timeout: 20_000,
  });
  return { code: status, output: stdout, errors: stderr };
}

const values = { '/hpc/license-key': 'abc-123', "/hpc/o'ther": 'first line\n}\nlast line' };

describe.each(['sh', 'bash'])('in %s', (shell) => {
  test('a script has them, and what it prints of them is hidden, on both outputs and with its exit code', () => {
    const script = 'echo "have $LICENSE_KEY"; echo "err $LICENSE_KEY" >&2; printf %s "$value"; exit 7';
    expect(run(script, values, { shell })).toEqual({
      code: 7,
      output: 'have ***\nerr ***\n***\n}\n***',
      errors: '',
    });
  });

  test('a script has the very value', () => {
    const script = 'test "$LICENSE_KEY" = abc-123; test "$value" = "first line\n}\nlast line"; echo same\n';
    expect(run(script, values, { shell })).toEqual({ code: 0, output: 'same\n', errors: '' });
  });
});

test('they are read once for each step, with the role of the machine, and no variable of ours is left for the script', () => {
  const script = 'cat "$CALLS"; compgen -e | sort; echo "${!amigraph*}"';
  expect(run(script, values)).toEqual({
    code: 0,
    output: `${[
      'ssm get-parameter --region us-west-2 --with-decryption --name /hpc/license-key --query Parameter.Value --output text',
      "ssm get-parameter --region us-west-2 --with-decryption --name /hpc/o'ther --query Parameter.Value --output text",
      'CALLS\nLICENSE_KEY\nPATH\nPWD\nSHLVL\nTMPDIR\nvalue',
    ].join('\n')}\n\n`,
    errors: '',
  });
});

test('one that cannot be read ends the step, and says what the role needs', () => {
  expect(run('echo never\n', { '/hpc/license-key': 'abc-123' })).toEqual({
    code: 77,
    output:
      "amigraph: the secret value, which is the SSM parameter /hpc/o'ther, cannot be read: An error occurred (ParameterNotFound) when calling the GetParameter operation: (the role of the instance needs ssm:GetParameter on it, and kms:Decrypt where its key is your own)\n",
    errors: '',
  });
});

test('without aws on the machine the step ends, and says so', () => {
  expect(run('echo never\n', undefined)).toEqual({
    code: 77,
    output:
      'amigraph: the secret LICENSE_KEY, which is the SSM parameter /hpc/license-key, cannot be read: there is no aws on this machine; install the AWS CLI in an image below, or take a base that has it\n',
    errors: '',
  });
});

test('one that is too short to be hidden ends the step', () => {
  expect(run('echo never\n', { '/hpc/license-key': 'abc' })).toEqual({
    code: 77,
    output:
      'amigraph: the secret LICENSE_KEY, which is the SSM parameter /hpc/license-key, has no line of 4 characters or more, so that it could not be kept out of the logs: give it a longer value\n',
    errors: '',
  });
});

test('a process that the script leaves behind holds up nothing', () => {
  const began = performance.now();
  expect(run('sleep 15 &\necho done\n', values)).toEqual({ code: 0, output: 'done\n', errors: '' });
  expect(performance.now() - began).toBeLessThan(10_000);
});
