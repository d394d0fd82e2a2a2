/** The keys of step logs: made, and read again whatever else lies among them. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { meantLogs, stepLogName, stepLogPrefix, stepLogs } from '../../src/cache/step-logs.ts';
import { ok } from '../../src/core/result.ts';
import { unmeantStep } from '../../src/report/logs.ts';
import { valueOf } from './rig.ts';

const output = (name: string, command = 'c1', stream = 'stdout'): string =>
  `${stepLogPrefix('p/', 'b1', name)}/${command}/i-1/awsrunShellScript/0.awsrunShellScript/${stream}`;

const logsOf = async (keys: readonly string[]) =>
  valueOf(
    await stepLogs(
      { list: (prefix) => Promise.resolve(ok(keys.filter((key) => key.startsWith(prefix)))) },
      'p/',
      'b1',
    ),
  );

describe('a log has a name', () => {
  test.each([
    [3, 9, 'package gcc@13.2.0 +x', '03-package-gcc@13.2.0-+x'],
    [3, 100, 'test 1', '003-test-1'],
    [12, 12, 'script scripts/ä/../b.sh', '12-script-scripts-..-b.sh'],
  ])('%d of %d, %s: %s', (index, count, step, name) => {
    expect(stepLogName(index, count, step)).toBe(name);
  });

  test('that is fit for a key and a file, and is in the order of the steps', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.nat(9998), (step, index) => {
        const [one, next] = [stepLogName(index, 9999, step), stepLogName(index + 1, 9999, 'a')];
        expect(one).toMatch(/^\d{4}-[A-Za-z0-9@._+-]{0,60}$/);
        expect(one < next).toBe(true);
      }),
    );
  });
});

test('logs are read in order, what was printed before what the agent says, and what is no log is passed over', async () => {
  const keys = [
    output('10-clean-up'),
    output('02-bootstrap', 'c1', 'stderr'),
    output('02-bootstrap', 'c1', 'stdout'),
    output('02-bootstrap', 'c2', 'stdout'),
    output('3'),
    'p/logs/b1/notes.txt',
    'p/logs/b1/02-bootstrap/something',
    'p/logs/b10/02-x/c/i/stdout',
  ];
  expect(await logsOf(keys)).toEqual([
    { index: 2, step: 'bootstrap', commands: [[keys[2], keys[1]], [keys[3]]] },
    { index: 3, step: '', commands: [[keys[4]]] },
    { index: 10, step: 'clean-up', commands: [[keys[0]]] },
  ]);
});

test('a word means a step by its name, as it is said or as it is kept, or by its number', async () => {
  const logs = await logsOf([output('02-test-1'), output('03-7'), output('07-a-b'), output('08-a-b')]);
  const meant = (word: string): number[] => meantLogs(word, logs).map(({ index }) => index);
  expect([meant('test 1'), meant('test-1'), meant('2'), meant('002')]).toEqual([[2], [2], [2], [2]]);
  // A name wins.
  expect(meant('7')).toEqual([3]);
  expect([meant('test'), meant('9'), meant('')]).toEqual([[], [], []]);
  expect(unmeantStep('a b', meantLogs('a b', logs), logs)).toMatchObject({
    code: 'ambiguous-step',
    message: 'a b names 2 steps',
    cure: 'take one by its number: 7 a-b, 8 a-b',
  });
});
