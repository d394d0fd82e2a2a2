/** The git repository that a folder lies in, asked through the git of this machine. It does not know templates. */
import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Files } from '../../ports/files.ts';
import type { Git, GitProblem, GitTree, Repository } from '../../ports/git.ts';
import { type Entry, emptyFolder, type Folder, listedEntries, place } from './git-entries.ts';
import { Objects } from './git-objects.ts';
import { findGit, type GitProgram, type Ran } from './git-program.ts';
import { gitTree, unreadObject } from './git-tree.ts';

export function localGit(root: string, env: Readonly<Record<string, string | undefined>>): Git {
  return {
    async open() {
      const git = await findGit(env);
      if (git === undefined) return fail({ code: 'git-missing' });
      const asked = ['rev-parse', '--is-inside-work-tree', '--is-shallow-repository', '--show-prefix'];
      const ran = await git.run(root, asked);
      const [inside, shallow, ...prefix] = ran.stdout.toString('utf8').split('\n');
      if (inside === 'false') return fail({ code: 'bare-repository' });
      if (ran.code !== 0) return fail(whyClosed(ran));
      const below = prefix.join('\n').replace(/\/?\n$/, '');
      return ok(new LocalRepository(git, await realpath(root), below, shallow === 'true'));
    },
  };
}

function whyClosed(ran: Ran): GitProblem {
  const unsafe = /dubious ownership in repository at '(.*)'/.exec(ran.stderr)?.[1];
  if (unsafe !== undefined) return { code: 'unsafe-repository', folder: unsafe };
  if (ran.stderr.includes('not a git repository')) return { code: 'no-repository' };
  if (ran.stderr.includes('must be run in a work tree')) return { code: 'bare-repository' };
  return failed('rev-parse', ran);
}

const failed = (command: string, { code, stderr }: Ran): GitProblem => ({
  code: 'git-failed',
  command,
  said:
    stderr
      .trim()
      .split('\n')[0]
      ?.replace(/^(fatal|error): /, '') || `exit code ${code}`,
});

/** Paths that each end with a NUL. */
const pathsIn = (output: Buffer): string[] => output.toString('utf8').split('\0').slice(0, -1);

interface Loaded {
  readonly root: Folder;
  /** Paths that differ on the disk. */
  readonly changed: Set<string>;
}

class LocalRepository implements Repository {
  readonly #git: GitProgram;
  readonly #root: string;
  /** The workspace's folder in the repository, without a slash at the end. */
  readonly #below: string;
  readonly #shallow: boolean;
  readonly #objects = new Map<string, Objects>();
  #trouble: GitProblem | undefined;

  constructor(git: GitProgram, root: string, below: string, shallow: boolean) {
    this.#git = git;
    this.#root = root;
    this.#below = below;
    this.#shallow = shallow;
  }

  async commit(ref: string): Promise<Result<string, GitProblem>> {
    // No name of git's begins with a dash; to git it would be an option.
    const ran = ref.startsWith('-') ? undefined : await this.#resolved(this.#root, `${ref}^{commit}`);
    if (ran !== undefined) return ok(ran);
    if (ref === 'HEAD') return fail({ code: 'no-commit' });
    const refs = ['refs/heads', 'refs/remotes', 'refs/tags'];
    const listed = await this.#git.run(this.#root, ['for-each-ref', '--format=%(refname:short)', ...refs]);
    const names = listed.stdout.toString('utf8').split('\n').slice(0, -1);
    return fail({ code: 'unknown-ref', ref, shallow: this.#shallow, names });
  }

  async mergeBase(base: string, head: string): Promise<Result<string, GitProblem>> {
    const ran = await this.#git.run(this.#root, ['merge-base', base, head]);
    const [found = ''] = ran.stdout.toString('latin1').split('\n');
    if (ran.code === 0 && found !== '') return ok(found);
    return fail(
      ran.code === 1
        ? { code: 'no-merge-base', base, head, shallow: this.#shallow }
        : failed('merge-base', ran),
    );
  }

  async tree(commit: string, disk: Files): Promise<Result<GitTree, GitProblem>> {
    const root = emptyFolder();
    const changed = new Set<string>();
    const problem = await this.#load({ root, changed }, { commit, below: this.#below, at: '' });
    if (problem !== undefined) return fail(problem);
    const onTrouble = (met: GitProblem): void => void (this.#trouble ??= met);
    return ok(gitTree({ root, top: this.#root, disk, changed, onTrouble }));
  }

  async untracked(): Promise<Result<ReadonlySet<string>, GitProblem>> {
    const ran = await this.#git.run(this.#root, ['ls-files', '-z', '--others', '--exclude-standard']);
    return ran.code === 0 ? ok(new Set(pathsIn(ran.stdout))) : fail(failed('ls-files', ran));
  }

  trouble(): GitProblem | undefined {
    return this.#trouble;
  }

  close(): void {
    for (const objects of this.#objects.values()) objects.close();
  }

  /** Puts the files of a commit, and those of its submodules, below `at` into the tree; and the paths that differ on the disk. */
  async #load(
    into: Loaded,
    from: { readonly commit: string; readonly below: string; readonly at: string },
  ): Promise<GitProblem | undefined> {
    const { commit, below, at } = from;
    const folder = join(this.#root, at);
    const tree = await this.#resolved(folder, below === '' ? `${commit}^{tree}` : `${commit}:${below}`);
    // A commit that is older than the workspace has nothing in its folder.
    if (tree !== undefined) {
      const ran = await this.#git.run(folder, ['ls-tree', '-r', '-z', '--full-tree', tree]);
      if (ran.code !== 0) return failed('ls-tree', ran);
      const objects = this.#objectsOf(folder);
      for (const { path, mode, id, named } of listedEntries(ran.stdout)) {
        if (mode === '160000') {
          const problem = await this.#loadSubmodule(into, { commit: id, at: `${at}${path}` });
          if (problem !== undefined) return problem;
          continue;
        }
        const entry = await entryOf(mode, id, named, objects);
        if (entry === undefined) return unreadObject(id);
        place(into.root, `${at}${path}`, entry);
      }
    }
    return this.#addChanged(into.changed, folder, commit, at);
  }

  /** One that is not checked out has no files, here or on the disk. */
  async #loadSubmodule(
    into: Loaded,
    { commit, at }: { readonly commit: string; readonly at: string },
  ): Promise<GitProblem | undefined> {
    const folder = join(this.#root, at);
    const isHere = await lstat(join(folder, '.git')).then(
      () => true,
      () => false,
    );
    if (!isHere) return undefined;
    if ((await this.#resolved(folder, `${commit}^{commit}`)) !== undefined)
      return this.#load(into, { commit, below: '', at: `${at}/` });
    place(into.root, at, { kind: 'lost', commit });
    return undefined;
  }

  async #addChanged(
    changed: Set<string>,
    folder: string,
    commit: string,
    at: string,
  ): Promise<GitProblem | undefined> {
    const differing = ['diff', '--name-only', '-z', '--no-ext-diff', '--no-textconv', '--no-renames'];
    const [differ, flagged] = await Promise.all([
      this.#git.run(folder, [...differing, '--ignore-submodules=all', '--relative', commit, '--', '.']),
      this.#git.run(folder, ['ls-files', '-v', '-z']),
    ]);
    if (differ.code !== 0) return failed('diff', differ);
    for (const path of pathsIn(differ.stdout)) changed.add(`${at}${path}`);
    // Git was told not to look at these: assume-unchanged, and what a sparse checkout leaves out.
    for (const line of pathsIn(flagged.stdout))
      if (/^[a-zS] /.test(line)) changed.add(`${at}${line.slice(2)}`);
    return undefined;
  }

  #objectsOf(folder: string): Objects {
    const known = this.#objects.get(folder);
    if (known !== undefined) return known;
    const objects = new Objects(() => this.#git.start(folder, ['cat-file', '--batch']));
    this.#objects.set(folder, objects);
    return objects;
  }

  async #resolved(folder: string, name: string): Promise<string | undefined> {
    const ran = await this.#git.run(folder, ['rev-parse', '--verify', '--quiet', name]);
    return ran.code === 0 ? ran.stdout.toString('latin1').trim() : undefined;
  }
}

async function entryOf(
  mode: string,
  id: string,
  named: boolean,
  objects: Objects,
): Promise<Entry | undefined> {
  if (!named) return { kind: 'unnamed' };
  if (mode !== '120000') return { kind: 'file', id, executable: mode === '100755', objects };
  const bytes: Buffer[] = [];
  const whole = await objects.read(id, () => (part) => void bytes.push(Buffer.from(part)));
  return whole ? { kind: 'link', target: Buffer.concat(bytes).toString('utf8') } : undefined;
}
