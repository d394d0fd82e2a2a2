/** Real git repositories in temporary folders, whatever the settings of who runs the tests. It does not know what is in them. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

export const gitEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
};

export interface Repo {
  readonly folder: string;
  git(...args: string[]): string;
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** All that is there, ignored or not; answers the commit. */
  commit(): string;
}

function git(folder: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: folder, env: gitEnvironment, encoding: 'utf8', stdio: 'pipe' });
}

export async function tempFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'amigraph-git-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A repository on the branch main, with nothing in it. */
export async function makeRepo(folder?: string): Promise<Repo> {
  const at = folder ?? (await tempFolder());
  await mkdir(at, { recursive: true });
  git(at, 'init', '-q', '-b', 'main');
  return repoAt(at);
}

function repoAt(folder: string): Repo {
  return {
    folder,
    git: (...args) => git(folder, ...args),
    async write(path, content) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    },
    commit() {
      git(folder, 'add', '-A', '-f', '.');
      git(folder, 'commit', '-q', '--allow-empty', '-m', 'x');
      return git(folder, 'rev-parse', 'HEAD').trim();
    },
  };
}
