/** The git repository that a workspace lies in: its commits, and the files in them. Nothing of it is ever written. */
import type { Result } from '../core/result.ts';
import type { Files } from './files.ts';

/** Why the repository cannot answer. */
export type GitProblem =
  | { readonly code: 'git-missing' }
  | { readonly code: 'no-repository' }
  /** The repository belongs to somebody else, and git refuses to read it. */
  | { readonly code: 'unsafe-repository'; readonly folder: string }
  | { readonly code: 'bare-repository' }
  | { readonly code: 'no-commit' }
  | {
      readonly code: 'unknown-ref';
      readonly ref: string;
      /** Whether history is cut off, so that it may be only here that there is no such commit. */
      readonly shallow: boolean;
      /** Branches and tags that there are, remote ones as `origin/main`. */
      readonly names: readonly string[];
      readonly remotes: readonly string[];
    }
  | {
      readonly code: 'no-merge-base';
      readonly base: string;
      readonly head: string;
      readonly shallow: boolean;
    }
  /** A submodule's commit is not in the submodule's repository. */
  | { readonly code: 'submodule-commit'; readonly folder: string; readonly commit: string }
  | { readonly code: 'git-failed'; readonly command: string; readonly said: string };

export interface GitTree {
  readonly files: Files;
  /** Equal where content and mode are equal, or what keeps a link from being a file; undefined where there is nothing. */
  identity(path: string): string | undefined;
  /** The same file is on the disk, as git goes: line ends and filters apart. */
  isOnDisk(path: string): boolean;
  /** The path, the links in it, and where they lead, whether the tree has anything there or not: a change of one of these may change the file. */
  ways(path: string): readonly string[];
  /** Tracked files of which that may not be so, with those that the disk has and the tree has not. */
  readonly changed: ReadonlySet<string>;
  /** The text of a file of the repository outside of the workspace: `../shared/a.ts`. Undefined where there is none. */
  outside(path: string): Promise<string | undefined>;
}

export interface Repository {
  /** The whole hash of the commit that `ref` names. */
  commit(ref: string): Promise<Result<string, GitProblem>>;
  mergeBase(base: string, head: string): Promise<Result<string, GitProblem>>;
  /** The workspace as it is in a commit; what is on the disk too is read from there, as a checkout would have made it. */
  tree(commit: string, disk: Files): Promise<Result<GitTree, GitProblem>>;
  /** Files on the disk that git neither tracks nor ignores. */
  untracked(): Promise<Result<ReadonlySet<string>, GitProblem>>;
  /** What kept a file of a tree from being read, if anything did. */
  trouble(): GitProblem | undefined;
  close(): void;
}

export interface Git {
  /** Whoever receives the repository closes it. */
  open(): Promise<Result<Repository, GitProblem>>;
}
