/** The git repository that a folder lies in, asked through the git of this machine. It does not know templates. */
import { lstat, realpath } from 'node:fs/promises';
import { join, posix } from 'node:path';
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
  // The parent folders are told of where there is no repository; one folder, where a worktree's link leads nowhere.
  if (ran.stderr.includes('not a git repository (or any')) return { code: 'no-repository' };
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

const linesIn = (output: Buffer): string[] => output.toString('utf8').split('\n').slice(0, -1);

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
    const found = await this.#commit(ref);
    if (found !== undefined) return ok(found);
    if (ref === 'HEAD') return fail({ code: 'no-commit' });
    const refs = ['refs/heads', 'refs/remotes', 'refs/tags'];
    const listed = await this.#git.run(this.#root, ['for-each-ref', '--format=%(refname:short)', ...refs]);
    const names = linesIn(listed.stdout);
    if (names.includes(ref))
      return fail({ code: 'git-failed', command: 'rev-parse', said: `the commit of ${ref} cannot be read` });
    const remotes = linesIn((await this.#git.run(this.#root, ['remote'])).stdout);
    return fail({ code: 'unknown-ref', ref, shallow: this.#shallow, names, remotes });
  }

  async #commit(ref: string): Promise<string | undefined> {
    // No name of git's begins with a dash; to git it would be an option.
    if (ref.startsWith('-')) return undefined;
    const found = await this.#resolved(this.#root, `${ref}^{commit}`);
    if (found !== undefined || !ref.includes(':/')) return found;
    // What follows `:/` is the text of a message, to its end.
    const named = await this.#resolved(this.#root, ref);
    return named && this.#resolved(this.#root, `${named}^{commit}`);
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
    const outside = (path: string): Promise<string | undefined> => this.#outside(commit, path);
    return ok(gitTree({ root, top: this.#root, disk, changed, onTrouble, outside }));
  }

  async #outside(commit: string, path: string): Promise<string | undefined> {
    const ran = await this.#git.run(this.#root, ['cat-file', 'blob', `${commit}:${path}`]);
    return ran.code === 0 ? ran.stdout.toString('utf8') : undefined;
  }

  async untracked(): Promise<Result<ReadonlySet<string>, GitProblem>> {
    const found = new Set<string>();
    const problem = await this.#addUntracked(found, '');
    return problem === undefined ? ok(found) : fail(problem);
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
    const tracked: string[] = [];
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
        tracked.push(path);
      }
    }
    return this.#addChanged(into.changed, { folder, commit, at, tracked });
  }

  /** One that is not checked out has no files, here or on the disk. */
  async #loadSubmodule(
    into: Loaded,
    { commit, at }: { readonly commit: string; readonly at: string },
  ): Promise<GitProblem | undefined> {
    const folder = join(this.#root, at);
    if (!(await isCheckedOut(folder))) return undefined;
    if ((await this.#resolved(folder, `${commit}^{commit}`)) !== undefined)
      return this.#load(into, { commit, below: '', at: `${at}/` });
    place(into.root, at, { kind: 'lost', commit });
    return undefined;
  }

  /** `tracked`: paths in the commit. */
  async #addChanged(
    changed: Set<string>,
    from: {
      readonly folder: string;
      readonly commit: string;
      readonly at: string;
      readonly tracked: readonly string[];
    },
  ): Promise<GitProblem | undefined> {
    const { folder, commit, at, tracked } = from;
    const diff = ['diff', '--name-only', '-z', '-O/dev/null', '--no-ext-diff', '--no-textconv'];
    const [differ, flagged] = await Promise.all([
      this.#git.run(folder, [
        ...diff,
        '--no-renames',
        '--ignore-submodules=all',
        '--relative',
        commit,
        '--',
        '.',
      ]),
      this.#git.run(folder, ['ls-files', '-v', '-z']),
    ]);
    if (differ.code !== 0) return failed('diff', differ);
    const differing = pathsIn(differ.stdout);
    // Attributes say how a file is checked out, and git does not say which were checked out under which.
    const unsure = differing.some((path) => posix.basename(path) === '.gitattributes') ? tracked : [];
    for (const path of [...differing, ...unsure]) changed.add(`${at}${path}`);
    // Git was told not to look at these: assume-unchanged, and what a sparse checkout leaves out.
    for (const line of pathsIn(flagged.stdout))
      if (/^[a-zS] /.test(line)) changed.add(`${at}${line.slice(2)}`);
    return undefined;
  }

  /** Also those in submodules, which git does not look into. */
  async #addUntracked(found: Set<string>, at: string): Promise<GitProblem | undefined> {
    const folder = join(this.#root, at);
    const [others, tracked] = await Promise.all([
      this.#git.run(folder, ['ls-files', '-z', '--others', '--exclude-standard']),
      this.#git.run(folder, ['ls-files', '-z', '--stage']),
    ]);
    for (const ran of [others, tracked]) if (ran.code !== 0) return failed('ls-files', ran);
    for (const path of pathsIn(others.stdout)) found.add(`${at}${path}`);
    for (const line of pathsIn(tracked.stdout)) {
      const submodule = /^160000 [^\t]*\t(.*)$/s.exec(line)?.[1];
      if (submodule === undefined || !(await isCheckedOut(join(folder, submodule)))) continue;
      const problem = await this.#addUntracked(found, `${at}${submodule}/`);
      if (problem !== undefined) return problem;
    }
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

const isCheckedOut = (folder: string): Promise<boolean> =>
  lstat(join(folder, '.git')).then(
    () => true,
    () => false,
  );

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
