/** Files with a memory: a cache, which changes nothing but time. */
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { indexedFiles } from '../../src/adapters/local/file-index.ts';
import { digestOf } from '../../src/core/digest.ts';
import { sealed, unsealed } from '../../src/core/sealed.ts';

interface Rig {
  readonly at: (path: string) => string;
  /** What a run takes the digest of `a` for, some time after the file was last changed. */
  readonly run: (later?: number) => Promise<string>;
}

const truth = digestOf('one');
const lie = digestOf('something else');

async function makeRig(): Promise<Rig> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'amigraph-index-')));
  onTestFinished(() => rm(root, { recursive: true }));
  await writeFile(join(root, 'a'), 'one');
  return {
    at: (path) => join(root, path),
    run: async (later = 10_000) => {
      const files = indexedFiles(root, () => Date.now() + later);
      const found = await files.digest('a');
      await files.remember();
      return 'digest' in found ? found.digest : found.problem;
    },
  };
}

const unsealedText = async (index: string): Promise<string> =>
  unsealed(await readFile(index, 'utf8')) ?? expect.fail('not sealed');

/** An index that says something else of `a` than what it holds: whoever believes it is seen. */
async function falselyIndexed(): Promise<Rig> {
  const rig = await makeRig();
  await rig.run();
  const index = rig.at('.amigraph/files.json');
  await writeFile(index, sealed((await unsealedText(index)).replace(truth, lie)));
  return rig;
}

test('what has not changed is not read again', async () => {
  const { run } = await falselyIndexed();
  expect(await run()).toBe(lie);
});

describe('a file is read again', () => {
  test.each<[string, (rig: Rig) => Promise<unknown>, string]>([
    ['when its text was changed', ({ at }) => writeFile(at('a'), 'two'), digestOf('two')],
    [
      'when its text was changed and its time set back',
      async ({ at }) => {
        const { atime, mtime } = await stat(at('a'));
        await writeFile(at('a'), 'two');
        await utimes(at('a'), atime, mtime);
      },
      digestOf('two'),
    ],
    [
      'when another file was put in its place',
      async ({ at }) => {
        await writeFile(at('b'), 'two');
        await rename(at('b'), at('a'));
      },
      digestOf('two'),
    ],
    [
      'when a link was put in its place',
      async ({ at }) => {
        await writeFile(at('b'), 'two');
        await rm(at('a'));
        await symlink('b', at('a'));
      },
      digestOf('two'),
    ],
    ['when its run bit was changed', ({ at }) => chmod(at('a'), 0o755), truth],
    ['when the index is gone', ({ at }) => rm(at('.amigraph/files.json')), truth],
    [
      'when the index is a folder',
      async ({ at }) => {
        await rm(at('.amigraph/files.json'));
        await mkdir(at('.amigraph/files.json'));
      },
      truth,
    ],
  ])('%s', async (_, change, expected) => {
    const rig = await falselyIndexed();
    await change(rig);
    expect(await rig.run()).toBe(expected);
  });

  test.each(['', 'null', '{', '[]', '{"version":1}', '{"version":1,"files":[null,["a"],["a",1,2,3]]}'])(
    'when the index says %j',
    async (text) => {
      const { at, run } = await falselyIndexed();
      await writeFile(at('.amigraph/files.json'), sealed(text));
      expect(await run()).toBe(truth);
    },
  );

  test('when the index is of another version', async () => {
    const { at, run } = await falselyIndexed();
    const index = at('.amigraph/files.json');
    await writeFile(index, sealed((await unsealedText(index)).replace('"version":1', '"version":2')));
    expect(await run()).toBe(truth);
  });

  test('when a digit of the index was changed', async () => {
    const { at, run } = await falselyIndexed();
    const index = at('.amigraph/files.json');
    await writeFile(index, (await readFile(index, 'utf8')).replace(lie, digestOf('damaged')));
    expect(await run()).toBe(truth);
  });

  test('when it had only just been changed as it was read', async () => {
    const { at, run } = await makeRig();
    await run(0);
    const index = at('.amigraph/files.json');
    expect(await readFile(index, 'utf8')).not.toContain(truth);
  });
});

test('a file that is gone, or no file, is said to be that', async () => {
  const { at, run } = await falselyIndexed();
  await rm(at('a'));
  expect(await run()).toBe('missing');
  await mkdir(at('a'));
  expect(await run()).toBe('not-a-file');
});

test('an index that cannot be written costs time alone', async () => {
  const { at, run } = await makeRig();
  await writeFile(at('.amigraph'), '');
  expect([await run(), await run()]).toEqual([truth, truth]);
});
