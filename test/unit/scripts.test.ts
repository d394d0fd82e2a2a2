/** What is told of a script before it is run, with a shell in memory. */
import { expect, test } from 'vitest';
import type { Diagnostic } from '../../src/core/diagnostic.ts';
import type { ScriptFault, Shell } from '../../src/ports/shell.ts';
import { checkCommands, checkScripts } from '../../src/template/scripts.ts';
import { memoryFiles, placeOf } from './rig.ts';

interface Checked {
  readonly found: readonly Diagnostic[];
  readonly asked: readonly string[];
}

async function check(text: string, faults: readonly ScriptFault[] = []): Promise<Checked> {
  const asked: string[] = [];
  const shell: Shell = {
    check: (scripts) => {
      asked.push(...scripts);
      return Promise.resolve(new Map(scripts.map((one) => [one, faults])));
    },
    checkCommands: () => Promise.resolve(undefined),
  };
  const found = await checkScripts(memoryFiles({ 's.sh': text }), shell, ['s.sh', 's.sh', 'gone.sh']);
  return { found, asked };
}

test.each([
  '',
  'true\n',
  '#!/bin/bash\n',
  '#!/bin/sh -e\n',
  '#! /usr/bin/env bash\n',
  '#!/usr/bin/env -S A=b bash -e\n',
  '#!\n',
  '# !/usr/bin/python3\n',
])('%j is a script for bash, and asked about once', async (text) => {
  expect(await check(text)).toEqual({ found: [], asked: ['s.sh'] });
});

test.each([
  ['#!/usr/bin/python3\n', 'python3'],
  ['#!/usr/bin/env python\nif x:\n', 'python'],
  ['#!/usr/bin/env -S perl -w\r\n', 'perl'],
  ['#!/bin/zsh', 'zsh'],
  ['\uFEFF#!/usr/bin/ruby\n', 'ruby'],
])('%j is for another language, and bash is not asked', async (text, language) => {
  const { found, asked } = await check(text);
  expect(asked).toEqual([]);
  expect(found).toMatchObject([
    {
      severity: 'error',
      code: 'script-language',
      message: `s.sh is not a shell script: its first line names ${language}, and bash runs it`,
      place: { file: 's.sh', line: 1, column: 1 },
    },
  ]);
});

test('a byte order mark is an error', async () => {
  const { found, asked } = await check('\uFEFFecho\n');
  expect(asked).toEqual([]);
  expect(found).toMatchObject([
    { severity: 'error', code: 'script-byte-order-mark', place: { file: 's.sh' } },
  ]);
});

test.each([
  [
    'true\r\n',
    'error',
    's.sh has Windows line ends, which bash takes for a part of the commands',
    's.sh:1:5',
  ],
  [
    'a\r\n\r\nb',
    'error',
    's.sh has Windows line ends, which bash takes for a part of the commands',
    's.sh:1:2',
  ],
  [
    'a\n\nb\r\n',
    'warning',
    's.sh has Windows line ends in some lines, which bash takes for a part of the commands',
    's.sh:3:2',
  ],
  [
    'a\r\n\nb\r\n',
    'warning',
    's.sh has Windows line ends in some lines, which bash takes for a part of the commands',
    's.sh:1:2',
  ],
])('line ends of %j', async (text, severity, message, place) => {
  const { found, asked } = await check(text);
  expect(found).toMatchObject([{ severity, code: 'script-line-ends', message }]);
  expect(found.map(placeOf)).toEqual([place]);
  expect(asked).toEqual(severity === 'error' ? [] : ['s.sh']);
});

test.each([
  [2, 's.sh:2:3', '  echo )'],
  [9, 's.sh:3:1', 'last'],
  [undefined, 's.sh', undefined],
])('a fault on line %s is shown at %s', async (line, place, excerpt) => {
  const fault = { line, message: 'oops', severity: 'error' } as const;
  const { found } = await check('echo\n  echo )\nlast\n\n', [fault]);
  expect(found).toMatchObject([{ severity: 'error', code: 'script-syntax', message: 'bash: oops' }]);
  expect(found.map(placeOf)).toEqual([place]);
  expect(found[0]?.place).toEqual(
    excerpt === undefined ? { file: 's.sh' } : expect.objectContaining({ excerpt }),
  );
});

test('no bash: one warning for all scripts', async () => {
  const shell: Shell = {
    check: () => Promise.resolve(undefined),
    checkCommands: () => Promise.resolve(undefined),
  };
  const files = memoryFiles({ 'a.sh': '', 'b.sh': '' });
  expect(await checkScripts(files, shell, ['a.sh', 'b.sh'])).toEqual([
    {
      severity: 'warning',
      code: 'scripts-unchecked',
      message: 'the syntax of the scripts was not checked: there is no bash on PATH',
      cure: 'install bash, or put the folder that holds it on PATH',
    },
  ]);
  expect(await checkScripts(files, shell, [])).toEqual([]);
});

test('of tests, bash is asked of those alone that are more than a command and its arguments', async () => {
  const asked: string[] = [];
  const shell: Shell = {
    check: () => Promise.resolve(undefined),
    checkCommands: (texts) => {
      asked.push(...texts);
      const fault: ScriptFault = { line: 1, message: 'oops', severity: 'error' };
      return Promise.resolve(new Map(texts.map((text) => [text, text.includes('(') ? [fault, fault] : []])));
    },
  };
  const texts = ['gmx --version', 'a | b', 'echo (', 'if true', 'mpirun -n 2 ./x=1'];
  const place = { file: 'templates/a.yaml', line: 1, column: 9, excerpt: 'tests: []' };
  expect(
    await checkCommands(
      shell,
      texts.map((value) => ({ value, place })),
    ),
  ).toEqual([
    { severity: 'error', code: 'test-syntax', message: 'bash: oops', place, cure: 'mend the command' },
  ]);
  expect(asked).toEqual(['a | b', 'echo (', 'if true']);
});
