/** The tree of a commit, held to the contract of Files. */
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { localFiles } from '../../src/adapters/local/files.ts';
import { localGit } from '../../src/adapters/local/git.ts';
import type { Files } from '../../src/ports/files.ts';
import { valueOf } from '../unit/rig.ts';
import { filesContract, type FilesRig } from './files.contract.ts';
import { gitEnvironment, makeRepo, tempFolder } from '../git-rig.ts';

/** `below`: where in the repository the workspace is; `beside`: what is on the disk too is read from there. */
async function committed(below: string, beside: boolean): Promise<FilesRig> {
  const repo = await makeRepo(join(await tempFolder(), 'repo'));
  const root = join(repo.folder, below);
  await mkdir(root, { recursive: true });
  const at = async (path: string): Promise<string> => {
    const absolute = join(root, path);
    await mkdir(dirname(absolute), { recursive: true });
    return absolute;
  };
  const now = async (): Promise<Files> => {
    const commit = repo.commit();
    const repository = valueOf(await localGit(root, gitEnvironment).open());
    onTestFinished(() => repository.close());
    // With an empty index git can call nothing unchanged.
    if (!beside) repo.git('rm', '-r', '-q', '--cached', '--ignore-unmatch', '.');
    return valueOf(await repository.tree(commit, localFiles(root))).files;
  };
  return {
    files: {
      list: async (patterns) => (await now()).list(patterns),
      read: async (path, maxBytes) => (await now()).read(path, maxBytes),
      identity: async (path) => (await now()).identity(path),
      digest: async (path) => (await now()).digest(path),
      write: async (path, text) => (await now()).write(path, text),
    },
    write: async (path, content) => writeFile(await at(path), content),
    link: async (path, target) => symlink(target, await at(path)),
    makeExecutable: async (path) => chmod(await at(path), 0o755),
    // Git has no empty folders.
    makeFolder: async (path) => writeFile(await at(join(path, '.keep')), ''),
    makePipe: () => Promise.reject(new Error('git has no pipes')),
    readBack: (absolute) => readFile(absolute, 'utf8'),
  };
}

const kind = { readOnly: true };
filesContract('a commit', () => committed('.', false), kind);
filesContract('a commit, with a workspace in a folder of it', () => committed('a [b]: (c) ü', false), kind);
filesContract('a commit that is on the disk too', () => committed('x', true), kind);
