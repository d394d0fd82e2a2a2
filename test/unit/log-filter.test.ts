/** What is taken out of a step's output, by every awk of this machine, and the same by the program itself. */
import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact } from '../../src/core/credentials.ts';
import { logFilter } from '../../src/execute/log-filter.ts';
import { credentials, disguised } from './credentials-rig.ts';

const awks = [['awk'], ['gawk'], ['mawk'], ['busybox', 'awk'], ['original-awk']].filter(
  ([program = '', ...rest]) => spawnSync(program, [...rest, 'BEGIN { exit }']).status === 0,
);

const end = 'AMIGRAPH_END';

interface Ran {
  readonly code: number | null;
  readonly output: string;
}

/** Bytes as characters, so that nothing is lost. */
function filter(awk: readonly string[], input: string, secrets: readonly string[] = []): Ran {
  const [program = '', ...rest] = awk;
  const values = secrets.map((value, at) => [
    `amigraph_secret${at + 1}`,
    Buffer.from(value, 'latin1').toString(),
  ]);
  const { status, stdout, stderr } = spawnSync(
    program,
    [...rest, logFilter(end, secrets.length).join('\n')],
    {
      input: Buffer.from(input, 'latin1'),
      encoding: 'latin1',
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', ...Object.fromEntries(values) },
      maxBuffer: 1 << 28,
      timeout: 30_000,
    },
  );
  if (stderr !== '') throw new Error(stderr);
  return { code: status, output: stdout };
}

const lines = fc.array(
  fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'Z', '0', ' ', '=', '"', '\xff', '\xc3', '\t', '/', '&') }),
    disguised,
  ),
  { maxLength: 8 },
);

describe.each(awks)('%s %s', (...awk) => {
  test('leaves what is no secret as it is, byte for byte, and takes over the exit code', () => {
    expect(filter(awk, `one\n\xff\xfe \xc3( two\n\n  three\r\n${end}0\n`)).toEqual({
      code: 0,
      output: 'one\n\xff\xfe \xc3( two\n\n  three\r\n',
    });
    expect(filter(awk, `one\ntwo${end}42\n`)).toEqual({ code: 42, output: 'one\ntwo' });
    expect(filter(awk, `${end}255\nnever seen\n`)).toEqual({ code: 255, output: '' });
  });

  test('fails where nobody said how the step ended, and keeps what it printed', () => {
    expect(filter(awk, 'one\ntwo')).toEqual({ code: 70, output: 'one\ntwo\n' });
    expect(filter(awk, '')).toEqual({ code: 70, output: '' });
  });

  test.each(credentials)('hides %s', (_, given, hidden) => {
    expect(filter(awk, `x ${given} y\n${given}${end}0\n`).output).toBe(`x ${hidden} y\n${hidden}`);
  });

  test('hides the same as the program does', () => {
    fc.assert(
      fc.property(lines, (some) => {
        const text = some.map((line) => `${line}\n`).join('');
        expect(filter(awk, `${text}${end}0\n`).output).toBe(some.map((line) => `${redact(line)}\n`).join(''));
      }),
      { numRuns: 60 },
    );
  });

  test('hides each value of a secret, whatever it holds, the longest first', () => {
    const values = ['pass', 'pass.*[word]', String.raw`a\nb&"c'$d`, '12345678', '----'];
    expect(
      filter(
        awk,
        `${values.join(' ')} pas passpass 1234567\n${values.toReversed().join('')}${end}0\n`,
        values,
      ).output,
    ).toBe(`*** *** *** *** *** pas ****** 1234567\n${'***'.repeat(5)}`);
  });

  test('hides each line of a value that has several, but for short ones', () => {
    const value = '-----BEGIN KEY-----\r\nabcdef\nxyz\n\n-----END KEY-----';
    expect(filter(awk, `${value}\nabcdef xyz\n${end}0\n`, [value]).output).toBe(
      '***\r\n***\nxyz\n\n***\n*** xyz\n',
    );
  });

  test('takes lines of megabytes', () => {
    const long = 'x'.repeat(3_000_000);
    const { output } = filter(awk, `${long} AKIAIOSFODNN7EXAMPLE\n${end}0\n`, ['no such value']);
    expect(output === `${long} ***\n`).toBe(true);
  });
});
