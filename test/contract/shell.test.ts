/** The bash of this machine, where there is one, held to the contract of Shell; and what takes its place where there is none. */
import { spawnSync } from 'node:child_process';
import { access, chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { localShell } from '../../src/adapters/local/shell.ts';
import { shellContract, type ShellRig } from './shell.contract.ts';

async function onDisk(searchPath = process.env['PATH']): Promise<ShellRig> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'amigraph-shell-')));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const absolute = (path: string): string => join(root, path);
  return {
    shell: localShell(root, searchPath),
    absolute,
    async write(path, text) {
      await mkdir(dirname(absolute(path)), { recursive: true });
      await writeFile(absolute(path), text);
    },
    isThere: (path) =>
      access(absolute(path)).then(
        () => true,
        () => false,
      ),
  };
}

const hasBash = spawnSync('bash', ['-c', ':']).status === 0;

describe.skipIf(!hasBash)('with bash', () => {
  shellContract('bash', () => onDisk());

  test('nothing of the environment is run', async () => {
    const { shell, write, isThere, absolute } = await onDisk();
    await write('env.sh', `: >'${absolute('ran')}'\n`);
    await write('s.sh', 'true\n');
    process.env['BASH_ENV'] = absolute('env.sh');
    onTestFinished(() => void delete process.env['BASH_ENV']);
    expect((await shell.check(['s.sh']))?.get('s.sh')).toEqual([]);
    expect(await isThere('ran')).toBe(false);
  });
});

describe('without bash', () => {
  test.each([undefined, '', '/nonexistent', `.${delimiter}`])('PATH=%s', async (searchPath) => {
    const { write, absolute } = await onDisk();
    // Not even one in the workspace, should PATH name that by a relative path.
    await write('bash', '#!/bin/sh\nexit 1\n');
    await chmod(absolute('bash'), 0o755);
    expect(await localShell(absolute(''), searchPath).check(['s.sh'])).toBeUndefined();
  });

  test('a bash that cannot be run is a warning', async () => {
    const { shell, write, absolute } = await onDisk();
    await write('bin/bash', '#!/nonexistent\n');
    await chmod(absolute('bin/bash'), 0o755);
    const broken = localShell(absolute(''), absolute('bin'));
    expect(shell).toBeDefined();
    expect((await broken.check(['s.sh']))?.get('s.sh')).toEqual([
      { line: undefined, message: 'bash could not be run: ENOENT', severity: 'warning' },
    ]);
  });

  test('a bash that fails without a word about a line is an error', async () => {
    const { write, absolute } = await onDisk();
    await write('bin/bash', '#!/bin/sh\necho "$4: cannot execute binary file" >&2\nexit 126\n');
    await chmod(absolute('bin/bash'), 0o755);
    const odd = localShell(absolute(''), absolute('bin'));
    expect((await odd.check(['s.sh']))?.get('s.sh')).toEqual([
      { line: undefined, message: 'cannot execute binary file', severity: 'error' },
    ]);
  });
});
