/** What every implementation of Shell holds to. */
import { describe, expect, test } from 'vitest';
import type { ScriptFault, Shell } from '../../src/ports/shell.ts';

/** A workspace with a bash. */
export interface ShellRig {
  readonly shell: Shell;
  readonly write: (path: string, text: string) => Promise<void>;
  readonly isThere: (path: string) => Promise<boolean>;
  /** Where `path` is on the disk. */
  readonly absolute: (path: string) => string;
}

export function shellContract(name: string, makeIt: () => Promise<ShellRig>): void {
  const faultsIn = async (text: string, path = 's.sh'): Promise<readonly ScriptFault[] | undefined> => {
    const { shell, write } = await makeIt();
    await write(path, text);
    return (await shell.check([path]))?.get(path);
  };
  const error = (line: number, words: string): unknown => ({
    line,
    message: expect.stringContaining(words),
    severity: 'error',
  });

  describe(`Shell: ${name}`, () => {
    test.each([
      ['a good script', 'if true; then\n  echo "$1"\nfi\n', []],
      ['an empty script', '', []],
      ['a syntax error', 'echo a\n  echo )\necho b\n', [error(2, "syntax error near unexpected token `)'")]],
      ['a missing fi', 'if true; then\n  echo\n', [error(3, 'syntax error: unexpected end of file')]],
      ['an open quote', 'echo a\necho "b\n', [error(2, 'unexpected EOF while looking for matching `"\'')]],
      ['Windows line ends', 'if true; then\r\n  echo\r\nfi\r\n', [error(4, 'syntax error')]],
    ])('%s', async (_, text, faults) => {
      expect(await faultsIn(text)).toEqual(faults);
    });

    test('a here-document that does not end is a warning', async () => {
      expect(await faultsIn('cat <<EOF\na\n')).toEqual([
        { line: 2, message: expect.stringMatching(/^here-document at line 1 /), severity: 'warning' },
      ]);
    });

    test.each(['-c.sh', 'a b/$(touch x); "c".sh', 's: line 7: x.sh'])('a script named %s', async (path) => {
      expect(await faultsIn('fi\n', path)).toEqual([error(1, "syntax error near unexpected token `fi'")]);
      expect(await faultsIn('true\n', path)).toEqual([]);
    });

    test('runs nothing', async () => {
      const { shell, write, isThere, absolute } = await makeIt();
      const touch = `touch '${absolute('ran')}'`;
      await write(
        's.sh',
        `${touch}\nx=$(${touch}) y=\`${touch}\`\ncat <(${touch})\n: >'${absolute('ran')}'\n`,
      );
      expect((await shell.check(['s.sh']))?.get('s.sh')).toEqual([]);
      expect(await isThere('ran')).toBe(false);
    });

    test('commands are read as scripts are, and none is run', async () => {
      const { shell, isThere, absolute } = await makeIt();
      const texts = ['true', 'echo (', 'if true', `: >'${absolute('ran')}'`, '-n', 'a\nb)'];
      const found = await shell.checkCommands([...texts, 'true']);
      expect(texts.map((text) => found?.get(text))).toEqual([
        [],
        [error(1, 'syntax error')],
        [error(2, 'unexpected end of file')],
        [],
        [],
        [error(2, "syntax error near unexpected token `)'")],
      ]);
      expect(await isThere('ran')).toBe(false);
    });

    test('tells many scripts apart', async () => {
      const { shell, write } = await makeIt();
      const paths = Array.from({ length: 30 }, (_, index) => `s${index}.sh`);
      for (const [index, path] of paths.entries()) await write(path, `${'\n'.repeat(index)}fi\n`);
      const found = await shell.check(paths);
      expect(paths.map((path) => found?.get(path)?.map(({ line }) => line))).toEqual(
        paths.map((_, index) => [index + 1]),
      );
    });
  });
}
