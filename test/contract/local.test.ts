/** Files, Clock and Random of this machine, and the clock of the unit tests, held to their contracts. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach } from 'vitest';
import { localClock } from '../../src/adapters/local/clock.ts';
import { indexedFiles } from '../../src/adapters/local/file-index.ts';
import { localFiles } from '../../src/adapters/local/files.ts';
import { localRandom } from '../../src/adapters/local/random.ts';
import type { Files } from '../../src/ports/files.ts';
import { HandClock } from '../unit/rig.ts';
import { clockContract, randomContract } from './clock.contract.ts';
import { filesContract, type FilesRig } from './files.contract.ts';

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function onDisk(
  nameOfRoot: string,
  through?: string,
  open: (root: string) => Files = localFiles,
): Promise<FilesRig> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'amigraph-files-')));
  folders.push(folder);
  const real = join(folder, nameOfRoot);
  await mkdir(real);
  if (through !== undefined) await symlink(real, join(folder, through));
  const root = join(folder, through ?? nameOfRoot);
  const at = async (path: string): Promise<string> => {
    const absolute = join(real, path);
    await mkdir(dirname(absolute), { recursive: true });
    return absolute;
  };
  return {
    files: open(root),
    write: async (path, content) => writeFile(await at(path), content),
    link: async (path, target) => symlink(target, await at(path)),
    makeExecutable: async (path) => chmod(await at(path), 0o755),
    makeFolder: async (path) => {
      await mkdir(await at(path), { recursive: true });
    },
    makePipe: async (path) => {
      execFileSync('mkfifo', [await at(path)]);
    },
    readBack: (absolute) => readFile(absolute, 'utf8'),
  };
}

filesContract('a folder on a disk', () => onDisk('workspace'));
filesContract('a folder of an odd name', () => onDisk('a [b] (c) {d} * \\e'));
filesContract('a folder of an odd name, reached by a link', () => onDisk('a [b] (c) {d} *', 'link'));

filesContract('a folder on a disk, with a memory', () =>
  onDisk('workspace', undefined, (root) => indexedFiles(root, Date.now)),
);

clockContract('of this machine', () => ({
  clock: localClock,
  pass: async (ms) => {
    await wait(ms);
  },
}));

clockContract('stepped by hand', () => {
  const clock = new HandClock();
  return { clock, pass: (ms) => clock.pass(ms) };
});

randomContract('of this machine', () => localRandom);
