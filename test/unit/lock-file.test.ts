/** amigraph.lock as a file: what keeps it from being read or written. */
import { expect, test } from 'vitest';
import { changePins, readPins } from '../../src/cli/lock-file.ts';
import { printLock } from '../../src/config/lock.ts';
import { pinOf } from '../../src/config/pins.ts';
import { imageId } from '../../src/core/ids.ts';
import type { FileProblem } from '../../src/ports/files.ts';
import { invalidInputOf, memoryFiles, placeOf } from './rig.ts';

const pin = pinOf({ provider: 'aws', region: 'us-east-1' }, '/a', imageId('ami-01234567'), 0);

test.each<[FileProblem, string]>([
  ['not-a-file', 'it is not a regular file'],
  ['outside-workspace', 'it is a link to a place outside the workspace'],
  ['unreadable', 'you may not read it'],
  ['too-big', 'it is larger than 4 MiB'],
  ['not-text', 'it is not UTF-8 text'],
])('one that is %s is an error', async (problem, why) => {
  const files = memoryFiles({ 'amigraph.lock': { problem } });
  const [found, ...others] = await invalidInputOf(() => readPins(files));
  expect(others).toEqual([]);
  expect(found).toMatchObject({ code: 'lock-file', message: `amigraph.lock cannot be read: ${why}` });
  expect(found && placeOf(found)).toBe('amigraph.lock');
});

test('one that is missing holds no pins', async () => {
  expect(await readPins(memoryFiles({}))).toEqual([]);
});

test('it is written where it changes, with what another run has put there since, and not otherwise', async () => {
  const written: string[] = [];
  const files = {
    ...memoryFiles({ 'amigraph.lock': printLock([pin]) }),
    write: (path: string, text: string) => {
      written.push(path, text);
      return Promise.resolve(`/workspace/${path}`);
    },
  };
  const other = { ...pin, base: '/b' };
  await changePins(files, (pins) => [...pins]);
  expect(written).toEqual([]);
  await changePins(files, (pins) => [...pins, other]);
  expect(written).toEqual(['amigraph.lock', printLock([pin, other])]);
});

test('one that cannot be written is an error', async () => {
  const files = { ...memoryFiles({}), write: () => Promise.resolve(undefined) };
  expect(await invalidInputOf(() => changePins(files, () => [pin]))).toMatchObject([
    {
      code: 'lock-file',
      message: 'amigraph.lock cannot be written',
      cure: 'make the folder of amifile.ts writable',
    },
  ]);
});
