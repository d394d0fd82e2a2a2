/** What every implementation of Files holds to. */
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../src/core/digest.ts';
import type { Files } from '../../src/ports/files.ts';

/** What not every one of them has. */
export interface FilesKind {
  /** There are neither pipes in it, nor can it be written to. */
  readonly readOnly?: boolean;
}

/** Makes things below the root of the workspace, or beside it with `../`. */
export interface FilesRig {
  readonly files: Files;
  readonly write: (path: string, content: string | Uint8Array) => Promise<void>;
  /** A symbolic link at `path` that says `target`. */
  readonly link: (path: string, target: string) => Promise<void>;
  readonly makeExecutable: (path: string) => Promise<void>;
  readonly makeFolder: (path: string) => Promise<void>;
  /** A named pipe that nobody writes to. */
  readonly makePipe: (path: string) => Promise<void>;
  readonly readBack: (absolute: string) => Promise<string>;
}

/** The paths, where the folders can be read. */
async function listed(files: Files, patterns: readonly string[]): Promise<string[]> {
  const found = await files.list(patterns);
  if (!found.ok) throw new Error(`${found.error.folder}: ${found.error.why}`);
  return found.value;
}

export function filesContract(
  name: string,
  makeIt: () => Promise<FilesRig>,
  { readOnly = false }: FilesKind = {},
): void {
  describe(`Files: ${name}`, () => {
    describe('list', () => {
      test('gives the files that match any of the patterns, once each, in code-unit order', async () => {
        const { files, write } = await makeIt();
        for (const path of [
          't/b.yaml',
          't/a/z.yaml',
          't/B.yaml',
          't/ä.yaml',
          't/a.txt',
          'u.yaml',
          't/.hidden.yaml',
        ])
          await write(path, '');
        expect(await listed(files, ['t/**/*.yaml'])).toEqual([
          't/.hidden.yaml',
          't/B.yaml',
          't/a/z.yaml',
          't/b.yaml',
          't/ä.yaml',
        ]);
        expect(await listed(files, ['t/a.txt', '**/*.txt', 'u.yaml'])).toEqual(['t/a.txt', 'u.yaml']);
      });

      test('finds odd names too, those with line breaks among them', async () => {
        const { files, write } = await makeIt();
        const odd = ['t/ a', 't/"b"', "t/'c'", 't/d\ne/f\rg', 't/h\u2028', 't/\\i', 't/[j]', 't/\tk'];
        for (const path of odd) await write(path, path);
        expect(await listed(files, ['t/**'])).toEqual(odd.toSorted());
        for (const path of odd) {
          expect(await files.read(path, 99)).toMatchObject({ text: path });
          expect(await files.digest(path)).toMatchObject({ path, digest: digestOf(path) });
        }
      });

      test('gives nothing where nothing matches', async () => {
        const { files } = await makeIt();
        expect(await listed(files, ['t/**/*.yaml'])).toEqual([]);
        expect(await listed(files, [])).toEqual([]);
      });

      test('does not look into what belongs to other programs, nor to this one', async () => {
        const { files, write } = await makeIt();
        for (const path of [
          'a',
          '.git/b',
          'x/.git/b',
          'node_modules/c',
          'x/node_modules/y/c',
          '.amigraph/d',
          'amigraph.lock',
          'x/d',
        ])
          await write(path, '');
        expect(await listed(files, ['**'])).toEqual(['a', 'x/d']);
      });

      test.each([
        ['t/v?/x', ['t/v1/x', 't/v?/x']],
        ['t/{a,v?/x}', ['t/a', 't/v1/x', 't/v?/x']],
        ['?/v1/x', ['t/v1/x']],
        ['t/v?/**', ['t/v1/x', 't/v1/y/x', 't/v?/x']],
        ['t/v??/x', ['t/v22/x']],
        ['t/v[0-9?]/x', ['t/v1/x', 't/v?/x']],
        ['t/v\\?/x', ['t/v?/x']],
        ['t/?(v1)/x', ['t/v1/x']],
        ['t?v1/x', []],
      ])('takes a question mark for one character, but not a slash: %s', async (pattern, expected) => {
        const { files, write } = await makeIt();
        for (const path of ['t/a', 't/v1/x', 't/v1/y/x', 't/v22/x', 't/v?/x']) await write(path, '');
        expect(await listed(files, [pattern])).toEqual(expected);
      });

      test('leaves folders out, and does not run in circles', async () => {
        const { files, write, makeFolder, link } = await makeIt();
        await makeFolder('t/empty.yaml');
        await write('t/a.yaml', '');
        await link('t/round', '.');
        const found = await listed(files, ['t/**/*.yaml']);
        expect(found[0]).toBe('t/a.yaml');
        expect(found.every((path) => path.endsWith('a.yaml'))).toBe(true);
        expect(found.length).toBeLessThan(100);
      });
    });

    describe('read and digest', () => {
      test('give the content of a file, and whether it may be run', async () => {
        const { files, write, makeExecutable } = await makeIt();
        await write('t/a', 'ü\n');
        expect(await files.read('t/a', 3)).toMatchObject({ text: 'ü\n' });
        expect(await files.digest('t/a')).toEqual({
          path: 't/a',
          digest: digestOf('ü\n'),
          executable: false,
        });
        await makeExecutable('t/a');
        expect(await files.digest('t/a')).toMatchObject({ executable: true });
        await write('empty', '');
        expect(await files.read('empty', 0)).toMatchObject({ text: '' });
        expect(await files.digest('empty')).toMatchObject({ digest: digestOf('') });
      });

      test('hash bytes, not text, of any number', async () => {
        const { files, write } = await makeIt();
        const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 31) % 256);
        await write('a', bytes);
        expect(await files.digest('a')).toMatchObject({ digest: digestOf(bytes) });
      });

      test('refuse more bytes than were asked for', async () => {
        const { files, write } = await makeIt();
        await write('a', 'ü\n');
        expect(await files.read('a', 2)).toEqual({ problem: 'too-big' });
      });

      test('refuse as text what is no UTF-8, and hash it all the same', async () => {
        const { files, write } = await makeIt();
        await write('a', Uint8Array.of(0x63, 0xe9));
        expect(await files.read('a', 9)).toEqual({
          problem: 'not-text',
          at: { line: 1, column: 2, excerpt: 'c\uFFFD' },
        });
        expect(await files.digest('a')).toMatchObject({ path: 'a' });
      });

      test('say that a file is missing', async () => {
        const { files, write } = await makeIt();
        await write('a', '');
        for (const path of ['b', 'a/b', 'b/c']) {
          expect(await files.read(path, 9)).toEqual({ problem: 'missing' });
          expect(await files.digest(path)).toEqual({ problem: 'missing' });
        }
      });

      test('say that a folder is no file', async () => {
        const { files, makeFolder } = await makeIt();
        await makeFolder('a');
        expect(await files.read('a', 9)).toEqual({ problem: 'not-a-file' });
        expect(await files.digest('a')).toEqual({ problem: 'not-a-file' });
      });

      test.skipIf(readOnly)('say at once that a pipe is no file, without waiting for a writer', async () => {
        const { files, makePipe } = await makeIt();
        await makePipe('a');
        expect(await files.read('a', 9)).toEqual({ problem: 'not-a-file' });
        expect(await files.digest('a')).toEqual({ problem: 'not-a-file' });
      });

      test('follow a link inside the workspace', async () => {
        const { files, write, link } = await makeIt();
        await write('t/a', 'x');
        await link('b', 't/a');
        await link('u', 't');
        expect(await files.read('b', 9)).toMatchObject({ text: 'x' });
        expect(await files.digest('u/a')).toEqual({ path: 'u/a', digest: digestOf('x'), executable: false });
      });

      test('never leave the workspace, by a link or by name', async () => {
        const { files, write, link, makeFolder } = await makeIt();
        await write('../outside/secret', 'x');
        await makeFolder('t');
        await link('file', '../outside/secret');
        await link('folder', '../outside');
        await link('t/far', '/etc/passwd');
        await link('top', '..');
        for (const path of [
          'file',
          'folder/secret',
          't/far',
          'top/outside/secret',
          '../outside/secret',
          '.',
          'folder',
        ]) {
          expect(await files.read(path, 1_000_000)).toEqual({ problem: 'outside-workspace' });
          expect(await files.digest(path)).toEqual({ problem: 'outside-workspace' });
        }
      });

      test('say that a link to nothing, or in a circle, is missing', async () => {
        const { files, link } = await makeIt();
        await link('nothing', 'not-there');
        await link('circle', 'circle');
        expect(await files.read('nothing', 9)).toEqual({ problem: 'missing' });
        expect(await files.read('circle', 9)).toEqual({ problem: 'missing' });
      });
    });

    test.skipIf(readOnly)(
      'write makes the folders above a file, replaces it, and tells where it is',
      async () => {
        const { files, readBack } = await makeIt();
        const at = (await files.write('.amigraph/logs/x/1.log', 'one and more')) ?? 'not written';
        expect(at).toMatch(/^\/.*\/\.amigraph\/logs\/x\/1\.log$/);
        expect(await files.write('.amigraph/logs/x/1.log', 'two')).toBe(at);
        expect(await readBack(at)).toBe('two');
      },
    );

    test.skipIf(readOnly)('write never lets anybody see half a file', async () => {
      const { files } = await makeIt();
      const [old, young] = ['o'.repeat(8_000_000), 'y'.repeat(8_000_000)];
      await files.write('a.lock', old);
      const done = new AbortController();
      const writing = files.write('a.lock', young).then(() => done.abort());
      const seen = new Set<unknown>();
      while (!done.signal.aborted) {
        const read = await files.read('a.lock', 10_000_000);
        seen.add('text' in read ? `${read.text.length} ${read.text.slice(-1)}` : read.problem);
        await new Promise(setImmediate);
      }
      await writing;
      expect([...seen].filter((one) => one !== '8000000 o' && one !== '8000000 y')).toEqual([]);
    });

    test.skipIf(readOnly)(
      'write leaves what there is, and nothing beside it, where it cannot write',
      async () => {
        const { files, makeFolder } = await makeIt();
        await makeFolder('a.lock/x');
        expect(await files.write('a.lock', 'one')).toBeUndefined();
        expect(await files.write('b.lock', 'two')).toBeDefined();
        expect(await listed(files, ['*'])).toEqual(['b.lock']);
      },
    );

    test.skipIf(readOnly)('write touches nothing outside of the workspace, nor what is no file', async () => {
      const { files, write, link, makeFolder, makePipe, readBack } = await makeIt();
      await write('../outside/precious', 'x');
      await makeFolder('.amigraph');
      await link('.amigraph/a', '../../outside/precious');
      await link('linked', '../outside');
      await makePipe('pipe');
      await link('to-pipe', 'pipe');
      for (const path of [
        '.amigraph/a',
        'linked/new',
        'linked/below/new',
        '../outside/new',
        'pipe',
        'to-pipe',
      ])
        expect(await files.write(path, 'y')).toBeUndefined();
      const at = (await files.write('b', 'b')) ?? 'not written';
      expect(await readBack(at.replace(/[^/]+\/b$/, 'outside/precious'))).toBe('x');
    });

    test.skipIf(readOnly)('write follows a link to a file', async () => {
      const { files, write, link } = await makeIt();
      await write('shared/a.lock', 'one');
      await link('a.lock', 'shared/a.lock');
      await files.write('a.lock', 'two');
      expect(await files.read('shared/a.lock', 9)).toMatchObject({ text: 'two' });
    });

    test.skipIf(readOnly)('write says so where a file stands in the way of a folder', async () => {
      const { files } = await makeIt();
      await files.write('.amigraph/logs', 'a file');
      expect(await files.write('.amigraph/logs/x/1.log', 'one')).toBeUndefined();
    });
  });
}
